"""What the values of a policy name: a rule, a queue, a function, whatever is known of their ARNs."""

from typing import Any

from pca_events.infrastructure.arns import may_be_equal, wildcard_text
from pca_events.infrastructure.model import Destination, Rule, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import NAME_OF_RULE

_NAMED_BY_ARN = ("sqs", "sns", "logs", "events")
"""The kinds of destinations of which it is known which attributes are their ARN."""


def may_be_rule(value: Any, rule: Rule) -> bool:
    """Say whether a value may be the ARN of a rule."""
    last = list(value.pieces())[-1] if isinstance(value, Composed) else None
    if isinstance(last, Reference) and last.attribute == NAME_OF_RULE and last.resource != rule.name:
        return False
    return _may_be(value, rule.name, wildcard_text(rule.arn))


def may_name(value: Any, to: Destination) -> bool:
    """Say whether a value may be the ARN of a destination, for a log group also that of its log streams."""
    if to.kind == "lambda":
        return _may_name_function(value, to)
    first = next(iter(value.pieces())) if isinstance(value, Composed) else value
    if isinstance(first, Reference) and (not to.address or to.kind not in _NAMED_BY_ARN):
        return not to.address or first.resource == to.address
    arn = wildcard_text(to.arn)
    return _may_be(value, to.address, arn) or (to.kind == "logs" and _may_be(value, to.address, f"{arn}:*"))


def _may_name_function(value: Any, to: Destination) -> bool:
    """Whether a value may be the ARN of a function, or of the version or the alias of it that a target has.

    A reference to anything else may be to that alias itself.
    """
    pieces = list(value.pieces()) if isinstance(value, Composed) else [value]
    function, qualifier = pieces[0], "".join(map(wildcard_text, pieces[1:]))
    if not isinstance(function, Reference):
        return True
    if function.resource != to.address:
        return to.qualifier != ""
    return may_be_equal(qualifier, wildcard_text(to.qualifier))


def _may_be(value: Any, address: str, arn: str) -> bool:
    """Whether a value of a policy may be the ARN of a resource, which has this address in the project.

    References are to resources of the project, so two addresses are two resources.
    """
    if isinstance(value, Reference):
        return value.resource == address and value.attribute == "arn"
    pieces = list(value.pieces()) if isinstance(value, Composed) else [value]
    first = pieces[0]
    if isinstance(first, Reference) and first.attribute == "arn":
        follows = pieces[1] if isinstance(pieces[1], str) else ""
        return first.resource == address or not follows.startswith((":", "/"))
    text = wildcard_text(value).replace("?", "*")
    if not arn.startswith("arn:"):
        return True
    fields, own = text.split(":", 5), arn.split(":", 5)
    if len(fields) == len(own) and (isinstance(value, str) or all(piece.meaning for piece in _holes(pieces))):
        return all(map(may_be_equal, fields, own))
    if len(fields) > 2 and "*" not in fields[2] and fields[2] != own[2]:
        return False
    if len(fields) == len(own) and "*" not in "".join(fields[:5]):
        return may_be_equal(fields[5], own[5])
    return may_be_equal(text, arn)


def _holes(pieces: list[Any]) -> list[Unknown]:
    return [piece for piece in pieces if isinstance(piece, Unknown)]


def named(value: Any, to: Destination) -> str:
    """A resource of a policy as its author wrote it; for a permission the function with its version or alias."""
    if to.kind == "lambda" and isinstance(value, Reference | Composed):
        behind = list(value.pieces())[1:] if isinstance(value, Composed) else []
        return "".join([to.name, *map(str, behind)])
    return words(value)


def words(value: Any) -> str:
    """A value as its author wrote it."""
    return value.reason if isinstance(value, Unknown) and value.parts == (None,) else str(value)


def many(value: Any) -> list[Any]:
    """Return a value, or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
