"""The bus, rules and targets of one scenario: made, used, unmade, and proven to be gone."""

from pca_events.harness.inbox import Delivery
from pca_events.harness.inventory import destroy
from pca_events.harness.modes import MODES, Mode
from pca_events.harness.names import RunId
from pca_events.harness.scenario_bus import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.session import Session

__all__ = ["MODES", "RULE_UNDER_TEST", "Delivery", "Mode", "RunId", "ScenarioBus", "Session", "destroy"]
