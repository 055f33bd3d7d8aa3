"""The types of variables, as far as they give values: defaults of optional attributes."""

from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.nodes import Call, Entries, Literal, Node


def with_defaults(value: Any, kind: Node, evaluate: Callable[[Node], Any]) -> Any:
    """A value with the attributes that its type gives where they are left out.

    Args:
        value: the value of a variable.
        kind: its type: `map(object({ enabled = optional(bool, true) }))`.
        evaluate: gives the value of a default.
    """
    if not isinstance(kind, Call) or not kind.arguments or value is None or isinstance(value, Unknown):
        return value
    inner = kind.arguments[0]
    if kind.name == "optional":
        return with_defaults(value, inner, evaluate)
    if kind.name in ("list", "set") and isinstance(value, list):
        return [with_defaults(held, inner, evaluate) for held in value]
    if kind.name == "map" and isinstance(value, dict):
        return with_values(value, {key: with_defaults(held, inner, evaluate) for key, held in value.items()})
    if kind.name == "object" and isinstance(value, dict) and isinstance(inner, Entries):
        return with_values(value, _completed(value, inner, evaluate))
    return value


def _completed(value: dict[str, Any], kind: Entries, evaluate: Callable[[Node], Any]) -> dict[str, Any]:
    made = dict(value)
    for entry in kind.entries:
        name = entry.key.value if isinstance(entry.key, Literal) else None
        if not isinstance(name, str):
            continue
        optional = entry.value if isinstance(entry.value, Call) and entry.value.name == "optional" else None
        held = value.get(name)
        if held is None and optional:
            held = evaluate(optional.arguments[1]) if len(optional.arguments) > 1 else None
        if name in value or optional:
            made[name] = with_defaults(held, entry.value, evaluate)
    return made


def with_values(value: dict[str, Any], held: dict[str, Any]) -> dict[str, Any]:
    """An object with other values on the same lines."""
    if not isinstance(value, Object):
        return held
    made = Object(value.line)
    for key, item in held.items():
        made.put(key, item, value.spans.get(key, (value.line, value.line)))
    return made
