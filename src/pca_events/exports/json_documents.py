"""The contracts as AsyncAPI and OpenAPI documents, and as one JSON Schema."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag, urljoin

from pca_events import __version__
from pca_events.catalog import SOURCE
from pca_events.contract import SCHEMA_ROOT, schemas
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError
from pca_events.exports.detail_types import WRITTEN_BY, DetailType, as_json

_CHANNEL = "defaultEventBus"
_SCHEMA = {"additionalProperties", "contains", "else", "if", "items", "not", "then"}
_SCHEMAS = {"allOf", "anyOf", "oneOf", "prefixItems"}
_LATER = {
    "$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "dependentRequired", "dependentSchemas", "maxContains",
    "minContains", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip


def asyncapi(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write one document: a channel, and a message and a send operation for each detail-type."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events of AWS Private CA",
            "version": __version__,
            "description": f"Events that AWS Private CA sends to Amazon EventBridge after an operation. {WRITTEN_BY}",
        },
        "defaultContentType": "application/json",
        "channels": {_CHANNEL: _channel(detail_types)},
        "operations": {f"send{detail_type.name}": _operation(detail_type) for detail_type in detail_types},
        "components": {"messages": {detail_type.name: _message(detail_type) for detail_type in detail_types}},
    }
    return {"pca-events.asyncapi.json": as_json(document)}


def _channel(detail_types: Sequence[DetailType]) -> dict[str, Any]:
    return {
        "address": "arn:{partition}:events:{region}:{account}:event-bus/default",
        "title": "Default event bus",
        "description": "The default event bus of the account and the Region of the certificate authority.",
        "parameters": {
            "partition": {"description": "The AWS partition.", "default": "aws"},
            "region": {"description": "The Region of the certificate authority."},
            "account": {"description": "The account of the certificate authority."},
        },
        "messages": {
            detail_type.name: {"$ref": f"#/components/messages/{detail_type.name}"} for detail_type in detail_types
        },
    }


def _operation(detail_type: DetailType) -> dict[str, Any]:
    operations = dict.fromkeys(event.operation for event in detail_type.samples)
    return {
        "action": "send",
        "channel": {"$ref": f"#/channels/{_CHANNEL}"},
        "title": detail_type.title,
        "summary": f"Sent by AWS Private CA after {' or '.join(operations)}.",
        "description": detail_type.description,
        "messages": [{"$ref": f"#/channels/{_CHANNEL}/messages/{detail_type.name}"}],
    }


def _message(detail_type: DetailType) -> dict[str, Any]:
    return {
        "name": detail_type.words,
        "title": detail_type.title,
        "summary": detail_type.description,
        "contentType": "application/json",
        "payload": in_draft_07(detail_type.schema),
        "examples": [
            {"name": event.id, "summary": f"{event.meaning} What to do: {event.what_to_do}", "payload": event.sample}
            for event in detail_type.samples
        ],
    }


def in_draft_07(schema: Schema) -> Schema:
    """Convert a schema to draft 7, which the schemas of AsyncAPI extend: a tuple is an array of items.

    Raises:
        PcaEventsError: it uses a keyword that draft 7 would ignore.
    """
    if unsupported := set(schema) & _LATER:
        raise PcaEventsError(f"draft 7 has no equivalent of {', '.join(sorted(unsupported))}; nothing was exported")
    said: Schema = {key: _below(key, value) for key, value in schema.items() if key not in ("$id", "$schema")}
    if "prefixItems" in said:
        rest = said.pop("items", True)
        said |= {"items": said.pop("prefixItems"), "additionalItems": rest}
    return said


def _below(keyword: str, value: Any) -> Any:
    if keyword == "properties":
        return {name: in_draft_07(field) for name, field in value.items()}
    if keyword in _SCHEMA and isinstance(value, dict):
        return in_draft_07(value)
    if keyword in _SCHEMAS:
        return [in_draft_07(item) for item in value]
    return value


_KEPT = {"description", "enum", "format", "maxItems", "minItems", "pattern", "required", "title", "type"}
_LEFT_OUT = {"$id", "$schema", "$comment"}
_COMPONENTS = "#/components/schemas/"


def openapi(detail_types: Sequence[DetailType]) -> dict[str, str]:
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


_FILE = "pca-events.schema.json"


def json_schema(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write the bundle: an event must match exactly one of the schemas in `oneOf`."""
    tops = [schemas()[detail_type.path]["$id"] for detail_type in detail_types]
    bundle = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": SCHEMA_ROOT + _FILE,
        "$comment": WRITTEN_BY,
        "title": "Events of AWS Private CA",
        "description": "An event that AWS Private CA sends to Amazon EventBridge, of any detail-type.",
        "oneOf": [{"$ref": top} for top in tops],
        "$defs": {path: schema for path, schema in schemas().items() if schema["$id"] in _reached(tops)},
        "examples": [event.sample for detail_type in detail_types for event in detail_type.samples],
    }
    return {_FILE: as_json(bundle)}


def _reached(tops: list[str]) -> set[str]:
    """The `$id` of every schema that these refer to."""
    by_id = {schema["$id"]: schema for schema in schemas().values()}
    reached: set[str] = set()
    waiting = list(tops)
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += [urldefrag(urljoin(current, reference)).url for reference in _references(by_id[current])]
    return reached


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from _references(child)
