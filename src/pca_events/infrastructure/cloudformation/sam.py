"""EventBridge rules that SAM makes of the events of a function or a state machine."""

from typing import Any

from pca_events.infrastructure.cloudformation.template import Stack, bus_of, misplaced
from pca_events.infrastructure.event_patterns import pattern_of
from pca_events.infrastructure.model import Reading, Rule, Unknown, Unreadable, asks_for_read_only_calls
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, child, shown

_OWNERS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_EVENTS = ("EventBridgeRule", "CloudWatchEvent")


def read_sam(stack: Stack) -> Reading:
    """Read the rules within functions and state machines, each named `Function/Event`."""
    reading = Reading()
    for owner, held in stack.template.resources.items():
        if held.get("Type") not in _OWNERS:
            continue
        if any(_is_rule(event) for event in child(held, "Events").values()):
            reading.unreadable.append(misplaced(stack, held, "Events", owner))
        reading.add(_of_owner(stack, owner))
    return reading


def _of_owner(stack: Stack, owner: str) -> Reading:
    reading = Reading()
    properties = stack.template.properties(owner)
    events = child(properties, "Events")
    for name, event in events.items():
        if not _is_rule(event):
            continue
        if "Pattern" in event:
            reading.unreadable.append(misplaced(stack, event, "Pattern", f"{owner}/{name}"))
        if "EventPattern" in child(event, "Properties") and "Pattern" not in child(event, "Properties"):
            where = stack.place(events, child(event, "Properties").line_of("EventPattern"))
            message = f"{owner}/{name}: an event of the type {event['Type']} has no EventPattern; write Pattern"
            reading.unreadable.append(Unreadable(where, message))
        if isinstance(properties, Object) and (rule := _rule(stack, owner, properties, events, name)) is not None:
            reading.rules.append(rule)
    return reading


def _is_rule(event: Any) -> bool:
    return isinstance(event, Object) and event.get("Type") in _EVENTS


def _rule(stack: Stack, owner: str, properties: Any, events: Object, name: str) -> Rule | None:
    written = child(events, name, "Properties")
    if written.get("Pattern") is None:
        return None
    line, last_line = events.spans[name]
    pattern, lines = pattern_of(written, "Pattern")
    place = stack.place(events, line)
    target = stack.targets.made(
        written,
        place,
        shown(child(written, "Target").get("Id", name)),
        Reference(f"!GetAtt {owner}.Arn", resource=owner, attribute="Arn"),
        handler=_handler(owner, properties),
    )
    return Rule(
        place=place,
        last_line=last_line,
        name=f"{stack.prefix}{owner}/{name}",
        pattern=pattern,
        lines=lines,
        bus=bus_of(written.get("EventBusName")),
        enabled=_enabled(stack, owner, written),
        read_only_calls=asks_for_read_only_calls(written.get("State")),
        targets=(target,),
        own_bus=stack.destinations.bus(written.get("EventBusName")),
        off=stack.off(owner),
    )


def _handler(owner: str, properties: Object) -> str:
    """The name that the function has, else its logical id."""
    named = properties.get("FunctionName", properties.get("Name"))
    return str(named) if isinstance(named, str) else owner


def _enabled(stack: Stack, owner: str, written: Object) -> bool | Unknown:
    return stack.enabled(owner, written.get("State", written.get("Enabled")))
