"""Documents with the lines of their text: JSON and YAML give the same tree."""

import json
from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.model import Unknown

DEEPEST = 100
"""How many objects and arrays may stand within each other."""


class Object(dict[str, Any]):
    """An object that knows where it stands.

    Attributes:
        line: where it begins.
        spans: for each key the line where it stands, and the line where its value ends.
        file: the file where it stands, where that is another than the one that is read; else empty.
    """

    def __init__(self, line: int = 0, file: str = "") -> None:
        super().__init__()
        self.line = line
        self.file = file
        self.spans: dict[str, tuple[int, int]] = {}

    def put(self, key: str, value: Any, span: tuple[int, int]) -> None:
        """Set a value and its lines."""
        self[key] = value
        self.spans[key] = span

    def line_of(self, key: str) -> int:
        """The line of a key, or of the whole where it has none."""
        return self.spans.get(key, (self.line, self.line))[0]


class Text(str):
    """A text of many lines, as they stand in its file; the first of them is `line`."""

    line: int

    def __new__(cls, text: str, line: int) -> "Text":
        """Make a text whose first line has this number."""
        made = super().__new__(cls, text)
        made.line = line
        return made


class WrittenNumber(int):
    """A whole number that its author wrote in another form than its digits: `012345670123` is octal in YAML 1.1.

    Attributes:
        written: the text in the file.
    """

    written: str

    def __new__(cls, value: int, written: str) -> "WrittenNumber":
        """Make a number that was written like this."""
        made = super().__new__(cls, value)
        made.written = written
        return made

    def __getnewargs__(self) -> tuple[int, str]:  # type: ignore[override]
        """What `pickle` makes it anew from."""
        return int(self), self.written


def child(value: Any, *keys: str) -> Object:
    """The object at these keys; an empty one where there is none."""
    for key in keys:
        value = value.get(key) if isinstance(value, Object) else None
    return value if isinstance(value, Object) else Object()


def plain(value: Any) -> Any:
    """The same without lines, as JSON has it; what is not known stays `Unknown`."""
    if isinstance(value, dict):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list):
        return [plain(held) for held in value]
    if isinstance(value, Unknown):
        return only_unknown(value) if None in value.parts else str(value)
    return str(value) if isinstance(value, Text) else value


def shown(value: Any) -> str:
    """Return a value as its author wrote it, about: a text as it is, anything else as JSON."""
    return str(value) if isinstance(value, str | Unknown) else json.dumps(plain(value), default=str)


def moved(value: Any, by: int) -> Any:
    """Return the same tree so many lines further down, for a text that stands within another."""
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
    """Return the same tree with everything on one line, for a text whose own lines mean nothing."""
    if isinstance(value, Object):
        made = Object(line, value.file)
        for key, held in value.items():
            made.put(key, on_one_line(held, line), (line, line))
        return made
    if isinstance(value, list):
        return [on_one_line(held, line) for held in value]
    return str(value) if isinstance(value, Text) else value


def of_file(value: Any, file: str) -> Any:
    """Mark every object of a tree as one of another file, in place."""
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
    """Return the same unknown without what it refers to, and without the values of its holes."""
    return Unknown(value.reason, value.parts, value.meaning, value.meanings, value.reasons, value.names)


def has_unknown(value: Any) -> bool:
    """Whether anything in a value is not known."""
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
