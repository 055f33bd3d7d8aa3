"""Compares two schemas of the same place, keyword by keyword."""

import re
from collections.abc import Iterator
from typing import Any

from pca_events.contract.schemas import Schema
from pca_events.schema_diff.effects import ChangeKind, LocalChange, judge
from pca_events.schema_diff.normalised import canonical, documented

_TOKEN = re.compile(
    r"\\.|\[(?:\\.|[^\]\\])*\]|\((?P<alternatives>[^()\[\]\\?*+{}.^$]*)\)|.",
    re.DOTALL,
)
# With look-aheads or possessive quantifiers, fewer alternatives can match more; engines disagree on [] and [^].
_NOT_MONOTONE = re.compile(r"\(\?|\[\^?\]|[*+?}]\+")


def alternatives_changed(before: str, after: str) -> tuple[list[str], list[str]] | None:
    """Compare two regular expressions that differ only in plain alternatives in parentheses, as in `(aws|aws-cn)`.

    Returns:
        The removed and the added alternatives; None if the expressions differ elsewhere too.
    """
    if _NOT_MONOTONE.search(before) or _NOT_MONOTONE.search(after):
        return None
    old, new = _parts(before), _parts(after)
    if len(old) != len(new):
        return None
    gone: list[str] = []
    come: list[str] = []
    for ours, theirs in zip(old, new, strict=True):
        if isinstance(ours, str) or isinstance(theirs, str):
            if ours != theirs:
                return None
            continue
        gone += [word for word in ours if word not in theirs]
        come += [word for word in theirs if word not in ours]
    return gone, come


def _parts(pattern: str) -> list[str | list[str]]:
    return [
        token[0] if token["alternatives"] is None else token["alternatives"].split("|")
        for token in _TOKEN.finditer(pattern)
    ]


_COMPARED = {
    "const", "enum", "format", "items", "minItems", "pattern", "prefixItems", "properties", "required", "type",
}  # fmt: skip
_TYPE_NAMES = {str: "string", bool: "boolean", int: "integer", float: "number", list: "array", dict: "object"}
_NEVER: Schema = {"not": {}}


def compare(before: Any, after: Any, path: str) -> Iterator[LocalChange]:
    """Compare two schemas that `normalised.plain` returned, and their subschemas."""
    old, new = _as_object(before), _as_object(after)
    for part in (_types, _values, _patterns, _formats, _entries, _fields, _others):
        yield from part(old, new, path)


def _as_object(schema: Any) -> Schema:
    if isinstance(schema, bool):
        return {} if schema else _NEVER
    return dict(schema)


def _types(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    before, after = old.get("type"), new.get("type")
    if before == after:
        return
    were, are = _listed(before), _listed(after)
    if after is None:
        values = documented(new) or []
        implied = bool(values) and all(_TYPE_NAMES.get(type(value), "null") in were for value in values)
        yield judge(ChangeKind.TYPE_IMPLIED if implied else ChangeKind.TYPE_OPEN, path, before, after)
    elif before is None or set(are) <= set(were):
        yield judge(ChangeKind.TYPE_LESS, path, before, after)
    else:
        yield judge(ChangeKind.TYPE_CHANGED, path, before, after)


def _listed(types: Any) -> list[Any]:
    return types if isinstance(types, list) else [types]


def _values(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    if any({"const", "enum"} <= schema.keys() for schema in (old, new)):
        yield from _unknown("enum", old, new, path)
    before, after = documented(old), documented(new)
    if before is None or after is None:
        if after is not None:
            yield judge(ChangeKind.VALUES_NAMED, path, before, after)
        elif before is not None:
            yield judge(ChangeKind.VALUES_OPEN, path, before, after)
        return
    were, are = set(map(canonical, before)), set(map(canonical, after))
    gone = [value for value in before if canonical(value) not in are]
    come = [value for value in after if canonical(value) not in were]
    if len(before) == len(after) == len(gone) == 1:
        yield judge(ChangeKind.VALUE_CHANGED, path, before[0], after[0])
        return
    yield from (judge(ChangeKind.VALUE_GONE, path, value, None) for value in gone)
    yield from (judge(ChangeKind.VALUE_NEW, path, None, value) for value in come)


def _patterns(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    before, after = old.get("pattern"), new.get("pattern")
    if before == after:
        return
    if before is None:
        yield judge(ChangeKind.PATTERN_NEW, path, before, after)
    elif _all_match(before, documented(new)):
        yield judge(ChangeKind.PATTERN_IMPLIED, path, before, after)
    elif after is None:
        yield judge(ChangeKind.PATTERN_GONE, path, before, after)
    elif (changed := alternatives_changed(before, after)) is None:
        yield judge(ChangeKind.PATTERN_UNKNOWN, path, before, after)
    else:
        gone, come = changed
        kind = ChangeKind.PATTERN_MORE if come else ChangeKind.PATTERN_LESS if gone else ChangeKind.PATTERN_SAME
        yield judge(kind, path, before, after, gone=", ".join(map(repr, gone)), new=", ".join(map(repr, come)))


def _all_match(pattern: str, values: list[Any] | None) -> bool:
    return bool(values) and all(
        isinstance(value, str) and re.search(pattern.replace("$", r"\Z"), value) for value in values or []
    )


def _formats(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    before, after = old.get("format"), new.get("format")
    if before != after:
        kind = (
            ChangeKind.FORMAT_NEW
            if before is None
            else ChangeKind.FORMAT_GONE
            if after is None
            else ChangeKind.FORMAT_CHANGED
        )
        yield judge(kind, path, before, after)


def _entries(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    before, after = old.get("prefixItems", []), new.get("prefixItems", [])
    if len(before) != len(after):
        yield judge(ChangeKind.ENTRIES_COUNT, path, len(before), len(after))
    were, are = list(map(canonical, before)), list(map(canonical, after))
    if were != are and sorted(were) == sorted(are):
        yield judge(ChangeKind.ENTRIES_ORDER, path, before, after)
    else:
        for index, (ours, theirs) in enumerate(zip(before, after, strict=False)):
            yield from compare(ours, theirs, f"{path}[{index}]")
    least = old.get("minItems", 0), new.get("minItems", 0)
    if least[0] != least[1]:
        yield judge(ChangeKind.ENTRIES_FEWER if least[0] > least[1] else ChangeKind.ENTRIES_SURE, path, *least)
    yield from _further_entries(old.get("items", True), new.get("items", True), path)


def _further_entries(before: Any, after: Any, path: str) -> Iterator[LocalChange]:
    if before is after:
        return
    if before is False:
        yield judge(ChangeKind.ENTRIES_OPEN, path, before, after)
    elif after is False:
        yield judge(ChangeKind.ENTRIES_CLOSED if before is True else ChangeKind.ENTRIES_GONE, path, before, after)
    else:
        yield from compare(before, after, f"{path}[*]")


def _fields(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    everything = [name for schema in (old, new) for key in ("properties", "required") for name in schema.get(key, [])]
    for name in dict.fromkeys(everything):
        before, after = _presence(old, name), _presence(new, name)
        place = step(path, name)
        if before != after:
            yield judge(_of_presence(before, after), place, before, after)
        if before and after:
            yield from compare(old.get("properties", {}).get(name, {}), new.get("properties", {}).get(name, {}), place)


def _presence(schema: Schema, name: str) -> str | None:
    field = schema.get("properties", {}).get(name)
    if field is False or field == _NEVER:
        return None
    return "required" if name in schema.get("required", []) else None if field is None else "optional"


def _of_presence(before: str | None, after: str | None) -> ChangeKind:
    if after is None:
        return ChangeKind.FIELD_GONE
    if before is None:
        return ChangeKind.FIELD_NEW
    return ChangeKind.FIELD_OPTIONAL if after == "optional" else ChangeKind.FIELD_REQUIRED


def step(path: str, name: str) -> str:
    """The path of a field of the object at a path."""
    return f"{path}.{name}" if re.fullmatch(r"[\w-]+", name) else f"{path}[{canonical(name)}]"


def _others(old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    for keyword in dict.fromkeys([*old, *new]):
        if keyword not in _COMPARED:
            yield from _unknown(keyword, old, new, path)


def _unknown(keyword: str, old: Schema, new: Schema, path: str) -> Iterator[LocalChange]:
    present = keyword in old, keyword in new
    if present[0] != present[1] or canonical(old.get(keyword)) != canonical(new.get(keyword)):
        yield judge(ChangeKind.KEYWORD_UNKNOWN, path, old.get(keyword), new.get(keyword), keyword=keyword)
