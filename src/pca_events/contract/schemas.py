"""The schema files, each schema with its references resolved, and the contract of an event as a list of its fields."""

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pca_events.errors import PcaEventsError
from pca_events.locations import locate

Schema = dict[str, Any]

SCHEMA_ROOT = "https://pca-events.example/"
"""The start of every `$id`; the rest is the path of the file. The host is a reserved domain that is never contacted."""

ENVELOPE = "schemas/envelope.schema.json"

_TYPES = "schemas/types.schema.json"


@cache
def schemas() -> dict[str, Schema]:
    """Every schema, by its path from the project root: `schemas/events/ca-creation.schema.json`."""
    return read_schemas(locate("schemas"))


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every schema of a folder such as `schemas/`, by its path from the project root."""
    files = sorted(folder.rglob("*.json"))
    return {f"schemas/{file.relative_to(folder).as_posix()}": json.loads(file.read_text("utf-8")) for file in files}


@cache
def schema_of() -> dict[str, str]:
    """The path of the schema of each of the five detail-types."""
    return _by_detail_type("schemas/events/")


@cache
def twin_schema_of() -> dict[str, str]:
    """The path of the schema of each detail-type that CloudTrail sends about AWS Private CA."""
    return _by_detail_type("schemas/cloudtrail/")


def dereferenced(path: str, *, closed: bool = False, given: dict[str, Schema] | None = None) -> Schema:
    """Return a schema without references: the envelope and the types are inlined.

    Args:
        path: of the schema, from the project root.
        closed: reject fields that the schema does not define, in the event and in its detail.
        given: the schemas to use instead of the project's own.
    """
    everything = schemas() if given is None else given
    whole: Schema = _inlined(everything[path], everything[_TYPES]["$defs"])
    for base in whole.pop("allOf", []):
        envelope = _inlined(everything[_sibling(path, base["$ref"])], everything[_TYPES]["$defs"])
        whole["required"] = list(dict.fromkeys([*envelope["required"], *whole.get("required", [])]))
        whole["properties"] = {name: {**field} for name, field in envelope["properties"].items()} | whole["properties"]
    if closed:
        whole["additionalProperties"] = False
        whole["properties"]["detail"]["additionalProperties"] = False
    return whole


def per_result(path: str, given: dict[str, Schema] | None = None) -> dict[str, Schema]:
    """Split the dereferenced schema of a detail-type by `detail.result`, with every condition resolved.

    Returns:
        For each documented result a schema whose detail has `result` as a const, and neither `if` nor `then`.
    """
    whole = dereferenced(path, given=given)
    detail = whole["properties"]["detail"]
    result = detail["properties"]["result"]
    documented = result["enum"] if "enum" in result else [result["const"]]
    return {
        value: {**whole, "properties": {**whole["properties"], "detail": _resolved(detail, value)}}
        for value in documented
    }


def _resolved(detail: Schema, result: str) -> Schema:
    resolved = {key: value for key, value in detail.items() if key != "allOf"}
    resolved["required"] = list(detail["required"])
    resolved["properties"] = {**detail["properties"]}
    resolved["properties"]["result"] = {
        "description": "The outcome of the operation.",
        "type": "string",
        "const": result,
    }
    for condition in detail.get("allOf", []):
        if condition["if"]["properties"]["result"]["const"] == result:
            then = condition["then"]
            resolved["required"] += then.get("required", [])
            for name, field in then.get("properties", {}).items():
                if field.get("not") == {}:
                    del resolved["properties"][name]
    return resolved


def _by_detail_type(folder: str) -> dict[str, str]:
    return {
        schema["properties"]["detail-type"]["const"]: path
        for path, schema in schemas().items()
        if path.startswith(folder)
    }


def _sibling(path: str, reference: str) -> str:
    """The path that a reference such as `../envelope.schema.json` in the schema at `path` refers to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))


def _inlined(node: Any, types: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, types) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: _inlined(value, types) for key, value in node.items()}
    reference = own.get("$ref", "")
    if "#/$defs/" not in reference:
        return own
    del own["$ref"]
    return {**types[reference.rpartition("/")[2]], **own}


_KNOWN = {
    "$comment", "$id", "$schema", "const", "description", "enum", "examples", "format", "if", "items", "maxItems",
    "minItems", "pattern", "prefixItems", "properties", "required", "then", "title", "type",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of an event.

    Attributes:
        path: `$.detail.result`, `$.resources[0]`.
        type: of JSON Schema: string, array, object.
        required: whether every event has it.
        values: the documented values if no others are sent; empty if the value is free.
        pattern: the regular expression that a free value matches, if any.
        description: what it means.
    """

    path: str
    type: str
    required: bool
    values: tuple[str, ...]
    pattern: str | None
    description: str


def fields(schema: Schema) -> list[Field]:
    """Return the fields of a schema that `contract.per_result` or `contract.dereferenced` made, in its own order.

    Conditions between fields (`if`, `then`) are omitted.

    Raises:
        PcaEventsError: the schema uses a keyword that a list of fields cannot represent.
    """
    return list(_below(schema, "$"))


def _below(schema: Schema, path: str) -> Iterator[Field]:
    if unknown := set(schema) - _KNOWN:
        raise PcaEventsError(
            f"the schema at {path} uses {', '.join(sorted(unknown))}, which a list of fields cannot represent"
        )
    for name, field in schema.get("properties", {}).items():
        yield from _field(field, f"{path}.{name}", name in schema.get("required", []))
    items = schema.get("prefixItems", [])
    for index, item in enumerate(items):
        yield from _field(item, f"{path}[{index}]", index < schema.get("minItems", 0))


def _field(field: Schema, path: str, required: bool) -> Iterator[Field]:
    values: list[Any] = field["enum"] if "enum" in field else [field["const"]] if "const" in field else []
    yield Field(
        path=path,
        type=field.get("type", "string"),
        required=required,
        values=tuple(map(str, values)),
        pattern=field.get("pattern"),
        description=field.get("description", ""),
    )
    yield from _below(field, path)
