"""AsyncAPI 3.0: the events that AWS Private CA sends to the default event bus, with every sample as an example."""

from collections.abc import Sequence
from typing import Any

from pca_events import __version__
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError
from pca_events.exports.detail_types import DetailType
from pca_events.exports.text import WRITTEN_BY, as_json

_CHANNEL = "defaultEventBus"
_SCHEMA = {"additionalProperties", "contains", "else", "if", "items", "not", "then"}
_SCHEMAS = {"allOf", "anyOf", "oneOf", "prefixItems"}
_LATER = {
    "$anchor", "$defs", "$dynamicAnchor", "$dynamicRef", "dependentRequired", "dependentSchemas", "maxContains",
    "minContains", "unevaluatedItems", "unevaluatedProperties",
}  # fmt: skip


def render(detail_types: Sequence[DetailType]) -> dict[str, str]:
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
