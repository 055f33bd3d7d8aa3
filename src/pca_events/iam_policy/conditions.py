"""The Condition element of a statement."""

import base64
import binascii
import contextlib
import ipaddress
import operator as compared
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pca_events.iam_policy.request import Request, all_of, any_of, as_list, as_text, is_known, negated
from pca_events.iam_policy.text_patterns import Tokens, is_equal, is_like, is_like_arn, tokens_of

Test = Callable[[str, str], bool]
"""Whether the value of a policy (first) matches the value of a request (second)."""


@dataclass(frozen=True)
class Condition:
    """One key of a Condition element.

    Attributes:
        operator, key: as written.
        values: of the policy.
        holds: whether the request meets it; None if that is not known.
    """

    operator: str
    key: str
    values: tuple[Any, ...]
    holds: bool | None


def conditions_of(element: Any, request: Request, variables: bool) -> Iterator[Condition]:
    """Yield each condition of a Condition element, all of which must hold; one that is malformed does not.

    Args:
        element: the element.
        request: the request.
        variables: whether policy variables are replaced.
    """
    if not isinstance(element, Mapping):
        yield Condition("", "", (), False if is_known(element) else None)
        return
    for operator, keys in element.items():
        if not isinstance(keys, Mapping):
            yield Condition(str(operator), "", (), False if is_known(keys) else None)
            continue
        for key, written in keys.items():
            values = tuple(as_list(written))
            yield Condition(operator, key, values, _holds(operator.lower(), key.lower(), values, request, variables))


def _holds(operator: str, key: str, written: tuple[Any, ...], request: Request, variables: bool) -> bool | None:
    qualifier, _, name = operator.rpartition(":")
    values, there = _values_of(key, request)
    if there is None and not values:
        return None
    if name == "null":
        return any_of(None if there is None or not is_known(each) else _is_true(each) != there for each in written)
    positive = name.removesuffix("ifexists")
    how, is_negative = _NEGATIVE.get(positive, positive), positive in _NEGATIVE
    if (how not in _TEXTS and how not in _TESTS) or qualifier not in _QUALIFIERS:
        return None
    if not there and not values and (name != positive or not qualifier):
        return name != positive or is_negative

    def is_met(value: Any) -> bool | None:
        found = any_of(
            _matches(how, each, value, request, variables)
            if is_known(each) and is_known(value)
            else request.compare(each, value, positive)
            for each in written
        )
        return negated(found) if is_negative else found

    answers = [is_met(value) for value in values if value != "" or not qualifier]
    all_needed = qualifier == "forallvalues" or (not qualifier and is_negative)
    return all_of(answers) if all_needed else any_of(answers)


def is_operator(name: str) -> bool:
    """Whether IAM has a condition operator with this name, of any case."""
    qualifier, _, name = name.lower().rpartition(":")
    positive = name.removesuffix("ifexists")
    how = _NEGATIVE.get(positive, positive)
    return qualifier in _QUALIFIERS and (name == "null" or how in _TEXTS or how in _TESTS)


def _values_of(key: str, request: Request) -> tuple[list[Any], bool | None]:
    """The values of a key, and whether it is in the request; that is not known where a value is not known."""
    values = as_list(request.context.get(key))
    if not values:
        return values, False if request.complete else None
    return values, True if all(map(is_known, values)) else None


def _is_true(value: Any) -> bool:
    return as_text(value).lower() == "true"


def _matches(how: str, written: Any, value: Any, request: Request, variables: bool) -> bool | None:
    """Whether a value of the request matches one of the policy; None if that of a policy variable is not known."""
    if how in _TEXTS:
        there, tokens = tokens_of(as_text(written), request, variables)
        return _TEXTS[how](tokens, as_text(value)) if there else there
    with contextlib.suppress(ValueError, InvalidOperation, OverflowError):
        return _TESTS[how](as_text(written), as_text(value))
    return False


def _is_equal_ignoring_case(tokens: Tokens, text: str) -> bool:
    return "".join(tokens).lower() == text.lower()


def _of_numbers(test: Callable[[Any, Any], bool]) -> Test:
    return lambda written, value: test(Decimal(value), Decimal(written))


def _of_dates(test: Callable[[Any, Any], bool]) -> Test:
    return lambda written, value: test(_instant(value), _instant(written))


def _instant(text: str) -> datetime:
    """A moment in ISO 8601 or in seconds since 1970."""
    if text.removeprefix("-").replace(".", "", 1).isdigit():
        return datetime.fromtimestamp(float(text), UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_in_network(written: str, value: str) -> bool:
    return ipaddress.ip_address(value) in ipaddress.ip_network(written, strict=False)


def _is_same_binary(written: str, value: str) -> bool:
    try:
        return base64.b64decode(written, validate=True) == base64.b64decode(value, validate=True)
    except binascii.Error:
        return False


_QUALIFIERS = ("", "forallvalues", "foranyvalue")

_TEXTS: dict[str, Callable[[Tokens, str], bool]] = {
    "stringequals": is_equal,
    "stringequalsignorecase": _is_equal_ignoring_case,
    "stringlike": is_like,
    "arnequals": is_like_arn,
    "arnlike": is_like_arn,
}
"""The operators whose values may have policy variables."""

_TESTS: dict[str, Test] = {
    "bool": lambda written, value: written.lower() == value.lower(),
    "binaryequals": _is_same_binary,
    "ipaddress": _is_in_network,
    **{
        f"{kind}{name}": of(test)
        for kind, of in (("numeric", _of_numbers), ("date", _of_dates))
        for name, test in (
            ("equals", compared.eq),
            ("lessthan", compared.lt),
            ("lessthanequals", compared.le),
            ("greaterthan", compared.gt),
            ("greaterthanequals", compared.ge),
        )
    },
}

_NEGATIVE = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
    "notipaddress": "ipaddress",
}
"""The negated operators with what they negate."""
