"""Writes every generated file of the project again: `python tests/suite/regenerate.py [NAME ...]`.

Without names all are written, `python tests/suite/regenerate.py --list` shows them. A file that does not change is left
alone. `tox -e regenerate` runs it with everything that it needs.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
_COMPLETION = "src/pca_events/cli/completion."


class Generated(NamedTuple):
    """A generated file.

    Attributes:
        file: its path from the top of the project.
        words: the words for Python whose output is the file, or a part of it.
        put: from the present text and the output to the new text; None if the output is the new text.
    """

    file: str
    words: tuple[str, ...]
    put: Callable[[str, str], str] | None = None


def with_table(page: str, table: str) -> str:
    """Return the page with another table instead of the one that has the same first column heading."""
    head = re.escape(table.partition(" | ")[0])
    new, count = re.subn(rf"^{head} \|.*\n(?:\|.*\n)*", lambda _: table, page, flags=re.MULTILINE)
    if count != 1:
        raise ValueError(f"{count} tables begin with {table.partition(' | ')[0]}")
    return new


FILES: dict[str, list[Generated]] = {
    "types": [Generated("src/pca_events/types.py", ("-m", "pca_events.exports.event_classes"))],
    "api": [Generated("docs/api.md", ("tests/suite/api_page.py",))],
    "calibration": [Generated("docs/calibration.md", ("tests/suite/calibration_table.py",), with_table)],
    "completion": [
        Generated(f"{_COMPLETION}{shell}", ("tests/suite/completion_script.py", shell)) for shell in ("bash", "zsh")
    ],
    "licences": [Generated("docs/licences.md", ("tests/suite/licences_page.py",))],
    "manifest": [Generated("tests/suite/manifest.json", ("tests/suite/bound.py", "tests/contract"))],
    "matrix": [Generated("docs/images/check-matrix.svg", ("tests/suite/terminal_image.py",))],
    "packages": [Generated("docs/images/packages.svg", ("tests/suite/import_picture.py",))],
    "pages": [
        Generated(page, ("tests/suite/shown.py", page))
        for page in ("README.md", "docs/check.md", "docs/commands.md", "docs/consumers.md", "docs/tutorial.md")
    ],
    "session": [Generated("docs/eventbridge.md", ("tests/suite/page_session.py", "docs/eventbridge.md"))],
    "simulator": [Generated("docs/simulator-reference.md", ("tests/unit/simulator_reference.py",))],
}
"""The generated files by name, in the order in which one needs another; the session needs port 4566 and a minute."""


def written(generated: Generated) -> bool:
    """Generate a file, and write it if it differs; return whether it did.

    Raises:
        RuntimeError: its generator failed, or printed nothing.
    """
    words = [sys.executable, *generated.words]
    ran = subprocess.run(words, cwd=TOP, env={**os.environ, "COLUMNS": "100"}, capture_output=True, text=True)
    if ran.returncode or not ran.stdout:
        raise RuntimeError(f"{generated.file} was not written: python {' '.join(generated.words)}\n{ran.stderr}")
    file = TOP / generated.file
    before = file.read_text("utf-8") if file.exists() else ""
    after = generated.put(before, ran.stdout) if generated.put else ran.stdout
    if after == before:
        return False
    file.write_text(after, "utf-8")
    return True


def main(names: Iterable[str]) -> int:
    """Write the files of these names, or of all; the exit status is 1 if one could not be generated, 2 for a name."""
    names = list(names)
    if names == ["--list"]:
        sys.stdout.write("".join(f"{name}: {', '.join(each.file for each in FILES[name])}\n" for name in FILES))
        return 0
    if unknown := [name for name in names if name not in FILES]:
        sys.stderr.write(f"no generated file is called {', '.join(unknown)}; the names are {', '.join(FILES)}\n")
        return 2
    status = 0
    for name in names or FILES:
        for generated in FILES[name]:
            try:
                sys.stdout.write(f"{generated.file}: {'written' if written(generated) else 'unchanged'}\n")
            except RuntimeError as error:
                sys.stderr.write(f"{error}\n")
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
