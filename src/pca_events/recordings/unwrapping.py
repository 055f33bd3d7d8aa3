"""Unwraps events from what stores them: SQS messages, SNS notifications, logs, streams, arrays."""

import base64
import binascii
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.json_source import InvalidJson, decode
from pca_events.unpacking import Damaged, TooLarge, unpacked

_MOST_LAYERS = 8
_LARGEST = 1 << 24


@dataclass(frozen=True)
class Wrapped:
    """An event and its JSON path: `$.Records[0].body`."""

    event: dict[str, Any]
    path: str


@dataclass(frozen=True)
class CloudTrailRecord:
    """A record of a CloudTrail log file and its JSON path: `$.Records[0]`."""

    record: dict[str, Any]
    path: str


@dataclass(frozen=True)
class NoEvent:
    """A value that contains no event.

    Attributes:
        path: its JSON path.
        fault: what is wrong with it; empty for a value of another kind.
    """

    path: str
    fault: str = ""


Found = Wrapped | CloudTrailRecord | NoEvent
"""What was found at a path of a document."""


def unwrap(value: Any, path: str = "$", depth: int = 0) -> Iterator[Found]:
    """Find the events in a document.

    Supported are plain events, arrays, SQS responses and Lambda events from SQS, SNS notifications (raw, in SQS, in
    Lambda), CloudWatch Logs (subscriptions, exports, Insights), Firehose and Kinesis records, and CloudTrail log files.
    """
    if depth > _MOST_LAYERS:
        yield NoEvent(path, "is wrapped in too many layers")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from unwrap(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, dict) and is_event(value):
        yield Wrapped(value, path)
    elif isinstance(value, dict) and is_cloudtrail_record(value):
        yield CloudTrailRecord(value, path)
    elif isinstance(value, dict):
        yield from _inside(value, path, depth + 1)
    else:
        yield NoEvent(path)


def is_event(document: dict[str, Any]) -> bool:
    """Whether an object is an event: it has a detail-type, or both a source and a detail."""
    return "detail-type" in document or ("source" in document and "detail" in document)


def is_cloudtrail_record(document: dict[str, Any]) -> bool:
    """Whether an object is a record written by CloudTrail, not one of S3, SQS or Kinesis."""
    source = document.get("eventSource")
    named = isinstance(source, str) and source.endswith(".amazonaws.com")
    return named and "eventVersion" in document and "eventName" in document


def _inside(value: dict[str, Any], path: str, depth: int) -> Iterator[Found]:
    for name in _LISTS:
        if isinstance(items := value.get(name), list):
            yield from unwrap(items, f"{path}.{name}", depth)
            return
    for names, read in _TEXTS:
        if isinstance(text := _at(value, names), str):
            yield from read(text, ".".join((path, *names)), depth)
            return
    if value.get("field") == "@message" and isinstance(value.get("value"), str):
        yield from _log_message(value["value"], f"{path}.value", depth)
    else:
        yield NoEvent(path)


def _at(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _text(text: str, path: str, depth: int) -> Iterator[Found]:
    try:
        value = decode(text)
    except InvalidJson as refused:
        yield NoEvent(path, str(refused) if text.lstrip().startswith("{") else "")
    else:
        yield from unwrap(value, path, depth)


def _log_message(text: str, path: str, depth: int) -> Iterator[Found]:
    """Read a log message; handlers often write text before the event."""
    begin = text.find("{")
    if begin <= 0:
        yield from _text(text, path, depth)
        return
    try:
        value = decode(text[begin:])
    except InvalidJson:
        yield NoEvent(path)
    else:
        yield from unwrap(value, path, depth)


def _packed(data: str, path: str, depth: int) -> Iterator[Found]:
    try:
        raw = base64.b64decode(data, validate=True)
        if raw.startswith(b"\x1f\x8b"):
            raw = b"".join(unpacked(io.BytesIO(raw).read, _LARGEST))
        text = raw.decode()
    except TooLarge:
        yield NoEvent(path, f"unpacks to more than {_LARGEST >> 20} MiB")
    except (binascii.Error, Damaged, UnicodeDecodeError) as error:
        yield NoEvent(path, f"cannot be unpacked: {error}")
    else:
        yield from _text(text, path, depth)


_LISTS = ("Records", "records", "Messages", "events", "logEvents", "results")
"""The keys of lists in Lambda events, SQS responses, CloudWatch Logs and its Insights."""

_TEXTS: tuple[tuple[tuple[str, ...], Callable[[str, str, int], Iterator[Found]]], ...] = (
    (("Sns", "Message"), _text),
    (("Message",), _text),
    (("body",), _text),
    (("Body",), _text),
    (("message",), _log_message),
    (("awslogs", "data"), _packed),
    (("kinesis", "data"), _packed),
    (("data",), _packed),
)
"""The keys under which SNS, SQS, logs, Kinesis and Firehose store the text of an event, and how to read it."""
