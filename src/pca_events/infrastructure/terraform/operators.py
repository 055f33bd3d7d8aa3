"""Terraform's operators."""

import operator
from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.terraform.functions import Encoded

_LARGEST = 10**30
_OF_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


def binary(sign: str, left: Any, right: Callable[[], Any]) -> Any:
    """What an operator makes of two values.

    Raises:
        ArithmeticError, LookupError, TypeError: they are not known, or it does not take them.
    """
    if sign in ("&&", "||"):
        return _logical(sign, left, right())
    values = (_comparable(left), _comparable(right()))
    if sign in ("==", "!="):
        return (values[0] == values[1]) == (sign == "==")
    if not all(isinstance(value, (int, float)) and abs(value) < _LARGEST for value in values):
        raise TypeError("is no number")
    return _OF_NUMBERS[sign](*values)


def negated(sign: str, value: Any) -> Any:
    """What `!` or `-` makes of a value.

    Raises:
        TypeError: it is not known, or it does not take it.
    """
    if sign == "!" and isinstance(value, bool):
        return not value
    if sign == "-" and isinstance(value, (int, float)):
        return -value
    raise TypeError("is not known")


def _logical(sign: str, left: Any, right: Any) -> bool:
    deciding = sign == "||"
    if deciding in (value for value in (left, right) if isinstance(value, bool)):
        return deciding
    if isinstance(left, bool) and isinstance(right, bool):
        return not deciding
    raise TypeError("is not known")


def _comparable(value: Any) -> Any:
    if isinstance(value, Encoded):
        value = value.text()
    if isinstance(value, Unknown):
        raise TypeError("is not known")
    return value
