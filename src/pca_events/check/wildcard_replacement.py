"""Event patterns without `wildcard`, which filters of subscribers do not support, where others match the same events.

A wildcard with its only star at the end is a prefix, one with its only star at the beginning a suffix, and one without
a star a value. Any other has no equal.
"""

import json
from dataclasses import dataclass
from typing import Any

from pca_events.pattern.text_comparison import STAR, InvalidWildcard, characters_of

_OPERATOR, _EXCLUSION = "wildcard", "anything-but"


@dataclass(frozen=True)
class NoEqual(Exception):
    """A matcher with a wildcard that no other matcher equals.

    Attributes:
        matcher: as JSON.
        why: what stands against it.
    """

    matcher: str
    why: str


def without_wildcards(pattern: Any) -> Any:
    """Return a pattern that matches the same events.

    Raises:
        NoEqual: there is none without a wildcard.
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
    """All texts of one anything-but have to be of one kind, because it takes one kind only."""
    several = isinstance(given, list)
    simpler = [_simpler(text, item) for text in (given if several else [given])]
    kinds = {kind for kind, _ in simpler}
    if len(kinds) != 1:
        raise NoEqual(json.dumps(item), "one anything-but takes either prefixes, suffixes or values")
    texts = [text for _, text in simpler]
    if kinds != {""} and "" in texts:
        raise NoEqual(json.dumps(item), "it excludes every text")
    held = texts if several else texts[0]
    kind = kinds.pop()
    return {_EXCLUSION: {kind: held} if kind else held}


def _simpler(text: Any, item: dict[str, Any]) -> tuple[str, str]:
    """The operator that a wildcard equals, empty for a value, and its text."""
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
