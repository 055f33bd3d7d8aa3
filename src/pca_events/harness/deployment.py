"""Patterns put on a real event bus as they are written, and which events fire them there."""

from collections.abc import Mapping, Sequence

from pca_events.catalog import Event
from pca_events.errors import InvalidPattern
from pca_events.harness.scenario_bus import ScenarioBus
from pca_events.harness.session import Pattern, Session

_RULES_ON_A_BUS = 100  # AWS takes 300, LocalStack gets slower with each


def fired(session: Session, patterns: Mapping[str, Pattern], events: Sequence[Event]) -> dict[str, set[int] | None]:
    """Put each pattern as a rule with a queue as its target, publish the events, and say which of them fired it.

    Args:
        session: the connection to the backend.
        patterns: by a label of the caller's.
        events: published once for each hundred patterns.

    Returns:
        For each label the indices of the events that fired its rule; None where the backend refuses the pattern.
    """
    found: dict[str, set[int] | None] = {}
    labels = list(patterns)
    for start in range(0, len(labels), _RULES_ON_A_BUS):
        found |= _on_one_bus(
            session, {label: patterns[label] for label in labels[start : start + _RULES_ON_A_BUS]}, events
        )
    return found


def _on_one_bus(
    session: Session, patterns: Mapping[str, Pattern], events: Sequence[Event]
) -> dict[str, set[int] | None]:
    found: dict[str, set[int] | None] = {}
    with ScenarioBus(session, "check --deploy") as bus:
        rules: dict[str, str] = {}
        for number, (label, pattern) in enumerate(patterns.items()):
            try:
                bus.log(f"rule-{number}", pattern)
            except InvalidPattern:
                found[label] = None
            else:
                rules[f"rule-{number}"], found[label] = label, set()
        index = {stamped: number for number, stamped in enumerate(bus.publish(*events))}
        for delivery in bus.deliveries():
            fires = found[rules[delivery.rule]]
            if fires is not None:
                fires.add(index[delivery.event_id])
    return found
