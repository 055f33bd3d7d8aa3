"""What holding recorded events against the contract found: the one model that every output renders."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import Any

from pca_events.contract import Violation

_KEPT = 100
_DISTINCT = 1000
OTHERS = "(others)"


@dataclass(frozen=True, order=True)
class Place:
    """Where something was recorded.

    Attributes:
        file: its name as it was given, `-` for standard input.
        line: counted from 1; for a document over many lines the first.
        path: the JSON path in what stands there, `$` for the whole of it: `$.Records[0].body`.
    """

    file: str
    line: int
    path: str = "$"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + ("" if self.path == "$" else f" {self.path}")


@dataclass(frozen=True)
class Group:
    """Violations of one kind: the same place in the event, the same keyword of the same schema.

    Attributes:
        violation: the first of them.
        count: how many events have it.
        first: where the first was recorded.
    """

    violation: Violation
    count: int
    first: Place


@dataclass
class Noted:
    """Places of one kind: how many there are, and the first hundred with a word on each."""

    count: int = 0
    kept: list[tuple[Place, str]] = field(default_factory=list)

    def note(self, place: Place, words: str = "") -> None:
        """Note one place more."""
        self.count += 1
        if len(self.kept) < _KEPT:
            self.kept.append((place, words))

    def merge(self, other: "Noted") -> None:
        """Add what another has noted; of all places the first are kept."""
        self.count += other.count
        self.kept = sorted([*self.kept, *other.kept], key=itemgetter(0))[:_KEPT]


@dataclass
class ValidationReport:
    """Everything that was found.

    Attributes:
        events: how many events of AWS Private CA, by detail-type, result, and whether they meet their contract. A
            detail-type or a result that is not documented is counted as `(others)`.
        twins: how many events that CloudTrail sends about AWS Private CA, by detail-type and whether they meet theirs.
        other_sources: how many events of other sources, by source.
        groups: the violations.
        unreadable: lines and files that could not be read, with the reason.
        without_event: documents that were read and hold no event.
    """

    events: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    twins: Counter[tuple[str, bool]] = field(default_factory=Counter)
    other_sources: Counter[str] = field(default_factory=Counter)
    groups: dict[tuple[str, str, str], Group] = field(default_factory=dict)
    unreadable: Noted = field(default_factory=Noted)
    without_event: Noted = field(default_factory=Noted)

    @property
    def meeting(self) -> int:
        """How many events of AWS Private CA meet their contract."""
        return sum(count for (_, _, meets), count in self.events.items() if meets)

    @property
    def breaking(self) -> int:
        """How many events of AWS Private CA break their contract."""
        return sum(self.events.values()) - self.meeting

    @property
    def found(self) -> int:
        """How many events there are, of any source."""
        return sum(self.events.values()) + sum(self.twins.values()) + sum(self.other_sources.values())

    @property
    def is_well(self) -> bool:
        """Whether everything was read and every event, a twin of CloudTrail included, meets its contract."""
        return not self.groups and not self.unreadable.count

    def by_frequency(self) -> list[Group]:
        """Return the violations, the most frequent first."""
        return sorted(self.groups.values(), key=lambda group: (-group.count, group.violation))

    def count_source(self, source: str, count: int = 1) -> None:
        """Count events of another source."""
        known = source in self.other_sources or len(self.other_sources) < _DISTINCT
        self.other_sources[source if known else OTHERS] += count

    def note_violations(self, violations: Iterable[Violation], place: Place) -> None:
        """Note what is wrong with one event."""
        for violation in violations:
            self._add(Group(violation, 1, place))

    def merge(self, other: "ValidationReport", lines_before: int = 0) -> None:
        """Add what another part of the same input found, whose lines come after so many others."""
        self.events.update(other.events)
        self.twins.update(other.twins)
        for source, count in other.other_sources.items():
            self.count_source(source, count)
        for group in other.groups.values():
            self._add(replace(group, first=_later(group.first, lines_before)))
        for mine, theirs in ((self.unreadable, other.unreadable), (self.without_event, other.without_event)):
            moved = [(_later(place, lines_before), words) for place, words in theirs.kept]
            mine.merge(Noted(theirs.count, moved))

    def _add(self, group: Group) -> None:
        violation = group.violation
        key = (violation.schema, violation.path, violation.keyword)
        if key not in self.groups and len(self.groups) >= _DISTINCT:
            key = (violation.schema, OTHERS, violation.keyword)
            group = replace(group, violation=replace(violation, path=OTHERS))
        known = self.groups.get(key)
        if known is not None:
            earlier = min(known, group, key=lambda group: group.first)
            group = replace(earlier, count=known.count + group.count)
        self.groups[key] = group

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines."""
        return {
            "events": [
                {"detail-type": detail_type, "result": result, "meets": meets, "count": count}
                for (detail_type, result, meets), count in sorted(self.events.items())
            ],
            "cloudtrail": [
                {"detail-type": detail_type, "meets": meets, "count": count}
                for (detail_type, meets), count in sorted(self.twins.items())
            ],
            "other_sources": dict(sorted(self.other_sources.items())),
            "violations": [
                {
                    "path": group.violation.path,
                    "message": group.violation.message,
                    "schema": group.violation.schema,
                    "count": group.count,
                    "first": str(group.first),
                }
                for group in self.by_frequency()
            ],
            "unreadable": _noted(self.unreadable),
            "without_event": _noted(self.without_event),
        }


def _later(place: Place, lines: int) -> Place:
    return replace(place, line=place.line + lines)


def _noted(noted: Noted) -> dict[str, Any]:
    return {"count": noted.count, "first": [{"place": str(place), "reason": words} for place, words in noted.kept]}
