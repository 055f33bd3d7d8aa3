"""Binds the scenarios of features/calibration.feature."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features") / "calibration.feature"))
