"""Rules put on a real event bus as they are written, and what fires them there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pca_events.catalog import Event
from pca_events.errors import InvalidPattern
from pca_events.harness.scenario_bus import ScenarioBus
from pca_events.harness.session import Pattern, Session

_RULES_ON_A_BUS = 100  # AWS takes 300, LocalStack gets slower with each


@dataclass(frozen=True)
class Deployed:
    """A rule as it is to be put.

    Attributes:
        inputs: the JSON paths of the texts that its targets read of an event.
    """

    pattern: Pattern
    inputs: tuple[str, ...] = ()


@dataclass
class Fired:
    """What fired a rule.

    Attributes:
        refused: whether the backend refuses the pattern.
        missing: for each event that fired the rule, by its index, the inputs that it does not have.
    """

    refused: bool = False
    missing: dict[int, frozenset[str]] = field(default_factory=dict)


def fired(session: Session, rules: Mapping[str, Deployed], events: Sequence[Event]) -> dict[str, Fired]:
    """Put each rule with a queue as its target, publish the events, and say which of them fired it.

    Args:
        session: the connection to the backend.
        rules: by a label of the caller's.
        events: published once for each hundred rules.
    """
    found: dict[str, Fired] = {}
    labels = list(rules)
    for start in range(0, len(labels), _RULES_ON_A_BUS):
        found |= _on_one_bus(
            session, {label: rules[label] for label in labels[start : start + _RULES_ON_A_BUS]}, events
        )
    return found


def _on_one_bus(session: Session, rules: Mapping[str, Deployed], events: Sequence[Event]) -> dict[str, Fired]:
    found: dict[str, Fired] = {}
    names: dict[str, str] = {}
    with ScenarioBus(session, "check --deploy") as bus:
        for number, (label, rule) in enumerate(rules.items()):
            found[label] = Fired()
            names[f"rule-{number}"] = label
            try:
                bus.log(f"rule-{number}", rule.pattern, rule.inputs)
            except InvalidPattern:
                found[label].refused = True
        index = {stamped: number for number, stamped in enumerate(bus.publish(*events))}
        for delivery in bus.deliveries():
            missing = frozenset(path for path, text in delivery.inputs.items() if not text)
            found[names[delivery.rule]].missing[index[delivery.event_id]] = missing
    return found
