"""The effect of each kind of change on a consumer, which has rules on the events and a handler that reads them."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

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
