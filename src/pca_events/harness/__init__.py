"""The event bus, rules and targets of one scenario: created, used, removed, and proven to be gone."""

from typing import TYPE_CHECKING

from pca_events.lazy import names_of

if TYPE_CHECKING:
    from pca_events.harness.events import Delivery as Delivery
    from pca_events.harness.run import MODES as MODES
    from pca_events.harness.run import Mode as Mode
    from pca_events.harness.run import RunId as RunId
    from pca_events.harness.scenario_bus import RULE_UNDER_TEST as RULE_UNDER_TEST
    from pca_events.harness.scenario_bus import ScenarioBus as ScenarioBus
    from pca_events.harness.session import Session as Session
else:
    __getattr__ = names_of(
        __name__,
        events="Delivery",
        run="MODES Mode RunId",
        scenario_bus="RULE_UNDER_TEST ScenarioBus",
        session="Session",
    )
