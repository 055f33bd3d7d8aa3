"""The result of validating recorded events: reports can be merged, and every output renders one."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from operator import itemgetter

from pca_events.contract import Violation

_KEPT = 100


@dataclass(frozen=True, order=True)
class RecordLocation:
    """The location of something in a recording.

    Attributes:
        file: its name as given, `-` for standard input.
        line: from 1; the first line of a multi-line document; 0 for the file as a whole.
        path: the JSON path in the document there, `$` for all of it: `$.Records[0].body`.
    """

    file: str
    line: int
    path: str = "$"

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + ("" if self.path == "$" else f" {self.path}")


@dataclass
class Occurrences:
    """Locations of one kind: their number, and the first hundred with a reason each."""

    count: int = 0
    kept: list[tuple[RecordLocation, str]] = field(default_factory=list)

    def note(self, place: RecordLocation, words: str = "") -> None:
        """Add a location."""
        self.count += 1
        if len(self.kept) < _KEPT:
            self.kept.append((place, words))

    def merge(self, other: "Occurrences") -> None:
        """Add the locations of another; the first hundred of all are kept."""
        self.count += other.count
        self.kept = sorted([*self.kept, *other.kept], key=itemgetter(0))[:_KEPT]


_DISTINCT = 1000
OTHERS = "(others)"


@dataclass(frozen=True)
class Group:
    """Violations of one kind: the same path, keyword and keyword value, in one or more schemas.

    Attributes:
        violation: the first one.
        count: the number of events with it.
        first: the location of the first one.
        schemas: the violated schemas.
    """

    violation: Violation
    count: int
    first: RecordLocation
    schemas: tuple[str, ...] = ()


Groups = dict[tuple[str, str, str], Group]
"""Violations by path, keyword and the value of the keyword."""


@dataclass
class ValidationReport:
    """The result of a validation. Reports of parts of an input can be merged in any order.

    Attributes:
        closed: whether unknown fields count as violations.
        events: the number of AWS Private CA events by detail-type, result, and whether they meet their contract;
            an undocumented detail-type or result is counted as `(others)`.
        twins: the number of CloudTrail events about AWS Private CA, by detail-type and whether they meet theirs.
        records: the number of CloudTrail log records about AWS Private CA, by the detail-type of the event that would
            contain the record as its detail, and whether they meet the schema of that detail.
        other_records: the number of CloudTrail log records about other services, by eventSource.
        other_sources: the number of events from other sources, by source.
        groups: the violations.
        unusual: values that meet the contract and are probably mistakes; never violations.
        unreadable: lines and files that could not be read, with the reason.
        without_event: documents without an event.
    """

    closed: bool = False
    events: Counter[tuple[str, str, bool]] = field(default_factory=Counter)
    twins: Counter[tuple[str, bool]] = field(default_factory=Counter)
    records: Counter[tuple[str, bool]] = field(default_factory=Counter)
    other_records: Counter[str] = field(default_factory=Counter)
    other_sources: Counter[str] = field(default_factory=Counter)
    groups: Groups = field(default_factory=dict)
    unusual: Groups = field(default_factory=dict)
    unreadable: Occurrences = field(default_factory=Occurrences)
    without_event: Occurrences = field(default_factory=Occurrences)

    @property
    def meeting(self) -> int:
        """The number of AWS Private CA events that meet their contract."""
        return sum(count for (_, _, meets), count in self.events.items() if meets)

    @property
    def breaking(self) -> int:
        """The number of AWS Private CA events that violate their contract."""
        return self.events.total() - self.meeting

    @property
    def found(self) -> int:
        """The number of events and CloudTrail records from any source."""
        every = (self.events, self.twins, self.records, self.other_records, self.other_sources)
        return sum(counter.total() for counter in every)

    @property
    def is_well(self) -> bool:
        """Whether all input was read, and every event and record about AWS Private CA meets its contract."""
        return not self.groups and not self.unreadable.count

    def by_frequency(self) -> list[Group]:
        """Return the violations, the most frequent first."""
        return _by_frequency(self.groups)

    def unusual_by_frequency(self) -> list[Group]:
        """Return the unusual values, the most frequent first."""
        return _by_frequency(self.unusual)

    def count_source(self, source: str, count: int = 1) -> None:
        """Count events from another source."""
        _count(self.other_sources, source, count)

    def count_record(self, event_source: str, count: int = 1) -> None:
        """Count CloudTrail records of another service."""
        _count(self.other_records, event_source, count)

    def note_violations(self, violations: Iterable[Violation], place: RecordLocation) -> None:
        """Add the violations of one event."""
        for violation in violations:
            _add(self.groups, Group(violation, 1, place, (violation.schema,)))

    def note_unusual(self, unusual: Iterable[Violation], place: RecordLocation) -> None:
        """Add the unusual values of one event."""
        for one in unusual:
            _add(self.unusual, Group(one, 1, place))

    def merge(self, other: "ValidationReport", lines_before: int = 0) -> None:
        """Add another report.

        Args:
            other: of another input, or of a later part of the same file.
            lines_before: the number of lines of the file before that part.
        """
        self.events.update(other.events)
        self.twins.update(other.twins)
        self.records.update(other.records)
        for source, count in other.other_sources.items():
            self.count_source(source, count)
        for source, count in other.other_records.items():
            self.count_record(source, count)
        for into, groups in ((self.groups, other.groups), (self.unusual, other.unusual)):
            for group in groups.values():
                _add(into, replace(group, first=_later(group.first, lines_before)))
        for mine, theirs in ((self.unreadable, other.unreadable), (self.without_event, other.without_event)):
            moved = [(_later(place, lines_before), words) for place, words in theirs.kept]
            mine.merge(Occurrences(theirs.count, moved))


def _add(groups: Groups, group: Group) -> None:
    violation = group.violation
    key = (violation.path, violation.keyword, violation.documented)
    if key not in groups and len(groups) >= _DISTINCT:
        key = (OTHERS, violation.keyword, violation.documented)
        group = replace(group, violation=replace(violation, path=OTHERS))
    known = groups.get(key)
    if known is not None:
        earlier = min(known, group, key=lambda group: group.first)
        schemas = tuple(sorted({*known.schemas, *group.schemas}))
        group = replace(earlier, count=known.count + group.count, schemas=schemas)
    groups[key] = group


def _by_frequency(groups: Groups) -> list[Group]:
    return sorted(groups.values(), key=lambda group: (-group.count, group.violation))


def _count(counter: Counter[str], name: str, count: int) -> None:
    counter[name if name in counter or len(counter) < _DISTINCT else OTHERS] += count


def _later(place: RecordLocation, lines: int) -> RecordLocation:
    return replace(place, line=place.line + lines)
