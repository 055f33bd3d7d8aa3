"""Comments that take findings out: `# pca-events: ignore no-target,never-fires the queue is made elsewhere`."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from pca_events.infrastructure.model import Place, Rule
from pca_events.wording import nearest

_MARK = "pca-events:"
_COMMENT = re.compile(r"(?:#|//)\s*pca-events:[ \t]*(?P<verb>[\w-]*)(?P<rest>.*)")
_CODES = re.compile(r"\w[\w-]*(?:\s*,\s*\w[\w-]*)*,?")
_BEFORE_REASON = " \t:-\N{EN DASH}\N{EM DASH}"
_BEFORE_QUOTE = " \t[{(,:=!"
_MOST_CHARACTERS = 10_000
"""How long a line with a comment may be; longer ones are data."""


@dataclass(frozen=True)
class Ignore:
    """A comment that takes kinds of findings out.

    Attributes:
        codes: what it names; none where it names nothing.
        reason: why; empty where it says none.
        verb: `ignore`, or what is written instead of it.
    """

    codes: tuple[str, ...]
    reason: str
    place: Place
    verb: str = "ignore"


class _OfFile(NamedTuple):
    """The comments of a file, their lines, and the lines that are comments as a whole."""

    found: tuple[Ignore, ...] = ()
    numbers: tuple[int, ...] = ()
    alone: frozenset[int] = frozenset()


class Comments:
    """The comments of the files of a report, each file read once.

    Args:
        texts: what is in files that cannot be opened by their name, such as standard input.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})
        self._files: dict[str, _OfFile] = {}

    @property
    def given(self) -> set[str]:
        """The names of the files whose text was given."""
        return set(self._texts)

    def of_file(self, file: str) -> tuple[Ignore, ...]:
        """Return the comments of a file, in the order of the text.

        JSON has no comments: what looks like one there is part of a string, and may stand on a line with many rules.
        """
        return self._read(file).found

    def beside(self, place: Place, last_line: int) -> tuple[Ignore, ...]:
        """Return the comments from the comment lines just above a rule to its last line."""
        comments = self._read(place.file)
        first = place.line
        while first - 1 in comments.alone:
            first -= 1
        return comments.found[bisect_left(comments.numbers, first) : bisect_right(comments.numbers, last_line)]

    def beside_rule(self, rule: Rule) -> tuple[Ignore, ...]:
        """Return the comments beside a rule."""
        return self.beside(rule.place, rule.last_line)

    def _read(self, file: str) -> _OfFile:
        if file not in self._files:
            self._files[file] = _comments(file, self._text(file))
        return self._files[file]

    def _text(self, file: str) -> str:
        if file in self._texts:
            return self._texts[file]
        path = Path(file)
        try:
            return path.read_text("utf-8", "replace") if path.is_file() else ""
        except (OSError, ValueError):
            return ""


def _comments(file: str, text: str) -> _OfFile:
    if _MARK not in text or text.lstrip()[:1] in ("{", "["):
        return _OfFile()
    found: list[Ignore] = []
    alone: set[int] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip()[:2].startswith(("#", "//")):
            alone.add(number)
        if _MARK in line and (ignore := _ignore(line, Place(file, number))) is not None:
            found.append(ignore)
    return _OfFile(tuple(found), tuple(ignore.place.line for ignore in found), frozenset(alone))


def _ignore(line: str, place: Place) -> Ignore | None:
    comment = None if len(line) > _MOST_CHARACTERS else _COMMENT.search(line, _begin_of_comment(line))
    if comment is None:
        return None
    verb, rest = comment["verb"], comment["rest"].strip()
    if verb != "ignore" and (verb or rest):
        return Ignore((), "", place, verb) if nearest(verb, ["ignore"]) else None
    codes = _CODES.match(rest)
    if codes is None:
        return Ignore((), "", place)
    named = tuple(code for part in codes.group().split(",") if (code := part.strip()))
    return Ignore(named, rest[codes.end() :].strip(_BEFORE_REASON), place)


def _begin_of_comment(line: str) -> int:
    """Where the comment of a line begins that is for us; a `#` within quotes begins none."""
    mark, quote, before = line.index(_MARK), "", " "
    for at, char in enumerate(line[:mark]):
        if quote:
            quote = "" if char == quote and before != "\\" else quote
        elif char in "\"'" and before in _BEFORE_QUOTE:
            quote = char
        elif char == "#" or line.startswith("//", at):
            return at
        before = char
    return len(line)
