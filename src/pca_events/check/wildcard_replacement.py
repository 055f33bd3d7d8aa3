"""Equivalent event patterns without `wildcard`, which subscriber filters do not support.

A wildcard whose only star is at the end is a prefix, one whose only star is at the beginning a suffix, and one without
a star a value. Any other has no equivalent.
"""

import json
from dataclasses import dataclass
from typing import Any

from pca_events.pattern.text_comparison import STAR, InvalidWildcard, characters_of

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
    return [_matcher(item) for item in pattern] if isinstance(pattern, list) else pattern


def _in_field(key: str, held: Any) -> Any:
    if key == "$or" and isinstance(held, list):
        return [without_wildcards(branch) for branch in held]
    return without_wildcards(held)


def _matcher(item: Any) -> Any:
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
