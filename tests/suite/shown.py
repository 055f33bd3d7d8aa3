"""The commands that a page shows, run anew: `python tests/suite/shown.py docs/commands.md` prints the page again.

A command behind `COLUMNS=80` is run at a terminal of that width, without colours; any other one writes into a pipe.
A line `...` stands for any number of lines that the page leaves out.
"""

import contextlib
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
_BLOCK = re.compile(r"```console\n\$ (?P<line>(?:COLUMNS=\d+ )?pca-events .*)\n(?P<shown>(?:.*\n)*?)```\n")
_LEFT_OUT = "...\n"
_LINE = re.compile(r"(?:COLUMNS=(?P<columns>\d+) )?pca-events (?P<words>.*)")


def commands(page: str) -> list[tuple[str, str]]:
    """Return each command that the page shows, and the output on the page."""
    return [(block["line"], block["shown"]) for block in _BLOCK.finditer(page)]


def printed(line: str) -> str:
    """Run a command at the top of the project and return its output, and its exit status if it is not 0."""
    found = _LINE.fullmatch(line)
    assert found is not None, line
    words = [sys.executable, "-m", "pca_events", *shlex.split(found["words"])]
    if found["columns"]:
        text, code = at_terminal(words, found["columns"])
    else:
        ran = subprocess.run(words, capture_output=True, text=True, cwd=TOP, env={**os.environ, "COLUMNS": "100"})
        text, code = ran.stdout + ran.stderr, ran.returncode
    status = f"(exit status {code})\n" if code else ""
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines()) + status


def at_terminal(words: list[str], columns: str, *, colours: bool = False) -> tuple[str, int]:
    """Return what a command writes to a terminal, followed by its standard error, and its exit status."""
    ours, theirs = os.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": columns, "NO_COLOR": "" if colours else "1"}
    with subprocess.Popen(words, stdout=theirs, stderr=subprocess.PIPE, text=True, cwd=TOP, env=env) as process:
        os.close(theirs)
        read = b""
        # Linux returns an error once the other end is closed.
        with contextlib.suppress(OSError):
            while chunk := os.read(ours, 65_536):
                read += chunk
        os.close(ours)
        _, aside = process.communicate()
    return read.decode() + aside, process.returncode


def is_shown(shown: str, text: str) -> bool:
    """Whether a page shows the output of a command, with `...` for omitted lines."""
    first, *others = shown.split(_LEFT_OUT)
    if not others:
        return shown == text
    if not text.startswith(first):
        return False
    at = len(first)
    for part in others[:-1]:
        found = text.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(text) - at >= len(others[-1]) and text.endswith(others[-1])


def anew(page: str) -> str:
    """Return the page with what its commands print now."""

    def block(found: re.Match[str]) -> str:
        text = printed(found["line"])
        kept = found["shown"] if is_shown(found["shown"], text) else text
        return f"```console\n$ {found['line']}\n{kept}```\n"

    return _BLOCK.sub(block, page)


if __name__ == "__main__":
    sys.stdout.write(anew(Path(sys.argv[1]).read_text("utf-8")))
