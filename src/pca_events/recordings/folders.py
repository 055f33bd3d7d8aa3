"""The recordings in a folder."""

import os
from collections.abc import Iterator

from pca_events.errors import BadInput

ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".gz")
"""How the names of recordings end."""

_MOST_FILES = 100_000


def recordings_in(folder: str) -> list[str]:
    """Return the recordings in a folder and the folders in it, sorted by name; links that lead out of it are left out.

    Raises:
        BadInput: there is none, there are too many, or a folder cannot be read.
    """
    found: list[str] = []
    for name in _files(folder):
        if len(found) == _MOST_FILES:
            raise BadInput(f"{folder} has more than {_MOST_FILES:,} recordings; name the folders in it one by one")
        found.append(name)
    if not found:
        raise BadInput(f"{folder} has no file that ends in {', '.join(ENDINGS)}; name the file itself")
    return sorted(found)


def _files(folder: str) -> Iterator[str]:
    top = os.path.realpath(folder)
    for within, folders, names in os.walk(folder, onerror=_refuse):
        folders.sort()
        for name in names:
            path = os.path.join(within, name)
            if name.endswith(ENDINGS) and _is_inside(path, top):
                yield path


def _is_inside(path: str, top: str) -> bool:
    """Whether a path is a regular file of the folder; a pipe or a device is none."""
    if not os.path.isfile(path):
        return False
    return not os.path.islink(path) or os.path.commonpath([os.path.realpath(path), top]) == top


def _refuse(error: OSError) -> None:
    raise BadInput(f"{error.filename} cannot be read: {error.strerror}") from error
