"""Binds the scenarios of all features."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features")))
