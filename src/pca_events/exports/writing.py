"""Puts what was exported where the user wants it: each file whole, or not at all."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pca_events.errors import BadInput
from pca_events.whole_files import replace_file


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
    with _explained(out):
        _need_parent(out)
        if out.exists() and not out.is_dir():
            raise BadInput(f"{out} is a file, but this format is a folder of {len(files)} files; name a folder")
        out.mkdir(exist_ok=True)
        for name, text in files.items():
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            replace_file(out / name, text)


def _need_parent(out: Path) -> None:
    if not out.parent.is_dir():
        raise BadInput(f"{out} cannot be written, because {out.parent} is no folder; make it first, or name another")


@contextmanager
def _explained(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{out} cannot be written ({error.strerror}); name a place that can be written to") from error
