"""Binds the scenarios of features/lifecycle/."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features") / "lifecycle"))
