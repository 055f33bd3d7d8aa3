"""Filters of the Custom Event Bus: what AWS rejects or never delivers, and what several filters match together.

Source: "Filtering events for a subscriber", "Event sources for a Custom Event Bus" and "Event structure: data,
metadata, and system metadata" in the EventBridge user guide; the API reference of eventbridgev2 for the lengths.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from pca_events.check.report import Finding, Fires, Verdict, readable
from pca_events.check.verdicts.verdict import Judged, judged
from pca_events.infrastructure.embedded_json import FIELDS
from pca_events.infrastructure.model import EventSource, SourceLocation, Subscriber, SubscriberFilter, Unknown
from pca_events.wording import nearest

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
"""The fields of EventBridge that are copied from the event, and their names there."""


def in_event_terms(held: SubscriberFilter) -> Any:
    """Return the pattern of a filter in terms of the event: `AwsSource` is its source."""
    if held.scope != SYSTEM or not isinstance(held.pattern, dict):
        return held.pattern
    return {_IN_EVENTS[key]: value for key, value in held.pattern.items() if key in _IN_EVENTS}


def system_fields(held: SubscriberFilter) -> list[str]:
    """Return the fields of EventBridge that a filter matches and that the event does not contain."""
    asked = held.pattern if held.scope == SYSTEM and isinstance(held.pattern, dict) else {}
    return [key for key in asked if key not in _IN_EVENTS]


def never_matches(held: SubscriberFilter) -> bool:
    """Whether a filter matches fields that no event of an AWS service has."""
    return held.scope == METADATA or _is_misplaced(held)


def _is_misplaced(held: SubscriberFilter) -> bool:
    return held.scope == SYSTEM and isinstance(held.pattern, dict) and bool(FIELDS & held.pattern.keys())


def event_source_findings(source: EventSource) -> Iterator[Finding]:
    """Yield the findings about an event source."""
    service = source.service
    if not isinstance(service, str) or not _SERVICE.fullmatch(service):
        message = f"AwsService must be one AWS source without wildcards, not {_written(service)}"
        remedy = "write AwsService: aws.acm-pca; create one event source for each service"
        yield Finding("error", "event-source-service", message, remedy, source.service_place)
    elif service != "aws.acm-pca" and nearest(service, ["aws.acm-pca"], 0.8):
        message = f'no AWS service sends the source "{service}"'
        remedy = "write AwsService: aws.acm-pca"
        yield Finding("error", "event-source-service", message, remedy, source.service_place)
    barred = [key for key in _BARRED if isinstance(source.pattern, dict) and key in source.pattern]
    if barred:
        message = f"the pattern of an event source must not contain {', '.join(barred)} at the top level"
        remedy = "remove it; AwsService already selects the events"
        place = SourceLocation(source.place.file, source.lines.get(barred[0], source.place.line))
        yield Finding("error", "event-source-fields", message, remedy, place)
    yield from _too_long(source.size, MOST_IN_SOURCE, "the pattern of the event source", source.place)
    yield from _no_failure_queue(source)


def filter_findings(found: Subscriber) -> Iterator[Finding]:
    """Yield the findings about the filters of a subscriber that do not depend on their values."""
    filters = found.filters if isinstance(found.filters, tuple) else ()
    seen: set[str] = set()
    for held in filters:
        if not isinstance(held.scope, str):
            continue
        if held.scope not in _SCOPES:
            message = f"a filter has the scope {_written(held.scope)}; AWS accepts {', '.join(_SCOPES)}"
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
        message = "never fires: a SYSTEM_METADATA filter compares fields of EventBridge, not those of the event"
        yield Finding("error", "filter-scope", message, "write the filter with the scope DATA", held.place)
    yield from _too_long(held.size, MOST_IN_FILTER, "the filter", held.place)


def _too_long(size: int, most: int, subject: str, place: SourceLocation) -> Iterator[Finding]:
    if size > most:
        message = f"{subject} has {size:,} characters; AWS accepts {most:,}"
        yield Finding("error", "filter-too-long", message, "shorten it", place)


def _no_failure_queue(found: EventSource | Subscriber) -> Iterator[Finding]:
    if found.on_failure is False:
        lost = "forwarded" if isinstance(found, EventSource) else "delivered in 5 attempts or 300 seconds"
        message = f"has no OnFailureConfiguration: events that cannot be {lost} are lost"
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


_EVERYTHING = {"source": [{"exists": True}]}


def judged_together(patterns: Sequence[dict[str, Any]]) -> Judged:
    """Judge the conjunction of these patterns; no patterns match every event.

    Where they cannot be combined into one pattern, findings about parts are those of the first.
    """
    merged = conjunction(patterns)
    each = [judged(pattern) for pattern in ([merged] if merged is not None else patterns)]
    found, twins = ([part[at] for part in each] for at in (1, 2))
    return each[0][0], tuple(map(_of_all, zip(*found, strict=True))), tuple(map(_of_all, zip(*twins, strict=True)))


def conjunction(patterns: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return one pattern equivalent to all of these; None if they match one field in different ways."""
    if len(patterns) > 1 and any(map(_has_alternatives, patterns)):
        return None  # a branch of $or counts instead of the same field beside it, not in addition to it
    merged: dict[str, Any] = {}
    for pattern in patterns:
        if (made := _merged(merged, pattern, "")) is None:
            return None
        merged = made
    return merged or _EVERYTHING


def _has_alternatives(pattern: dict[str, Any]) -> bool:
    return any(key == "$or" or (isinstance(held, dict) and _has_alternatives(held)) for key, held in pattern.items())


def _merged(first: dict[str, Any], second: dict[str, Any], path: str) -> dict[str, Any] | None:
    made = dict(first)
    for key, value in second.items():
        held = made.get(key, value)
        inner = f"{path}{key}"
        if held == value:
            made[key] = value
        elif isinstance(held, dict) and isinstance(value, dict):
            made[key] = _merged(held, value, f"{inner}.")
        else:
            made[key] = _in_both(held, value) if inner != "resources" else None
        if made[key] is None:
            return None
    return made


def _in_both(first: Any, second: Any) -> list[str] | None:
    """The strings that two lists of plain strings share; None if they contain anything else, or have none in common."""
    lists = isinstance(first, list) and isinstance(second, list)
    if not lists or not all(isinstance(value, str) for value in (*first, *second)):
        return None
    return [value for value in first if value in second] or None


def _of_all(found: Sequence[Verdict]) -> Verdict:
    """The verdict of patterns that an event must all match, from their verdicts."""
    blocks = tuple(block for verdict in found for block in verdict.blocks)
    conditions = tuple(dict.fromkeys(words for verdict in found for words in verdict.conditions))
    kinds = {verdict.fires for verdict in found}
    fires: Fires = "never" if "never" in kinds else "may" if "may" in kinds else "always"
    return Verdict(found[0].event, fires, conditions if fires == "may" else (), blocks if fires == "never" else ())


def at_best(found: Sequence[tuple[Verdict, ...]]) -> tuple[Verdict, ...]:
    """Return for each event the most permissive verdict, if there are several ways to arrive."""
    order: tuple[Fires, ...] = ("always", "may", "never")
    return tuple(min(ways, key=lambda verdict: order.index(verdict.fires)) for ways in zip(*found, strict=True))


def only_if(found: tuple[Verdict, ...], condition: str) -> tuple[Verdict, ...]:
    """Return the verdicts with one more unknown condition."""
    return tuple(
        verdict
        if verdict.fires == "never"
        else verdict._replace(fires="may", conditions=(*verdict.conditions, condition))
        for verdict in found
    )


def unknown_whole(patterns: Sequence[Any]) -> Unknown | None:
    """Return the first pattern that is completely unknown."""
    return next((pattern for pattern in patterns if isinstance(pattern, Unknown)), None)
