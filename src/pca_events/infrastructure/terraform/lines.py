"""Lines that are counted on through all files of a module, so that a value knows its file by its line."""

from typing import Any

from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import Place
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.functions import decoded

_FILE = 10_000_000


class Lines:
    """The files of a module, and which lines are theirs."""

    def __init__(self, files: list[str]) -> None:
        self._files = files
        self._at = {file: at for at, file in enumerate(files)}

    def start(self, file: str) -> int:
        """What is to be added to the lines of a file."""
        return (self._at[file] + 1) * _FILE

    def place(self, line: int) -> Place:
        """Where a line is."""
        return Place(self._files[line // _FILE - 1], line % _FILE)


def in_file(line: int) -> int:
    """The number of a line in its file."""
    return line % _FILE


def pattern_and_lines(value: Any, line: int) -> tuple[Any, dict[str, int]]:
    """An event pattern that an argument on a line has, and the line of each key.

    A key that stands in another file has the line of the argument.
    """
    pattern, lines = read_pattern(decoded(value), line)
    return pattern, {path: in_file(at if at // _FILE == line // _FILE else line) for path, at in lines.items()}


def shifted(value: Any, by: int) -> None:
    """Add to all lines of a tree."""
    if isinstance(value, Object):
        value.line += by
        value.spans = {key: (first + by, last + by) for key, (first, last) in value.spans.items()}
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        shifted(held, by)
