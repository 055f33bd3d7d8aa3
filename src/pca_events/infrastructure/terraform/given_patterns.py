"""Event patterns that are given to a module whose code is not here."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Rule, Unknown
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.lines import (
    Lines,
    in_file,
    last_line_of,
    line_of,
    pattern_and_lines,
    same_file,
)
from pca_events.infrastructure.terraform.values import short

_ENVELOPE = {"version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail", "$or"}
_SURE = re.compile(r"(?:event|rule)_?patterns?(?:_?(?:json|string|text|object))?$", re.IGNORECASE)
_LIKELY = re.compile(r"pattern", re.IGNORECASE)
_JSON = ("{", "[", '"')
_BUS = ("event_bus_name", "event_bus_arn", "event_bus", "bus_name", "eventbus_name")
_DEEPEST = 8
_MOST = 1000

Found = tuple[tuple[str, ...], Any, int]
"""The keys that lead to a pattern, the pattern, and the line of its key."""


def given_patterns(arguments: Mapping[str, Any], spans: Mapping[str, tuple[int, int]]) -> list[Found]:
    """The event patterns among the arguments of a call.

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
    """The rules of a module that is not here, made of the patterns that are given to it.

    Args:
        address: of the call: `module.crl`.
        get: gives its arguments.
        found: the patterns.
        spans: the first and last line of each argument.
        lines: which lines are in which file.
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
    """Whether a value is an event pattern: by its name and its keys, or by its keys alone."""
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
    """The JSON that a text is; the text itself where it is none and its name says that it is a pattern."""
    try:
        return json_text.parse(text) if text.lstrip().startswith(_JSON) else text if sure else None
    except json_text.NoJson:
        return text if sure else None


def _unless_named(value: Any) -> Any:
    """The same; a text that does not begin as JSON does is the name of a pattern that the module has."""
    if isinstance(value, str) and value.strip() and not value.lstrip().startswith(_JSON):
        return Unknown(f"what the module makes of {json.dumps(short(value.strip()))}")
    return value


def _speaks_of_events(held: dict[str, Any]) -> bool:
    source = held.get("source")
    named = any(isinstance(item, str) and item.startswith("aws.") for item in source or ()) if source else False
    lists = all(isinstance(value, list | dict | Unknown) for value in held.values())
    return lists and ("detail-type" in held or (isinstance(source, list) and named))


def _steps(keys: tuple[str, ...]) -> str:
    """Where in the arguments a pattern stands: the key of the object or list that it belongs to."""
    names = [key for key in keys[1:] if not _LIKELY.search(key)] or [keys[0]]
    return "".join(f"[{name}]" if name.isdigit() else f'["{name}"]' for name in names)


def _plain(value: str | Unknown) -> str | Unknown:
    return value if isinstance(value, str) else Unknown(value.reason, value.parts, value.meaning, value.meanings)
