"""Which event bus a rule is on, and whether the events of AWS services reach it."""

from collections.abc import Iterator, Sequence

from pca_events.check.report import Finding
from pca_events.infrastructure.model import DEFAULT_BUS, Rule, Unknown


def of_bus(rule: Rule, *, forwarded: bool) -> Iterator[Finding]:
    """Yield what is wrong with the bus of a rule.

    Args:
        rule: the rule.
        forwarded: whether another rule of the project sends events to its bus.
    """
    if isinstance(rule.bus, str) and not is_default(rule.bus) and not forwarded:
        message = f"is on the event bus {rule.bus}, but events of AWS services reach the default bus only"
        remedy = "put it on the default bus; or forward the events, and ignore this finding"
        yield Finding("error", "custom-bus", message, remedy, rule.place)


def is_default(bus: str) -> bool:
    """Whether a name or ARN is that of the default bus."""
    return bus == DEFAULT_BUS or bus.endswith(":event-bus/default")


def buses_sent_to(rules: Sequence[Rule]) -> list[str]:
    """What the rules of the project name as a target that is an event bus: ARNs, or references to one."""
    targets = [target for rule in rules for target in rule.targets or () if target.kind == "events"]
    return [target.arn if isinstance(target.arn, str) else target.arn.reason for target in targets]


def is_among(bus: str | Unknown, named: Sequence[str]) -> bool:
    """Whether a bus is among those that are named."""
    return any(str(bus).rpartition("/")[2] in name for name in named)
