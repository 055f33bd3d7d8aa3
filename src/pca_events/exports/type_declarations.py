"""The contracts as type declarations: TypedDicts for Python, types for TypeScript."""

from collections.abc import Sequence

from pca_events.contract.schemas import Schema
from pca_events.exports.detail_types import (
    WRITTEN_BY,
    DetailType,
    documented_values,
    name_of_string,
    named_strings,
    paragraph,
    quoted,
    string_names,
)

_PYTHON_WIDTH = 88

_Kind = tuple[str, list["_Kind"]]
"""A type: its name and its arguments."""


def python(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write one module for Python 3.11 and later."""
    blocks = ["\n".join(map(_python_alias, string_names(detail_types)))]
    for detail_type in detail_types:
        blocks += _details(detail_type)
        known = {"detail": _detail_name(detail_type)}
        blocks.append(_typed_dict(detail_type.name, detail_type.description, detail_type.schema, known))
    blocks.append(_union("PrivateCAEvent", [detail_type.name for detail_type in detail_types]))
    blocks[-1] += _docstring("Any of the events, discriminated by detail-type.")
    body = "\n".join(blocks)
    names = ["Literal", *(["NotRequired"] if "NotRequired[" in body else []), "TypeAlias", "TypedDict"]
    head = f'"""The events that AWS Private CA sends to Amazon EventBridge.\n\n{WRITTEN_BY}\n"""\n'
    return {"pca_events_types.py": f"{head}\nfrom typing import {', '.join(names)}\n\n{body}"}


def _python_alias(name: str) -> str:
    return f"{name}: TypeAlias = str\n" + _docstring(named_strings()[name]["description"])


def _detail_name(detail_type: DetailType) -> str:
    return f"{detail_type.name}Detail"


def _details(detail_type: DetailType) -> list[str]:
    """The detail as one TypedDict, or as a union of one per result if they differ."""
    name = _detail_name(detail_type)
    if not detail_type.results_differ:
        return [_typed_dict(name, detail_type.detail["description"], detail_type.detail, {})]
    variants = {detail_type.detail_name(result): detail for result, detail in detail_type.by_result.items()}
    dicts = [_typed_dict(variant, detail["description"], detail, {}) for variant, detail in variants.items()]
    return [*dicts, _union(name, list(variants))]


def _typed_dict(name: str, description: str, schema: Schema, known: dict[str, str]) -> str:
    """Declare an object; types in `known` take precedence over the schema."""
    lines = [f"{name} = TypedDict(", f"    {quoted(name)},", "    {"]
    for field, said in schema["properties"].items():
        kind: _Kind = (known[field], []) if field in known else _kind(said)
        kind = kind if field in schema["required"] else ("NotRequired", [kind])
        lines += paragraph(said["description"], "        # ", _PYTHON_WIDTH)
        lines += _lines(kind, f"        {quoted(field)}: ", ",")
    return "\n".join([*lines, "    },", ")\n"]) + _docstring(description)


def _kind(field: Schema) -> _Kind:
    if values := documented_values(field):
        return "Literal", [(quoted(value), []) for value in values]
    if "prefixItems" in field:
        kinds = dict.fromkeys(map(name_of_string, field["prefixItems"]))
        return "list", [(" | ".join(kinds), [])]
    return name_of_string(field), []


def _lines(kind: _Kind, before: str, after: str) -> list[str]:
    """Write a type on one line, or each of its arguments on a line if it is too long."""
    line = before + _on_one_line(kind) + after
    name, arguments = kind
    if len(line) <= _PYTHON_WIDTH or not arguments:
        return [line]
    indent = " " * (len(before) - len(before.lstrip()))
    comma = "," if len(arguments) > 1 else ""
    inner = [line for argument in arguments for line in _lines(argument, f"{indent}    ", comma)]
    return [f"{before}{name}[", *inner, f"{indent}]{after}"]


def _on_one_line(kind: _Kind) -> str:
    name, arguments = kind
    return f"{name}[{', '.join(map(_on_one_line, arguments))}]" if arguments else name


def _union(name: str, members: list[str]) -> str:
    union = " | ".join(members)
    if len(f"{name}: TypeAlias = {union}") <= _PYTHON_WIDTH:
        return f"{name}: TypeAlias = {union}\n"
    if len(f"    {union}") > _PYTHON_WIDTH:
        union = "\n    | ".join(members)
    return f"{name}: TypeAlias = (\n    {union}\n)\n"


def _docstring(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"', '\\"')
    line = f'"""{safe}"""'
    if len(line) <= _PYTHON_WIDTH:
        return f"{line}\n"
    first, *rest = paragraph(safe, "", _PYTHON_WIDTH - 3)
    return "\n".join([f'"""{first}', *rest, '"""\n'])


_TYPESCRIPT_WIDTH = 100


def typescript(detail_types: Sequence[DetailType]) -> dict[str, str]:
    """Write declarations only; they produce no JavaScript."""
    head = _comment(f"The events that AWS Private CA sends to Amazon EventBridge. {WRITTEN_BY}")
    blocks = [head, *map(_typescript_alias, string_names(detail_types))]
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


def _typescript_alias(name: str) -> list[str]:
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
    if len(line) <= _TYPESCRIPT_WIDTH:
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
    if len(line) <= _TYPESCRIPT_WIDTH:
        return [line]
    return [f"{indent}/**", *paragraph(safe, f"{indent} * ", _TYPESCRIPT_WIDTH), f"{indent} */"]
