"""The contracts in the formats of other tools, each made from the same schemas and samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pca_events.exports import asyncapi, json_schema, openapi, python, typescript
from pca_events.exports.detail_types import DetailType, documented_detail_types

__all__ = ["FORMATS", "DetailType", "Format", "documented_detail_types"]


@dataclass(frozen=True)
class Format:
    """One format that the contracts are exported in.

    Attributes:
        summary: what is written, in a few words.
        render: gives the text of each file, by its name.
        is_folder: whether it is several files, which go into a folder.
    """

    summary: str
    render: Callable[[Sequence[DetailType]], dict[str, str]]
    is_folder: bool = False


FORMATS = {
    "asyncapi": Format("an AsyncAPI 3.0 document with every sample", asyncapi.render),
    "openapi": Format(
        "OpenAPI 3.0 documents for the schema registry of EventBridge, in a folder", openapi.render, is_folder=True
    ),
    "jsonschema": Format("one JSON Schema 2020-12 that bundles all schemas", json_schema.render),
    "typescript": Format("type declarations for TypeScript", typescript.render),
    "python": Format("TypedDicts for Python", python.render),
}
"""Every format, by the name that the command knows it by."""
