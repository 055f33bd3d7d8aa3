"""Recorded files read as blocks of bytes, and events unwrapped from what stores them."""

import base64
import binascii
import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from pca_events.errors import BadInput
from pca_events.json_source import InvalidJson, decode
from pca_events.unpacking import GZIP, Damaged, TooLarge, unpacked

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


class IncompleteRecording(ValueError):
    """The rest of a recording cannot be read; the message says why."""


ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".gz")
"""The file name extensions of recordings."""

_MOST_FILES = 100_000


def recordings_in(folder: str) -> list[str]:
    """Return the recordings in a folder and its subfolders, sorted by name, without links that lead out of it.

    Raises:
        BadInput: there are none or too many, or a folder cannot be read.
    """
    found: list[str] = []
    for name in _files(folder):
        if len(found) == _MOST_FILES:
            raise BadInput(f"{folder} has more than {_MOST_FILES:,} recordings; name its subfolders one by one")
        found.append(name)
    if not found:
        raise BadInput(f"{folder} has no file that ends in {', '.join(ENDINGS)}; name the file itself")
    return sorted(found)


def _files(folder: str) -> Iterator[str]:
    top = os.path.realpath(folder)
    for within, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        for name in names:
            path = os.path.join(within, name)
            if name.endswith(ENDINGS) and _is_inside(path, top):
                yield path


def _is_inside(path: str, top: str) -> bool:
    """Whether a path is a regular file in the folder, not a pipe or a device."""
    if not os.path.isfile(path):
        return False
    return not os.path.islink(path) or os.path.commonpath([os.path.realpath(path), top]) == top


def _refuse(error: OSError) -> None:
    raise BadInput(f"{error.filename} cannot be read: {error.strerror}") from error


BLOCK = 1 << 20
"""The number of bytes that are read at a time."""

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def blocks(name: str, most: int | None = None) -> Iterator[tuple[bytes, bool]]:
    """Read a file, or standard input for `-`, and unpack gzip; yield blocks, each with whether it is the last.

    A block ends at the end of a line if it contains one, and never within a character.

    Args:
        name: the file.
        most: the maximum unpacked size in bytes; see `pca_events.unpacking.unpacked`.

    Raises:
        BadInput: the file cannot be opened, or starts with the byte order mark of another encoding than UTF-8.
        IncompleteRecording: the gzip data is damaged, cut off, or larger than allowed; everything before that has been
            yielded.
    """
    if name == "-":
        yield from _cut(_unpacked(cast(io.BufferedReader, sys.stdin.buffer), name, most))
        return
    try:
        with Path(name).open("rb") as stream:
            yield from _cut(_unpacked(stream, name, most))
    except FileNotFoundError as error:
        from pca_events.wording import file_meant

        raise BadInput(f"{name} does not exist{file_meant(name)}") from error
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from error


def _unpacked(stream: io.BufferedReader, name: str, most: int | None) -> Iterator[bytes]:
    start = stream.peek(4)
    for mark, encoding in _OTHER_ENCODINGS.items():
        if start.startswith(mark):
            raise BadInput(f"{name} is {encoding}; convert it to UTF-8 first")
    if not start.startswith(GZIP):
        yield from iter(lambda: stream.read(BLOCK), b"")
        return
    try:
        yield from unpacked(stream.read1, most)
    except (Damaged, OSError) as error:
        raise IncompleteRecording(f"gzip data is damaged or cut off from here on: {error}") from error
    except TooLarge as error:
        raise IncompleteRecording(str(error)) from error


def _cut(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held: list[bytes] = []
    fault: IncompleteRecording | None = None
    try:
        for piece in pieces:
            held.append(piece)
            if sum(map(len, held)) >= BLOCK:
                whole = b"".join(held)
                cut = _cut_at(whole)
                yield whole[:cut], False
                held = [whole[cut:]]
    except IncompleteRecording as error:
        fault = error
    yield b"".join(held), True
    if fault is not None:
        raise fault


def _cut_at(data: bytes) -> int:
    """Where to cut: after the last line end, or else before the last character."""
    line = data.rfind(b"\n") + 1
    if line:
        return line
    cut = len(data) - 1
    while cut > len(data) - 4 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
