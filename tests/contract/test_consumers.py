"""Binds the scenarios of features/consumers/."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features") / "consumers"))
