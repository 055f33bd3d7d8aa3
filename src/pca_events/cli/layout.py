"""How text fills the columns of a terminal: widths, padding, and lines that fit."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

Part = str | tuple[str, str]
"""Some text, or some text and its style."""

_WORD = re.compile(" *[^ ]+")
_NARROWEST = 6


def text_of(part: Part) -> str:
    """Return the text of a part."""
    return part if isinstance(part, str) else part[0]


def style_of(part: Part) -> str:
    """Return the style of a part; empty where it has none."""
    return "" if isinstance(part, str) else part[1]


def width_of(text: str) -> int:
    """Return how many columns a text takes: East Asian characters take two, combining ones take none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Fill a text with blanks to a width in columns, on its left side where it stands to the right."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def cut(text: str, width: int) -> Iterator[str]:
    """Cut a text into pieces of at most so many columns, at least one piece."""
    start = taken = 0
    for index, char in enumerate(text):
        if taken + _width(char) > width and index > start:
            yield text[start:index]
            start, taken = index, 0
        taken += _width(char)
    yield text[start:]


def wrapped(parts: Sequence[Part], width: int, indent: int) -> Iterator[list[Part]]:
    """Break parts into lines at blanks, those after the first one indented.

    A word that is wider than a line stays whole, so that it can be copied.
    """
    for start, end in _spans("".join(map(text_of, parts)), width, width - indent):
        line: list[Part] = [" " * indent] if start else []
        begins = 0
        for part in parts:
            text = text_of(part)
            piece = text[max(start - begins, 0) : max(end - begins, 0)]
            begins += len(text)
            if piece:
                line.append((piece, style_of(part)))
        yield line


def cell_lines(text: str, width: int) -> list[str]:
    """Break the text of a table's cell into lines at blanks, and inside a word that is too wide."""
    return [piece for start, end in _spans(text, width, width) for piece in cut(text[start:end], width)]


def fitted(natural: Iterable[int], whole: Sequence[bool], room: int) -> list[int]:
    """Narrow the widest columns of a table until all of them fit into a room; those that stay whole are left alone."""
    widths = [width if kept else min(width, max(room, _NARROWEST)) for width, kept in zip(natural, whole, strict=True)]
    breakable = [index for index, kept in enumerate(whole) if not kept]
    while breakable and sum(widths) > room:
        widest = max(breakable, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _spans(text: str, first: int, others: int) -> Iterator[tuple[int, int]]:
    start = end = 0
    for word in _WORD.finditer(text):
        if end > start and width_of(text[start : word.end()]) > (others if start else first):
            yield start, end
            start = word.end() - len(word[0].lstrip(" "))
        end = word.end()
    yield start, end


def _width(char: str) -> int:
    if unicodedata.east_asian_width(char) in "WF":
        return 2
    return 0 if unicodedata.category(char) in ("Mn", "Me") else 1
