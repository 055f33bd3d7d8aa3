"""The events that a rule may be meant for, and the edits of its pattern that make it match them."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, Literal

from pca_events.catalog import CatalogEntry, CloudTrailTwin, Event, cloudtrail_twins, documented_events, never_sent
from pca_events.check.verdicts.conditions import accepts_some, partial_pattern
from pca_events.check.verdicts.field_domains import domains_of_cloudtrail, domains_of_event
from pca_events.check.verdicts.verdict import cloudtrail_verdicts, verdicts
from pca_events.errors import InvalidPattern
from pca_events.pattern import EventPattern, Exists, Matcher, flatten
from pca_events.pattern.document import compact
from pca_events.pattern.matchers import test_of
from pca_events.pattern.matching import may_be_absent

Kind = Literal["documented", "cloudtrail", "never sent", "given"]
Elements = Sequence[Any]
"""The array of a condition, as the pattern writes it."""

_MOST_VALUES = 20
_LIKE_A_NEVER_SENT = "certificate-revocation-success"


class CandidateEvent(ABC):
    """An event that a pattern may have been meant for.

    Attributes:
        name: the id of a documented or never-sent event, the detail-type of a CloudTrail event, or the file of a given
            event.
        kind: where it comes from.
        advice: what to do if the event is never sent; otherwise empty.
        values: the documented values of each path, or those of the sample if the value is free.
        free: the paths that can also have other values.
    """

    def __init__(self, name: str, kind: Kind, sample: Event, advice: str = "") -> None:
        self.name = name
        self.kind: Kind = kind
        self.advice = advice
        self.sample = sample
        self.values: dict[str, list[Any]] = leaves(sample)
        self.free: frozenset[str] = frozenset()

    @property
    def result(self) -> str:
        """`detail.result`, or empty."""
        return next((value for value in self.values.get("detail.result", ()) if isinstance(value, str)), "")

    def fulfils(self, path: str, elements: Elements) -> bool:
        """Whether the event, in one of its domains, meets a condition."""
        return self.matched_by({path: list(elements)})

    def conditions(self, pattern: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the condition under which a pattern matches these events, if it does not match all of them."""
        del pattern
        return ()

    @abstractmethod
    def matched_by(self, pattern: Mapping[str, Any]) -> bool:
        """Whether AWS accepts the pattern, and it matches the event in one of its domains."""


class GivenEvent(CandidateEvent):
    """An event that the user gave."""

    def __init__(self, name: str, event: Event) -> None:
        super().__init__(name, "given", event)
        self._flat = flatten(event)
        self._keys = {path: frozenset(keys) for path, keys in self._flat.fields.items()}

    def fulfils(self, path: str, elements: Elements) -> bool:
        """Whether the event meets a condition."""
        read = _read(compact({path: list(elements)}))
        if read is None:
            return False
        ((read_path, matchers),) = read.conditions[0].items()
        keys = self._keys.get(read_path, frozenset())
        return any(map(test_of(matchers), keys)) if keys else may_be_absent(matchers)

    def matched_by(self, pattern: Mapping[str, Any]) -> bool:
        """Whether AWS accepts the pattern, and it matches the event."""
        read = _read(compact(pattern))
        return read is not None and read.matches_flat(self._flat)


class ContractEvent(CandidateEvent):
    """A documented event, or a CloudTrail event, with any values that its contract allows."""

    def __init__(self, name: str, entry: CatalogEntry | CloudTrailTwin) -> None:
        super().__init__(name, "cloudtrail" if isinstance(entry, CloudTrailTwin) else "documented", entry.sample)
        domains = domains_of_cloudtrail(name) if isinstance(entry, CloudTrailTwin) else domains_of_event(name)
        self.values = {path: self.values[path] for path in self.values if path in domains} | {
            path: [value for domain in several for value in domain.values]
            for path, several in domains.items()
            if all(domain.values for domain in several)
        }
        self.free = frozenset(path for path, several in domains.items() if not all(domain.values for domain in several))

    def matched_by(self, pattern: Mapping[str, Any]) -> bool:
        """Whether AWS accepts the pattern, and it matches the event in one of its domains, as in `check`."""
        return self.name in _fired(compact(pattern))

    def conditions(self, pattern: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the condition under which a pattern matches these events, as in `check`."""
        return _fired(compact(pattern)).get(self.name, ())


class NeverSentEvent(CandidateEvent):
    """An event that is never sent; its envelope is that of the event with the same detail-type."""

    def __init__(self, name: str, sample: Event, advice: str) -> None:
        super().__init__(name, "never sent", sample, advice)
        self._forms = {
            path: domains
            for path, domains in domains_of_event(_LIKE_A_NEVER_SENT).items()
            if not path.startswith("detail.")
        }
        self.free = frozenset(self._forms) - {"source", "detail-type", "version"}

    def matched_by(self, pattern: Mapping[str, Any]) -> bool:
        """Whether AWS accepts the pattern, and it would match such an event."""
        read = _read(compact(pattern))
        return read is not None and any(
            all(self._fulfils(path, matchers) for path, matchers in conditions.items())
            for conditions in read.conditions
        )

    def _fulfils(self, path: str, matchers: Sequence[Matcher]) -> bool:
        if path in self._forms:
            return any(accepts_some(matchers, domain.language) for domain in self._forms[path])
        values = self.values.get(path, ())
        if not values:
            return any(isinstance(matcher, Exists) and not matcher.wanted for matcher in matchers)
        return any(matcher.accepts(value) for matcher in matchers for value in values)


@cache
def known_events() -> tuple[CandidateEvent, ...]:
    """Return the documented events, the CloudTrail events, and those that are never sent, in this order."""
    return (
        *(ContractEvent(entry.id, entry) for entry in documented_events()),
        *(ContractEvent(twin.detail_type, twin) for twin in cloudtrail_twins()),
        *(NeverSentEvent(entry.id, entry.sample, entry.what_to_do) for entry in never_sent()),
    )


def leaves(event: Event) -> dict[str, list[Any]]:
    """Return the first values of each path of an event, keys joined by dots."""
    found: dict[str, list[Any]] = {}
    waiting: list[tuple[str, Any]] = [("", event)]
    while waiting:
        path, node = waiting.pop()
        if isinstance(node, dict):
            waiting += [(f"{path}.{name}" if path else name, value) for name, value in reversed(list(node.items()))]
        elif isinstance(node, list):
            waiting += [(path, item) for item in reversed(node)]
        elif len(found.setdefault(path, [])) < _MOST_VALUES:
            found[path].append(node)
    return found


@lru_cache(maxsize=1 << 12)
def _fired(pattern: str) -> Mapping[str, tuple[str, ...]]:
    """The documented and CloudTrail events that a pattern can match, with the conditions."""
    try:
        read = partial_pattern(pattern)
    except InvalidPattern:
        return {}
    judged = (*verdicts(read), *cloudtrail_verdicts(read))
    return {verdict.event: verdict.conditions for verdict in judged if verdict.fires != "never"}


def _read(pattern: str) -> EventPattern | None:
    try:
        return EventPattern.parse(pattern)
    except InvalidPattern:
        return None


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
