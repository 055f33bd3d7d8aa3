"""Event patterns in infrastructure code: an object, or a JSON string that may be partly unknown."""

import re
from functools import lru_cache
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import MARK, Composed, marked, unmarked
from pca_events.infrastructure.source_tree import Object, Text, json_tree, key_lines, plain, shown

FIELDS = frozenset(
    {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"}
)
"""The top-level keys of an event pattern: the fields of the envelope, and `$or`."""

_ALTERNATIVE = re.compile(r"\$or\[\d+\]\.")
_BARE = re.compile('"(?:[^"\\\\]|\\\\.)*"|\ue000\\d+\ue001')


def asks_for_read_only_calls(state: Any) -> bool | Unknown:
    """Whether a rule in this state also matches the events that CloudTrail sends for read-only calls."""
    if isinstance(state, Unknown):
        return Unknown(state.reason)
    return bool(state == "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS")


def pattern_of(held: Object, key: str) -> tuple[Any, dict[str, int]]:
    """The pattern at a key and the lines of its keys; no lines if it comes from another file."""
    pattern, lines = read_pattern(held[key], held.line_of(key))
    elsewhere = isinstance(held[key], Object) and held[key].file != held.file
    return pattern, {} if elsewhere else lines


def read_pattern(value: Any, line: int) -> tuple[Any, dict[str, int]]:
    """The pattern and the lines of its keys.

    Args:
        value: an object, a string or an unknown value.
        line: the line of the value.
    """
    if isinstance(value, Composed):
        return _with_holes(value, line)
    if isinstance(value, Unknown):
        return plain(value), {}
    if isinstance(value, str):
        tree = _tree(value)
        return (plain(tree), _lines(tree, value, line)) if tree is not None else (str(value), {})
    if isinstance(value, dict):
        return plain(value), _with_short_paths(dict(key_lines(value)))
    return shown(value), {}


def read_json(value: Any) -> Any:
    """The object in a JSON string, which may be partly unknown; the value itself if it is not valid JSON."""
    if isinstance(value, Composed):
        _, tree = _tree_with_holes(value)
        return value if tree is None else unmarked(tree, value.holes)
    tree = _tree(value) if isinstance(value, str) else None
    return value if tree is None else tree


@lru_cache(maxsize=1024)
def _tree(text: str) -> Object | None:
    """The object in a JSON string; None if there is none. Cached, because many rules share one pattern."""
    try:
        json_source.parse(text)
        tree, _ = json_tree(text)
    except json_source.InvalidLine:
        return None
    return tree if isinstance(tree, Object) else None


def _lines(tree: Object, text: str, line: int) -> dict[str, int]:
    if isinstance(text, Text):
        return _with_short_paths({path: text.line + at - 1 for path, at in key_lines(tree)})
    return _with_short_paths({path: line for path, _ in key_lines(tree)})


def _with_short_paths(lines: dict[str, int]) -> dict[str, int]:
    """Add each key of a `$or` alternative under its path in the event, unless that path exists."""
    if not any("$or" in path for path in lines):
        return lines
    return {_ALTERNATIVE.sub("", path): line for path, line in reversed(lines.items())} | lines


def _with_holes(value: Composed, line: int) -> tuple[Any, dict[str, int]]:
    """The pattern and the lines of its keys, from a partly unknown string."""
    text, tree = _tree_with_holes(value)
    if tree is None:
        return plain(value), {}
    placed = Text(text, value.line) if value.line else text
    return plain(unmarked(tree, value.holes)), _lines(tree, placed, line)


def _tree_with_holes(value: Composed) -> tuple[str, Object | None]:
    """Mark the unknown parts and parse the JSON around them; None if it is not valid or if a key is unknown."""
    text = marked(value)
    if text is None:
        return "", None
    text = _BARE.sub(lambda found: found[0] if found[0].startswith('"') else f'"{found[0]}"', text)
    tree = _tree(text)
    return text, None if tree is None or any(MARK.search(path) for path, _ in key_lines(tree)) else tree
