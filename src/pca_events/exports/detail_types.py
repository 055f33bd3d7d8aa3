"""The content of the exports: each detail-type with its schemas and samples, and how the exports write text."""

import json
import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pca_events import __version__, catalog
from pca_events.catalog import DocumentedEvent
from pca_events.contract import dereferenced, per_result, schema_of, schemas
from pca_events.contract.schemas import Schema
from pca_events.errors import PcaEventsError

WRITTEN_BY = f"Written by pca-events {__version__} from its contracts: do not edit, generate it again."
"""The first line of every exported file."""


def as_json(document: Any) -> str:
    """Write a document in the JSON format of this project's files."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def quoted(value: str) -> str:
    """Write a value as a string literal of TypeScript and Python."""
    return json.dumps(value, ensure_ascii=False)


def paragraph(text: str, prefix: str, width: int) -> list[str]:
    """Wrap a text into lines of at most this width, each with the prefix."""
    return textwrap.wrap(
        text, width, initial_indent=prefix, subsequent_indent=prefix, break_long_words=False, break_on_hyphens=False
    )


@dataclass(frozen=True)
class DetailType:
    """One detail-type, with everything that an export contains.

    Attributes:
        words: the detail-type, as in the events.
        path: of its schema, from the project root.
        schema: of the whole event, without references, with its conditions.
        by_result: the schema of the detail for each documented result, without conditions.
        samples: the documented events, in the order of the AWS page.
    """

    words: str
    path: str
    schema: Schema
    by_result: dict[str, Schema]
    samples: tuple[DocumentedEvent, ...]

    @property
    def name(self) -> str:
        """The detail-type as one word, as the schema registry of EventBridge writes it: `ACMPrivateCACreation`."""
        return "".join(word[0].upper() + word[1:] for word in re.findall(r"[A-Za-z0-9]+", self.words))

    @property
    def title(self) -> str:
        """A short title."""
        return str(self.schema["title"])

    @property
    def description(self) -> str:
        """When the event is sent."""
        return str(self.schema["description"])

    @property
    def detail(self) -> Schema:
        """The schema of the detail, with its conditions."""
        detail: Schema = self.schema["properties"]["detail"]
        return detail

    @property
    def results_differ(self) -> bool:
        """Whether the other fields of the detail depend on the result."""
        shapes = [
            ({name: field for name, field in detail["properties"].items() if name != "result"}, detail["required"])
            for detail in self.by_result.values()
        ]
        return any(shape != shapes[0] for shape in shapes)

    def detail_name(self, result: str) -> str:
        """A name for the detail with this result: `ACMPrivateCACRLGenerationFailure`."""
        return self.name + result.capitalize()

    def absent(self, result: str) -> list[str]:
        """The fields of the detail that are absent with this result."""
        return [name for name in self.detail["properties"] if name not in self.by_result[result]["properties"]]


def documented_detail_types() -> tuple[DetailType, ...]:
    """The five detail-types, in the order of the AWS page."""
    return tuple(_detail_type(words, schema_of()[words]) for words in catalog.detail_types())


def _detail_type(words: str, path: str) -> DetailType:
    return DetailType(
        words=words,
        path=path,
        schema=dereferenced(path),
        by_result={result: whole["properties"]["detail"] for result, whole in per_result(path).items()},
        samples=tuple(event for event in catalog.documented_events() if event.detail_type == words),
    )


def documented_values(field: Schema) -> list[str]:
    """The values of a field if no others are sent; empty if its value is free."""
    if "const" in field:
        return [field["const"]]
    return list(field.get("enum", []))


def named_strings() -> dict[str, Schema]:
    """The named string types of the contracts, by name: `EventId`, `CertificateAuthorityArn`."""
    found: dict[str, Schema] = {}
    for schema in schemas().values():
        kinds = schema.get("$defs", {}).items()
        found |= {kind[0].upper() + kind[1:]: said for kind, said in kinds if "pattern" in said}
    return found


def name_of_string(field: Schema) -> str:
    """The name of the string type of a field.

    Raises:
        PcaEventsError: the field does not have a named string type.
    """
    for name, kind in named_strings().items():
        if field.get("type") == kind["type"] and field.get("pattern") == kind["pattern"]:
            return name
    raise PcaEventsError(f"a field cannot be exported as a type: {field}")


def string_names(detail_types: Sequence[DetailType]) -> list[str]:
    """The names of the string types that the events use, in the order of the contracts."""
    fields = [
        field
        for detail_type in detail_types
        for schema in (detail_type.schema, detail_type.detail)
        for top in schema["properties"].values()
        for field in (top, *top.get("prefixItems", []))
    ]
    used = {field.get("pattern") for field in fields}
    return [name for name, kind in named_strings().items() if kind["pattern"] in used]
