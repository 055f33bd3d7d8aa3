"""Unpacks gzip data up to a size limit."""

import re
import zlib
from collections.abc import Callable, Iterator

GZIP = b"\x1f\x8b"
"""The first bytes of gzip data."""

TIMES, AT_LEAST = 20, 1 << 30
"""By default data may unpack to this many times its size, and to 1 GiB in any case."""

_CHUNK = 1 << 18
_FIRST = 1 << 10
_PIECE = 1 << 20
_ZEROS = re.compile(b"\0*")


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


class _Packed:
    """The packed data, of which any number of bytes can be taken, and the last ones given back."""

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._chunk = read()
        self._at = 0

    def take(self, most: int) -> bytes:
        if self._at == len(self._chunk):
            self._chunk, self._at = self._read(), 0
        taken = self._chunk[self._at : self._at + most]
        self._at += len(taken)
        return taken

    def give_back(self, count: int) -> None:
        self._at -= count

    def skip_padding(self) -> bool:
        """Skip the zeros that may follow a member; False at the end of the data."""
        while self._chunk:
            found = _ZEROS.match(self._chunk, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._chunk):
                return True
            self._chunk, self._at = self._read(), 0
        return False


def _pieces(read: Callable[[], bytes]) -> Iterator[bytes]:
    packed = _Packed(read)
    # What follows the end of a member is copied, so that little is given to a member that may be short.
    taken, size = packed.take(_FIRST), _FIRST
    while taken:
        member = zlib.decompressobj(wbits=31)
        while not member.eof:
            try:
                piece = member.decompress(taken, _PIECE)
            except zlib.error as error:
                raise Damaged(str(error)) from error
            if piece:
                yield piece
            taken = member.unconsumed_tail
            if not taken and not member.eof and len(piece) < _PIECE:
                size = min(size * 4, _CHUNK)
                if not (taken := packed.take(size)):
                    raise Damaged("it ends before its end-of-stream marker")
        packed.give_back(len(member.unused_data))
        size = _FIRST
        taken = packed.take(size) if packed.skip_padding() else b""


def _size(count: int) -> str:
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)):
        if count >= factor:
            return f"{count / factor:.4g} {unit}"
    return f"{count:,} bytes"
