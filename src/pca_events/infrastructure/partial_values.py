"""Texts that are known in part, and references from one resource to another."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Text

LONGEST = 1 << 20
"""How many characters a text may have, a hole counting for a thousand; what is put together to more is not known."""


@dataclass(frozen=True)
class Reference(Unknown):
    """An attribute of another resource; an empty attribute is what `Ref` gives."""

    resource: str = ""
    attribute: str = ""


@dataclass(frozen=True)
class Composed(Unknown):
    """A text with holes, each with a reason of its own; `line` is 0 where its lines are not those of the file."""

    holes: tuple[Unknown, ...] = ()
    line: int = 0

    def pieces(self) -> Iterator[str | Unknown]:
        """The text and the holes, in order."""
        holes = iter(self.holes)
        for part in self.parts:
            yield next(holes) if part is None else part


def joined(pieces: Iterable[str | Unknown], line: int = 0) -> str | Unknown:
    """Put texts together; the whole is not known where one of them is not."""
    flat: list[str | Unknown] = []
    for piece in _flat(pieces):
        if isinstance(piece, str) and flat and isinstance(flat[-1], str):
            flat[-1] += piece
        elif piece != "":
            flat.append(piece)
    holes = tuple(piece for piece in flat if isinstance(piece, Unknown))
    reason = ", ".join(dict.fromkeys(hole.reason for hole in holes))
    if sum(map(_size, flat)) > LONGEST:
        return Unknown(reason or "a text that is too long")
    if not holes:
        text = flat[0] if flat and isinstance(flat[0], str) else ""
        return Text(text, line) if line else text
    if len(flat) == 1:
        return holes[0]
    meanings = tuple(hole.meaning for hole in holes) if any(hole.meaning for hole in holes) else ()
    parts = tuple(piece if isinstance(piece, str) else None for piece in flat)
    return Composed(reason, parts, meanings=meanings, holes=holes, line=line)


def _flat(pieces: Iterable[str | Unknown]) -> Iterator[str | Unknown]:
    length = 0
    for piece in pieces:
        inner: Iterable[str | Unknown] = [piece]
        if isinstance(piece, Composed):
            inner = piece.pieces()
        elif isinstance(piece, Unknown) and len(piece.parts) > 1:
            meanings = iter(piece.meanings)
            inner = [
                Unknown(piece.reason, meaning=next(meanings, "")) if part is None else part for part in piece.parts
            ]
        for part in inner:
            length += _size(part)
            yield part
            if length > LONGEST:
                return


def _size(piece: str | Unknown) -> int:
    return len(piece) if isinstance(piece, str) else 1_000
