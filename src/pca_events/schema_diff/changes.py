"""The changes between two versions of the schemas, each reported once, even if it affects no contract.

The comparison of contracts does not read all of every file: an event overrides its envelope, a field its type, and of a
condition only the result counts. A difference is reported here if reverting it leaves the contracts unchanged.
"""

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.contract.schemas import ENVELOPE, Schema
from pca_events.schema_diff.comparison import ChangeKind, Effect, LocalChange, compare, judge, step
from pca_events.schema_diff.normalised import (
    EVENTS,
    MISSING,
    TWINS,
    TYPES,
    NormalisedContract,
    NormalisedSchemas,
    Pointer,
    Position,
    below,
    canonical,
    children,
    described,
    fingerprint,
    normalised,
    plain,
    referred,
    walk,
)
from pca_events.schema_diff.versions import Version

Files = dict[str, Schema]


@dataclass(frozen=True)
class Difference:
    """One place where two versions of a file differ; MISSING marks a value that one of them lacks."""

    pointer: Pointer
    position: Position
    before: Any
    after: Any


def unmatched_changes(old: Files, new: Files, reported: frozenset[str]) -> Iterator[tuple[str, LocalChange]]:
    """Return the changes that the comparison of contracts does not report, each with its detail-type or file.

    Args:
        old: the files of one version.
        new: the files of the other.
        reported: the detail-types that were added or removed.
    """
    were, are = _paths(old), _paths(new)
    for key in dict.fromkeys([*were, *are]):
        if key in were and key in are:
            for difference in differences(old[were[key]], new[are[key]]):
                if kind := _kind(difference, (were[key], are[key]), (old, new)):
                    yield key, _local_change(kind, difference, are[key])
        elif key not in reported:
            how = "removed" if key in were else "added"
            yield key, judge(ChangeKind.FILE_UNREAD, (were | are)[key], were.get(key), are.get(key), how=how)


def _paths(files: Files) -> dict[str, str]:
    """The path of each file, by its detail-type if it has one, because a file may be renamed."""
    by_detail_type = described(files)
    others = files.keys() - set(by_detail_type.values())
    return {**{path: path for path in sorted(others)}, **by_detail_type}


def differences(before: Any, after: Any, position: Position = "schema", at: Pointer = ()) -> Iterator[Difference]:
    """The innermost places where two files differ."""
    if position == "set":
        before, after = plain(before, "set"), plain(after, "set")
    if canonical(before) == canonical(after):
        return
    lists = isinstance(before, list) and isinstance(after, list) and len(before) == len(after)
    if position == "set" or not (lists or (isinstance(before, dict) and isinstance(after, dict))):
        yield Difference(at, position, before, after)
        return
    old, new = dict(children(before)), dict(children(after))
    for key in dict.fromkeys([*old, *new]):
        there = below(position, key)
        if key in old and key in new:
            yield from differences(old[key], new[key], there, (*at, key))
        else:
            yield Difference((*at, key), there, old.get(key, MISSING), new.get(key, MISSING))


def _kind(difference: Difference, paths: tuple[str, str], versions: tuple[Files, Files]) -> ChangeKind | None:
    pointer = difference.pointer
    if difference.position == "words":
        return ChangeKind.WORDS
    if pointer == ("$id",):
        return ChangeKind.ID
    if paths[1] == TYPES and pointer[0] == "$defs" and _is_type_list(difference, versions[1]):
        return ChangeKind.TYPE_LIST
    if pointer[-1] == "$ref" and _type(difference.before, versions[0]) == _type(difference.after, versions[1]) != "":
        return ChangeKind.TYPE_RENAMED
    return ChangeKind.UNREAD if _is_unread(difference, paths, versions) else None


def _is_unread(difference: Difference, paths: tuple[str, str], versions: tuple[Files, Files]) -> bool:
    old, new = versions
    if not _changes_nothing(new, old, paths[1], difference.pointer, difference.before):
        return False
    # A removed keyword was overridden in the old version or nowhere, and a field required twice is required once.
    if difference.after is MISSING or difference.pointer[-1] == "required":
        return _changes_nothing(old, new, paths[0], difference.pointer, difference.after)
    return True


def _changes_nothing(files: Files, other: Files, path: str, pointer: Pointer, value: Any) -> bool:
    """Whether the contracts of a version stay the same with a value of the other version at a place."""
    changed = {**files, path: _with(files[path], pointer, value)}
    # The value may refer to a type that only the other version has.
    types = {**other[TYPES]["$defs"], **changed[TYPES]["$defs"]}
    return fingerprint({**changed, TYPES: {**changed[TYPES], "$defs": types}}) == fingerprint(files)


def _type(reference: Any, files: Files) -> str:
    """The definition of a type, without descriptions; empty if the reference is not to a type."""
    _, is_type, name = str(reference).partition("#/$defs/")
    return canonical(plain(files[TYPES]["$defs"].get(name))) if is_type else ""


def _is_type_list(difference: Difference, new: Files) -> bool:
    """Whether a type was added or removed, or an unused one changed."""
    added_or_removed = len(difference.pointer) == 2 and MISSING in (difference.before, difference.after)
    return added_or_removed or difference.pointer[1] not in _types_used(new)


def _types_used(files: Files) -> set[str]:
    references = (
        referred(path, node["$ref"])
        for path, schema in files.items()
        for _, position, node in walk(schema)
        if position == "schema" and isinstance(node, dict) and "$ref" in node
    )
    return {place.removeprefix("/$defs/") for target, place in references if target == TYPES}


def _with(schema: Schema, pointer: Pointer, value: Any) -> Schema:
    whole = copy.deepcopy(schema)
    node: Any = whole
    for key in pointer[:-1]:
        node = node[key]
    if value is MISSING:
        del node[pointer[-1]]
    else:
        node[pointer[-1]] = value
    return whole


def _local_change(kind: ChangeKind, difference: Difference, path: str) -> LocalChange:
    before, after = (None if value is MISSING else value for value in (difference.before, difference.after))
    return judge(kind, _place(difference.pointer, path), before, after, keyword=str(difference.pointer[-1]))


def _place(pointer: Pointer, path: str) -> str:
    """The place in the event, `$.detail.reason`, or else in the file, `#/$defs/account`."""
    place, keys = "$", list(pointer[:-1])
    while len(keys) > 1 and keys[0] in ("properties", "prefixItems"):
        holds, key = keys[:2]
        place = step(place, str(key)) if holds == "properties" else f"{place}[{key}]"
        del keys[:2]
    if keys or not path.startswith(("schemas/events/", "schemas/cloudtrail/", ENVELOPE)):
        return "#/" + "/".join(map(str, pointer[:-1]))
    return place


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
