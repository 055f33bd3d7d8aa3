"""The contracts in the formats of other tools, generated from the schemas and samples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pca_events.exports.detail_types import DetailType, documented_detail_types
from pca_events.lazy import function_of

__all__ = ["FORMATS", "DetailType", "Format", "documented_detail_types"]


@dataclass(frozen=True)
class Format:
    """One export format of the contracts.

    Attributes:
        summary: the content, in a few words.
        render: returns the text of each file by name.
        is_folder: whether it consists of several files in a folder.
    """

    summary: str
    render: Callable[[Sequence[DetailType]], dict[str, str]]
    is_folder: bool = False


def _render(module: str, function: str) -> Callable[[Sequence[DetailType]], dict[str, str]]:
    return function_of(f"{__name__}.{module}", function)


FORMATS = {
    "asyncapi": Format("an AsyncAPI 3.0 document with every sample", _render("json_documents", "asyncapi")),
    "openapi": Format(
        "OpenAPI 3.0 documents for the schema registry of EventBridge, in a folder",
        _render("json_documents", "openapi"),
        is_folder=True,
    ),
    "jsonschema": Format("one JSON Schema 2020-12 that bundles all schemas", _render("json_documents", "json_schema")),
    "typescript": Format("type declarations for TypeScript", _render("type_declarations", "typescript")),
    "python": Format("TypedDicts for Python", _render("type_declarations", "python")),
}
"""Every format, by its name on the command line."""
