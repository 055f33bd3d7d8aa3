"""The smallest change that makes a pattern fire: which documented event is nearest, and what stands in the way."""

import copy
import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.catalog import Event, documented_events
from pca_events.check.field_domains import known_paths
from pca_events.pattern import EventPattern

Steps = tuple[str | int, ...]
"""The way to a key of a pattern: `("detail", "result")`, `("$or", 0, "source")`."""


@dataclass(frozen=True)
class Edit:
    """One change of a pattern.

    Attributes:
        path: the key that changes: `detail.result`.
        before: its value.
        after: what to write instead; None to take the key out.
        name: the key to write it under, where that is another: `detail-type`.
    """

    path: str
    before: Any
    after: Any = None
    name: str = ""

    @property
    def size(self) -> float:
        """How much it changes: a key that is only renamed less than a value, a value less the more it is alike."""
        if self.after is None or self.after == self.before:
            return 1.0 if self.after is None else 0.5
        return 2.0 - difflib.SequenceMatcher(None, json.dumps(self.before), json.dumps(self.after)).ratio()

    def __str__(self) -> str:
        if self.name and self.name != self.path:
            return f"{self.path}: write {self.name}: {json.dumps(self.after)}"
        if self.after is None:
            return f"{self.path}: take it out"
        return f"{self.path}: write {json.dumps(self.after)} for {json.dumps(self.before)}"


@dataclass(frozen=True)
class Nearest:
    """The documented event that a pattern is nearest to, and what to change so that it fires; nothing where it does.

    Attributes:
        pattern: the changed pattern.
    """

    event: str
    edits: tuple[Edit, ...]
    pattern: dict[str, Any]


def nearest(pattern: dict[str, Any]) -> Nearest:
    """Return the documented event that takes the smallest change, and that change."""
    found = (change_to_match(pattern, entry.event, entry.id) for entry in documented_events())
    return min(found, key=lambda nearest: sum(edit.size for edit in nearest.edits))


def change_to_match(pattern: dict[str, Any], event: Event, name: str) -> Nearest:
    """Return what to change so that the pattern matches an event."""
    changed = copy.deepcopy(pattern)
    edits = tuple(_edit(changed, steps, event) for steps in _blocking(pattern, (), event))
    return Nearest(name, edits, _without_empty(changed) or {"source": [event["source"]]})


def _without_empty(node: Any) -> Any:
    """Take out the objects that an edit has left empty; a pattern must not have any."""
    if isinstance(node, list):
        return [_without_empty(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _without_empty(value) for key, value in node.items()}
    return {key: value for key, value in kept.items() if value != {}}


def _blocking(node: dict[str, Any], way: Steps, event: Event) -> Iterator[Steps]:
    """Yield the way to every key that keeps the pattern from matching; of a `$or`, of the branch with the fewest."""
    for key, value in node.items():
        if key == "$or" and isinstance(value, list):
            yield from min((list(_blocking(part, (*way, key, at), event)) for at, part in enumerate(value)), key=len)
        elif isinstance(value, dict):
            yield from _blocking(value, (*way, key), event)
        elif not _matches((*way, key), value, event):
            yield (*way, key)


def _matches(steps: Steps, value: Any, event: Event) -> bool:
    condition: Any = value
    for name in reversed(_names(steps)):
        condition = {name: condition}
    return EventPattern.parse(condition).matches(event)


def _names(steps: Steps) -> list[str]:
    """The keys of the event on the way, without the branches of `$or`."""
    return [step for step in steps if isinstance(step, str) and step != "$or"]


def _edit(pattern: dict[str, Any], steps: Steps, event: Event) -> Edit:
    """Change one key of the pattern in place so that it lets the event through."""
    node: Any = pattern
    for step in steps[:-1]:
        node = node[step]
    key = str(steps[-1])
    before = node.pop(key)
    names = _names(steps)
    path = ".".join(names)
    found = _value(event, names)
    if found is not None:
        node[key] = [found]
        return Edit(path, before, [found], path)
    for known in _near(path):
        new_names = known.split(".")
        if _value(event, new_names) is not None and len(new_names) == len(names):
            after = before if _matches(tuple(new_names), before, event) else [_value(event, new_names)]
            node[new_names[-1]] = after
            return Edit(path, before, after, known)
    return Edit(path, before)


def _near(path: str) -> list[str]:
    return difflib.get_close_matches(path, known_paths(), n=1, cutoff=0.7)


def _value(event: Event, names: list[str]) -> Any:
    """What the event has there: of resources the first, of an object nothing."""
    value: Any = event
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    value = value[0] if isinstance(value, list) and value else value
    return None if isinstance(value, dict) else value
