"""Compares two schemas of the same place, keyword by keyword, and says how each change affects a consumer."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from pca_events.contract.schemas import Schema
from pca_events.schema_diff.normalised import canonical, documented

Effect = Literal["breaking", "compatible"]


class ChangeKind(Enum):
    """The kinds of change, each with its effect and the reason."""

    DETAIL_TYPE_GONE = ("breaking", "this detail-type is no longer sent: a rule on it never fires again")
    DETAIL_TYPE_NEW = ("compatible", "this detail-type is new: rules on other detail-types do not match it")

    FIELD_GONE = ("breaking", "is no longer sent: a handler that reads it fails, a rule on it never fires")
    FIELD_OPTIONAL = ("breaking", "may be missing now: a handler that reads it fails, a rule on it may not fire")
    FIELD_REQUIRED = ("compatible", "is always present now")
    FIELD_NEW = ("compatible", "is new: a consumer must tolerate fields that it does not know")

    VALUE_CHANGED = ("breaking", "is {after} now, not {before}: a rule on {before} never fires")
    VALUE_GONE = ("breaking", "value {before} is no longer sent: a rule on it never fires")
    VALUE_NEW = ("breaking", "value {after} is new: a consumer that distinguishes values does not know it")
    VALUES_NAMED = ("compatible", "only documented values are sent now: {after}")
    VALUES_OPEN = ("breaking", "any value may be sent now: a consumer that distinguishes values does not know them")

    TYPE_CHANGED = ("breaking", "type is {after} now, not {before}: a handler that reads it fails")
    TYPE_OPEN = ("breaking", "type {before} is no longer guaranteed: a handler that reads it may fail")
    TYPE_LESS = ("compatible", "type is only {after} now: a handler receives fewer types")
    TYPE_IMPLIED = ("compatible", "type {before} is no longer stated, but the documented values still have it")

    PATTERN_NEW = ("compatible", "must match a pattern now: a handler receives fewer values")
    PATTERN_GONE = ("breaking", "no longer has to match a pattern: a consumer may receive new values")
    PATTERN_MORE = ("breaking", "pattern also allows {new}: a consumer may receive values that it does not know")
    PATTERN_LESS = ("compatible", "pattern no longer allows {gone}, and nothing new: a handler receives fewer values")
    PATTERN_SAME = ("compatible", "pattern is written differently and allows the same values")
    PATTERN_IMPLIED = ("compatible", "pattern changed, but every documented value still matches the old one")
    PATTERN_UNKNOWN = ("breaking", "the two patterns cannot be compared, so a consumer may receive new values")

    FORMAT_NEW = ("compatible", "has the format {after} now: a handler receives fewer values")
    FORMAT_GONE = ("breaking", "format {before} is no longer guaranteed: a handler that parses it may fail")
    FORMAT_CHANGED = ("breaking", "format is {after} now, not {before}: a handler that parses it fails")

    ENTRIES_COUNT = (
        "breaking",
        "the number of documented entries is {after} now, not {before}: a handler that counts them fails",
    )
    ENTRIES_ORDER = (
        "breaking",
        "the entries have another order: a handler that reads by index reads wrong ones",
    )
    ENTRIES_FEWER = (
        "breaking",
        "the guaranteed number of entries is {after} now, not {before}: a handler that reads them fails",
    )
    ENTRIES_SURE = ("compatible", "the guaranteed number of entries is {after} now, not {before}")
    ENTRIES_OPEN = (
        "breaking",
        "may have more entries than documented: a handler that reads a fixed number misses some",
    )
    ENTRIES_GONE = ("breaking", "no longer has further entries: a handler that reads them finds none")
    ENTRIES_CLOSED = ("compatible", "can no longer have more entries than documented")

    WORDS = ("compatible", "text only: {keyword}")
    ID = ("compatible", "the schema has another $id; the events are the same")
    TYPE_LIST = ("compatible", "changes no event by itself: changes where the type is used are listed separately")
    TYPE_RENAMED = ("compatible", "refers to a type with another name and the same definition")
    KEYWORD_UNKNOWN = ("breaking", '"{keyword}" changed and cannot be compared, so a consumer may receive new events')
    UNREAD = ("breaking", '"{keyword}" changed where the comparison does not read it, so its effect is unknown')
    FILE_UNREAD = (
        "breaking",
        "the file was {how}, but no detail-type with it, so its effect is unknown",
    )

    def __init__(self, effect: Effect, reason: str) -> None:
        self.effect = effect
        self.reason = reason


@dataclass(frozen=True)
class LocalChange:
    """One change at one place, before it is known which detail-types it affects."""

    path: str
    before: Any
    after: Any
    effect: Effect
    reason: str


def judge(kind: ChangeKind, path: str, before: Any = None, after: Any = None, **words: str) -> LocalChange:
    """Return the change of that kind; its reason names `before`, `after` and the other words."""
    named = {"before": json.dumps(before), "after": json.dumps(after)}
    return LocalChange(path, before, after, kind.effect, kind.reason.format(**named, **words))


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
