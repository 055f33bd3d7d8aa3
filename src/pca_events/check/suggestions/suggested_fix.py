"""The smallest change with which a pattern matches the event that it was probably meant for.

Every proposed change has been tested: AWS accepts the changed pattern, and it matches the event.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.catalog import detail_types
from pca_events.check.suggestions.corrections import RENAMED, UNLIKE, corrected, destinations
from pca_events.check.suggestions.meant_events import (
    CandidateEvent,
    Edit,
    Elements,
    Kind,
    PlacedEdit,
    Steps,
    applied,
    conditions_of,
    known_events,
    names_of,
)
from pca_events.check.verdicts.field_domains import cloudtrail_detail_types, record_fields
from pca_events.check.vocabulary import promised
from pca_events.pattern.operators import OPERATORS

TAKEN_OUT = 1.5
_NOT_NEAR = 1.0
_FAR = 100.0
_RANK: dict[Kind, float] = {"documented": 0.0, "given": 0.0, "cloudtrail": 0.5, "never sent": 0.1}
_AGAINST_ITS_WORDS = 0.5
_NOT_OF_CLOUDTRAIL = 2.0
_MOST_CONDITIONS, _DEEPEST, _MOST_TRIES = 50, 100, 200
_TELLING = ("source", "detail-type", "detail.result", "detail.reason", "detail.eventName")


@dataclass(frozen=True)
class NearestEvent:
    """The event that is nearest to a pattern, and the edits with which the pattern matches it.

    Attributes:
        event: its name; see `CandidateEvent`.
        kind: where the event comes from.
        advice: what to do instead of waiting for an event that is never sent.
        edits: the edits; empty if none is needed or known.
        pattern: the edited pattern.
        cost: the size of the change.
        near: whether some condition matches, or nearly.
        solved: whether the edited pattern matches the event.
        conditions: which of these events the edited pattern matches, if not all of them.
    """

    event: str
    edits: tuple[Edit, ...]
    pattern: dict[str, Any]
    kind: Kind = "documented"
    advice: str = ""
    cost: float = 0.0
    near: bool = True
    solved: bool = True
    conditions: tuple[str, ...] = ()


def nearest(pattern: dict[str, Any], preferred: str = "") -> NearestEvent:
    """Return the event that requires the smallest change: documented, from CloudTrail, or never sent.

    Args:
        pattern: a pattern that AWS accepts.
        preferred: the name of the event to return if several require the same change.
    """
    found = [change_to_match(pattern, event) for event in known_events()]
    rank = _ranks(pattern)
    return min(found, key=lambda one: (round(one.cost + rank[one.kind], 6), one.event != preferred))


def asks_for_cloudtrail(pattern: dict[str, Any]) -> bool:
    """Whether a pattern names a CloudTrail detail-type, or no detail-type and a field of CloudTrail records only."""
    conditions = [(".".join(names_of(steps)), elements) for steps, elements in conditions_of(pattern)]
    named = {one for path, elements in conditions if path == "detail-type" for one in elements if isinstance(one, str)}
    if named & set(detail_types()):
        return False
    if named & set(cloudtrail_detail_types()):
        return True
    return any(path.startswith("detail.") and path.split(".")[1] in record_fields() for path, _ in conditions)


def _ranks(pattern: dict[str, Any]) -> dict[Kind, float]:
    """The penalty of each kind of event; lower for CloudTrail if a pattern is for CloudTrail events."""
    if not asks_for_cloudtrail(pattern):
        return _RANK
    return {**_RANK, "documented": _NOT_OF_CLOUDTRAIL, "never sent": _NOT_OF_CLOUDTRAIL, "cloudtrail": 0.0}


def change_to_match(pattern: dict[str, Any], event: CandidateEvent) -> NearestEvent:
    """Return the edits with which a valid pattern matches an event."""
    conditions = list(conditions_of(pattern))
    if len(conditions) <= _MOST_CONDITIONS and max(len(steps) for steps, _ in conditions) <= _DEEPEST:
        if event.matched_by(pattern):
            only = event.conditions(pattern)
            return NearestEvent(event.name, (), pattern, event.kind, event.advice, conditions=only)
        for changed, edits, cost in (_Search(event, conditions).changed(pattern), _together(conditions, event)):
            if changed and edits and event.matched_by(changed):
                near = _is_near(edits, len(conditions))
                only = event.conditions(changed)
                return NearestEvent(event.name, edits, changed, event.kind, event.advice, cost, near, conditions=only)
    return _another_pattern(pattern, event)


def _is_near(edits: Iterable[Edit], conditions: int) -> bool:
    """Whether some condition matches, or nearly, and no other kind of event is required."""
    edits = list(edits)
    if any((edit.name or edit.path) == "detail-type" and edit.cost >= UNLIKE for edit in edits):
        return False
    return len(edits) < conditions or any(edit.cost < _NOT_NEAR for edit in edits)


ChangedPattern = tuple[dict[str, Any], tuple[Edit, ...], float]
"""The changed pattern, not yet tested, the edits, and their cost."""


class _Search:
    """The search for the cheapest edits with which one event meets every condition."""

    def __init__(self, event: CandidateEvent, conditions: Iterable[tuple[Steps, Elements]]) -> None:
        self._event = event
        self._taken = {".".join(names_of(steps)) for steps, _ in conditions}

    def changed(self, pattern: dict[str, Any]) -> ChangedPattern:
        """Return the changed pattern with its edits."""
        changes = self._of_object(pattern, (), ())
        cost = sum(change.edit.cost for change in changes)
        results = {promised(text) for text in _detail_types(changes)} - {""}
        if len(results) == 1 and self._event.result:
            (result,) = results
            if result != self._event.result:
                cost += _AGAINST_ITS_WORDS
            elif "detail.result" not in self._taken:
                changes.append(PlacedEdit(Edit("detail.result", None, [result]), (), ("detail", "result")))
        changed = applied(pattern, changes)
        edits = tuple(change.edit for change in changes)
        return (_least(self._event) if changed == {} else changed or {}), edits, cost

    def _of_object(self, node: dict[str, Any], way: Steps, branch: Steps) -> list[PlacedEdit]:
        changes: list[PlacedEdit] = []
        for key, value in node.items():
            steps = (*way, key)
            if key == "$or" and isinstance(value, list):
                changes += self._of_branches(value, steps)
            elif isinstance(value, dict):
                changes += self._of_object(value, steps, branch)
            else:
                changes += self._of_condition(steps, value, branch)
        return changes

    def _of_branches(self, branches: list[Any], steps: Steps) -> list[PlacedEdit]:
        """The edits of the branch that changes the least; if nothing of it would be left, $or is removed."""
        taken = self._taken
        tried: list[tuple[float, list[PlacedEdit], set[str]]] = []
        for at, branch in enumerate(branches):
            self._taken = set(taken)
            changes = self._of_object(branch, (*steps, at), (*steps, at))
            if len(changes) == sum(1 for _ in conditions_of(branch)) and all(c.edit.after is None for c in changes):
                changes = [PlacedEdit(Edit(".".join((*names_of(steps), "$or")), branches, cost=TAKEN_OUT), steps)]
            tried.append((sum(change.edit.cost for change in changes), changes, self._taken))
        _, changes, self._taken = min(tried, key=lambda one: one[0])
        return changes

    def _of_condition(self, steps: Steps, elements: Elements, branch: Steps) -> list[PlacedEdit]:
        names = names_of(steps)
        path = ".".join(names)
        if self._event.fulfils(path, elements):
            return []
        options = list(self._moved(path, elements, branch))
        if found := corrected(path, elements, self._event):
            options.append((found[1], path, found[0]))
        if not options:
            return [PlacedEdit(Edit(path, elements, cost=TAKEN_OUT), steps)]
        cost, destination, after = min(options, key=lambda option: option[0])
        edit = Edit(path, elements, after, destination if destination != path or "." in "".join(names) else "", cost)
        if not edit.name:
            return [PlacedEdit(edit, steps, steps)]
        self._taken.add(destination)
        inside = destination.split(".")[len(names_of(branch)) :]
        return [PlacedEdit(edit, steps, (*branch, *inside))]

    def _moved(self, path: str, elements: Elements, branch: Steps) -> Iterator[tuple[float, str, list[Any]]]:
        around = names_of(branch)
        inner, _, operator = path.rpartition(".")
        if operator in OPERATORS and inner in self._event.values:
            elements = _as_elements(operator, elements)
            found: Iterable[tuple[str, float]] = [(inner, RENAMED)]
        else:
            found = destinations(path, elements, self._event, self._taken)
        for destination, cost in found:
            if destination.split(".")[: len(around)] != around:
                continue
            if self._event.fulfils(destination, elements):
                yield cost, destination, list(elements)
            elif (instead := corrected(destination, elements, self._event)) and instead[1] < UNLIKE:
                yield cost + instead[1], destination, instead[0]


def _as_elements(operator: str, operands: Elements) -> list[Any]:
    """The elements of an operator that was written as a key, with an array of operands."""
    if operator in ("anything-but", "numeric"):
        return [{operator: list(operands)}]
    return list(operands) if operator == "exactly" else [{operator: operand} for operand in operands]


def _detail_types(changes: Iterable[PlacedEdit]) -> Iterator[str]:
    """The original strings of corrected detail-types."""
    for change in changes:
        if (change.edit.name or change.edit.path) == "detail-type" and change.edit.cost < UNLIKE:
            yield from (element for element in change.edit.before if isinstance(element, str))


def _together(conditions: Iterable[tuple[Steps, Elements]], event: CandidateEvent) -> ChangedPattern:
    """Keep each condition that is compatible with those before it; replace the others with the event's values."""
    kept: dict[str, Any] = {}
    edits: list[Edit] = []
    tries = _MOST_TRIES
    for steps, elements in conditions:
        if "$or" in steps:
            return {}, (), 0.0
        path = ".".join(names_of(steps))
        for instead in (elements, *([value] for value in event.values.get(path, ()))):
            tries -= 1
            trial = applied(kept, [PlacedEdit(Edit(path, None, list(instead)), (), steps)])
            if tries >= 0 and trial and event.matched_by(trial):
                kept = trial
                if instead is not elements:
                    edits.append(Edit(path, elements, list(instead), cost=UNLIKE))
                break
        else:
            edits.append(Edit(path, elements, cost=TAKEN_OUT))
    return kept, tuple(edits), sum(edit.cost for edit in edits)


def _another_pattern(pattern: dict[str, Any], event: CandidateEvent) -> NearestEvent:
    """Return a pattern of the event's own values, if no edit of the pattern is known."""
    for instead in (_least(event, _TELLING), *(_least(event, [path]) for path in event.values)):
        if instead and event.matched_by(instead):
            edits = (Edit("", pattern, instead, cost=TAKEN_OUT),)
            return NearestEvent(event.name, edits, instead, event.kind, event.advice, _FAR, near=False)
    return NearestEvent(event.name, (), pattern, event.kind, event.advice, _FAR, near=False, solved=False)


def _least(event: CandidateEvent, paths: Iterable[str] = ("source",)) -> dict[str, Any]:
    """A pattern of the event's own values at these paths, as far as it has them."""
    made: dict[str, Any] = {}
    for path in paths:
        if values := event.values.get(path):
            made = applied(made, [PlacedEdit(Edit(path, None, values[:1]), (), tuple(path.split(".")))]) or made
    return made
