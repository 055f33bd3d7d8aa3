"""Changes that affect no contract: descriptions, names, unused types, and keywords that cannot be compared.

The comparison of contracts does not read all of every file: an event overrides its envelope, a field its type, and of a
condition only the result counts. A difference is reported here if reverting it leaves the contracts unchanged.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.contract.schemas import ENVELOPE, Schema
from pca_events.schema_diff.comparison import ChangeKind, LocalChange, judge, step
from pca_events.schema_diff.normalised import (
    MISSING,
    TYPES,
    Pointer,
    Position,
    below,
    canonical,
    children,
    described,
    fingerprint,
    plain,
    referred,
    walk,
)

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
