"""The operator anything-but: values, or texts of one of four kinds."""

from collections.abc import Callable
from typing import Any

from pca_events.pattern.documents import Members
from pca_events.pattern.matcher import Matcher
from pca_events.pattern.matchers import AnythingBut, Exact
from pca_events.pattern.refusal import TOO_MANY, Refused, is_array, is_number, number_operand
from pca_events.pattern.text_matchers import EqualsIgnoreCase, Prefix, Suffix
from pca_events.pattern.text_operators import wildcard

_OPERAND = "Value of anything-but must be an array or single string/number value."
_AFFIX_TEXT = "prefix/suffix match pattern must be a string"
_FORMS: dict[str, tuple[Callable[[str], Matcher], str]] = {
    "equals-ignore-case": (
        EqualsIgnoreCase,
        "Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.",
    ),
    "prefix": (Prefix, _AFFIX_TEXT),
    "suffix": (Suffix, _AFFIX_TEXT),
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
        raise Refused("Inside anything but list, either all values are number or string, mixed type is not supported")
    return AnythingBut(refused)


def _refused_value(operand: Any, otherwise: str) -> Matcher:
    if not isinstance(operand, str):
        if not is_number(operand):
            raise Refused(otherwise)
        number_operand(operand)
    return Exact(operand)


def _form(members: Members) -> Matcher:
    if not members:
        raise Refused("Anything-But expression name not found")
    name, operand = members[0]
    if name not in _FORMS:
        raise Refused(f"Unsupported anything-but pattern: {name}")
    items = operand if is_array(operand) else [operand]
    if not is_array(operand) and not isinstance(operand, str) and not is_number(operand):
        raise Refused(_OPERAND)
    read, not_a_text = _FORMS[name]
    texts = [_affix(item, not_a_text, name in ("prefix", "suffix")) for item in items]
    refused = tuple(dict.fromkeys(map(read, texts)))
    if len(members) > 1:
        raise Refused(TOO_MANY)
    if not refused:
        # AWS's own compiler lets it pass, and then fails to make a rule of it.
        raise Refused("Empty arrays are not allowed")
    return AnythingBut(refused)


def _affix(item: Any, not_a_text: str, not_empty: bool) -> str:
    if not isinstance(item, str):
        raise Refused(not_a_text)
    if not_empty and not item:
        raise Refused("Null prefix/suffix not allowed")
    return item
