"""The operators of event patterns: the operands that each accepts, and the messages of AWS for those it rejects."""

import sys
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pca_events.json_source import Members, WrittenNumber
from pca_events.pattern import text_comparison
from pca_events.pattern.document import comparable
from pca_events.pattern.matchers import (
    Address,
    AnythingBut,
    Cidr,
    EqualsIgnoreCase,
    Exact,
    Exists,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
)

ONE_KEY = "Only one key allowed in match expression"
TOO_MANY = "Too many elements in numeric expression"


class PatternError(Exception):
    """EventBridge rejects a part of a pattern; the callers add the steps that lead there."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.steps: list[int] = []
        self.names: list[str] = []

    def inside(self, step: int, name: str) -> None:
        """Prepend the number and the name of the part that contains it."""
        self.steps.insert(0, step)
        if name:
            self.names.insert(0, name)


def text_operand(operand: Any, operator: str) -> str:
    """Return the operand of an operator that takes a string."""
    if not isinstance(operand, str):
        raise PatternError(f"{operator} match pattern must be a string")
    return operand


def is_array(node: Any) -> bool:
    """Whether a part of a pattern is an array."""
    return isinstance(node, list) and not isinstance(node, Members)


def is_number(node: Any) -> bool:
    """Whether a part of a pattern is a number."""
    return isinstance(node, (int, Decimal)) and not isinstance(node, bool)


def number_operand(node: int | Decimal) -> float:
    """Return the operand as a float."""
    number = comparable(node)
    if number is None:
        raise PatternError(f"Cannot compare number : {token(node)}")
    return number


def token(node: Any) -> str:
    """Return what AWS prints for a part of a pattern: its text, or its opening bracket."""
    if isinstance(node, list):
        return "{" if isinstance(node, Members) else "["
    if isinstance(node, WrittenNumber):
        return node.text
    if node is None or isinstance(node, bool):
        return {True: "true", False: "false", None: "null"}[node]
    return str(node)


COMPARISONS = ("=", "<", "<=", ">", ">=")
EMPTY_RANGE = "Bottom must be less than top"


def numeric(operand: Any) -> Matcher:
    """Read the operand of numeric."""
    if not is_array(operand):
        raise PatternError("Value of numeric must be an array.")
    if not operand or not isinstance(operand[0], str):
        raise PatternError(f"Invalid member in numeric match: {token(operand[0]) if operand else ']'}")
    operator, *rest = operand
    if operator not in COMPARISONS:
        raise PatternError(f"Unrecognized numeric range operator: {operator}")
    if not rest or not is_number(rest[0]):
        raise PatternError(f"Value of {'equals' if operator == '=' else operator} must be numeric")
    if len(rest) > 1:
        if operator not in (">", ">="):
            raise PatternError(TOO_MANY)
        return _between(operator, rest)
    return _one_sided(operator, number_operand(rest[0]))


def _one_sided(operator: str, bound: float) -> Matcher:
    if operator == "=":
        return Numeric(bound, False, bound, False)
    is_open = operator in ("<", ">")
    # AWS reads one comparison as a range that ends at the largest number.
    if bound == (sys.float_info.max if operator in (">", ">=") else -sys.float_info.max):
        raise PatternError(EMPTY_RANGE)
    return Numeric(bound, is_open) if operator in (">", ">=") else Numeric(upper=bound, upper_open=is_open)


def _between(lower_operator: str, rest: list[Any]) -> Matcher:
    upper_operator = rest[1]
    if not isinstance(upper_operator, str):
        raise PatternError(f"Bad value in numeric range: {token(upper_operator)}")
    if upper_operator not in ("<", "<="):
        raise PatternError(f"Bad numeric range operator: {upper_operator}")
    if len(rest) < 3 or not is_number(rest[2]):
        raise PatternError(f"Value of {upper_operator} must be numeric")
    if len(rest) > 3:
        raise PatternError("Too many terms in numeric range expression")
    lower, upper = number_operand(rest[0]), number_operand(rest[2])
    if lower >= upper:
        raise PatternError(EMPTY_RANGE)
    return Numeric(lower, lower_operator == ">", upper, upper_operator == "<")


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
        text_comparison.characters_of(text)
    except text_comparison.InvalidWildcard as error:
        raise PatternError(str(error)) from None
    return Wildcard(text)


def _ignoring_case(members: Members, operator: str) -> str:
    if not members:
        raise PatternError(f"{operator.capitalize()} expression name not found")
    name, operand = members[0]
    if name != "equals-ignore-case":
        raise PatternError(f"Unsupported {operator} pattern: {name}")
    text = text_operand(operand, name)
    if len(members) > 1:
        raise PatternError(ONE_KEY)
    return text


_OPERAND = "Value of anything-but must be an array or single string/number value."
_AFFIX_TYPE = "prefix/suffix match pattern must be a string"
_FORMS: dict[str, tuple[Callable[[str], Matcher], str]] = {
    "equals-ignore-case": (
        EqualsIgnoreCase,
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    ),
    "prefix": (Prefix, _AFFIX_TYPE),
    "suffix": (Suffix, _AFFIX_TYPE),
    "wildcard": (wildcard, "wildcard match pattern must be a string"),
}


def anything_but(operand: Any) -> Matcher:
    """Read the operand of anything-but."""
    if isinstance(operand, Members):
        return _form(operand)
    if not is_array(operand):
        return AnythingBut((_refused_value(operand, _OPERAND),))
    list_only = "Inside anything but list, start|null|boolean is not supported."
    refused = tuple(dict.fromkeys(_refused_value(item, list_only) for item in operand))
    if len({isinstance(item, str) for item in operand}) != 1:
        raise PatternError(
            "Inside anything but list, either all values are number or string, mixed type is not supported"
        )
    return AnythingBut(refused)


def _refused_value(operand: Any, otherwise: str) -> Matcher:
    if not isinstance(operand, str):
        if not is_number(operand):
            raise PatternError(otherwise)
        number_operand(operand)
    return Exact(operand)


def _form(members: Members) -> Matcher:
    if not members:
        raise PatternError("Anything-But expression name not found")
    name, operand = members[0]
    if name not in _FORMS:
        raise PatternError(f"Unsupported anything-but pattern: {name}")
    items = operand if is_array(operand) else [operand]
    if not is_array(operand) and not isinstance(operand, str) and not is_number(operand):
        raise PatternError(_OPERAND)
    read, type_error = _FORMS[name]
    texts = [_checked_text(item, type_error, name in ("prefix", "suffix")) for item in items]
    refused = tuple(dict.fromkeys(map(read, texts)))
    if len(members) > 1:
        raise PatternError(TOO_MANY)
    if not refused:
        # AWS's own compiler accepts it, and then fails to make a rule of it.
        raise PatternError("Empty arrays are not allowed")
    return AnythingBut(refused)


def _checked_text(item: Any, type_error: str, not_empty: bool) -> str:
    if not isinstance(item, str):
        raise PatternError(type_error)
    if not_empty and not item:
        raise PatternError("Null prefix/suffix not allowed")
    return item


def matcher_of(node: Any) -> Matcher:
    """Return the matcher of one element of a pattern's array.

    Raises:
        PatternError: EventBridge rejects it.
    """
    if isinstance(node, Members):
        return _expression(node)
    if isinstance(node, str):
        return Exact(node) if text_comparison.digits_of(node) is None else Address(node)
    if isinstance(node, list):
        raise PatternError("Match value must be String, number, true, false, or null")
    return Exact(node)


def _expression(members: Members) -> Matcher:
    if not members:
        raise PatternError("Match expression name not found")
    name, operand = members[0]
    if name not in OPERATORS:
        raise PatternError(f"Unrecognized match type {name}")
    read, more_keys = OPERATORS[name]
    matcher = read(operand)
    if len(members) > 1:
        raise PatternError(more_keys)
    return matcher


def _exactly(operand: Any) -> Matcher:
    return Exact(text_operand(operand, "exact"))


def _cidr(operand: Any) -> Matcher:
    # AWS names the wrong operator here.
    text = text_operand(operand, "prefix")
    try:
        text_comparison.range_of(text)
    except text_comparison.InvalidAddress as error:
        raise PatternError(str(error)) from None
    return Cidr(text)


def _exists(operand: Any) -> Matcher:
    if not isinstance(operand, bool):
        raise PatternError("exists match pattern must be either true or false.")
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
