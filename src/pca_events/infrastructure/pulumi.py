"""EventBridge rules in Pulumi YAML. Source: "Pulumi YAML language reference"."""

import json
import re
from collections.abc import Iterator
from typing import Any

from pca_events.infrastructure.event_patterns import pattern_of
from pca_events.infrastructure.model import DEFAULT_BUS, Reading, Rule, RuleKind, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import joined
from pca_events.infrastructure.source_tree import Object, child, has_unknown, plain, shown

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
        self._at_work.append(name)
        try:
            return self.resolve(held)
        finally:
            self._at_work.pop()
