"""OpenAPI 3.0 for the schema registry of EventBridge: one document for each detail-type.

OpenAPI 3.0 has no `const`, no `prefixItems` and no conditions. A const becomes an enum with one value. A tuple becomes
an array of fixed length whose items each have one of the types; OpenAPI 3.0 cannot express their order. If other fields
depend on the result, the detail becomes one of several objects.
"""

from collections.abc import Sequence
from typing import Any

from pca_events import __version__
from pca_events.catalog import SOURCE
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError
from pca_events.exports.detail_types import DetailType
from pca_events.exports.text import WRITTEN_BY, as_json

_KEPT = {"description", "enum", "format", "maxItems", "minItems", "pattern", "required", "title", "type"}
_LEFT_OUT = {"$id", "$schema", "$comment"}
_COMPONENTS = "#/components/schemas/"


def render(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write one document for each detail-type, with the name that the registry uses."""
    return {f"{SOURCE}@{detail_type.name}.json": as_json(_document(detail_type)) for detail_type in detail_types}


def _document(detail_type: DetailType) -> dict[str, Any]:
    return {
        "openapi": "3.0.0",
        "info": {
            "version": __version__,
            "title": detail_type.name,
            "description": f"{detail_type.description} {WRITTEN_BY}",
        },
        "paths": {},
        "components": {"schemas": {"AWSEvent": _event(detail_type), **_details(detail_type)}},
    }


def _event(detail_type: DetailType) -> Schema:
    fields = {**detail_type.schema["properties"]}
    del fields["detail"]
    event = translated({**detail_type.schema, "properties": fields})
    event["properties"]["detail"] = {"$ref": _COMPONENTS + detail_type.name}
    return {
        **event,
        "x-amazon-events-detail-type": detail_type.words,
        "x-amazon-events-source": SOURCE,
        "example": detail_type.samples[0].sample,
    }


def _details(detail_type: DetailType) -> dict[str, Schema]:
    """The component of the detail and, if its results differ, one component for each result."""
    if not detail_type.results_differ:
        return {detail_type.name: translated(detail_type.detail)}
    references = {result: _COMPONENTS + detail_type.detail_name(result) for result in detail_type.by_result}
    choice = {
        "description": detail_type.detail["description"],
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "result", "mapping": references},
    }
    variants = {detail_type.detail_name(result): _variant(detail_type, result) for result in detail_type.by_result}
    return {detail_type.name: choice, **variants}


def _variant(detail_type: DetailType, result: str) -> Schema:
    variant = translated(detail_type.by_result[result])
    forbidden = [{"required": [name]} for name in detail_type.absent(result)]
    return {**variant, "not": {"anyOf": forbidden}} if forbidden else variant


def translated(schema: Schema) -> Schema:
    """Convert a schema without conditions to OpenAPI 3.0.

    Raises:
        PcaEventsError: it uses a keyword without an equivalent.
    """
    said: Schema = {key: value for key, value in schema.items() if key in _KEPT}
    if "properties" in schema:
        said["properties"] = {name: translated(field) for name, field in schema["properties"].items()}
    if "const" in schema:
        said |= {"type": "string", "enum": [schema["const"]]}
    if "prefixItems" in schema and schema.get("items") is False:
        kinds = [translated(item) for item in schema["prefixItems"]]
        said |= {"items": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}, "maxItems": len(kinds)}
    elif isinstance(schema.get("items"), dict):
        said["items"] = translated(schema["items"])
    if unsupported := set(schema) - set(said) - _LEFT_OUT - {"const", "prefixItems"}:
        raise PcaEventsError(f"OpenAPI 3.0 has no equivalent of {', '.join(sorted(unsupported))}; nothing was exported")
    return said
