"""Versions and aliases of Lambda functions: a permission is for one of them, or for the function itself."""

from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.infrastructure.wildcard_texts import wildcard_text

A_QUALIFIER = Unknown("version", (":", None))
"""A version or an alias that only a deployment knows."""

_FUNCTION = "function:"
_LATEST = ":$LATEST"


def as_qualifier(name: Any) -> str | Unknown:
    """Return a name as what stands behind the function: `:live`; empty without a name.

    $LATEST is what a function without a qualifier invokes, so which of the two a permission names is not known.
    """
    if name in (None, ""):
        return ""
    if isinstance(name, Unknown):
        return Unknown(name.reason)
    return _known(f":{name}")


def qualifier_of(function: Any) -> str | Unknown:
    """Return the qualifier within a name or an ARN, `name:live` or `${aws_lambda_function.f.arn}:live`.

    A reference that is the whole of it has none that can be seen here.
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
