"""Binds the scenarios of all features, in the order of their paths."""

from pytest_bdd import scenarios

from pca_events.locations import locate

for _feature in sorted(locate("features").rglob("*.feature")):
    scenarios(str(_feature))
