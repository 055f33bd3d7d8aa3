"""Where the reports of `check` go: standard output, and files that are found writable before the work begins."""

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO

from pca_events.check.formats import FORMATS
from pca_events.check.report import CheckReport
from pca_events.cli.console import Plain
from pca_events.errors import BadInput
from pca_events.suggestions import did_you_mean
from pca_events.whole_files import cannot_be_written, check_writable, replace_file

TEXT = "text"
STANDARD_OUTPUT = "-"


class Output(NamedTuple):
    """A report to be written.

    Attributes:
        form: its format.
        file: where it goes; `-` is standard output.
    """

    form: str
    file: str


class Printed(Plain):
    """A page that becomes a text."""

    def __init__(self) -> None:
        self._text = io.StringIO()

    @property
    def file(self) -> TextIO:
        """The text."""
        return self._text

    @property
    def encoding(self) -> str:
        """What files are written in."""
        return "utf-8"

    def __str__(self) -> str:
        return self._text.getvalue()


def output(words: str) -> Output:
    """Read `FORMAT=FILE`.

    Raises:
        ArgumentTypeError: it is something else, or there is no such format.
    """
    form, equals, file = words.partition("=")
    if not equals or not file:
        raise argparse.ArgumentTypeError(f'"{words}" is not FORMAT=FILE; write for example sarif=pca-events.sarif')
    if form not in (TEXT, *FORMATS):
        raise argparse.ArgumentTypeError(f'there is no format "{form}"; {did_you_mean(form, (TEXT, *FORMATS))}')
    return Output(form, file)


def planned(form: str | None, outputs: Sequence[Output]) -> list[Output]:
    """Return all outputs, that on standard output last; each file can be written.

    Args:
        form: the format that --format names; None where it is not given.
        outputs: those that --output names.

    Raises:
        BadInput: two go to one place, or a file cannot be written.
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


def write(report: CheckReport, outputs: Sequence[Output], print_text: Callable[[Plain | None], None]) -> None:
    """Write a report to every output.

    Args:
        report: what was found.
        outputs: where it goes.
        print_text: prints it as text, on a page or, without one, on standard output.

    Raises:
        BadInput: one of them cannot be written.
    """
    for form, file in outputs:
        if file != STANDARD_OUTPUT:
            _write_file(Path(file), _as_text(print_text) if form == TEXT else FORMATS[form](report))
            continue
        with standard_output() as stream:
            if form == TEXT:
                print_text(None)
            else:
                stream.write(FORMATS[form](report))


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Give standard output; a reader that has read enough, such as `head`, ends the writing without a word.

    Raises:
        BadInput: it cannot be written.
    """
    stream = sys.stdout
    if stream is None:
        raise BadInput("standard output is closed; write the report to a file: --output FORMAT=FILE")
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        raise BadInput(
            f"standard output cannot be written ({error.strerror}); write to a place that has room"
        ) from error


def _discard(stream: TextIO) -> None:
    """Let what is still buffered go nowhere, so that the end of the process does not fail on it."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, stream.fileno())
    except OSError:  # no real file, as under a test
        return
    finally:
        os.close(nowhere)


def _as_text(print_text: Callable[[Plain | None], None]) -> str:
    made = Printed()
    print_text(made)
    return str(made)


def _write_file(file: Path, text: str) -> None:
    try:
        replace_file(file, text)
    except OSError as error:
        raise cannot_be_written(file, error) from error
