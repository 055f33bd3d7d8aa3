"""Edits of a pattern: their description, and the edited pattern."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pca_events.check.suggestions.meant_events import Elements
from pca_events.pattern.document import compact

Steps = tuple[str | int, ...]
"""The way to a key of a pattern: `("detail", "result")`, `("$or", 0, "source")`."""


@dataclass(frozen=True)
class Edit:
    """One change of a pattern.

    Attributes:
        path: the key that changes, `detail.result`; empty if the whole pattern changes.
        before: its value; None if the key is added.
        after: what to write instead; None to remove the key.
        name: the path to write it under, if it is another one.
        cost: how much it changes, from 0.
    """

    path: str
    before: Any
    after: Any = None
    name: str = ""
    cost: float = field(default=0.0, compare=False)

    def __str__(self) -> str:
        if not self.path:
            return f"write this pattern instead: {compact(self.after)}"
        if self.after is None:
            return f"{self.path}: remove it"
        if self.before is None:
            return f"{self.path}: add {_nested(self.path, self.after)}"
        if self.name:
            return f"{self.path}: write {_nested(self.name, self.after)}"
        return f"{self.path}: write {compact(self.after)} for {compact(self.before)}"


@dataclass(frozen=True)
class PlacedEdit:
    """An edit with its location: the path to the key, and the path to the key that replaces it."""

    edit: Edit
    steps: Steps
    into: Steps = ()


def conditions_of(pattern: dict[str, Any]) -> Iterator[tuple[Steps, Elements]]:
    """Yield every condition of a pattern, including those in `$or`, with the path to it."""
    waiting: list[tuple[Steps, Any]] = [((), pattern)]
    while waiting:
        way, node = waiting.pop()
        if isinstance(node, dict):
            waiting += [((*way, key), value) for key, value in reversed(list(node.items()))]
        elif way[-1] == "$or":
            waiting += [((*way, at), branch) for at, branch in reversed(list(enumerate(node)))]
        else:
            yield way, node


def names_of(steps: Steps) -> list[str]:
    """The keys of the event on the path, without the branches of `$or`."""
    return [step for step in steps if isinstance(step, str) and step != "$or"]


def applied(pattern: dict[str, Any], changes: Iterable[PlacedEdit]) -> dict[str, Any] | None:
    """Return the edited pattern, empty if nothing is left; None if another key is in the way."""
    changed = _copied(pattern)
    changes = list(changes)
    for change in changes:
        if change.steps and change.into != change.steps:
            _at(changed, change.steps[:-1]).pop(change.steps[-1])
    changed = _without_empty(changed)
    for change in changes:
        if change.into:
            node = changed
            for step in change.into[:-1]:
                node = _inside(node, step)
            if not isinstance(node, dict) or (change.into[-1] in node and change.into != change.steps):
                return None
            node[change.into[-1]] = change.edit.after
    kept = _without_empty(changed)
    return kept if isinstance(kept, dict) else None


def _inside(node: Any, step: str | int) -> Any:
    if isinstance(node, dict):
        return node.setdefault(step, {})
    return node[step] if isinstance(node, list) and isinstance(step, int) else None


def _at(node: Any, steps: Steps) -> Any:
    for step in steps:
        node = node[step]
    return node


def _copied(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _copied(value) for key, value in node.items()}
    return [_copied(item) for item in node] if isinstance(node, list) else node


def _without_empty(node: Any) -> Any:
    """Remove the objects that an edit left empty; a pattern must not contain any."""
    if isinstance(node, list):
        return [_without_empty(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_empty(value) for key, value in node.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _nested(path: str, elements: Any) -> str:
    """The path with its elements, as in a pattern."""
    first, *others = path.split(".")
    inner = compact(elements)
    for name in reversed(others):
        inner = f"{{{json.dumps(name, ensure_ascii=False)}: {inner}}}"
    return f"{first}: {inner}"
