"""The calibration of a backend against AWS: recorded patterns, tested behaviours, the ledgers of divergences."""

from pca_events.calibrate.behaviours import BEHAVIOURS
from pca_events.calibrate.recorded import (
    Divergence,
    Ledger,
    NotRecorded,
    Operator,
    answer_of,
    disagreements,
    divergence,
    ledger_of,
    not_recorded,
    operators,
    uncalibrated,
)
from pca_events.calibrate.trial import Behaviour

__all__ = [
    "BEHAVIOURS",
    "Behaviour",
    "Divergence",
    "Ledger",
    "NotRecorded",
    "Operator",
    "answer_of",
    "disagreements",
    "divergence",
    "ledger_of",
    "not_recorded",
    "operators",
    "uncalibrated",
]
