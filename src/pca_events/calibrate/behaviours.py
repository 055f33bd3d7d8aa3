"""The behaviours of EventBridge on AWS that a backend is tested for."""

from pca_events.calibrate.failures import FAILURES
from pca_events.calibrate.permissions import PERMISSIONS
from pca_events.calibrate.rejections import REJECTIONS
from pca_events.calibrate.rules import RULES
from pca_events.calibrate.trial import Behaviour
from pca_events.calibrate.ways import WAYS

BEHAVIOURS: dict[str, Behaviour] = {
    behaviour.name: behaviour for behaviour in (*REJECTIONS, *RULES, *PERMISSIONS, *FAILURES, *WAYS)
}
"""Every behaviour, by its name."""
