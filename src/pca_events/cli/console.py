"""How every command writes to its reader; rich is imported where something is printed with it, and not before."""

import os
import sys
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH_OF_A_FILE = 140


def console(*, stderr: bool = False) -> "Console":
    """Return a console that prints text as it is, and leaves tables room where nobody watches."""
    from rich.console import Console

    made = Console(highlight=False, soft_wrap=True, emoji=False, stderr=stderr)
    if not made.is_terminal:
        made.width = _WIDTH_OF_A_FILE
    return made


class Plain:
    """Standard output that is no terminal, for a page that is printed without rich where it needs no styles."""

    width = _WIDTH_OF_A_FILE

    @property
    def file(self) -> TextIO:
        """The stream."""
        return sys.stdout

    @property
    def encoding(self) -> str:
        """The encoding of the stream."""
        return sys.stdout.encoding


def page() -> "Console | Plain":
    """Return standard output: a console where it is a terminal, or where the environment asks rich for styles."""
    asked = {"TTY_COMPATIBLE", "FORCE_COLOR"} & os.environ.keys()
    return console() if asked or sys.stdout.isatty() else Plain()


def titled_table(title: str, title_style: str | None = None) -> "Table":
    """Return a table without columns, its title to the left."""
    from rich.table import Table

    return Table(title=title, title_justify="left", title_style=title_style)


def escape(text: str) -> str:
    """Return a text that a console prints as it is, whatever brackets it has."""
    from rich.markup import escape

    return escape(text)
