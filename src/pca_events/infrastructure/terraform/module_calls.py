"""Rules in the arguments of modules whose code is not available, such as terraform-aws-modules/eventbridge."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.embedded_json import listed, read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Rule, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.lookup import Resource
from pca_events.infrastructure.terraform.resources import BUS, RULE, TARGET
from pca_events.infrastructure.terraform.source_files import (
    Lines,
    in_file,
    last_line_of,
    line_of,
    pattern_and_lines,
    same_file,
)
from pca_events.infrastructure.terraform.values import short

SOURCES = ("terraform-aws-modules/eventbridge", "terraform-aws-modules/terraform-aws-eventbridge")


def is_public_module(source: Any) -> bool:
    """Whether a source is the public EventBridge module, in a registry or in its repository."""
    return isinstance(source, str) and any(name in source for name in SOURCES)


class PublicModule:
    """One call of the public EventBridge module."""

    def __init__(self, get: Callable[[str], Any], address: str, span: tuple[int, int], lines: Lines) -> None:
        """Prepare one call.

        Args:
            get: returns its arguments.
            address: of the call: `module.events`.
            span: its first and last line.
            lines: maps lines to files.
        """
        self._get = get
        self._address = address
        self._span = span
        self._lines = lines

    def resources(self) -> Iterator[Resource]:
        """The resources that the call creates."""
        if self._get("create") is False:
            return
        if self._get("create_bus") is not False and self._get("bus_name") not in (None, "", DEFAULT_BUS):
            bus = {"name": self._get("bus_name"), "event_source_name": self._get("event_source_name")}
            yield Resource(BUS, f"{self._address}.bus", self._lines.place(self._span[0]), in_file(self._span[1]), bus)
        if self._get("create_rules") is not False:
            for name, rule, span in self._entries("rules", self._get("rules")):
                yield self._rule(f'{self._address}.rules["{name}"]', rule, span)
        if self._get("create_targets") is not False:
            for name, targets, span in self._entries("targets", self._get("targets")):
                for at, target in enumerate(listed(targets)):
                    yield self._target(name, at, target, span)

    def _entries(self, name: str, value: Any) -> Iterator[tuple[str, Any, tuple[int, int]]]:
        """The entries of an argument with their first and last lines."""
        if isinstance(value, Unknown):
            yield "*", value, self._span
        elif isinstance(value, dict):
            spans = value.spans if isinstance(value, Object) else {}
            for key, held in value.items():
                yield key, Unknown(f"{name}.{key}") if held is None else held, spans.get(key, self._span)

    def _rule(self, address: str, rule: Any, span: tuple[int, int]) -> Resource:
        given = rule if isinstance(rule, dict) else {"event_pattern": rule}
        bus = self._get("bus_name")
        values = {
            "name": Unknown("its name"),
            "event_pattern": given.get("event_pattern"),
            "is_enabled": given.get("enabled"),
            "state": given.get("state"),
            "event_bus_name": DEFAULT_BUS if bus in (None, "") else bus,
        }
        line = given.line_of("event_pattern") if isinstance(given, Object) else span[0]
        pattern = partial(pattern_and_lines, values["event_pattern"], line)
        return Resource(RULE, address, self._lines.place(span[0]), in_file(span[1]), values, pattern)

    def _target(self, rule: str, at: int, target: Any, span: tuple[int, int]) -> Resource:
        address = f'{self._address}.targets["{rule}"][{at}]'
        if isinstance(target, Object) and target.line:
            span = (target.line, span[1])
        belongs = Unknown(f"{self._address}.targets") if rule == "*" else self._reference(rule)
        given = target if isinstance(target, dict) else {}
        values = {
            "rule": belongs,
            "target_id": given.get("target_id") or given.get("name"),
            "arn": given.get("arn") or Unknown(f"{address}.arn"),
            "input_path": given.get("input_path"),
            "input_transformer": given.get("input_transformer"),
            "dead_letter_config": _wrapped(given.get("dead_letter_arn")),
            "retry_policy": given.get("retry_policy"),
            "role_arn": self._role(given) if isinstance(target, dict) else Unknown(f"{address}.role_arn"),
            "sqs_target": {"message_group_id": given.get("message_group_id")},
        }
        return Resource(TARGET, address, self._lines.place(span[0]), in_file(span[1]), values)

    def _role(self, target: dict[str, Any]) -> Any:
        """The role of a target: its own, or the one that the module creates for it."""
        attached = target.get("attach_role_arn")
        return target.get("role_arn") or (attached if attached is not True else Unknown("the role of the module"))

    def _reference(self, rule: str) -> Reference:
        address = f'{self._address}.rules["{rule}"]'
        return Reference(f"{address}.name", resource=address, attribute="name")


def _wrapped(arn: Any) -> dict[str, Any] | None:
    return None if arn is None else {"arn": arn}


_ENVELOPE = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"}
_SURE = re.compile(r"(?:event|rule)_?patterns?(?:_?(?:json|string|text|object))?$", re.IGNORECASE)
_LIKELY = re.compile(r"pattern", re.IGNORECASE)
_JSON = ("{", "[", '"')
_BUS = ("event_bus_name", "event_bus_arn", "event_bus", "bus_name", "eventbus_name")
_DEEPEST = 8
_MOST = 1000

Found = tuple[tuple[str, ...], Any, int]
"""The keys on the path to a pattern, the pattern, and the line of its key."""


def given_patterns(arguments: Mapping[str, Any], spans: Mapping[str, tuple[int, int]]) -> list[Found]:
    """Find the event patterns in the arguments of a call.

    Args:
        arguments: the values by name.
        spans: the first and last line of each.
    """
    found: list[Found] = []
    for name, value in arguments.items():
        for held in _within(value, (name,), spans[name][0], _DEEPEST):
            found.append(held)
            if len(found) == _MOST:
                return found
    return found


def rules_given(
    address: str, get: Callable[[str], Any], found: list[Found], spans: Mapping[str, tuple[int, int]], lines: Lines
) -> Iterator[Rule]:
    """The rules of a module without available code, one for each event pattern in its arguments.

    Args:
        address: of the call: `module.crl`.
        get: returns its arguments.
        found: the patterns.
        spans: the first and last line of each argument.
        lines: maps lines to files.
    """
    buses = [value for value in map(get, _BUS) if isinstance(value, str | Unknown) and value != ""]
    direct = sum(len(keys) == 1 for keys, _, _ in found)
    for keys, value, line in found:
        first, last = spans[keys[0]] if len(keys) == 1 else (line, max(line, last_line_of(value)))
        pattern, key_lines = pattern_and_lines(_unless_named(value), line if same_file(line, first) else first)
        yield Rule(
            place=lines.place(first),
            last_line=in_file(last),
            name=address + (_steps(keys) if len(keys) > 1 else f".{keys[0]}" if direct > 1 else ""),
            pattern=pattern,
            lines=key_lines,
            bus=_plain(buses[0]) if buses else DEFAULT_BUS,
            targets=None,
        )


def _within(value: Any, keys: tuple[str, ...], line: int, depth: int) -> Iterator[Found]:
    if _is_pattern(keys[-1], value):
        yield keys, value, line_of(value) or line
    elif depth and isinstance(value, dict):
        for key, held in value.items():
            at = value.line_of(key) if isinstance(value, Object) else line
            yield from _within(held, (*keys, key), at, depth - 1)
    elif depth and isinstance(value, list):
        for at, held in enumerate(value):
            for names, pattern, found in _within(held, (keys[-1],), line, depth - 1):
                yield (*keys, str(at), *names[1:]), pattern, found


def _is_pattern(name: str, value: Any) -> bool:
    """Whether a value is an event pattern, judged by its name and keys, or by its keys alone."""
    held = decoded(value)
    if isinstance(held, Unknown):
        held = read_pattern(held, 0)[0]
    if isinstance(held, Unknown) or held in (None, "", {}, []):
        return isinstance(held, Unknown) and bool(_SURE.search(name)) and "*" not in held.reason
    if isinstance(held, str):
        held = _parsed(held, bool(_SURE.search(name)))
    if not isinstance(held, dict):
        return held is not None and bool(_SURE.search(name))
    chief = {"source", "detail-type", "detail", "account", "$or"} & held.keys()
    if _LIKELY.search(name) or _SURE.search(name):
        return bool(chief) or (bool(_SURE.search(name)) and bool(_ENVELOPE & held.keys()))
    return bool(chief) and held.keys() <= _ENVELOPE and _speaks_of_events(held)


def _parsed(text: str, sure: bool) -> Any:
    """The parsed JSON of a string; the string itself if it is invalid but its name indicates a pattern."""
    try:
        return json_source.parse(text) if text.lstrip().startswith(_JSON) else text if sure else None
    except json_source.InvalidLine:
        return text if sure else None


def _unless_named(value: Any) -> Any:
    """The value; Unknown for a string that does not begin like JSON: it is the name of a pattern in the module."""
    if isinstance(value, str) and value.strip() and not value.lstrip().startswith(_JSON):
        return Unknown(f"what the module makes of {json.dumps(short(value.strip()))}")
    return value


def _speaks_of_events(held: dict[str, Any]) -> bool:
    source = held.get("source")
    named = any(isinstance(item, str) and item.startswith("aws.") for item in source or ()) if source else False
    lists = all(isinstance(value, list | dict | Unknown) for value in held.values())
    return lists and ("detail-type" in held or (isinstance(source, list) and named))


def _steps(keys: tuple[str, ...]) -> str:
    """The path of a pattern in the arguments: the key of the object or list that contains it."""
    names = [key for key in keys[1:] if not _LIKELY.search(key)] or [keys[0]]
    return "".join(f"[{name}]" if name.isdigit() else f'["{name}"]' for name in names)


def _plain(value: str | Unknown) -> str | Unknown:
    return value if isinstance(value, str) else Unknown(value.reason, value.parts, value.meaning, value.meanings)
