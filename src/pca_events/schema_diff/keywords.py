"""What the keywords of JSON Schema hold: schemas, words, or data."""

import json
from collections.abc import Iterator
from typing import Any, Literal

Position = Literal["schema", "map of schemas", "list of schemas", "words", "set", "data"]
"""What a place in a schema file holds. In a set the order says nothing."""

Pointer = tuple[str | int, ...]
"""A place in a schema file: `("properties", "source", "const")`."""

MISSING: Any = object()
"""Stands for what one of two versions does not have; null is a value."""

_HOLDS: dict[str, Position] = {
    **dict.fromkeys(("description", "title", "$comment"), "words"),
    **dict.fromkeys(("enum", "required", "type"), "set"),
    **dict.fromkeys(("properties", "$defs", "patternProperties", "dependentSchemas"), "map of schemas"),
    **dict.fromkeys(("prefixItems", "allOf", "anyOf", "oneOf"), "list of schemas"),
    **dict.fromkeys(("items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems"), "schema"),
    **dict.fromkeys(("if", "then", "else", "not", "unevaluatedProperties"), "schema"),
}


def below(position: Position, key: str | int) -> Position:
    """What is at that key or index of something."""
    if position == "schema":
        return _HOLDS.get(str(key), "data")
    return "schema" if position in ("map of schemas", "list of schemas") else "data"


def children(node: Any) -> list[tuple[str | int, Any]]:
    """What a node holds directly, with key or index."""
    return list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())


def walk(node: Any, position: Position = "schema", pointer: Pointer = ()) -> Iterator[tuple[Pointer, Position, Any]]:
    """Every node of a schema file, with its place and what that place holds."""
    yield pointer, position, node
    for key, child in children(node):
        yield from walk(child, below(position, key), (*pointer, key))


def plain(node: Any, position: Position = "schema") -> Any:
    """The same without its words, and with sets in one order."""
    if isinstance(node, dict):
        held = {key: below(position, key) for key in node}
        return {key: plain(child, held[key]) for key, child in node.items() if held[key] != "words"}
    if not isinstance(node, list):
        return node
    if position == "set":
        return [json.loads(member) for member in sorted(set(map(canonical, node)))]
    return [plain(child, below(position, index)) for index, child in enumerate(node)]


def canonical(node: Any) -> str:
    """A text that two nodes share where they are equal in JSON: there true is not 1."""
    return json.dumps(node, sort_keys=True)
