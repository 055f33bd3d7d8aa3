"""EventBridge rules that SAM makes of the events of a function or a state machine."""

from typing import Any

from pca_events.infrastructure.cloudformation.targets import text_or_unknown
from pca_events.infrastructure.cloudformation.template import Stack
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Place, Reading, Rule, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, child

_OWNERS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_EVENTS = ("EventBridgeRule", "CloudWatchEvent")


def read_sam(stack: Stack) -> Reading:
    """Read the rules within functions and state machines, each named `Function/Event`."""
    reading = Reading()
    for owner, held in stack.template.resources.items():
        if held.get("Type") in _OWNERS:
            reading.rules += _rules(stack, owner)
    return reading


def _rules(stack: Stack, owner: str) -> list[Rule]:
    properties = stack.template.properties(owner)
    events = properties.get("Events") if isinstance(properties, Object) else None
    if not isinstance(events, Object):
        return []
    found = (_rule(stack, owner, properties, events, name) for name in events if _is_rule(events[name]))
    return [rule for rule in found if rule is not None]


def _is_rule(event: Any) -> bool:
    return isinstance(event, Object) and event.get("Type") in _EVENTS


def _rule(stack: Stack, owner: str, properties: Any, events: Object, name: str) -> Rule | None:
    written = child(events, name, "Properties")
    if written.get("Pattern") is None:
        return None
    line, last_line = events.spans[name]
    pattern, lines = read_pattern(written["Pattern"], written.line_of("Pattern"))
    place = Place(stack.file, line)
    target = stack.targets.made(
        written,
        place,
        str(child(written, "Target").get("Id", name)),
        Reference(f"!GetAtt {owner}.Arn", resource=owner, attribute="Arn"),
        handler=_handler(owner, properties),
    )
    return Rule(
        place=place,
        last_line=last_line,
        name=f"{owner}/{name}",
        pattern=pattern,
        lines=lines,
        bus=text_or_unknown(written.get("EventBusName")) or DEFAULT_BUS,
        enabled=_enabled(stack, owner, written),
        targets=(target,),
        own_bus=stack.destinations.bus(written.get("EventBusName")),
    )


def _handler(owner: str, properties: Object) -> str:
    """The name that the function has, else its logical id."""
    named = properties.get("FunctionName", properties.get("Name"))
    return str(named) if isinstance(named, str) else owner


def _enabled(stack: Stack, owner: str, written: Object) -> bool | Unknown:
    return stack.enabled(owner, written.get("State", written.get("Enabled")))
