"""Formats whose rules are in one file: event patterns as JSON, the output of the AWS CLI, and Pulumi YAML."""

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from pca_events.infrastructure.cloudformation.template import text_or_unknown
from pca_events.infrastructure.embedded_json import FIELDS, asks_for_read_only_calls, pattern_of, read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Reading, Rule, RuleKind, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import joined
from pca_events.infrastructure.sizes import size_of
from pca_events.infrastructure.source_tree import Object, child, has_unknown, plain, shown

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


_KINDS: dict[str, RuleKind] = {
    "aws:cloudwatch:EventRule": "rule",
    "aws:cloudwatch/eventRule:EventRule": "rule",
    "aws-native:events:Rule": "rule",
    "aws:cloudwatch:EventArchive": "archive",
    "aws:cloudwatch/eventArchive:EventArchive": "archive",
    "aws-native:events:Archive": "archive",
}
_BUSES = ("eventBusName", "eventSourceArn", "sourceArn")
_INTERPOLATION = re.compile(r"\$\{([^{}]*)\}")
_MOST_LINKS = 20
_MOST_VALUES = 1_000_000  # that the variables of a program stand for


def is_pulumi(document: Any) -> bool:
    """Whether a document is a Pulumi program: its resources have Pulumi types."""
    types = (child(held).get("type") for held in child(document, "resources").values())
    return any(isinstance(kind, str) and ":" in kind and "::" not in kind for kind in types)


def read_pulumi(document: Object, file: str) -> Reading:
    """Read the rules and archives of a program; targets are not read."""
    return Reading(rules=list(_rules(document, file, _Values(document))))


def _rules(document: Object, file: str, values: "_Values") -> Iterator[Rule]:
    resources = child(document, "resources")
    for name, held in resources.items():
        kind = _KINDS.get(shown(child(held).get("type", "")))
        properties = values.resolve(child(held, "properties")) if kind else Object()
        if kind is None or not isinstance(properties, Object) or properties.get("eventPattern") is None:
            continue
        pattern, lines = pattern_of(properties, "eventPattern")
        line, last_line = resources.spans[name]
        bus = next((properties[key] for key in _BUSES if properties.get(key) is not None), DEFAULT_BUS)
        yield Rule(
            place=SourceLocation(file, line),
            last_line=last_line,
            name=name,
            pattern=pattern,
            lines=lines,
            bus=bus if isinstance(bus, Unknown) else shown(bus),
            enabled=_enabled(properties),
            targets=None,
            kind=kind,
        )


def _enabled(properties: Object) -> bool | Unknown:
    state = properties.get("state", properties.get("isEnabled"))
    return state if isinstance(state, Unknown) else state not in ("DISABLED", False)


def _is_json(value: Object) -> bool:
    return len(value) == 1 and next(iter(value)).lower() == "fn::tojson"


class _Values:
    """The values of a program: its variables and the defaults of its configuration."""

    def __init__(self, document: Object) -> None:
        self._named: dict[str, Any] = dict(child(document, "variables"))
        for section in ("configuration", "config"):
            for name, held in child(document, section).items():
                default = held.get("default", held.get("value")) if isinstance(held, Object) else held
                self._named.setdefault(name, default)
        self._at_work: list[str] = []
        self._known: dict[str, Any] = {}
        self._room = _MOST_VALUES

    def resolve(self, value: Any) -> Any:
        """Evaluate a value; `Unknown` if it is known only at deployment."""
        if isinstance(value, Object):
            return self._object(value)
        if isinstance(value, list):
            return [self.resolve(held) for held in value]
        if not isinstance(value, str) or "${" not in value:
            return value
        pieces = [self._named_value(p) if at % 2 else p for at, p in enumerate(_INTERPOLATION.split(value))]
        if len(pieces) == 3 and not pieces[0] and not pieces[2]:
            return pieces[1]
        return joined((p if isinstance(p, str | Unknown) else shown(p) for p in pieces), getattr(value, "line", 0))

    def _object(self, value: Object) -> Any:
        function = next(iter(value), "")
        if _is_json(value):
            return self._as_json(value[function])
        if len(value) == 1 and function.lower().startswith("fn::"):
            return Unknown(function)
        made = Object(value.line, value.file)
        for key, held in value.items():
            made.put(key, self.resolve(held), value.spans.get(key, (value.line, value.line)))
        return made

    def _as_json(self, value: Any) -> Any:
        """The result of `fn::toJSON`: an object is kept as such; a string is quoted."""
        found = self.resolve(value)
        if isinstance(value, Object) and _is_json(value) and isinstance(found, dict):
            return Unknown("fn::toJSON") if has_unknown(found) else json.dumps(json.dumps(plain(found)))
        return json.dumps(found) if isinstance(found, str) else found

    def _named_value(self, name: str) -> Any:
        held = self._named.get(name)
        if held is None or name in self._at_work or len(self._at_work) > _MOST_LINKS:
            return Unknown(f"${{{name}}}")
        if name not in self._known:
            self._at_work.append(name)
            try:
                self._known[name] = self.resolve(held)
            finally:
                self._at_work.pop()
        self._room -= size_of(self._known[name], max(self._room, 0))
        return self._known[name] if self._room >= 0 else Unknown("variables that stand for too many values")
