"""Event patterns in their own JSON files, and the output of `aws events describe-rule` and `list-rules`."""

import difflib
import re
from pathlib import PurePath
from typing import Any

from pca_events.infrastructure.cloudformation.template import text_or_unknown
from pca_events.infrastructure.event_patterns import FIELDS, asks_for_read_only_calls, pattern_of, read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Reading, Rule, SourceLocation
from pca_events.infrastructure.source_tree import Object, shown

_STAMPED = ("version", "id", "account", "time", "region")
_RULE = {"EventPattern", "ScheduleExpression"}
_LETTERS = {re.sub("[^a-z]", "", field): field for field in FIELDS}


def is_pattern(document: Any) -> bool:
    """Whether an object is an event pattern, valid or not: its keys are fields of an event or similar; not an event."""
    if not isinstance(document, Object) or not all(map(_is_field, document)):
        return False
    if any(isinstance(document.get(key), str) for key in _STAMPED):
        return False
    return bool(FIELDS & document.keys()) and ("source" in document or any(map(_asks, document.values())))


def _is_field(key: str) -> bool:
    letters = re.sub("[^a-z]", "", key.lower())
    return key in FIELDS or bool(difflib.get_close_matches(letters, _LETTERS, n=1, cutoff=0.8))


def _asks(value: Any) -> bool:
    return isinstance(value, list | dict)


def is_sound_pattern(document: Any) -> bool:
    """Whether an object can only be an event pattern: all keys are fields of an event, all values are in arrays."""
    chief = {"source", "detail-type", "detail", "$or"}
    return is_pattern(document) and document.keys() <= FIELDS and bool(chief & document.keys()) and _arrays(document)


def _arrays(value: Any) -> bool:
    if isinstance(value, dict):
        return all(_arrays(held) for held in value.values())
    return isinstance(value, list)


def read_pattern_file(document: Object, file: str, last_line: int) -> Reading:
    """Read an event pattern in its own file; the rule takes the name of the file."""
    pattern, lines = read_pattern(document, document.line)
    rule = Rule(SourceLocation(file, document.line), last_line, PurePath(file).name, pattern, lines, targets=None)
    return Reading(rules=[rule])


def is_rule_output(document: Any) -> bool:
    """Whether a document is the output of `describe-rule`, `list-rules` or `list-targets-by-rule`."""
    if not isinstance(document, Object):
        return False
    listed = document.get("Rules", document.get("Targets"))
    if isinstance(listed, list) and not document.keys() - {"Rules", "Targets", "NextToken"}:
        return all(isinstance(held, Object) and ("Arn" in held or _is_rule(held)) for held in listed)
    return _is_rule(document)


def _is_rule(document: Object) -> bool:
    return "Name" in document and bool(_RULE & document.keys())


def read_rule_output(document: Object, file: str, last_line: int) -> Reading:
    """Read the rules of an EventBridge API response, which does not include targets."""
    listed = document.get("Rules")
    if isinstance(listed, list):
        found = [_rule(held, file, _last_line(held)) for held in listed]
    else:
        found = [_rule(document, file, last_line)]
    return Reading(rules=[rule for rule in found if rule is not None])


def _last_line(held: Object) -> int:
    return max((last for _, last in held.spans.values()), default=held.line)


def _rule(held: Object, file: str, last_line: int) -> Rule | None:
    if held.get("EventPattern") is None:
        return None
    pattern, lines = pattern_of(held, "EventPattern")
    return Rule(
        place=SourceLocation(file, held.line),
        last_line=last_line,
        name=shown(held.get("Name")),
        pattern=pattern,
        lines=lines,
        bus=text_or_unknown(held.get("EventBusName")) or DEFAULT_BUS,
        enabled=held.get("State") != "DISABLED",
        read_only_calls=asks_for_read_only_calls(held.get("State")),
        targets=None,
    )
