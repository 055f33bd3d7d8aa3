"""TypeScript: the events as a union discriminated by `detail-type`, with details discriminated by `result`."""

from collections.abc import Sequence

from pca_events.contract.schemas import Schema
from pca_events.exports.detail_types import (
    DetailType,
    documented_values,
    name_of_string,
    named_strings,
    string_names,
)
from pca_events.exports.text import WRITTEN_BY, paragraph, quoted

_WIDTH = 100


def render(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write declarations only; they produce no JavaScript."""
    head = _comment(f"The events that AWS Private CA sends to Amazon EventBridge. {WRITTEN_BY}")
    blocks = [head, *map(_alias, string_names(detail_types))]
    for detail_type in detail_types:
        blocks += [
            _interface(detail_type.detail_name(result), detail["description"], detail, {})
            for result, detail in detail_type.by_result.items()
        ]
        known = {"detail": [detail_type.detail_name(result) for result in detail_type.by_result]}
        blocks.append(_interface(detail_type.name, detail_type.description, detail_type.schema, known))
    union = "".join(f"\n  | {detail_type.name}" for detail_type in detail_types)
    blocks.append(
        [*_comment("Any of the events, discriminated by detail-type."), f"export type PrivateCAEvent ={union};"]
    )
    return {"pca-events.ts": "\n\n".join("\n".join(block) for block in blocks) + "\n"}


def _alias(name: str) -> list[str]:
    return [*_comment(named_strings()[name]["description"]), f"export type {name} = string;"]


def _interface(name: str, description: str, schema: Schema, known: dict[str, list[str]]) -> list[str]:
    """Declare an object; types in `known` take precedence over the schema."""
    lines = [*_comment(description), f"export interface {name} {{"]
    for field, said in schema["properties"].items():
        optional = "" if field in schema["required"] else "?"
        lines += _comment(said["description"], "  ")
        lines += _member(f"  readonly {_key(field)}{optional}:", known.get(field) or _types(said))
    return [*lines, "}"]


def _member(start: str, types: list[str]) -> list[str]:
    line = f"{start} {' | '.join(types)};"
    if len(line) <= _WIDTH:
        return [line]
    *most, last = types
    return [start, *(f"    | {kind}" for kind in most), f"    | {last};"]


def _types(field: Schema) -> list[str]:
    """The alternative types of a field."""
    if values := documented_values(field):
        return list(map(quoted, values))
    if "prefixItems" in field:
        return [f"readonly [{', '.join(map(name_of_string, field['prefixItems']))}]"]
    return [name_of_string(field)]


def _key(field: str) -> str:
    return field if field.isidentifier() else quoted(field)


def _comment(text: str, indent: str = "") -> list[str]:
    safe = text.replace("*/", "*\\/")
    line = f"{indent}/** {safe} */"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{indent}/**", *paragraph(safe, f"{indent} * ", _WIDTH), f"{indent} */"]
