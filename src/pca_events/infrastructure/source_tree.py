"""JSON and YAML documents as one kind of tree, with line numbers."""

import json
from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.json_source import read_lines

DEEPEST = 100
"""The maximum nesting depth of objects and arrays."""


class Object(dict[str, Any]):
    """An object with its location.

    Attributes:
        line: its first line.
        spans: for each key, its line and the last line of its value.
        file: its file if that differs from the file being read; else empty.
    """

    def __init__(self, line: int = 0, file: str = "") -> None:
        super().__init__()
        self.line = line
        self.file = file
        self.spans: dict[str, tuple[int, int]] = {}

    def put(self, key: str, value: Any, span: tuple[int, int]) -> None:
        """Set a value with its lines."""
        self[key] = value
        self.spans[key] = span

    def line_of(self, key: str) -> int:
        """The line of a key, or of the object if the key has none."""
        return self.spans.get(key, (self.line, self.line))[0]


class Text(str):
    """A multi-line string whose lines are lines of its file, starting at `line`."""

    line: int

    def __new__(cls, text: str, line: int) -> "Text":
        """Create a string whose first line has this number."""
        made = super().__new__(cls, text)
        made.line = line
        return made


class WrittenNumber(int):
    """An integer that is not in decimal notation: `012345670123` is octal in YAML 1.1.

    Attributes:
        written: the text in the file.
    """

    written: str

    def __new__(cls, value: int, written: str) -> "WrittenNumber":
        """Create an integer with its text."""
        made = super().__new__(cls, value)
        made.written = written
        return made

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]
        """The arguments with which `pickle` restores it."""
        return int(self), self.written


def json_tree(text: str) -> tuple[Any, list[tuple[int, str]]]:
    """The tree of a valid JSON text, and each duplicate key with its line.

    Raises:
        InvalidLine: the text is nested too deeply.
    """
    return read_lines(text, Object, DEEPEST)


def child(value: Any, *keys: str) -> Object:
    """The object at these keys; an empty object if there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, Object) else None
    return value if isinstance(value, Object) else Object()


def plain(value: Any) -> Any:
    """The value as plain JSON, without lines; unknown values stay `Unknown`."""
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [plain(held) for held in value]
    if isinstance(value, Unknown):
        return only_unknown(value) if None in value.parts else str(value)
    return str(value) if isinstance(value, Text) else value


def shown(value: Any) -> str:
    """Return a value approximately as in the code: a string as it is, anything else as JSON."""
    return str(value) if isinstance(value, str | Unknown) else json.dumps(plain(value), default=str)


def moved(value: Any, by: int) -> Any:
    """Return the tree shifted by a number of lines, for a document embedded in another."""
    if isinstance(value, Object):
        made = Object(value.line + by, value.file)
        for key, held in value.items():
            first, last = value.spans[key]
            made.put(key, moved(held, by), (first + by, last + by))
        return made
    if isinstance(value, list):
        return [moved(held, by) for held in value]
    return Text(value, value.line + by) if isinstance(value, Text) else value


def on_one_line(value: Any, line: int) -> Any:
    """Return the tree with every value on one line, for a document whose lines are not lines of a file."""
    if isinstance(value, Object):
        made = Object(line, value.file)
        for key, held in value.items():
            made.put(key, on_one_line(held, line), (line, line))
        return made
    if isinstance(value, list):
        return [on_one_line(held, line) for held in value]
    return str(value) if isinstance(value, Text) else value


def of_file(value: Any, file: str) -> Any:
    """Set the file of every object of a tree, in place."""
    rest = [value]
    while rest:
        held = rest.pop()
        if isinstance(held, Object):
            held.file = file
            rest += held.values()
        elif isinstance(held, list):
            rest += held
    return value


def only_unknown(value: Unknown) -> Unknown:
    """Return the unknown value without the resource that it refers to and without its holes."""
    return Unknown(value.reason, value.parts, value.meaning, value.meanings, value.reasons, value.names)


def has_unknown(value: Any) -> bool:
    """Whether a value contains anything unknown."""
    if isinstance(value, Unknown):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(has_unknown, inner))


def key_lines(value: Any, above: str = "") -> Iterator[tuple[str, int]]:
    """The line of each key, by its path: `detail.result`, and `$or[0].source` within an array of objects."""
    if isinstance(value, Object):
        for key, held in value.items():
            path = f"{above}.{key}" if above else key
            yield path, value.line_of(key)
            yield from key_lines(held, path)
    elif isinstance(value, list):
        for index, held in enumerate(value):
            yield from key_lines(held, f"{above}[{index}]")
