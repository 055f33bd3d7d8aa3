"""What AWS refuses, or never delivers, in event sources and filters of the Custom Event Bus, whatever their values.

Source: "Filtering events for a subscriber", "Event sources for a Custom Event Bus" and "Event structure: data,
metadata, and system metadata" in the EventBridge user guide; the API reference of eventbridgev2 for the lengths.
"""

import difflib
import re
from collections.abc import Iterator
from typing import Any

from pca_events.check.report import Finding, readable
from pca_events.infrastructure.event_patterns import FIELDS
from pca_events.infrastructure.model import EventSource, Place, Subscriber, SubscriberFilter

DATA, METADATA, SYSTEM = "DATA", "METADATA", "SYSTEM_METADATA"
MOST_IN_FILTER = 4096
MOST_IN_SOURCE = 3753

_SCOPES = (DATA, METADATA, SYSTEM)
_BARRED = ("source", "account", "region")
_SERVICE = re.compile(r"aws\.[a-z0-9-]+")
_IN_EVENTS = {
    "aws:Source": "source",
    "AwsSource": "source",
    "aws:DetailType": "detail-type",
    "AwsDetailType": "detail-type",
}
"""What the fields of EventBridge are that it takes from the event."""


def in_event_terms(held: SubscriberFilter) -> Any:
    """Return the pattern of a filter as one on the event: `AwsSource` is its source."""
    if held.scope != SYSTEM or not isinstance(held.pattern, dict):
        return held.pattern
    return {_IN_EVENTS[key]: value for key, value in held.pattern.items() if key in _IN_EVENTS}


def system_fields(held: SubscriberFilter) -> list[str]:
    """Return the fields of EventBridge that a filter asks for and that the event does not tell."""
    asked = held.pattern if held.scope == SYSTEM and isinstance(held.pattern, dict) else {}
    return [key for key in asked if key not in _IN_EVENTS]


def never_matches(held: SubscriberFilter) -> bool:
    """Whether a filter looks where no event of an AWS service has anything."""
    return held.scope == METADATA or _is_misplaced(held)


def _is_misplaced(held: SubscriberFilter) -> bool:
    return held.scope == SYSTEM and isinstance(held.pattern, dict) and bool(FIELDS & held.pattern.keys())


def faults_of_source(source: EventSource) -> Iterator[Finding]:
    """Yield what is wrong with an event source."""
    service = source.service
    if not isinstance(service, str) or not _SERVICE.fullmatch(service):
        message = f"AwsService must be one source of AWS, without wildcards, not {_written(service)}"
        remedy = "write AwsService: aws.acm-pca; make one event source for each service"
        yield Finding("error", "event-source-service", message, remedy, source.service_place)
    elif service != "aws.acm-pca" and difflib.get_close_matches(service, ["aws.acm-pca"], cutoff=0.8):
        message = f'no AWS service sends the source "{service}"'
        remedy = "write AwsService: aws.acm-pca"
        yield Finding("error", "event-source-service", message, remedy, source.service_place)
    barred = [key for key in _BARRED if isinstance(source.pattern, dict) and key in source.pattern]
    if barred:
        message = f"the pattern of an event source must not have {', '.join(barred)} at its top"
        remedy = "take it out; AwsService already says which events are forwarded"
        place = Place(source.place.file, source.lines.get(barred[0], source.place.line))
        yield Finding("error", "event-source-fields", message, remedy, place)
    yield from _too_long(source.size, MOST_IN_SOURCE, "the pattern of the event source", source.place)
    yield from _no_failure_queue(source)


def faults_of_filters(found: Subscriber) -> Iterator[Finding]:
    """Yield what is wrong with the filters of a subscriber, whatever values they ask for."""
    filters = found.filters if isinstance(found.filters, tuple) else ()
    seen: set[str] = set()
    for held in filters:
        if not isinstance(held.scope, str):
            continue
        if held.scope not in _SCOPES:
            message = f"a filter has the scope {_written(held.scope)}; AWS takes {', '.join(_SCOPES)}"
            yield Finding("error", "filter-scope", message, "write DATA for the event itself", held.place)
        elif held.scope in seen:
            message = f"more than one filter has the scope {held.scope}"
            yield Finding("error", "filter-scope", message, "write one filter for each scope", held.place)
        seen.add(held.scope)
        yield from _of_filter(held)
    yield from _no_failure_queue(found)


def _of_filter(held: SubscriberFilter) -> Iterator[Finding]:
    if held.scope == METADATA:
        message = "never fires: a METADATA filter never matches an event of an AWS service, which has no metadata"
        yield Finding("error", "metadata-filter", message, "write the filter with the scope DATA", held.place)
    if has_wildcard(held.pattern):
        message = "uses wildcard, which filters of subscribers do not support"
        yield Finding("error", "wildcard-in-filter", message, "write prefix, suffix or the values", held.place)
    if _is_misplaced(held):
        message = "never fires: a SYSTEM_METADATA filter looks at the fields of EventBridge, not at those of the event"
        yield Finding("error", "filter-scope", message, "write the filter with the scope DATA", held.place)
    yield from _too_long(held.size, MOST_IN_FILTER, "the filter", held.place)


def _too_long(size: int, most: int, subject: str, place: Place) -> Iterator[Finding]:
    if size > most:
        message = f"{subject} has {size:,} characters; AWS takes {most:,}"
        yield Finding("error", "filter-too-long", message, "shorten it", place)


def _no_failure_queue(found: EventSource | Subscriber) -> Iterator[Finding]:
    if found.on_failure is False:
        lost = "forwarded" if isinstance(found, EventSource) else "delivered in 5 attempts or 300 seconds"
        message = f"has no OnFailureConfiguration: what cannot be {lost} is lost"
        remedy = "add an OnFailureConfiguration with the ARN of an SQS queue"
        yield Finding("warning", "no-on-failure", message, remedy, found.place)


def has_wildcard(pattern: Any) -> bool:
    """Whether a pattern uses the operator `wildcard` anywhere."""
    rest = [pattern]
    while rest:
        held = rest.pop()
        if isinstance(held, dict):
            rest += held.values()
        elif isinstance(held, list):
            if any(isinstance(item, dict) and _is_wildcard(item) for item in held):
                return True
            rest += held
    return False


def _is_wildcard(matcher: dict[str, Any]) -> bool:
    inner = matcher.get("anything-but")
    return "wildcard" in matcher or (isinstance(inner, dict) and "wildcard" in inner)


def _written(value: Any) -> str:
    shown = readable(value)
    return f'"{shown}"' if isinstance(shown, str) else str(shown)
