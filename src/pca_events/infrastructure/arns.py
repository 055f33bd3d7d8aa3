"""ARNs and names that are known in part, compared as strings with `*` wildcards, and Lambda function qualifiers."""

from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.pattern.text_comparison import star_test


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
