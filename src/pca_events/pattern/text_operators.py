"""The operators whose operand is a text."""

from typing import Any

from pca_events.pattern import wildcards
from pca_events.pattern.documents import Members
from pca_events.pattern.matcher import Matcher
from pca_events.pattern.refusal import ONE_KEY, Refused, text_operand
from pca_events.pattern.text_matchers import EqualsIgnoreCase, Prefix, Suffix, Wildcard


def prefix(operand: Any) -> Matcher:
    """Read the operand of prefix."""
    if isinstance(operand, Members):
        return Prefix(_ignoring_case(operand, "prefix"), True)
    return Prefix(text_operand(operand, "prefix"))


def suffix(operand: Any) -> Matcher:
    """Read the operand of suffix."""
    if isinstance(operand, Members):
        return Suffix(_ignoring_case(operand, "suffix"), True)
    return Suffix(text_operand(operand, "suffix"))


def equals_ignore_case(operand: Any) -> Matcher:
    """Read the operand of equals-ignore-case."""
    return EqualsIgnoreCase(text_operand(operand, "equals-ignore-case"))


def wildcard(operand: Any) -> Matcher:
    """Read the operand of wildcard."""
    text = text_operand(operand, "wildcard")
    try:
        wildcards.characters_of(text)
    except wildcards.BadWildcard as error:
        raise Refused(str(error)) from None
    return Wildcard(text)


def _ignoring_case(members: Members, operator: str) -> str:
    if not members:
        raise Refused(f"{operator.capitalize()} expression name not found")
    name, operand = members[0]
    if name != "equals-ignore-case":
        raise Refused(f"Unsupported {operator} pattern: {name}")
    text = text_operand(operand, name)
    if len(members) > 1:
        raise Refused(ONE_KEY)
    return text
