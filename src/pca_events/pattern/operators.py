"""The elements inside the arrays of a pattern: values, and operators, refused in the words of AWS."""

from collections.abc import Callable
from typing import Any

from pca_events.pattern import addresses
from pca_events.pattern.comparisons import numeric
from pca_events.pattern.documents import Members
from pca_events.pattern.exclusions import anything_but
from pca_events.pattern.matcher import Matcher
from pca_events.pattern.matchers import Address, Cidr, Exact, Exists
from pca_events.pattern.refusal import ONE_KEY, TOO_MANY, Refused, text_operand
from pca_events.pattern.text_operators import equals_ignore_case, prefix, suffix, wildcard


def matcher_of(node: Any) -> Matcher:
    """Return the matcher of one element of a pattern's array.

    Raises:
        Refused: EventBridge refuses it.
    """
    if isinstance(node, Members):
        return _expression(node)
    if isinstance(node, str):
        return Exact(node) if addresses.digits_of(node) is None else Address(node)
    if isinstance(node, list):
        raise Refused("Match value must be String, number, true, false, or null")
    return Exact(node)


def _expression(members: Members) -> Matcher:
    if not members:
        raise Refused("Match expression name not found")
    name, operand = members[0]
    if name not in OPERATORS:
        raise Refused(f"Unrecognized match type {name}")
    read, more_keys = OPERATORS[name]
    matcher = read(operand)
    if len(members) > 1:
        raise Refused(more_keys)
    return matcher


def _exactly(operand: Any) -> Matcher:
    return Exact(text_operand(operand, "exact"))


def _cidr(operand: Any) -> Matcher:
    # AWS names the wrong operator here.
    text = text_operand(operand, "prefix")
    try:
        addresses.range_of(text)
    except addresses.NotAnAddress as error:
        raise Refused(str(error)) from None
    return Cidr(text)


def _exists(operand: Any) -> Matcher:
    if not isinstance(operand, bool):
        raise Refused("exists match pattern must be either true or false.")
    return Exists(operand)


OPERATORS: dict[str, tuple[Callable[[Any], Matcher], str]] = {
    "exactly": (_exactly, ONE_KEY),
    "prefix": (prefix, ONE_KEY),
    "suffix": (suffix, ONE_KEY),
    "equals-ignore-case": (equals_ignore_case, ONE_KEY),
    "wildcard": (wildcard, ONE_KEY),
    "cidr": (_cidr, ONE_KEY),
    "exists": (_exists, ONE_KEY),
    "numeric": (numeric, TOO_MANY),
    "anything-but": (anything_but, TOO_MANY),
}
