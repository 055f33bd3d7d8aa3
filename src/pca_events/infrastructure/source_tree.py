"""Documents with the lines of their text: JSON and YAML give the same tree."""

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
    """

    def __init__(self, line: int = 0) -> None:
        super().__init__()
        self.line = line
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
        return Unknown(value.reason, value.parts, value.meaning, value.meanings)
    return str(value) if isinstance(value, Text) else value


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
