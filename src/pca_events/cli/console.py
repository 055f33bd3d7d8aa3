"""How every command writes to its reader."""

from rich.console import Console

_WIDTH_OF_A_FILE = 140


def console(*, stderr: bool = False) -> Console:
    """Return a console that prints text as it is, and leaves tables room where nobody watches."""
    made = Console(highlight=False, soft_wrap=True, emoji=False, stderr=stderr)
    if not made.is_terminal:
        made.width = _WIDTH_OF_A_FILE
    return made
