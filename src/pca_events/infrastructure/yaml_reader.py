"""YAML with line numbers: only data, never Python objects; CloudFormation short tags become their long form."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from pca_events.infrastructure.model import SourceLocation, Unreadable
from pca_events.infrastructure.source_tree import DEEPEST, Object, Text, WrittenNumber

MOST_DIGITS = 1_000
"""The maximum length of a number in characters; a longer one stays a string."""

MOST_REPEATED = 100_000
"""The maximum number of values that all aliases may repeat."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STANDARD = "tag:yaml.org,2002:"
_DATA = {"str", "int", "float", "bool", "null", "map", "seq", "timestamp", "binary", "value", "merge", "omap", "set"}
_NO_FUNCTION = {"!Ref": "Ref", "!Condition": "Condition"}
_OPEN = object()


@dataclass
class Loaded:
    """The documents of a text, and the errors in it."""

    documents: list[Any] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)


class _Fault(Exception):
    """A syntax error with its line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def load(text: str, file: str) -> Loaded:
    """Read the documents of a text up to the first syntax error; report duplicate keys."""
    loaded = Loaded()
    faults: list[tuple[int, str]] = []
    try:
        composer = _Composer(text, faults)
        loaded.documents.extend(composer.documents())
    except _Fault as fault:
        faults.append((fault.line, str(fault)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        faults.append((mark.line + 1 if mark else 1, f"is not valid YAML: {_one_line(error.problem or error.context)}"))
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        faults.append((line, f"is not valid YAML: {_one_line(error.reason)}"))
    loaded.unreadable = [Unreadable(SourceLocation(file, line), message) for line, message in faults]
    return loaded


def dumped(value: Any) -> str:
    """Return a JSON value as YAML, with the keys in their order."""
    text: str = yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=110)
    return text


def _one_line(message: object) -> str:
    return " ".join(str(message).split())


class _Composer:
    """Builds trees from parser events, with limits on depth and repetition."""

    def __init__(self, text: str, faults: list[tuple[int, str]]) -> None:
        self._lines = text.split("\n")
        self._loader = _Loader(text)
        self._faults = faults
        self._anchors: dict[str, Any] = {}
        self._count = 0
        self._repeated = 0

    def documents(self) -> Iterator[Any]:
        """Yield each document that is not empty."""
        while not isinstance(event := self._next(), yaml.StreamEndEvent):
            if isinstance(event, yaml.DocumentStartEvent):
                self._anchors.clear()
                value, _ = self._node(self._next(), 0)
                if value is not None:
                    yield value

    def _next(self) -> Any:
        return self._loader.get_event()

    def _node(self, event: Any, depth: int) -> tuple[Any, int]:
        """The value that begins with this event, and its last line."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent):
            return self._repeat(str(event.anchor), line), line
        if depth > DEEPEST:
            raise _Fault(line, "is nested too deeply")
        self._count += 1
        before = self._count
        if event.anchor:
            self._anchors[event.anchor] = _OPEN
        if isinstance(event, yaml.ScalarEvent):
            value, last = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value, last = self._sequence(event, depth)
        else:
            value, last = self._mapping(event, depth)
        value = _tagged(event.tag, value, (line, last))
        if event.anchor:
            self._anchors[event.anchor] = (value, self._count - before + 1)
        return value, last

    def _repeat(self, anchor: str, line: int) -> Any:
        held = self._anchors.get(anchor)
        if held is None:
            raise _Fault(line, f"refers to &{anchor}, which is not defined above")
        if held is _OPEN:
            raise _Fault(line, f"&{anchor} contains itself")
        value, size = held
        self._count += size
        self._repeated += size
        if self._repeated > MOST_REPEATED:
            raise _Fault(line, f"aliases repeat more than {MOST_REPEATED:,} values; write them out")
        return value

    def _scalar(self, event: Any) -> tuple[Any, int]:
        first, last = event.start_mark.line + 1, event.end_mark.line + 1
        if event.style in ("|", ">"):
            last = max(first, min(last if event.end_mark.column else last - 1, len(self._lines)))
            while last > first and not self._lines[last - 1].strip():
                last -= 1
            return Text(event.value, first + 1), last
        tag = event.tag or self._loader.resolve(yaml.ScalarNode, event.value, event.implicit)
        return _data(tag.removeprefix(_STANDARD), event.value), last

    def _sequence(self, start: Any, depth: int) -> tuple[list[Any], int]:
        values, last = [], start.start_mark.line + 1
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            value, last = self._node(event, depth + 1)
            values.append(value)
        return values, _end(start, event, last)

    def _mapping(self, start: Any, depth: int) -> tuple[Object, int]:
        made, merged, last = Object(start.start_mark.line + 1), [], start.start_mark.line + 1
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            line, key = event.start_mark.line + 1, self._key(event)
            value, last = self._node(self._next(), depth + 1)
            if key == "<<" and isinstance(event, yaml.ScalarEvent) and not event.style:
                merged += value if isinstance(value, list) else [value]
                continue
            if key in made:
                self._faults.append((line, f'duplicate key "{key}"'))
            made.put(key, value, (line, last))
        for other in merged:
            _merge(made, other)
        return made, _end(start, event, last)

    def _key(self, event: Any) -> str:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            if event.anchor:
                self._anchors[event.anchor] = (event.value, 1)
            return str(event.value)
        if isinstance(event, yaml.AliasEvent) and isinstance(key := self._repeat(str(event.anchor), line), str):
            return key
        raise _Fault(line, "mapping key is not a string")


def _end(start: Any, event: Any, last: int) -> int:
    """The last line of a block: that of its content, because the parser reports the start of the next token."""
    return event.end_mark.line + 1 if start.flow_style else last


def _merge(into: Object, other: Any) -> None:
    if isinstance(other, Object):
        for key in other.keys() - into.keys():
            into.put(key, other[key], other.spans[key])


def _tagged(tag: str | None, value: Any, span: tuple[int, int]) -> Any:
    if tag is None or tag == "!":
        return value
    if tag.startswith(_STANDARD):
        if tag.removeprefix(_STANDARD) not in _DATA:
            raise _Fault(span[0], f"has the tag !!{tag.removeprefix(_STANDARD)}, which is not a plain data type")
        return value
    made = Object(span[0])
    made.put(_NO_FUNCTION.get(tag, f"Fn::{tag.lstrip('!')}"), value, span)
    return made


def _data(kind: str, text: str) -> Any:
    """A plain value by the rules of YAML 1.1, if JSON has such values; else its text."""
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    try:
        if kind == "int":
            return _whole(text)
        if kind == "float":
            number = float(text.replace("_", ""))
            return number if abs(number) < float("inf") else text
    except ValueError:
        return text
    return text


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"more than {MOST_DIGITS} digits")
    digits = text.replace("_", "")
    unsigned = digits.lstrip("+-")
    if len(unsigned) > 1 and unsigned[0] == "0" and unsigned.isdigit():
        return WrittenNumber(int(digits, 8), text)
    value = int(digits, 0)
    return value if str(value) == text else WrittenNumber(value, text)
