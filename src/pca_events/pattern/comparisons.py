"""The operator numeric: one comparison, or a range of two."""

import sys
from typing import Any

from pca_events.pattern.matcher import Matcher
from pca_events.pattern.matchers import Numeric
from pca_events.pattern.refusal import TOO_MANY, Refused, is_array, is_number, number_operand, token

COMPARISONS = ("=", "<", "<=", ">", ">=")
EMPTY_RANGE = "Bottom must be less than top"


def numeric(operand: Any) -> Matcher:
    """Read the operand of numeric."""
    if not is_array(operand):
        raise Refused("Value of numeric must be an array.")
    if not operand or not isinstance(operand[0], str):
        raise Refused(f"Invalid member in numeric match: {token(operand[0]) if operand else ']'}")
    operator, *rest = operand
    if operator not in COMPARISONS:
        raise Refused(f"Unrecognized numeric range operator: {operator}")
    if not rest or not is_number(rest[0]):
        raise Refused(f"Value of {'equals' if operator == '=' else operator} must be numeric")
    if len(rest) > 1:
        if operator not in (">", ">="):
            raise Refused(TOO_MANY)
        return _between(operator, rest)
    return _one_sided(operator, number_operand(rest[0]))


def _one_sided(operator: str, bound: float) -> Matcher:
    if operator == "=":
        return Numeric(bound, False, bound, False)
    is_open = operator in ("<", ">")
    # AWS reads one comparison as a range that ends at the largest number.
    if bound == (sys.float_info.max if operator in (">", ">=") else -sys.float_info.max):
        raise Refused(EMPTY_RANGE)
    return Numeric(bound, is_open) if operator in (">", ">=") else Numeric(upper=bound, upper_open=is_open)


def _between(lower_operator: str, rest: list[Any]) -> Matcher:
    upper_operator = rest[1]
    if not isinstance(upper_operator, str):
        raise Refused(f"Bad value in numeric range: {token(upper_operator)}")
    if upper_operator not in ("<", "<="):
        raise Refused(f"Bad numeric range operator: {upper_operator}")
    if len(rest) < 3 or not is_number(rest[2]):
        raise Refused(f"Value of {upper_operator} must be numeric")
    if len(rest) > 3:
        raise Refused("Too many terms in numeric range expression")
    lower, upper = number_operand(rest[0]), number_operand(rest[2])
    if lower >= upper:
        raise Refused(EMPTY_RANGE)
    return Numeric(lower, lower_operator == ">", upper, upper_operator == "<")
