"""The rules on the event bus of the scenario."""

from pytest_bdd import given, parsers

from pca_events import catalog, phrases
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus


@given(parsers.parse('a rule for the event "{event_id}"'))
def rule_for_event(pca_bus: ScenarioBus, event_id: str) -> None:
    """Put a rule that matches exactly this event."""
    pca_bus.put_rule_under_test(RULE_UNDER_TEST, catalog.entry(event_id).pattern)


@given("a rule for each documented event")
def rule_for_each_event(pca_bus: ScenarioBus) -> None:
    """Put one rule for each documented event, named after it."""
    pca_bus.put_observer_rules({event.id: event.pattern for event in catalog.documented_events()})


@given("a rule for events where")
def rule_for_events_where(pca_bus: ScenarioBus, datatable: list[list[str]]) -> None:
    """Put a rule with all conditions of the table."""
    pca_bus.put_rule_under_test(RULE_UNDER_TEST, phrases.pattern(datatable))
