"""Unpacks gzip data up to a size limit."""

import zlib
from collections.abc import Callable, Iterator

GZIP = b"\x1f\x8b"
"""The first bytes of gzip data."""

TIMES, AT_LEAST = 20, 1 << 30
"""By default data may unpack to this many times its size, and to 1 GiB in any case."""

_CHUNK = 1 << 18
_PIECE = 1 << 20


class TooLarge(Exception):
    """Data unpacks to more than the limit; the message says how to allow more."""


class Damaged(Exception):
    """Data is not valid gzip from some point on, or is truncated; the message says which."""


def unpacked(read: Callable[[int], bytes], most: int | None = None) -> Iterator[bytes]:
    """Unpack gzip data of one or more members, and yield it in pieces of at most 1 MiB.

    Args:
        read: returns the next bytes of the data, at most the given number; empty at the end.
        most: the size limit in bytes; by default 20 times what was read so far, and at least 1 GiB.

    Raises:
        TooLarge: there is more; everything up to the limit has been yielded.
        Damaged: everything before the damage has been yielded.
    """
    given = made = 0

    def counted() -> bytes:
        nonlocal given
        chunk = read(_CHUNK)
        given += len(chunk)
        return chunk

    for piece in _pieces(counted):
        made += len(piece)
        bound = max(TIMES * given, AT_LEAST) if most is None else most
        if made > bound:
            yield piece[: bound - made]
            raise TooLarge(f"unpacks to more than {_size(bound)}; --max-unpacked allows more")
        yield piece


def _pieces(read: Callable[[], bytes]) -> Iterator[bytes]:
    packed = read()
    while packed:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(packed, _PIECE)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            if piece:
                yield piece
            packed = member.unconsumed_tail
            if not packed and not member.eof and len(piece) < _PIECE and not (packed := read()):
                raise Damaged("it ends before its end-of-stream marker")
        packed = member.unused_data.lstrip(b"\0")
        while not packed and (packed := read()):  # zeros may follow a member
            packed = packed.lstrip(b"\0")


def _size(count: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count:,} bytes"
