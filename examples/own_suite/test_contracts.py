"""Binds a feature that pca-events ships, and one of our own."""

from pytest_bdd import scenarios

from pca_events.locations import locate

scenarios(str(locate("features") / "events" / "crl_generation.feature"), "crl_alarm.feature")
