"""Texts that are known in part, and references from one resource to another."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Object, Text

MARK = re.compile("\ue000(\\d+)\ue001")
"""What stands for a hole in a marked text."""

LONGEST = 1 << 20
"""How many characters a text may have, a hole counting for a thousand; what is put together to more is not known."""


@dataclass(frozen=True)
class Reference(Unknown):
    """An attribute of another resource; an empty attribute is what `Ref` gives."""

    resource: str = ""
    attribute: str = ""


ARNS: dict[str, tuple[str | None, ...]] = {
    "AWS::ACMPCA::CertificateAuthority": ("arn:", None, ":acm-pca:", None, ":", None, ":certificate-authority/", None),
    "AWS::CertificateManager::Certificate": ("arn:", None, ":acm:", None, ":", None, ":certificate/", None),
}
"""What is known of the ARN of a resource, by its type."""
_MEANINGS = ("partition", "region", "account", "")


def reference_to(kind: str, reason: str, resource: str, attribute: str, place: str) -> Reference:
    """Return a reference to the ARN of a resource, with what is known of it by its type.

    Args:
        kind: the type, as CloudFormation has it.
        reason: the reference as it is written.
        resource: its logical id, or its address.
        attribute: as in `Reference`.
        place: where the resource stands, in words: `line 3`.
    """
    parts = ARNS.get(kind)
    if parts is None:
        return Reference(reason, resource=resource, attribute=attribute)
    return Reference(
        reason, parts, meanings=_MEANINGS, names=f"{resource} ({place})", resource=resource, attribute=attribute
    )


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
    reasons = tuple(hole.reason for hole in holes)
    reason = ", ".join(dict.fromkeys(reasons))
    if sum(map(_size, flat)) > LONGEST:
        return Unknown(reason or "a string that is too long")
    if not holes:
        text = flat[0] if flat and isinstance(flat[0], str) else ""
        return Text(text, line) if line else text
    if len(flat) == 1:
        return holes[0]
    meanings = tuple(hole.meaning for hole in holes)
    return Composed(
        reason,
        tuple(piece if isinstance(piece, str) else None for piece in flat),
        meanings=meanings if any(meanings) else (),
        reasons=reasons if len(set(reasons)) > 1 else (),
        holes=holes,
        line=line,
    )


def _flat(pieces: Iterable[str | Unknown]) -> Iterator[str | Unknown]:
    length = 0
    for piece in pieces:
        inner: Iterable[str | Unknown] = [piece]
        if isinstance(piece, Composed):
            inner = piece.pieces()
        elif isinstance(piece, Unknown) and piece.parts != (None,) and not piece.names:
            inner = holes_and_texts(piece)
        for part in inner:
            length += _size(part)
            yield part
            if length > LONGEST:
                return


def holes_and_texts(unknown: Unknown) -> list[str | Unknown]:
    """Return the text of a value that is known in part, with an `Unknown` for each hole, in order."""
    count = unknown.parts.count(None)
    holes = zip(unknown.reasons or (unknown.reason,) * count, unknown.meanings or ("",) * count, strict=True)
    unknowns = (Unknown(reason, meaning=meaning) for reason, meaning in holes)
    return [next(unknowns) if part is None else part for part in unknown.parts]


def marked(value: Composed) -> str | None:
    """Return the text with a mark for each hole, so that it can be parsed; None where it could be taken for a mark."""
    if any("\ue000" in part for part in value.parts if part):
        return None
    marks = iter(range(len(value.holes)))
    return "".join(f"\ue000{next(marks)}\ue001" if part is None else part for part in value.parts)


def unmarked(value: Any, holes: tuple[Unknown, ...]) -> Any:
    """Return what was parsed from a marked text, with the holes in place of their marks."""
    if isinstance(value, Object):
        made = Object(value.line)
        for key, held in value.items():
            made.put(str(unmarked(key, holes)), unmarked(held, holes), value.spans[key])
        return made
    if isinstance(value, list):
        return [unmarked(held, holes) for held in value]
    if isinstance(value, str) and holes and MARK.search(value):
        pieces = MARK.split(value)
        return joined(_hole(piece, holes) if at % 2 else piece for at, piece in enumerate(pieces))
    return value


def _hole(number: str, holes: tuple[Unknown, ...]) -> str | Unknown:
    """The hole of a mark; the mark itself where the text had it escaped."""
    return holes[int(number)] if len(number) < 10 and int(number) < len(holes) else f"\ue000{number}\ue001"


def _size(piece: str | Unknown) -> int:
    return len(piece) if isinstance(piece, str) else 1_000
