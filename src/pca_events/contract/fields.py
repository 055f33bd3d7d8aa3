"""The contract of an event as a list of its fields, for display and exports."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError

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
