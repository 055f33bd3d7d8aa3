"""Event patterns outside `AWS::Events::Rule`: SAM events, archives, filters of pipes, and the Custom Event Bus."""

from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.cloudformation.template import Stack, bus_of, misplaced
from pca_events.infrastructure.custom_event_bus import bus_by_arn, event_source, subscriber
from pca_events.infrastructure.embedded_json import FIELDS, asks_for_read_only_calls, pattern_of
from pca_events.infrastructure.model import (
    CustomBus,
    Reading,
    Rule,
    Skipped,
    SourceLocation,
    Target,
    Unknown,
    Unreadable,
)
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, child, shown

_OWNERS = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
_EVENTS = ("EventBridgeRule", "CloudWatchEvent")


def read_sam(stack: Stack) -> Reading:
    """Read the rules defined in the events of functions and state machines; each is named `Function/Event`."""
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
            message = f"{owner}/{name}: events of type {event['Type']} have no property EventPattern; use Pattern"
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
    """The name of the function, else its logical ID."""
    named = properties.get("FunctionName", properties.get("Name"))
    return str(named) if isinstance(named, str) else owner


def _enabled(stack: Stack, owner: str, written: Object) -> bool | Unknown:
    return stack.enabled(owner, written.get("State", written.get("Enabled")))


_WRAPPINGS = ("body", "data")
"""The path to the original event in a message of a queue or a record of a stream."""


def read_filters(stack: Stack) -> Reading:
    """Read the archives and pipes of a template; a filter of a pipe is named `Pipe/filter-1`."""
    reading = Reading()
    for name, held in stack.template.resources.items():
        if held.get("Type") == "AWS::Events::Archive":
            reading.rules += _archive(stack, name)
        elif held.get("Type") == "AWS::Pipes::Pipe":
            reading.add(_pipe(stack, name))
    return reading


def _archive(stack: Stack, name: str) -> Iterator[Rule]:
    properties = stack.template.properties(name)
    if not isinstance(properties, Object) or properties.get("EventPattern") is None:
        return
    line, last_line = stack.spans[name]
    pattern, lines = pattern_of(properties, "EventPattern")
    yield Rule(
        place=stack.place(stack.template.resources[name], line),
        last_line=last_line,
        name=f"{stack.prefix}{name}",
        pattern=pattern,
        lines=lines,
        bus=bus_of(properties.get("SourceArn")),
        enabled=stack.enabled(name, None),
        targets=None,
        kind="archive",
    )


def _pipe(stack: Stack, name: str) -> Reading:
    reading = Reading()
    properties = stack.template.properties(name)
    state = properties.get("DesiredState") if isinstance(properties, Object) else None
    filters = child(properties, "SourceParameters", "FilterCriteria").get("Filters")
    for number, held in enumerate(filters if isinstance(filters, list) else [], 1):
        if not isinstance(held, Object) or held.get("Pattern") is None:
            continue
        pattern, lines = pattern_of(held, "Pattern")
        if isinstance(pattern, Unknown):
            what = f"a filter of pipe {name} that depends on {pattern.reason}"
            reading.skipped.append(Skipped(stack.place(held, held.line_of("Pattern")), what, "check the deployed pipe"))
            continue
        pattern, lines = _of_event(pattern, lines)
        if isinstance(pattern, dict) and pattern and pattern.keys() <= FIELDS:
            enabled = stack.enabled(name, "DISABLED" if state == "STOPPED" else state)
            place, rule_name = stack.place(held, held.line), f"{stack.prefix}{name}/filter-{number}"
            last_line = max(last for _, last in held.spans.values())
            rule = Rule(place, last_line, rule_name, pattern, lines, enabled=enabled, targets=None, kind="pipe")
            reading.rules.append(rule)
    return reading


def _of_event(pattern: Any, lines: dict[str, int]) -> tuple[Any, dict[str, int]]:
    """The part of a filter that applies to the event, without the envelope of its queue or stream."""
    if isinstance(pattern, dict) and len(pattern) == 1 and (key := next(iter(pattern))) in _WRAPPINGS:
        inner = {path.removeprefix(f"{key}."): line for path, line in lines.items() if path != key}
        return pattern[key], inner
    return pattern, lines


_BUS = "AWS::EventsV2::EventBus"


def read_custom_bus(stack: Stack) -> Reading:
    """Read the event sources and subscribers of a template."""
    reading = Reading()
    for name, held in stack.template.resources.items():
        if held.get("Type") not in ("AWS::EventsV2::EventSource", "AWS::EventsV2::Subscriber"):
            continue
        properties = stack.template.properties(name)
        if not isinstance(properties, Object):
            properties = Object()
        line, last_line = stack.spans[name]
        place, shown = stack.place(held, line), f"{stack.prefix}{name}"
        bus = _bus(stack, properties.get("EventBusArn"))
        if held.get("Type") == "AWS::EventsV2::Subscriber":
            target = _target(stack, properties, place, shown)
            reading.subscribers.append(subscriber(properties, place, last_line, shown, bus, target))
        elif (found := event_source(properties, place, last_line, shown, bus)) is not None:
            reading.event_sources.append(found)
    return reading


def _target(stack: Stack, properties: Object, place: SourceLocation, name: str) -> Target | None:
    invoke = child(properties, "InvokeConfiguration")
    arn = invoke.get("TargetArn")
    return None if arn is None else stack.targets.made(invoke, place, name, arn)


def _bus(stack: Stack, arn: Any) -> CustomBus | Unknown:
    """The bus of an ARN, with its location if it is a resource of the template."""
    if isinstance(arn, Reference) and stack.template.type_of(arn.resource) == _BUS:
        return CustomBus(arn.resource, SourceLocation(stack.file, stack.spans[arn.resource][0]))
    return bus_by_arn(arn)
