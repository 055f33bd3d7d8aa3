"""Texts that are known in part, compared as texts with the wildcard `*`."""

from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.pattern import text_comparison
from pca_events.pattern.text_comparison import STAR


def wildcard_text(value: Any) -> str:
    """Return a text with `*` for what is not known of it; empty for what is neither text nor unknown."""
    if isinstance(value, Unknown):
        return "".join("*" if part is None else part for part in value.parts)
    return value if isinstance(value, str) else ""


def may_be_equal(one: str, other: str) -> bool:
    """Say whether some text matches both of two texts, in which `*` stands for any characters."""
    if "*" not in one and "*" not in other:
        return one == other
    if "*" not in one or "*" not in other:
        return _matches(one, other) if "*" in one else _matches(other, one)
    # With a wildcard in each, whatever stands between the ends of one fits into a wildcard of the other.
    (first, last), (begin, end) = (_ends(text) for text in (one, other))
    return (first.startswith(begin) or begin.startswith(first)) and (last.endswith(end) or end.endswith(last))


def _ends(text: str) -> tuple[str, str]:
    """What stands before the first wildcard, and after the last one."""
    return text.partition("*")[0], text.rpartition("*")[2]


def _matches(pattern: str, text: str) -> bool:
    characters = tuple(STAR if character == "*" else character for character in pattern)
    return text_comparison.wildcard_test(characters)(text)
