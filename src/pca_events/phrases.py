"""Values and conditions as features write them, without JSON; features/README.md lists them."""

import json
import re
from collections.abc import Callable
from typing import Any

from pca_events.errors import BadInput

_TEXT = r'"([^"]*)"'
_EMPTY: dict[str, Callable[[], Any]] = {"an empty string": str, "an empty list": list, "an empty object": dict}


def value(words: str) -> Any:
    """Read a value: `"text"`, `12`, `true`, `null`, `an empty list`, `an empty object`, `an empty string`.

    A string may contain a line feed, which a table cell writes as `\\n`.

    Raises:
        BadInput: the words are not a value.
    """
    if words in _EMPTY:
        return _EMPTY[words]()
    try:
        read = json.loads(words, strict=False)
    except ValueError:
        read = {}
    if isinstance(read, dict | list):
        raise BadInput(f'{words} is not a value; write "text", 12, true, null, or one of: {", ".join(_EMPTY)}')
    return read


def condition(words: str) -> list[Any]:
    """Read a condition on a field as the array that an event pattern has for that field.

    Raises:
        BadInput: the words are not a condition.
    """
    for phrase, meaning in _CONDITIONS.items():
        if re.fullmatch(phrase, words):
            return meaning(re.findall(_TEXT, words))
    raise BadInput(f"{words} is not a condition; features/README.md lists the conditions")


def pattern(rows: list[list[str]]) -> dict[str, Any]:
    """Read a table of `field` and `condition` as an event pattern; fields are written `detail.result`.

    Raises:
        BadInput: the table has other columns, or a condition cannot be read.
    """
    head, *conditions = rows
    if head != ["field", "condition"]:
        raise BadInput(f"the table of a pattern must have the columns field and condition, not {' and '.join(head)}")
    read: dict[str, Any] = {}
    for field, words in conditions:
        *parents, last = field.split(".")
        inner = read
        for parent in parents:
            inner = inner.setdefault(parent, {})
        inner[last] = condition(words)
    return read


def _each(operator: str) -> Callable[[list[str]], list[Any]]:
    return lambda texts: [{operator: text} for text in texts]


_LIST = rf"{_TEXT}(?: or {_TEXT})*"
_CONDITIONS: dict[str, Callable[[list[str]], list[Any]]] = {
    rf"is {_LIST}": list,
    rf"is {_TEXT} ignoring case": _each("equals-ignore-case"),
    rf"is not {_LIST}": lambda texts: [{"anything-but": texts}],
    rf"begins with {_LIST}": _each("prefix"),
    rf"does not begin with {_TEXT}": lambda texts: [{"anything-but": {"prefix": texts[0]}}],
    rf"ends with {_LIST}": _each("suffix"),
    rf"is like {_LIST}": _each("wildcard"),
    r"is a positive number": lambda _: [{"numeric": [">", 0]}],
    r"exists": lambda _: [{"exists": True}],
    r"is absent": lambda _: [{"exists": False}],
}
"""Each phrase as a regular expression, and its meaning in an event pattern."""
