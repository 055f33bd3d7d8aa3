"""What the user names to be checked: files, folders, and single rules as `rules.tf:12`."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pca_events.infrastructure.model import Place, Reading, Unreadable

_PLACE = re.compile(r"(?P<file>.+):(?P<line>[1-9]\d{0,8})", re.DOTALL)
_MOST_LISTED = 8


@dataclass(frozen=True)
class Selection:
    """What is to be checked.

    Attributes:
        whole: the files and folders of which every rule is reported.
        lines: the files of which only the rules on some lines are reported, with these lines.
    """

    whole: tuple[str, ...]
    lines: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """What is to be read."""
        return [*self.whole, *(file for file in self.lines if file not in self.whole)]

    def has(self, place: Place, last_line: int) -> bool:
        """Whether a rule is to be reported, by its place and last line."""
        if not self.lines:
            return True
        if any(place.line <= line <= last_line for line in self.lines.get(place.file, ())):
            return True
        return bool(self.whole) and (place.file not in self.lines or self.covers(place.file))

    def covers(self, path: str) -> bool:
        """Whether a path is among what is reported whole."""
        return (os.path.abspath(path) + os.sep).startswith(self._tops)

    @cached_property
    def _tops(self) -> tuple[str, ...]:
        return tuple(os.path.abspath(top).rstrip(os.sep) + os.sep for top in self.whole)

    def missing(self, reading: Reading) -> Iterator[Unreadable]:
        """Yield the lines that were named and on which no rule stands; a file that could not be read has its fault."""
        broken = {fault.place.file for fault in reading.unreadable}
        for file, lines in self.lines.items():
            spans = sorted({(one.place.line, one.last_line) for one in reading.written if one.place.file == file})
            for line in sorted(lines):
                if file not in broken and not any(first <= line <= last for first, last in spans):
                    yield Unreadable(Place(file, line), f"no event rule stands on this line; {_begins(spans)}")


def select(words: Sequence[str]) -> Selection:
    """Tell the places among what the user named; a file that is really called `rules.tf:12` is a file."""
    whole: dict[str, None] = {}
    lines: dict[str, set[int]] = {}
    for word in words:
        place = None if "\0" in word or os.path.lexists(word) else _PLACE.fullmatch(word)
        if place is not None and os.path.isfile(place["file"]):
            lines.setdefault(os.path.normpath(place["file"]), set()).add(int(place["line"]))
        else:
            whole[word] = None
    return Selection(tuple(whole), {file: frozenset(found) for file, found in lines.items()})


def _begins(spans: list[tuple[int, int]]) -> str:
    if not spans:
        return "this file has none"
    listed = ", ".join(str(first) for first, _ in spans[:_MOST_LISTED])
    more = f" and {len(spans) - _MOST_LISTED} more" if len(spans) > _MOST_LISTED else ""
    return f"the rules of this file begin on line{'' if len(spans) == 1 else 's'} {listed}{more}"
