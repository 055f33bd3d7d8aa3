"""How far a backend does as AWS does: recorded patterns, tried behaviours, and the ledger of known divergences."""

from pca_events.calibrate.behaviours import BEHAVIOURS, Behaviour
from pca_events.calibrate.ledger import Divergence, divergence, uncalibrated
from pca_events.calibrate.patterns import NotRecorded, Operator, answer_of, disagreements, not_recorded, operators

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
