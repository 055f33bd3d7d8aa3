"""Recorded files, standard input and folders, read as blocks of bytes: unpacked, and cut at line ends."""

import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from pca_events.errors import BadInput
from pca_events.unpacking import GZIP, Damaged, TooLarge, unpacked


class IncompleteRecording(ValueError):
    """The rest of a recording cannot be read; the message says why."""


ENDINGS = (".json", ".jsonl", ".ndjson", ".log", ".gz")
"""The file name extensions of recordings."""

_MOST_FILES = 100_000


def recordings_in(folder: str) -> list[str]:
    """Return the recordings in a folder and its subfolders, sorted by name, without links that lead out of it.

    Raises:
        BadInput: there are none or too many, or a folder cannot be read.
    """
    found: list[str] = []
    for name in _files(folder):
        if len(found) == _MOST_FILES:
            raise BadInput(f"{folder} has more than {_MOST_FILES:,} recordings; name its subfolders one by one")
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
    """Whether a path is a regular file in the folder, not a pipe or a device."""
    if not os.path.isfile(path):
        return False
    return not os.path.islink(path) or os.path.commonpath([os.path.realpath(path), top]) == top


def _refuse(error: OSError) -> None:
    raise BadInput(f"{error.filename} cannot be read: {error.strerror}") from error


BLOCK = 1 << 20
"""The number of bytes that are read at a time."""

_OTHER_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def blocks(name: str, most: int | None = None) -> Iterator[tuple[bytes, bool]]:
    """Read a file, or standard input for `-`, and unpack gzip; yield blocks, each with whether it is the last.

    A block ends at the end of a line if it contains one, and never within a character.

    Args:
        name: the file.
        most: the maximum unpacked size in bytes; see `pca_events.unpacking.unpacked`.

    Raises:
        BadInput: the file cannot be opened, or starts with the byte order mark of another encoding than UTF-8.
        IncompleteRecording: the gzip data is damaged, cut off, or larger than allowed; everything before that has been
            yielded.
    """
    if name == "-":
        yield from _cut(_unpacked(cast(io.BufferedReader, sys.stdin.buffer), name, most))
        return
    try:
        with Path(name).open("rb") as stream:
            yield from _cut(_unpacked(stream, name, most))
    except FileNotFoundError as error:
        from pca_events.wording import file_meant

        raise BadInput(f"{name} does not exist{file_meant(name)}") from error
    except OSError as error:
        raise BadInput(f"{name} cannot be read: {error.strerror}") from error


def _unpacked(stream: io.BufferedReader, name: str, most: int | None) -> Iterator[bytes]:
    start = stream.peek(4)
    for mark, encoding in _OTHER_ENCODINGS.items():
        if start.startswith(mark):
            raise BadInput(f"{name} is {encoding}; convert it to UTF-8 first")
    if not start.startswith(GZIP):
        yield from iter(lambda: stream.read(BLOCK), b"")
        return
    try:
        yield from unpacked(stream.read1, most)
    except (Damaged, OSError) as error:
        raise IncompleteRecording(f"gzip data is damaged or cut off from here on: {error}") from error
    except TooLarge as error:
        raise IncompleteRecording(str(error)) from error


def _cut(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    held: list[bytes] = []
    fault: IncompleteRecording | None = None
    try:
        for piece in pieces:
            held.append(piece)
            if sum(map(len, held)) >= BLOCK:
                whole = b"".join(held)
                cut = _cut_at(whole)
                yield whole[:cut], False
                held = [whole[cut:]]
    except IncompleteRecording as error:
        fault = error
    yield b"".join(held), True
    if fault is not None:
        raise fault


def _cut_at(data: bytes) -> int:
    """Where to cut: after the last line end, or else before the last character."""
    line = data.rfind(b"\n") + 1
    if line:
        return line
    cut = len(data) - 1
    while cut > len(data) - 4 and data[cut] & 0xC0 == 0x80:
        cut -= 1
    return cut
