"""Files that are written whole, or not at all."""

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pca_events.errors import BadInput

_BLOCK = 4096
"""How many bytes are written to find out whether a disk has room."""


def replace_file(file: Path, content: str | bytes) -> None:
    """Write beside the file and then rename, so that nobody reads half of it; a link stays a link.

    Raises:
        OSError: it cannot be written; what was there is still there.
    """
    target = file.resolve()
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content.encode() if isinstance(content, str) else content)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def check_writable(file: Path, holds: str) -> None:
    """Find out before a run whether a file can be written; its folder is made.

    Args:
        file: where it is to be.
        holds: what it holds, in words: `the messages are one file`.

    Raises:
        BadInput: it cannot.
    """
    if file.is_dir():
        raise BadInput(f"{file} is a folder, but {holds}; name the file, such as {file / 'run.ndjson'}")
    if file.exists() and not file.is_file():
        raise BadInput(f"{file} is no regular file; name another")
    if file.parent.exists() and not file.parent.is_dir():
        raise BadInput(f"{file} cannot be written, because {file.parent} is no folder; name another place")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=file.resolve().parent) as trial:
            trial.write(bytes(_BLOCK))
    except OSError as error:
        raise cannot_be_written(file, error) from error


def cannot_be_written(file: Path, error: OSError) -> BadInput:
    """Return the error that says why a file cannot be written, and what to do."""
    return BadInput(f"{file} cannot be written ({error.strerror}); name a place that can be written to")


def write_file(text: str, out: Path) -> None:
    """Write one file in the place of the one that may be there.

    Raises:
        BadInput: a folder is there, or the file cannot be written.
    """
    with _explained(out):
        if out.is_dir():
            raise BadInput(f"{out} is a folder, but this format is one file; name the file, such as {out / 'events'}")
        _need_parent(out)
        if out.exists() and not out.is_file():
            raise BadInput(f"{out} is no regular file; to write to standard output, name it -")
        replace_file(out, text)


def write_folder(files: Mapping[str, str | bytes], out: Path) -> None:
    """Write the files into a folder, which is made if need be; other files in it stay.

    Raises:
        BadInput: a file is there, or the folder cannot be written.
    """
    check_folder(out, f"this format is a folder of {len(files)} files")
    with _explained(out):
        out.mkdir(exist_ok=True)
        for name, text in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            replace_file(out / name, text)


def check_folder(out: Path, what: str) -> None:
    """Find out whether files can be put into a folder, which is there or can be made.

    Args:
        out: the folder.
        what: what it must be a folder for, in words: `the site is a folder`.

    Raises:
        BadInput: a file is there, or what it would lie in is no folder.
    """
    with _explained(out):
        _need_parent(out)
        if out.exists() and not out.is_dir():
            raise BadInput(f"{out} is a file, but {what}; name a folder")


def _need_parent(out: Path) -> None:
    if not out.parent.is_dir():
        raise BadInput(f"{out} cannot be written, because {out.parent} is no folder; make it first, or name another")


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise cannot_be_written(out, error) from error
