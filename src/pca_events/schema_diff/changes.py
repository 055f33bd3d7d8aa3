"""The changes between two versions of the schemas, each reported once."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.contract.schemas import ENVELOPE
from pca_events.schema_diff.comparison import ChangeKind, Effect, LocalChange, compare, judge
from pca_events.schema_diff.normalised import (
    EVENTS,
    TWINS,
    NormalisedContract,
    NormalisedSchemas,
    canonical,
    described,
    normalised,
)
from pca_events.schema_diff.unmatched_changes import unmatched_changes
from pca_events.schema_diff.versions import Version

_ALL = {2: "both", 3: "all three", 4: "all four", 5: "all five", 6: "all six", 7: "all seven"}


@dataclass(frozen=True)
class Change:
    """One change, as a consumer of the events sees it.

    Attributes:
        title: the detail-types as text: one by its name, or `all five`; the file if no event is affected.
        detail_types: the detail-types that it affects; empty if no event is affected.
        path: the place in the event, `$.detail.reason`, or in the file, `#/$defs/account`.
        result: the only result that it affects; None if it affects all.
        before: the value, pattern, type, or presence (required, optional) before; None if there was none.
        after: the same after the change.
        effect: breaking or compatible, for a consumer with rules on the events and a handler that reads them.
        reason: why, as text.
    """

    title: str
    detail_types: tuple[str, ...]
    path: str
    result: str | None
    before: Any
    after: Any
    effect: Effect
    reason: str


@dataclass(frozen=True)
class _At:
    """A change and its subject: a detail-type, or the path of a file."""

    subject: str
    result: str | None
    change: LocalChange


def diff(old: Version, new: Version) -> list[Change]:
    """Return the changes from one version to another, breaking changes first."""
    before, after = normalised(old.files), normalised(new.files)
    found = [*_detail_types(before, after), *_contracts(before, after)]
    for subject, change in unmatched_changes(old.files, new.files, before.sent ^ after.sent):
        found.append(_At(subject, None, change))
    groups = _Groups(old, new)
    return sorted(_merged(found, groups), key=lambda change: change.effect)


def _detail_types(before: NormalisedSchemas, after: NormalisedSchemas) -> Iterator[_At]:
    for removed in sorted(before.sent - after.sent):
        yield _At(removed, None, judge(ChangeKind.DETAIL_TYPE_GONE, "$.detail-type", removed, None))
    for added in sorted(after.sent - before.sent):
        yield _At(added, None, judge(ChangeKind.DETAIL_TYPE_NEW, "$.detail-type", None, added))


def _contracts(before: NormalisedSchemas, after: NormalisedSchemas) -> Iterator[_At]:
    for detail_type, old in before.contracts.items():
        if detail_type in after.contracts:
            found = list(_of_contract(old, after.contracts[detail_type]))
            shared = old.by_result.keys() & after.contracts[detail_type].by_result.keys()
            yield from (_At(detail_type, result, change) for result, change in _for_results(found, len(shared)))


def _of_contract(old: NormalisedContract, new: NormalisedContract) -> Iterator[tuple[str | None, LocalChange]]:
    if not old.by_result or not new.by_result:
        yield from ((None, change) for change in compare(old.whole, new.whole, "$"))
        return
    if old.by_result.keys() == new.by_result.keys():
        everywhere = compare(old.result, new.result, "$.detail.result")
    else:
        # The conditions of an added or a removed result have no counterpart to compare with.
        everywhere = compare(old.without_conditions, new.without_conditions, "$")
    yield from ((None, change) for change in everywhere)
    for result in old.by_result.keys() & new.by_result.keys():
        yield from ((result, change) for change in compare(old.by_result[result], new.by_result[result], "$"))


def _for_results(found: list[tuple[str | None, LocalChange]], shared: int) -> Iterator[tuple[str | None, LocalChange]]:
    """Report a change once if it affects every result."""
    results: dict[str, set[str | None]] = {}
    for result, change in found:
        results.setdefault(_key(change), set()).add(result)
    for change in {_key(change): change for _, change in found}.values():
        held = results[_key(change)]
        whole = None in held or len(held) == shared
        yield from ((result, change) for result in ([None] if whole else sorted(map(str, held))))


def _key(change: LocalChange, result: str | None = None) -> str:
    return canonical([change.path, change.before, change.after, change.reason, result])


def _merged(found: Iterable[_At], groups: "_Groups") -> Iterator[Change]:
    """Report a change once, for all detail-types that it affects."""
    subjects: dict[str, list[str]] = {}
    first: dict[str, _At] = {}
    for at in found:
        key = _key(at.change, at.result)
        subjects.setdefault(key, []).extend(groups.members(at.subject))
        first.setdefault(key, at)
    for key, at in first.items():
        detail_types = tuple(dict.fromkeys(subjects[key]))
        title = groups.title(detail_types) if detail_types else at.subject
        change = at.change
        yield Change(
            title, detail_types, change.path, at.result, change.before, change.after, change.effect, change.reason
        )


class _Groups:
    """The detail-types of both versions: those of AWS Private CA, and those of CloudTrail."""

    def __init__(self, old: Version, new: Version) -> None:
        paths = {**described(old.files), **described(new.files)}
        self._own = [detail_type for detail_type, path in paths.items() if path.startswith(EVENTS)]
        self._twins = [detail_type for detail_type, path in paths.items() if path.startswith(TWINS)]

    def members(self, subject: str) -> list[str]:
        """The detail-types that a change in this detail-type or file affects."""
        if subject == ENVELOPE:
            return self._own
        return [] if subject.startswith("schemas/") else [subject]

    def title(self, detail_types: tuple[str, ...]) -> str:
        """Name the detail-types; a complete group is named as one."""
        parts = [*self._named(self._own, "", detail_types), *self._named(self._twins, " of CloudTrail", detail_types)]
        parts += [name for name in detail_types if name not in self._own and name not in self._twins]
        return ", ".join(parts)

    def _named(self, group: list[str], of: str, detail_types: tuple[str, ...]) -> list[str]:
        if len(group) > 1 and set(group) <= set(detail_types):
            return [f"{_ALL.get(len(group), f'all {len(group)}')}{of}"]
        return [name for name in detail_types if name in group]
