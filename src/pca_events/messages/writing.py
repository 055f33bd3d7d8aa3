"""Puts the messages of a run into a file: one to a line, all or nothing."""

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pca_events.errors import BadInput
from pca_events.messages.features import Envelope
from pca_events.whole_files import replace_file


def check_writable(file: Path) -> None:
    """Find out before a run whether its messages can be written; the folder is made.

    Raises:
        BadInput: they cannot.
    """
    if file.is_dir():
        raise BadInput(
            f"{file} is a folder, but the messages are one file; name the file, such as {file / 'run.ndjson'}"
        )
    if file.exists() and not file.is_file():
        raise BadInput(f"{file} is no regular file; name another")
    if file.parent.exists() and not file.parent.is_dir():
        raise BadInput(f"{file} cannot be written, because {file.parent} is no folder; name another place")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=file.resolve().parent).close()
    except OSError as error:
        raise _cannot(file, error) from error


def write_messages(file: Path, messages: Iterable[Envelope]) -> None:
    """Write the messages in the place of what may be there.

    Raises:
        BadInput: they cannot be written.
    """
    text = "".join(f"{json.dumps(message, separators=(',', ':'))}\n" for message in messages)
    try:
        replace_file(file, text)
    except OSError as error:
        raise _cannot(file, error) from error


def _cannot(file: Path, error: OSError) -> BadInput:
    return BadInput(f"{file} cannot be written ({error.strerror}); name a place that can be written to")
