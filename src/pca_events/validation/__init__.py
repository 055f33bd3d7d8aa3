"""Recorded events validated against the contract, in bulk: what was found, where, how often."""

from pca_events.validation.places import Noted, Place
from pca_events.validation.report import Group, ValidationReport
from pca_events.validation.run import validate
from pca_events.validation.stored import as_json, from_json, merged, read_report, validation_schema
from pca_events.validation.tally import Tally

__all__ = [
    "Group",
    "Noted",
    "Place",
    "Tally",
    "ValidationReport",
    "as_json",
    "from_json",
    "merged",
    "read_report",
    "validate",
    "validation_schema",
]
