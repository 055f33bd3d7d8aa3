"""Lines that are counted on through all files, so that a value knows its file by its line."""

import json
from typing import Any

from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import Place, Unknown
from pca_events.infrastructure.source_tree import Object, Text
from pca_events.infrastructure.terraform.functions import Encoded, decoded, with_texts

_FILE = 10_000_000


class Lines:
    """The files that have been read, and which lines are theirs."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._at: dict[str, int] = {}

    def start(self, file: str) -> int:
        """What is to be added to the lines of a file."""
        if file not in self._at:
            self._at[file] = len(self._files)
            self._files.append(file)
        return (self._at[file] + 1) * _FILE

    def file(self, line: int) -> str:
        """The file of a line."""
        return self._files[line // _FILE - 1]

    def place(self, line: int) -> Place:
        """Where a line is."""
        return Place(self.file(line), line % _FILE)


def in_file(line: int) -> int:
    """The number of a line in its file."""
    return line % _FILE


def same_file(one: int, other: int) -> bool:
    """Whether two lines are in one file."""
    return one // _FILE == other // _FILE


def line_of(value: Any) -> int:
    """The line where an object or a heredoc begins; 0 where that is not known."""
    held = decoded(value)
    line = held.line if isinstance(held, Object | Text) else getattr(held, "line", 0)
    return line if isinstance(line, int) and line >= _FILE else 0


def last_line_of(value: Any) -> int:
    """The last line of an object or a heredoc."""
    held = decoded(value)
    if isinstance(held, Object):
        return max([held.line, *(last for _, last in held.spans.values())])
    return line_of(held) + (held.count("\n") if isinstance(held, Text) else 0)


def pattern_and_lines(value: Any, line: int) -> tuple[Any, dict[str, int]]:
    """An event pattern that an argument on a line has, and the line of each key.

    A key that stands in another file has the line of the argument. What is encoded and not an object is a JSON text.
    """
    pattern, lines = read_pattern(_as_written(value), line)
    return pattern, {path: in_file(at if same_file(at, line) else line) for path, at in lines.items()}


def _as_written(value: Any) -> Any:
    held = decoded(value)
    if isinstance(value, Encoded) and not isinstance(held, dict | Unknown):
        return value.text()
    if isinstance(held, list):
        return Encoded(held).text()
    return json.dumps(held) if isinstance(held, bool | int | float) else with_texts(held)


def shifted(value: Any, by: int) -> None:
    """Add to all lines of a tree."""
    if isinstance(value, Object):
        value.line += by
        value.spans = {key: (first + by, last + by) for key, (first, last) in value.spans.items()}
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        shifted(held, by)
