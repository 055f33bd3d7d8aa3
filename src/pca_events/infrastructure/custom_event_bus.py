"""The EventBridge Custom Event Bus: event sources and subscribers from CloudFormation and API responses.

Source: "Event sources for a Custom Event Bus" and "Filtering events for a subscriber" in the EventBridge user guide.
"""

import re
from collections.abc import Mapping
from typing import Any

from pca_events.infrastructure.embedded_json import pattern_of
from pca_events.infrastructure.model import (
    CustomBus,
    EventSource,
    Reading,
    Skipped,
    SourceLocation,
    Subscriber,
    SubscriberFilter,
    Target,
    Unknown,
)
from pca_events.infrastructure.partial_values import read_arn
from pca_events.infrastructure.source_tree import Object, child, only_unknown, plain, shown

_LISTS = ("Subscribers", "EventSources")
_WORD = re.compile(r"_([a-z0-9]+)")


def event_source(
    held: Object, place: SourceLocation, last_line: int, name: str, bus: CustomBus | Unknown
) -> EventSource | None:
    """Read an event source from its properties; None if it is a partner source and not an AWS service."""
    settings = child(held, "Configuration") or held
    ours = child(settings, "AwsServiceEventsConfiguration")
    if not ours:
        return None
    pattern, lines = pattern_of(ours, "Pattern") if ours.get("Pattern") is not None else (None, {})
    return EventSource(
        place=place,
        last_line=last_line,
        name=name,
        bus=bus,
        service=plain(ours.get("AwsService")),
        service_place=SourceLocation(place.file, ours.line_of("AwsService")),
        pattern=pattern,
        lines=lines,
        size=_size(ours.get("Pattern")),
        on_failure=_is_set(ours, "OnFailureConfiguration"),
    )


def subscriber(
    held: Object,
    place: SourceLocation,
    last_line: int,
    name: str,
    bus: CustomBus | Unknown,
    target: Target | None = None,
) -> Subscriber:
    """Read a subscriber from its properties.

    Args:
        target: its target and role, if the reader knows more about them than the ARNs.
    """
    state = held.get("State")
    return Subscriber(
        place=place,
        last_line=last_line,
        name=name,
        bus=bus,
        filters=_filters(held.get("FilterConfiguration"), place),
        target=target or _target(child(held, "InvokeConfiguration"), place, name),
        on_failure=_is_set(held, "OnFailureConfiguration"),
        enabled=only_unknown(state) if isinstance(state, Unknown) else state != "STOPPED",
    )


def _target(invoke: Object, place: SourceLocation, name: str) -> Target | None:
    arn = _text(invoke.get("TargetArn"))
    if arn is None:
        return None
    return Target(place, name, read_arn(arn).service, arn, role=_is_set(invoke, "RoleArn"))


def _filters(configuration: Any, place: SourceLocation) -> tuple[SubscriberFilter, ...] | Unknown:
    if isinstance(configuration, Unknown):
        return only_unknown(configuration)
    listed = child(configuration).get("Filters")
    if isinstance(listed, Unknown):
        return only_unknown(listed)
    filters = listed if isinstance(listed, list) else []
    return tuple(_filter(held, place) for held in filters if isinstance(held, Object))


def _filter(held: Object, place: SourceLocation) -> SubscriberFilter:
    pattern, lines = pattern_of(held, "Pattern") if held.get("Pattern") is not None else ("", {})
    return SubscriberFilter(
        place=SourceLocation(place.file, held.line_of("Pattern")),
        scope=_text(held.get("Scope")) or "",
        pattern=pattern,
        lines=lines,
        size=_size(held.get("Pattern")),
    )


def _size(pattern: Any) -> int:
    """The length of a pattern as a string; 0 if it is not a known string."""
    return len(pattern) if isinstance(pattern, str) else 0


def _is_set(held: Object, key: str) -> bool | Unknown:
    value = held.get(key)
    return only_unknown(value) if isinstance(value, Unknown) else value is not None


def _text(value: Any) -> str | Unknown | None:
    if isinstance(value, Unknown):
        return only_unknown(value)
    return None if value is None else shown(value)


def is_api_answer(document: Any) -> bool:
    """Whether a document is a describe or list response of the API, or a create request."""
    if not isinstance(document, Object):
        return False
    listed = [held for key in _LISTS if isinstance(document.get(key), list) for held in document[key]]
    if listed:
        return not document.keys() - {*_LISTS, "NextToken"} and all(_is_source(h) or _is_subscriber(h) for h in listed)
    return _is_source(document) or _is_subscriber(document)


def _is_source(held: Any) -> bool:
    keys = {"Configuration", "EventSourceArn"}
    return isinstance(held, Object) and "EventBusArn" in held and bool(keys & held.keys())


def _is_subscriber(held: Any) -> bool:
    keys = {"InvokeConfiguration", "SubscriberArn", "FilterConfiguration"}
    return isinstance(held, Object) and "EventBusArn" in held and bool(keys & held.keys())


def read_api_answer(document: Object, file: str, last_line: int) -> Reading:
    """Read the event sources and subscribers of a response; a list without their settings is reported as skipped."""
    reading = Reading()
    lists = [document[key] for key in _LISTS if isinstance(document.get(key), list)]
    for held in [held for listed in lists for held in listed] if lists else [document]:
        if not _read_answer(held, file, last_line, reading):
            what = "a response of the Custom Event Bus API that lists resources without their settings"
            remedy = "check the output of DescribeSubscriber and DescribeEventSource"
            reading.skipped.append(Skipped(SourceLocation(file, getattr(held, "line", 1)), what, remedy))
    return reading


def _read_answer(held: Any, file: str, last_line: int, reading: Reading) -> bool:
    """Read one event source or subscriber; False if its settings are missing."""
    if not isinstance(held, Object):
        return False
    place, name, bus = SourceLocation(file, held.line), shown(held.get("Name", "")), bus_by_arn(held.get("EventBusArn"))
    last_line = max((last for _, last in held.spans.values()), default=last_line)
    if _is_subscriber(held) and "InvokeConfiguration" in held:
        reading.subscribers.append(subscriber(held, place, last_line, name, bus))
    elif _is_source(held) and "Configuration" in held:
        found = event_source(held, place, last_line, name, bus)
        reading.event_sources += [found] if found else []
    else:
        return False
    return True


def bus_by_arn(arn: Any) -> CustomBus | Unknown:
    """The bus with this ARN."""
    if isinstance(arn, Unknown):
        return only_unknown(arn)
    return CustomBus(shown(arn)) if arn is not None else Unknown("the event bus")


def from_snake_case(value: Any) -> Any:
    """Rename attributes of the Terraform provider awscc to their CloudFormation property names.

    `aws_service_events_configuration` becomes `AwsServiceEventsConfiguration`; strings and patterns do not change.
    """
    if isinstance(value, Mapping):
        made = Object(getattr(value, "line", 0), getattr(value, "file", ""))
        spans = getattr(value, "spans", {})
        for key, held in value.items():
            made.put(_WORD.sub(_capital, f"_{key}"), from_snake_case(held), spans.get(key, (made.line, made.line)))
        return made
    return [from_snake_case(held) for held in value] if isinstance(value, list | tuple) else value


def _capital(found: re.Match[str]) -> str:
    return found[1].capitalize()
