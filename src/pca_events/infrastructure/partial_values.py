"""Strings that are partly unknown, references between resources, and ARNs compared with `*` wildcards."""

import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Object, Text
from pca_events.pattern.text_comparison import star_test

MARK = re.compile("\ue000(\\d+)\ue001")
"""The placeholder for an unknown part in a marked string."""

LONGEST = 1 << 20
"""The maximum length of a joined string, in which an unknown part counts as 1,000; a longer one is unknown."""


@dataclass(frozen=True)
class Reference(Unknown):
    """An attribute of another resource; an empty attribute is the value of `Ref`."""

    resource: str = ""
    attribute: str = ""


ARNS: dict[str, tuple[str | None, ...]] = {
    "AWS::ACMPCA::CertificateAuthority": ("arn:", None, ":acm-pca:", None, ":", None, ":certificate-authority/", None),
    "AWS::CertificateManager::Certificate": ("arn:", None, ":acm:", None, ":", None, ":certificate/", None),
}
"""The known parts of the ARN of a resource, by its type."""
_MEANINGS = ("partition", "region", "account", "")


def reference_to(kind: str, reason: str, resource: str, attribute: str, place: str) -> Reference:
    """Return a reference to an attribute of a resource, with the parts of its ARN that its type determines.

    Args:
        kind: the CloudFormation resource type.
        reason: the reference as in the code.
        resource: its logical ID or address.
        attribute: as in `Reference`.
        place: the location of the resource in words: `line 3`.
    """
    parts = ARNS.get(kind)
    if parts is None:
        return Reference(reason, resource=resource, attribute=attribute)
    return Reference(
        reason, parts, meanings=_MEANINGS, names=f"{resource} ({place})", resource=resource, attribute=attribute
    )


@dataclass(frozen=True)
class Composed(Unknown):
    """A string with unknown parts (holes), each with its own reason; `line` is 0 if its lines are not file lines."""

    holes: tuple[Unknown, ...] = ()
    line: int = 0

    def pieces(self) -> Iterator[str | Unknown]:
        """The known and unknown parts, in order."""
        holes = iter(self.holes)
        for part in self.parts:
            yield next(holes) if part is None else part


def joined(pieces: Iterable[str | Unknown], line: int = 0) -> str | Unknown:
    """Join strings; the result is unknown if one of them is."""
    flat: list[str | Unknown] = []
    for is_text, several in itertools.groupby(_flat(pieces), lambda piece: isinstance(piece, str)):
        if not is_text:
            flat += several
        elif text := "".join(map(str, several)):
            flat.append(text)
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
    """Return the parts of a partly unknown value, with an `Unknown` for each hole, in order."""
    count = unknown.parts.count(None)
    holes = zip(unknown.reasons or (unknown.reason,) * count, unknown.meanings or ("",) * count, strict=True)
    unknowns = (Unknown(reason, meaning=meaning) for reason, meaning in holes)
    return [next(unknowns) if part is None else part for part in unknown.parts]


def marked(value: Composed) -> str | None:
    """Return the string with a mark for each hole, so that it can be parsed; None if it contains marks already."""
    if any("\ue000" in part for part in value.parts if part):
        return None
    marks = iter(range(len(value.holes)))
    return "".join(f"\ue000{next(marks)}\ue001" if part is None else part for part in value.parts)


def unmarked(value: Any, holes: tuple[Unknown, ...]) -> Any:
    """Return a value parsed from a marked string, with the marks replaced by the holes."""
    if isinstance(value, Object):
        made = Object(value.line)
        for key, held in value.items():
            made.put(str(unmarked(key, holes)), unmarked(held, holes), value.spans[key])
        return made
    if isinstance(value, list):
        return [unmarked(held, holes) for held in value]
    if isinstance(value, str) and holes and MARK.search(value):
        pieces = MARK.split(value)
        line = value.line if isinstance(value, Text) else 0
        return joined((_hole(piece, holes) if at % 2 else piece for at, piece in enumerate(pieces)), line)
    return value


def _hole(number: str, holes: tuple[Unknown, ...]) -> str | Unknown:
    """The hole of a mark; the mark itself if it was an escape sequence in the text."""
    return holes[int(number)] if len(number) < 10 and int(number) < len(holes) else f"\ue000{number}\ue001"


def _size(piece: str | Unknown) -> int:
    return len(piece) if isinstance(piece, str) else 1_000


def wildcard_text(value: Any) -> str:
    """Return a string with `*` for each unknown part; empty for a value that is neither a string nor unknown."""
    if isinstance(value, Unknown):
        return "".join("*" if part is None else part for part in value.parts)
    return value if isinstance(value, str) else ""


def may_be_equal(one: str, other: str) -> bool:
    """Whether any string matches both patterns, in which `*` stands for any characters."""
    if "*" not in one and "*" not in other:
        return one == other
    if "*" not in one or "*" not in other:
        return star_test(one)(other) if "*" in one else star_test(other)(one)
    # If both have wildcards, the text between the ends of one fits into a wildcard of the other.
    (first, last), (begin, end) = (_ends(text) for text in (one, other))
    return (first.startswith(begin) or begin.startswith(first)) and (last.endswith(end) or end.endswith(last))


def _ends(text: str) -> tuple[str, str]:
    """The text before the first wildcard and after the last one."""
    return text.partition("*")[0], text.rpartition("*")[2]


@dataclass(frozen=True)
class Arn:
    """The fields of an ARN; empty for a field that is not fully known, and for every field of any other value."""

    service: str = ""
    region: str = ""
    account: str = ""
    resource: str = ""


def read_arn(value: Any) -> Arn:
    """Return the fields of a value that may be an ARN and may be partly unknown."""
    fields = wildcard_text(value).split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        return Arn()
    return Arn(*("" if "*" in field else field for field in fields[2:]))


A_QUALIFIER = Unknown("version", (":", None))
"""A version or an alias that only a deployment knows."""

_FUNCTION = "function:"
_LATEST = ":$LATEST"


def as_qualifier(name: Any) -> str | Unknown:
    """Return a version or alias name as a suffix of the function: `:live`; empty without a name.

    $LATEST is invoked by a name without a qualifier, so it is unknown which of the two a permission refers to.
    """
    if name in (None, ""):
        return ""
    if isinstance(name, Unknown):
        return Unknown(name.reason)
    return _known(f":{name}")


def qualifier_of(function: Any) -> str | Unknown:
    """Return the qualifier within a name or an ARN, `name:live` or `${aws_lambda_function.f.arn}:live`.

    A value that is only a reference has no visible qualifier.
    """
    if isinstance(function, Composed):
        pieces = list(function.pieces())
        if isinstance(pieces[0], Reference) and isinstance(pieces[1], str):
            return _known(joined(pieces[1:])) if pieces[1].startswith(":") else Unknown(function.reason)
    elif isinstance(function, Reference):
        return ""
    text = wildcard_text(function)
    name = text.rpartition(_FUNCTION)[2]
    if ":" not in name:
        return Unknown(str(function)) if name.endswith("*") else ""
    qualifier = name[name.index(":") :]
    return A_QUALIFIER if "*" in qualifier else _known(qualifier)


def _known(qualifier: str | Unknown) -> str | Unknown:
    return Unknown(qualifier) if qualifier == _LATEST else qualifier


def text_form(value: Any) -> str | Unknown:
    """The string form of a value in a template of Terraform.

    Raises:
        TypeError: the value is a list, an object or null.
    """
    if isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(value)
    raise TypeError("it cannot be converted to a string")
