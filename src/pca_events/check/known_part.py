"""The part of an event pattern that is known without deploying, and on what the rest depends."""

from collections.abc import Iterator
from typing import Any

from pca_events.check.report import reason_of
from pca_events.infrastructure.model import Unknown


def known_part(pattern: dict[str, Any]) -> tuple[dict[str, Any], list[tuple[str, str]]]:
    """Split a pattern.

    Returns:
        The pattern without the conditions that have unknown values, and the path of each of these with what it depends
        on: `("account", "var.account_id")`.
    """
    depends = list(_unknown(pattern, ""))
    return _known(pattern), depends


def _unknown(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _unknown(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list) and path.rpartition(".")[2] == "$or":
        for branch in node:
            yield from _unknown(branch, path)
    elif _has_unknown(node):
        yield path, reason_of(node)


def _known(node: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in node.items():
        if isinstance(value, dict):
            if inner := _known(value):
                made[key] = inner
        elif key == "$or" and isinstance(value, list):
            branches = [_known(branch) if isinstance(branch, dict) else {} for branch in value]
            if all(branches):
                made[key] = branches
        elif not _has_unknown(value):
            made[key] = value
    return made


def _has_unknown(value: Any) -> bool:
    if isinstance(value, Unknown):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(map(_has_unknown, inner))
