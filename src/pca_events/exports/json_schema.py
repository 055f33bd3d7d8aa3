"""One JSON Schema 2020-12 for all five events: every schema in one file, each under its own `$id`."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urldefrag, urljoin

from pca_events.contract import SCHEMA_ROOT, schemas
from pca_events.exports.detail_types import DetailType
from pca_events.exports.text import WRITTEN_BY, as_json

_FILE = "pca-events.schema.json"


def render(detail_types: Sequence[DetailType]) -> dict[str, str]:
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
