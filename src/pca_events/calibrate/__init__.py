"""The calibration of a backend against AWS: recorded patterns, tested behaviours, the ledger of divergences."""

from pca_events.calibrate.behaviours import BEHAVIOURS, Behaviour
from pca_events.calibrate.recorded import (
    Divergence,
    NotRecorded,
    Operator,
    answer_of,
    disagreements,
    divergence,
    not_recorded,
    operators,
    uncalibrated,
)

__all__ = [
    "BEHAVIOURS",
    "Behaviour",
    "Divergence",
    "NotRecorded",
    "Operator",
    "answer_of",
    "disagreements",
    "divergence",
    "not_recorded",
    "operators",
    "uncalibrated",
]
