"""Entries of PutEvents: what AWS refuses, and the event that an entry becomes."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from localstack.services.events.models import ValidationException
from localstack.utils.xray.trace_header import TraceHeader

Entry = Mapping[str, Any]
EntryResult = dict[str, str]
Event = dict[str, Any]
Operation = Callable[[Any, Any], Any]
"""Answers one request, given LocalStack's context and the request as AWS's API has it."""

TIME_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
"""Of the time of an event."""

MOST_ENTRIES = 10
LONGEST_DETAIL_TYPE = 128  # characters
MOST_BYTES = 1_024 * 1_024  # of the entries of one request
_TIME_BYTES = 14  # what AWS counts for the time of an entry
_RESERVED = "aws."


@dataclass(frozen=True, slots=True)
class Sender:
    """Who publishes: a caller of PutEvents, or an AWS service.

    Attributes:
        account: the caller's, twelve digits.
        region: the caller's.
        is_service: whether an AWS service sends; it may use a source that begins with `aws.`.
        trace_header: of X-Ray, passed on to targets.
    """

    account: str
    region: str
    is_service: bool = False
    trace_header: TraceHeader = field(default_factory=lambda: new_trace())


def refuse_sizes(entries: Sequence[Entry]) -> None:
    """Refuse a request whose entries are too large together.

    Raises:
        ValidationException: they are.
    """
    if sum(map(size_of, entries)) > MOST_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")


def size_of(entry: Entry) -> int:
    """Return the bytes of an entry as AWS counts them: its time if given, source, detail-type, detail and resources."""
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")] + list(entry.get("Resources") or ())
    return sum(len(text.encode()) for text in texts) + (_TIME_BYTES if entry.get("Time") else 0)


def refusal(entry: Entry, sender: Sender) -> EntryResult | None:
    """Return the result of an entry that AWS refuses, or None for a valid one."""
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            return _invalid(name, f"{name} is a required argument")
    if not _is_object(entry["Detail"]):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if entry["Source"].startswith(_RESERVED) and not sender.is_service:
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": "Not authorized for the source."}
    if len(entry["DetailType"]) > LONGEST_DETAIL_TYPE:
        return _invalid("DetailType", f"DetailType is longer than {LONGEST_DETAIL_TYPE} characters")
    return None


def _invalid(parameter: str, reason: str) -> EntryResult:
    message = f"Parameter {parameter} is not valid. Reason: {reason}."
    return {"ErrorCode": "InvalidArgument", "ErrorMessage": message}


def _is_object(detail: str) -> bool:
    try:
        return isinstance(json.loads(detail), dict)
    except (ValueError, RecursionError):
        return False


def event_of(entry: Entry, sender: Sender) -> Event:
    """Return the event that a valid entry becomes: with id, account, Region, version and, if it has none, a time.

    The entry of an AWS service may have an `EventId`: services may send an event twice.
    """
    stamps = new_stamps()
    if time := entry.get("Time"):
        stamps["time"] = (time if time.tzinfo is None else time.astimezone(UTC)).strftime(TIME_FORMAT)
    return {
        "version": "0",
        "id": (sender.is_service and entry.get("EventId")) or stamps["id"],
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": sender.account,
        "time": stamps["time"],
        "region": sender.region,
        "resources": list(entry.get("Resources") or ()),
        "detail": json.loads(entry["Detail"]),
    }


def new_trace() -> TraceHeader:
    """Return the X-Ray header of an event that no request brought in."""
    return TraceHeader().ensure_root_exists()  # type: ignore[no-untyped-call, no-any-return]


def new_stamps() -> dict[str, str]:
    """Return the id and the time that an event bus stamps on an event."""
    return {"id": str(uuid.uuid4()), "time": datetime.now(UTC).strftime(TIME_FORMAT)}
