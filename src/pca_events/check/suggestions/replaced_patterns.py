"""How to correct a pattern that AWS rejects, and equivalents of patterns with `wildcard`.

Subscriber filters do not support `wildcard`. A wildcard whose only star is at the end is a prefix, one whose only star
is at the beginning a suffix, and one without a star a value. Any other has no equivalent.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.errors import InvalidPattern
from pca_events.json_source import InvalidJson
from pca_events.pattern import EventPattern
from pca_events.pattern.document import compact, plain, read
from pca_events.pattern.operators import OPERATORS
from pca_events.pattern.text_comparison import STAR, InvalidWildcard, characters_of
from pca_events.wording import nearest

_OTHER_NAMES = {
    "equals": "exactly",
    "equal": "exactly",
    "eq": "exactly",
    "startswith": "prefix",
    "beginswith": "prefix",
    "endswith": "suffix",
    "like": "wildcard",
    "glob": "wildcard",
    "not": "anything-but",
    "notequals": "anything-but",
    "ne": "anything-but",
    "notin": "anything-but",
    "exist": "exists",
    "ignorecase": "equals-ignore-case",
    "ip": "cidr",
    "iprange": "cidr",
}
_CONTAINS = {"contains", "contain", "includes", "include", "regex", "regexp", "matches", "match", "pattern"}
_IN = {"in", "anyof", "oneof", "or"}


def accepted_pattern(text: str) -> dict[str, Any] | None:
    """Return a pattern that AWS accepts and that was probably meant; None if none is known."""
    try:
        document = plain(read(text))
        if isinstance(document, str):
            document = plain(read(document))
        found = _object(document) if isinstance(document, dict) else None
        if not found:
            return None
        EventPattern.parse(compact(found))
    except (InvalidJson, InvalidPattern, RecursionError):
        return None
    return found


def _object(node: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in node.items():
        if name.lower() in ("$or", "or", "$and", "and") and isinstance(value, list):
            branches = [branch for item in value if isinstance(item, dict) and (branch := _object(item))]
            if name.lower().endswith("or") and len(branches) > 1:
                made["$or"] = branches
            else:
                for branch in branches:
                    made.update(branch)
        elif isinstance(value, dict) and not (value and all(_operator(key) for key in value)):
            if inner := _object(value):
                made[name] = inner
        elif elements := list(_elements(value)):
            made[name] = elements
    return made


def _elements(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _elements(item)
    elif isinstance(value, dict):
        for name, operand in value.items():
            yield from _expressions(name, operand)
    else:
        yield value


def _expressions(name: str, operand: Any) -> Iterator[Any]:
    """The elements that an operator with its operand represents."""
    operator = _operator(name)
    if operator in ("anything-but", "numeric"):
        yield {operator: operand if operator == "numeric" else _excluded(operand)}
    elif operator == "exists":
        yield {"exists": str(operand).strip().lower() not in ("false", "0", "no", "none")}
    elif operator in ("in", "exactly"):
        yield from _elements(operand)
    elif operator:
        for text in operand if isinstance(operand, list) else [operand]:
            if isinstance(text, str):
                yield {"wildcard": _wildcard(f"*{text}*")} if operator == "contains" else _of_text(operator, text)
            elif isinstance(text, dict):
                yield {operator: text}


def _of_text(operator: str, text: str) -> dict[str, str]:
    return {operator: _wildcard(text) if operator == "wildcard" else text}


def _excluded(operand: Any) -> Any:
    if isinstance(operand, list):
        return [item for item in operand if isinstance(item, str)] or [item for item in operand if item is not None]
    if isinstance(operand, dict):
        return {_operator(name) or name: inner for name, inner in operand.items()}
    return operand


def _wildcard(text: str) -> str:
    plain_text = re.sub(r"^\*\^|\$\*$", "*", text).replace(".*", "*")
    return re.sub(r"\*+", "*", re.sub(r"\\(?![*\\])", "", plain_text))


def _operator(name: str) -> str:
    """The operator that a name represents; empty if it is not one."""
    bare = re.sub(r"[\s_-]+", "", name).lower()
    if bare in _CONTAINS:
        return "contains"
    if bare in _IN:
        return "in"
    if bare in _OTHER_NAMES:
        return _OTHER_NAMES[bare]
    return nearest(name.replace("_", "-"), OPERATORS, 0.8)


def advice_for(text: str) -> str:
    """Return in one line how to correct a rejected pattern; empty if that is unknown."""
    found = accepted_pattern(text)
    return "" if found is None else f"AWS accepts this: {json.dumps(found, ensure_ascii=False, default=str)}"


_OPERATOR, _EXCLUSION = "wildcard", "anything-but"


@dataclass(frozen=True)
class NoEqual(Exception):
    """A wildcard matcher without an equivalent.

    Attributes:
        matcher: as JSON.
        why: the reason.
    """

    matcher: str
    why: str


def without_wildcards(pattern: Any) -> Any:
    """Return an equivalent pattern.

    Raises:
        NoEqual: none exists without a wildcard.
    """
    if isinstance(pattern, dict):
        return {key: _in_field(key, held) for key, held in pattern.items()}
    return [_without_wildcard(item) for item in pattern] if isinstance(pattern, list) else pattern


def _in_field(key: str, held: Any) -> Any:
    if key == "$or" and isinstance(held, list):
        return [without_wildcards(branch) for branch in held]
    return without_wildcards(held)


def _without_wildcard(item: Any) -> Any:
    if not isinstance(item, dict):
        return item
    if _OPERATOR in item:
        return _replaced(item)
    excluded = item.get(_EXCLUSION)
    return _exclusion(item, excluded[_OPERATOR]) if isinstance(excluded, dict) and _OPERATOR in excluded else item


def _replaced(item: dict[str, Any]) -> Any:
    kind, text = _simpler(item[_OPERATOR], item)
    return {kind: text} if kind else text


def _exclusion(item: dict[str, Any], given: Any) -> dict[str, Any]:
    """All matchers of one anything-but must be of one kind, because it accepts only one."""
    several = isinstance(given, list)
    simpler = [_simpler(text, item) for text in (given if several else [given])]
    kinds = {kind for kind, _ in simpler}
    if len(kinds) != 1:
        raise NoEqual(json.dumps(item), "one anything-but takes either prefixes, suffixes or values")
    texts = [text for _, text in simpler]
    if kinds != {""} and "" in texts:
        raise NoEqual(json.dumps(item), "it excludes every string")
    held = texts if several else texts[0]
    kind = kinds.pop()
    return {_EXCLUSION: {kind: held} if kind else held}


def _simpler(text: Any, item: dict[str, Any]) -> tuple[str, str]:
    """The operator that is equivalent to a wildcard, empty for a value, and its operand."""
    try:
        characters = characters_of(text)
    except (InvalidWildcard, TypeError):
        raise NoEqual(json.dumps(item), "AWS refuses it") from None
    stars = [at for at, character in enumerate(characters) if character is STAR]
    known = "".join(character for character in characters if character is not STAR)
    if not stars:
        return "", known
    if stars == [len(characters) - 1]:
        return "prefix", known
    if stars == [0]:
        return "suffix", known
    raise NoEqual(json.dumps(item), "a star between other characters is neither a prefix nor a suffix")
