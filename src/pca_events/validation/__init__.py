"""Recorded events held against the contract, in bulk: what was found, where, how often."""

from pca_events.validation.report import Group, Noted, Place, ValidationReport
from pca_events.validation.run import validate
from pca_events.validation.tally import Tally

__all__ = ["Group", "Noted", "Place", "Tally", "ValidationReport", "validate"]
