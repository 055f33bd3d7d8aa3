"""The events that a pattern may have been meant for, and whether they can meet its conditions."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from pca_events.catalog import CatalogEntry, CloudTrailTwin, Event, cloudtrail_twins, documented_events, never_sent
from pca_events.check.accepted_values import accepts_some
from pca_events.check.field_domains import domains_of_cloudtrail, domains_of_event
from pca_events.check.partial_patterns import partial_pattern
from pca_events.check.verdicts import cloudtrail_verdicts, verdicts
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
