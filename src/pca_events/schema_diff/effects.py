"""What each kind of change means to a consumer: somebody with rules on the events and a handler that reads them."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

Effect = Literal["breaking", "compatible"]


class ChangeKind(Enum):
    """The kinds of change; for each its effect, and why."""

    DETAIL_TYPE_GONE = ("breaking", "this detail-type is no longer sent: a rule on it never fires again")
    DETAIL_TYPE_NEW = ("compatible", "this detail-type is new: a rule on another detail-type does not meet it")

    FIELD_GONE = ("breaking", "is no longer sent: a handler that reads it fails, a rule on it never fires")
    FIELD_OPTIONAL = ("breaking", "may be missing now: a handler that reads it fails, a rule on it may not fire")
    FIELD_REQUIRED = ("compatible", "is always there now")
    FIELD_NEW = ("compatible", "is new: a consumer must survive fields that it does not know")

    VALUE_CHANGED = ("breaking", "is {after} now, not {before}: a rule that waits for {before} never fires")
    VALUE_GONE = ("breaking", "value {before} is no longer sent: a rule that waits for it never fires")
    VALUE_NEW = ("breaking", "value {after} is new: a consumer that tells values apart does not know it")
    VALUES_NAMED = ("compatible", "only documented values are sent now: {after}")
    VALUES_OPEN = ("breaking", "any value may be sent now: a consumer that tells values apart does not know them")

    TYPE_CHANGED = ("breaking", "type is {after} now, not {before}: a handler that reads it fails")
    TYPE_OPEN = ("breaking", "type {before} is no longer promised: a handler that reads it may fail")
    TYPE_LESS = ("compatible", "type is only {after} now: a handler meets fewer types")
    TYPE_IMPLIED = ("compatible", "type {before} is no longer stated, but the documented values are still of it")

    PATTERN_NEW = ("compatible", "matches a pattern now: a handler meets fewer values")
    PATTERN_GONE = ("breaking", "matches no pattern any more: a consumer may meet new values")
    PATTERN_MORE = ("breaking", "pattern allows {new} too: a consumer may meet values that it does not know")
    PATTERN_LESS = ("compatible", "pattern allows {gone} no longer, and nothing new: a handler meets fewer values")
    PATTERN_SAME = ("compatible", "pattern is written otherwise and allows the same")
    PATTERN_IMPLIED = ("compatible", "pattern changed, but every documented value still matches the old one")
    PATTERN_UNKNOWN = ("breaking", "the two patterns cannot be compared, so a consumer may meet new values")

    FORMAT_NEW = ("compatible", "has the format {after} now: a handler meets fewer values")
    FORMAT_GONE = ("breaking", "format {before} is no longer promised: a handler that parses it may fail")
    FORMAT_CHANGED = ("breaking", "format is {after} now, not {before}: a handler that parses it fails")

    ENTRIES_COUNT = (
        "breaking",
        "{before} entries are documented before, {after} now: a handler that counts them fails",
    )
    ENTRIES_ORDER = ("breaking", "the entries come in another order: a handler that reads one by its place errs")
    ENTRIES_FEWER = (
        "breaking",
        "at least {after} entries are promised, {before} before: a handler that reads them fails",
    )
    ENTRIES_SURE = ("compatible", "at least {after} entries are promised, {before} before")
    ENTRIES_OPEN = (
        "breaking",
        "may have more entries than documented: a handler that reads a fixed number misses some",
    )
    ENTRIES_GONE = ("breaking", "has no further entries any more: a handler that reads them finds none")
    ENTRIES_CLOSED = ("compatible", "never has more entries than documented now")

    WORDS = ("compatible", "words only: {keyword}")
    ID = ("compatible", "the schema has another $id; the events are the same")
    TYPE_LIST = ("compatible", "no event changes by this alone: where the type is used, that is shown by itself")
    TYPE_RENAMED = ("compatible", "is made of a type with another name that says the same")
    KEYWORD_UNKNOWN = ("breaking", '"{keyword}" changed and cannot be compared, so a consumer may meet new events')
    UNREAD = ("breaking", '"{keyword}" changed where the comparison does not read it, so it cannot be compared')
    FILE_UNREAD = ("breaking", "the file is {how}, and it cannot be compared: no detail-type came or went with it")

    def __init__(self, effect: Effect, reason: str) -> None:
        self.effect = effect
        self.reason = reason


@dataclass(frozen=True)
class LocalChange:
    """One change at one place, before it is known for how many detail-types it holds."""

    path: str
    before: Any
    after: Any
    effect: Effect
    reason: str


def judge(kind: ChangeKind, path: str, before: Any = None, after: Any = None, **words: str) -> LocalChange:
    """Return the finding of that kind; its reason names `before`, `after` and the other words."""
    named = {"before": json.dumps(before), "after": json.dumps(after)}
    return LocalChange(path, before, after, kind.effect, kind.reason.format(**named, **words))
