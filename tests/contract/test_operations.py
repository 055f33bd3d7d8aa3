"""Binds the scenarios of features/operations/."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features") / "operations"))
