"""The outputs of `check`: standard output, and files, which are checked for write access before the work begins."""

import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from pca_events.atomic_write import cannot_be_written, check_writable, replace_file
from pca_events.check.formats import FORMATS
from pca_events.check.report import CheckReport
from pca_events.cli import discard_output
from pca_events.cli.console import Console, console
from pca_events.cli.options.rules import TEXT, Output
from pca_events.errors import BadInput

STANDARD_OUTPUT = "-"


def planned(form: str | None, outputs: Sequence[Output]) -> list[Output]:
    """Return all outputs, standard output last; each file can be written.

    Args:
        form: the value of --format; None without it.
        outputs: the values of --output.

    Raises:
        BadInput: two outputs have the same destination, or a file cannot be written.
    """
    files = [one for one in outputs if one.file != STANDARD_OUTPUT]
    shown = [one for one in outputs if one.file == STANDARD_OUTPUT]
    if len(shown) + (form is not None) > 1:
        raise BadInput("two reports would go to standard output; give all but one a file: --output FORMAT=FILE")
    real = [os.path.realpath(one.file) for one in files]
    for position, one in enumerate(files):
        if real[position] in real[:position]:
            raise BadInput(f"two reports would go to {one.file}; name another file for one of them")
        check_writable(Path(one.file), "a report is one file")
    return [*files, *(shown or [Output(form or TEXT, STANDARD_OUTPUT)])]


def write(report: CheckReport, outputs: Sequence[Output], print_text: Callable[[Console], None]) -> None:
    """Write a report to every output.

    Args:
        report: the report.
        outputs: the outputs.
        print_text: prints it as text.

    Raises:
        BadInput: a file cannot be written.
    """
    for form, file in outputs:
        if file != STANDARD_OUTPUT:
            _write_file(Path(file), _as_text(print_text) if form == TEXT else FORMATS[form](report))
            continue
        with standard_output() as stream:
            if form == TEXT:
                print_text(console())
            else:
                stream.write(FORMATS[form](report))


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Yield standard output; if its reader closes it early, as `head` does, writing stops and the verdict is kept."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()


def _as_text(print_text: Callable[[Console], None]) -> str:
    made = io.StringIO()
    print_text(Console(made))
    return made.getvalue()


def _write_file(file: Path, text: str) -> None:
    try:
        replace_file(file, text)
    except OSError as error:
        raise cannot_be_written(file, error) from error
