"""Schemas in the form in which they are compared: without descriptions, dereferenced, and split by result."""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.contract.schemas import ENVELOPE, Schema, dereferenced, per_result

TYPES = "schemas/types.schema.json"
EVENTS = "schemas/events/"
TWINS = "schemas/cloudtrail/"

Position = Literal["schema", "map of schemas", "list of schemas", "words", "set", "data"]
"""What a place in a schema file contains. In a set the order has no meaning."""

Pointer = tuple[str | int, ...]
"""A place in a schema file: `("properties", "source", "const")`."""

MISSING: Any = object()
"""Marks a value that one of two versions lacks; null is a value."""

_POSITIONS: dict[str, Position] = {
    **dict.fromkeys(("description", "title", "$comment"), "words"),
    **dict.fromkeys(("enum", "required", "type"), "set"),
    **dict.fromkeys(("properties", "$defs", "patternProperties", "dependentSchemas"), "map of schemas"),
    **dict.fromkeys(("prefixItems", "allOf", "anyOf", "oneOf"), "list of schemas"),
    **dict.fromkeys(("items", "contains", "additionalProperties", "propertyNames", "unevaluatedItems"), "schema"),
    **dict.fromkeys(("if", "then", "else", "not", "unevaluatedProperties"), "schema"),
}


def below(position: Position, key: str | int) -> Position:
    """The position of the child at a key or an index."""
    if position == "schema":
        return _POSITIONS.get(str(key), "data")
    return "schema" if position in ("map of schemas", "list of schemas") else "data"


def children(node: Any) -> list[tuple[str | int, Any]]:
    """The children of a node, with key or index."""
    return list(node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ())


def walk(node: Any, position: Position = "schema", pointer: Pointer = ()) -> Iterator[tuple[Pointer, Position, Any]]:
    """Every node of a schema file, with its pointer and its position."""
    yield pointer, position, node
    for key, child in children(node):
        yield from walk(child, below(position, key), (*pointer, key))


def plain(node: Any, position: Position = "schema") -> Any:
    """The same without descriptions, and with sets in one order."""
    if isinstance(node, dict):
        held = {key: below(position, key) for key in node}
        return {key: plain(child, held[key]) for key, child in node.items() if held[key] != "words"}
    if not isinstance(node, list):
        return node
    if position == "set":
        return [json.loads(member) for member in sorted(set(map(canonical, node)))]
    return [plain(child, below(position, index)) for index, child in enumerate(node)]


def canonical(node: Any) -> str:
    """A text that is equal for nodes that are equal as JSON, where true is not 1."""
    return json.dumps(node, sort_keys=True)


def documented(schema: Schema) -> list[Any] | None:
    """The values that a schema enumerates; None if it enumerates none."""
    values: list[Any] | None = [schema["const"]] if "const" in schema else schema.get("enum")
    return values


def described(files: dict[str, Schema]) -> dict[str, str]:
    """The path of the schema of each detail-type: those of AWS Private CA first, then those of CloudTrail."""
    paths = [path for folder in (EVENTS, TWINS) for path in files if path.startswith(folder)]
    return {files[path]["properties"]["detail-type"]["const"]: path for path in paths}


def referred(path: str, reference: str) -> tuple[str, str]:
    """The path of the file that a `$ref` refers to, and the pointer within it."""
    file, _, place = reference.partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path, place


@dataclass(frozen=True)
class NormalisedContract:
    """The contract of one detail-type, without descriptions.

    Attributes:
        whole: with its conditions.
        by_result: with its conditions resolved; empty if they are not conditions on a documented result.
    """

    whole: Schema
    by_result: dict[str, Schema]

    @property
    def result(self) -> Schema:
        """The field `detail.result`; only if the contract is split by result."""
        field: Schema = self.whole["properties"]["detail"]["properties"]["result"]
        return field

    @property
    def without_conditions(self) -> Schema:
        """The whole without its conditions; only if the contract is split by result, which shows their effect."""
        fields = self.whole["properties"]
        detail = {key: value for key, value in fields["detail"].items() if key != "allOf"}
        return {**self.whole, "properties": {**fields, "detail": detail}}


@dataclass(frozen=True)
class NormalisedSchemas:
    """The schemas of a version, normalised.

    Attributes:
        contracts: by detail-type.
        sent: the detail-types that the envelope enumerates, and those of CloudTrail.
    """

    contracts: dict[str, NormalisedContract]
    sent: frozenset[str]


def normalised(files: dict[str, Schema]) -> NormalisedSchemas:
    """Normalise the schema files of a version."""
    paths = described(files)
    own = {detail_type for detail_type, path in paths.items() if path.startswith(EVENTS)}
    named = documented(files[ENVELOPE]["properties"].get("detail-type", {}))
    sent = own if named is None else set(map(str, named))
    contracts = {detail_type: _contract(path, files) for detail_type, path in paths.items()}
    return NormalisedSchemas(contracts, frozenset(sent | (paths.keys() - own)))


def fingerprint(files: dict[str, Schema]) -> str:
    """A text that differs if a comparison of the contracts would."""
    seen = normalised(files)
    contracts: dict[str, Any] = {
        detail_type: [contract.result, contract.by_result] if contract.by_result else contract.whole
        for detail_type, contract in seen.contracts.items()
    }
    return canonical([sorted(seen.sent), contracts])


def _contract(path: str, files: dict[str, Schema]) -> NormalisedContract:
    try:
        by_result = per_result(path, given=files) if path.startswith(EVENTS) else {}
    except (AttributeError, KeyError, TypeError):  # other conditions are compared as they are
        by_result = {}
    return NormalisedContract(
        _bare(dereferenced(path, given=files)), {str(result): _bare(schema) for result, schema in by_result.items()}
    )


def _bare(schema: Schema) -> Schema:
    return {key: value for key, value in plain(schema).items() if key not in ("$id", "$schema")}
