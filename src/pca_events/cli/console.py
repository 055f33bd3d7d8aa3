"""How every command writes to a terminal: widths, styles, lines that fit, tables, and progress."""

import os
import re
import shutil
import sys
import time
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from pca_events.wording import printable

Part = str | tuple[str, str]
"""Some text, or some string and its style."""

_WORD = re.compile(" *[^ ]+")
_NARROWEST_COLUMN = 6


def text_of(part: Part) -> str:
    """Return the text of a part."""
    return part if isinstance(part, str) else part[0]


def style_of(part: Part) -> str:
    """Return the style of a part; empty if it has none."""
    return "" if isinstance(part, str) else part[1]


def width_of(text: str) -> int:
    """Return how many columns a string takes: East Asian characters take two, combining ones take none."""
    return len(text) if text.isascii() else sum(map(_width, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Pad a string with blanks to a width in columns, on the left if it is right-aligned."""
    blanks = " " * (width - width_of(text))
    return blanks + text if right else text + blanks


def cut(text: str, width: int) -> Iterator[str]:
    """Cut a string into pieces of at most this many columns, at least one piece."""
    start = taken = 0
    for index, char in enumerate(text):
        if taken + _width(char) > width and index > start:
            yield text[start:index]
            start, taken = index, 0
        taken += _width(char)
    yield text[start:]


def wrapped(parts: Sequence[Part], width: int, indent: int) -> Iterator[list[Part]]:
    """Break parts into lines at blanks, and indent those after the first.

    A word that is wider than a line is not broken, so that it can be copied.
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
    """Break the text of a table cell into lines at blanks, and inside words that are too wide."""
    return [piece for start, end in _spans(text, width, width) for piece in cut(text[start:end], width)]


def fitted(natural: Iterable[int], whole: Sequence[bool], room: int) -> list[int]:
    """Narrow the widest columns of a table until all of them fit; unbreakable columns keep their width."""
    widths = [
        width if kept else min(width, max(room, _NARROWEST_COLUMN)) for width, kept in zip(natural, whole, strict=True)
    ]
    breakable = [index for index, kept in enumerate(whole) if not kept]
    while breakable and sum(widths) > room:
        widest = max(breakable, key=widths.__getitem__)
        if widths[widest] <= _NARROWEST_COLUMN:
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


_CODES = {"bold": "1", "dim": "2", "italic": "3", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_GAP = "  "
_NARROWEST = 20
_BETWEEN = 0.1  # seconds


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: its head.
        style: the default style of its cells.
        right: whether its cells are right-aligned, as numbers are.
        whole: whether its cells are never broken into lines.
    """

    name: str
    style: str = ""
    right: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Console:
    """An output stream for people.

    A style is a list of words separated by blanks: `bold red`. Text is written as `printable` returns it; characters
    that the encoding of the stream lacks are escaped.

    Attributes:
        stream: the stream.
        width: the maximum number of columns of a line; None if lines are not wrapped, outside terminals.
        styled: whether styles are written, as ANSI escape sequences.
    """

    stream: TextIO
    width: int | None = None
    styled: bool = False

    @property
    def is_unicode(self) -> bool:
        """Whether the stream supports every character."""
        return (self.stream.encoding or "utf").lower().replace("-", "").startswith("utf")

    def line(self, *parts: Part) -> None:
        """Write one line without trailing blanks."""
        if not self.styled:
            self.stream.write(self.shown("".join(map(text_of, parts))).rstrip() + "\n")
            return
        shown = [(self.shown(text_of(part)), style_of(part)) for part in parts]
        while shown and not shown[-1][0].strip():
            shown.pop()
        if shown:
            shown[-1] = (shown[-1][0].rstrip(), shown[-1][1])
        self.stream.write("".join(_styled(text, style) for text, style in shown) + "\n")

    def block(self, text: str, style: str = "") -> None:
        """Write several lines unchanged."""
        for line in text.expandtabs().split("\n"):
            self.line((line, style))

    def paragraph(self, *parts: Part, lead: Part = "", indent: int = 4) -> None:
        """Write text after its lead; on a terminal in lines that fit, indented after the first one."""
        if self.width is None:
            self.line(lead, *parts)
            return
        shown = [(self.shown(text_of(part)), style_of(part)) for part in (lead, *parts)]
        for line in wrapped(shown, max(self.width, indent + _NARROWEST), indent):
            self.line(*line)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Part]], title: str = "") -> None:
        """Write a table: its title, heads and rows; a row without cells is an empty line."""
        cells = [[(self.shown(text_of(cell)), style_of(cell)) for cell in row] for row in rows]
        filled = [row for row in cells if row]
        natural = [
            max(map(width_of, [column.name, *(row[index][0] for row in filled)]))
            for index, column in enumerate(columns)
        ]
        if self.width is not None:
            room = self.width - len(_GAP) * (len(columns) - 1)
            natural = fitted(natural, [column.whole for column in columns], room)
        if title:
            self.line((title, "bold"))
        for row in [[(column.name, "bold") for column in columns], *cells]:
            self._row(row, columns, natural)

    def shown(self, text: str) -> str:
        """Return a string as it is written."""
        safe = printable(text)
        if safe.isascii() or self.is_unicode:
            return safe
        encoding = self.stream.encoding
        return safe.encode(encoding, "backslashreplace").decode(encoding)

    def _row(self, row: Sequence[tuple[str, str]], columns: Sequence[Column], widths: Sequence[int]) -> None:
        broken = [cell_lines(text, width) for (text, _), width in zip(row, widths, strict=False)]
        for number in range(max(map(len, broken), default=1)):
            parts: list[Part] = []
            for (_, style), lines, column, width in zip(row, broken, columns, widths, strict=False):
                text = lines[number] if number < len(lines) else ""
                parts += [(padded(text, width, right=column.right), style or column.style), _GAP]
            self.line(*parts)


class Progress:
    """One line of progress on standard error; nothing if that is not a terminal."""

    def __init__(self, delay: float = 0.5) -> None:
        """Create a line that appears once the work has taken this many seconds.

        It stays on the current standard error, even if that is redirected meanwhile.
        """
        self._out = console(stderr=True)
        self._taken = 0
        self._next = time.monotonic() + delay

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, words: str) -> None:
        """Show the progress, at most a few times a second."""
        if self._out.width is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _BETWEEN
        line = next(cut(self._out.shown(words), self._out.width - 1))
        self._write(f"\r{padded(line, self._taken)}")
        self._taken = width_of(line)

    def clear(self) -> None:
        """Remove the line, so that something else can be written there."""
        if self._taken:
            self._write(f"\r{' ' * self._taken}\r")
            self._taken, self._next = 0, 0.0

    def _write(self, text: str) -> None:
        self._out.stream.write(text)
        self._out.stream.flush()


def console(*, stderr: bool = False) -> Console:
    """Return standard output, or standard error, with the width of its terminal.

    Styles are written to a terminal, and elsewhere if FORCE_COLOR is set (https://force-color.org); never if
    NO_COLOR is set (https://no-color.org). Both are ignored if they are empty.
    """
    stream = sys.stderr if stderr else sys.stdout
    watched = stream.isatty()
    styled = not os.environ.get("NO_COLOR") and (
        bool(os.environ.get("FORCE_COLOR")) or (watched and _takes_escapes(stream))
    )
    return Console(stream, shutil.get_terminal_size().columns if watched else None, styled)


def _styled(text: str, style: str) -> str:
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m" if codes and text else text


def _takes_escapes(stream: TextIO) -> bool:
    if sys.platform != "win32":
        return os.environ.get("TERM") != "dumb"
    # A console of Windows shows escape sequences as they are until virtual terminal processing is switched on.
    import ctypes
    import msvcrt

    kernel, mode = ctypes.windll.kernel32, ctypes.c_ulong()
    handle = msvcrt.get_osfhandle(stream.fileno())
    return bool(kernel.GetConsoleMode(handle, ctypes.byref(mode)) and kernel.SetConsoleMode(handle, mode.value | 4))
