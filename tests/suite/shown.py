"""The commands that a page shows, run anew: `python tests/suite/shown.py docs/commands.md` prints the page again."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).parents[2]
_BLOCK = re.compile(r"```console\n\$ pca-events (?P<words>.*)\n(?P<shown>(?:.*\n)*?)```\n")


def commands(page: str) -> list[tuple[str, str]]:
    """Return each command that the page shows, without its first word, and what the page says that it prints."""
    return [(block["words"], block["shown"]) for block in _BLOCK.finditer(page)]


def printed(words: str) -> str:
    """Run a command at the top of the project and return all that it prints, and its exit status where it is not 0."""
    line = [sys.executable, "-m", "pca_events", *shlex.split(words)]
    ran = subprocess.run(line, capture_output=True, text=True, cwd=TOP, env={**os.environ, "COLUMNS": "100"})
    status = f"(exit status {ran.returncode})\n" if ran.returncode else ""
    return "".join(f"{line.rstrip()}\n" for line in (ran.stdout + ran.stderr).splitlines()) + status


def anew(page: str) -> str:
    """Return the page with what its commands print now."""
    return _BLOCK.sub(lambda block: f"```console\n$ pca-events {block['words']}\n{printed(block['words'])}```\n", page)


if __name__ == "__main__":
    sys.stdout.write(anew(Path(sys.argv[1]).read_text("utf-8")))
