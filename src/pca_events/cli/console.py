"""How every command writes to its reader: styles, lines that fit a terminal, tables, and how far the work is."""

import os
import shutil
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from pca_events.cli.layout import Part, cell_lines, cut, fitted, padded, style_of, text_of, width_of, wrapped
from pca_events.wording import printable

_CODES = {"bold": "1", "dim": "2", "italic": "3", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_GAP = "  "
_NARROWEST = 20
_BETWEEN = 0.1  # seconds


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: its head.
        style: that of its cells, where a cell has none of its own.
        right: whether its cells stand to the right, as numbers do.
        whole: whether its cells are never broken into lines.
    """

    name: str
    style: str = ""
    right: bool = False
    whole: bool = False


@dataclass(frozen=True)
class Console:
    """A stream that people read.

    A style is words with a blank between them: `bold red`. Text is written as `printable` has it, and what the
    encoding of the stream lacks as an escape.

    Attributes:
        stream: where text goes.
        width: how many columns lines may take; None where nobody watches, so that nothing is broken into lines.
        styled: whether styles are written, as ANSI escape sequences.
    """

    stream: TextIO
    width: int | None = None
    styled: bool = False

    @property
    def is_unicode(self) -> bool:
        """Whether the stream takes every character."""
        return (self.stream.encoding or "utf").lower().replace("-", "").startswith("utf")

    def line(self, *parts: Part) -> None:
        """Write one line, without blanks at its end."""
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
        """Write a text of several lines as it is."""
        for line in text.expandtabs().split("\n"):
            self.line((line, style))

    def paragraph(self, *parts: Part, lead: Part = "", indent: int = 4) -> None:
        """Write text behind its lead; on a terminal in lines that fit, those after the first one indented."""
        if self.width is None:
            self.line(lead, *parts)
            return
        shown = [(self.shown(text_of(part)), style_of(part)) for part in (lead, *parts)]
        for line in wrapped(shown, max(self.width, indent + _NARROWEST), indent):
            self.line(*line)

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Part]], title: str = "") -> None:
        """Write a table: its title, a line of heads, and its rows; a row without cells is an empty line."""
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
        """Return a text as it is written."""
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
    """One line on standard error that says how far the work is; nothing where that is no terminal."""

    def __init__(self, delay: float = 0.5) -> None:
        """Make a line that is shown once the work has taken so many seconds.

        It stays on the standard error of now, whatever takes that over while the work is done.
        """
        self._out = console(stderr=True)
        self._taken = 0
        self._next = time.monotonic() + delay

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.clear()

    def show(self, words: str) -> None:
        """Show how far it is, a few times a second at most."""
        if self._out.width is None or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _BETWEEN
        line = next(cut(self._out.shown(words), self._out.width - 1))
        self._write(f"\r{padded(line, self._taken)}")
        self._taken = width_of(line)

    def clear(self) -> None:
        """Take the line away, so that something else can be written there."""
        if self._taken:
            self._write(f"\r{' ' * self._taken}\r")
            self._taken, self._next = 0, 0.0

    def _write(self, text: str) -> None:
        self._out.stream.write(text)
        self._out.stream.flush()


def console(*, stderr: bool = False) -> Console:
    """Return standard output, or standard error, with the width of its terminal.

    Styles are written to a terminal, and elsewhere where FORCE_COLOR is set (https://force-color.org); never where
    NO_COLOR is set (https://no-color.org). Both count where they are not empty.
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
