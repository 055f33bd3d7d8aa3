"""Whether files are built as the schemas of these events are, so that they can be compared."""

import json
import posixpath
import re
from collections.abc import Iterator
from typing import Any

from pca_events.contract.schemas import ENVELOPE, Schema
from pca_events.schema_diff.keywords import Pointer, walk

TYPES = "schemas/types.schema.json"
EVENTS = "schemas/events/"
TWINS = "schemas/cloudtrail/"

_DEEPEST = 60
_HOLDS: dict[str, tuple[Any, str]] = {
    "$ref": (str, "text"),
    "enum": (list, "a list"),
    "format": (str, "text"),
    "minItems": (int, "a number"),
    "pattern": (str, "text"),
    "required": (list, "a list"),
    "type": ((str, list), "text or a list"),
}


def described(files: dict[str, Schema]) -> dict[str, str]:
    """The path of the schema of each detail-type: the events, then those of CloudTrail."""
    paths = [path for folder in (EVENTS, TWINS) for path in files if path.startswith(folder)]
    return {files[path]["properties"]["detail-type"]["const"]: path for path in paths}


def referred(path: str, reference: str) -> tuple[str, str]:
    """The path of the file that a `$ref` means, and the place in it."""
    file, _, place = reference.partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), file)) if file else path, place


def problem(files: dict[str, Schema]) -> str | None:
    """The first thing that keeps the files from being compared: file, what, and what to do; None if nothing does."""
    found = ((path, words) for path in files for words in _of_file(path, files))
    if first := next(found, None):
        return _worded(*first)
    if missing := [path for path in (ENVELOPE, TYPES) if path not in files]:
        return _worded(missing[0], "is not there, and every event is made of it")
    if not any(path.startswith(EVENTS) for path in files):
        return "events/ is not there, so that no event is described; it holds one *.schema.json for each detail-type"
    return next((_worded(*first) for first in _at_odds(files)), None)


def _worded(path: str, words: str) -> str:
    return f"{path.removeprefix('schemas/')} {words}"


def _of_file(path: str, files: dict[str, Schema]) -> Iterator[str]:
    for pointer, position, node in walk(files[path]):
        if len(pointer) > _DEEPEST:
            yield f"is nested deeper than {_DEEPEST} levels"
            return
        yield from _of_node(pointer, position, node)
    if path == TYPES and not isinstance(files[path].get("$defs"), dict):
        yield "has no $defs, where the types belong"
    if path == ENVELOPE:
        yield from _of_envelope(files[path])
    if path.startswith((EVENTS, TWINS)):
        yield from _of_event(path, files[path])
    yield from _of_references(path, files)


def _of_node(pointer: Pointer, position: str, node: Any) -> Iterator[str]:
    at = f"has at #/{'/'.join(map(str, pointer))} " if pointer else "holds "
    if position == "schema" and not isinstance(node, dict if not pointer else (dict, bool)):
        yield f"{at}{_name(node)} where a schema, an object, belongs"
    elif position == "map of schemas" and not isinstance(node, dict):
        yield f"{at}{_name(node)} where an object belongs"
    elif position == "list of schemas" and not isinstance(node, list):
        yield f"{at}{_name(node)} where a list belongs"
    elif position == "schema" and isinstance(node, dict):
        yield from (f"{at}{words}" for key, value in node.items() for words in _of_keyword(key, value))


def _of_keyword(key: str, value: Any) -> Iterator[str]:
    kind, words = _HOLDS.get(key, (object, ""))
    if not isinstance(value, kind) or (key == "minItems" and isinstance(value, bool)):
        yield f'{_name(value)} as "{key}", where {words} belongs'
    elif key in ("required", "type") and not all(isinstance(item, str) for item in value):
        yield f'in "{key}" something that is no text'
    elif key == "enum" and not value:
        yield 'an empty "enum", which no value meets'
    elif key == "pattern":
        try:
            re.compile(value)
        except re.error as error:
            yield f'a "pattern" that is no regular expression: {error}'


def _of_envelope(schema: Schema) -> Iterator[str]:
    for key in ("required", "properties"):
        if key not in schema:
            yield f'has no "{key}", where the fields that all events share belong'
    if any(isinstance(field, bool) for field in schema.get("properties", {}).values()):
        yield "has true or false as a field, where an object belongs"


def _of_event(path: str, schema: Schema) -> Iterator[str]:
    fields = schema.get("properties", {})
    kind = fields.get("detail-type")
    if not isinstance(kind, dict) or not isinstance(kind.get("const"), str):
        yield 'has no properties/detail-type/const, so that nobody knows which event it describes: add "const"'
    for base in schema.get("allOf", []):
        reference = base.get("$ref", "") if isinstance(base, dict) else ""
        if "#" in str(reference) or referred(path, str(reference)) != (ENVELOPE, ""):
            yield f"has in its allOf {json.dumps(base)[:80]}; only a $ref to envelope.schema.json can be read there"


def _of_references(path: str, files: dict[str, Schema]) -> Iterator[str]:
    for _, position, node in walk(files[path]):
        if position == "map of schemas" or not isinstance(node, dict) or "$ref" not in node:
            continue
        reference = node["$ref"]
        target, place = referred(path, str(reference))
        if place and not place.startswith("/$defs/"):
            yield f'refers to "{reference}", which cannot be followed; refer to a file, or to a type in its $defs'
        elif target not in files or (place and not _has_type(files[target], place)):
            yield f'refers to "{reference}", which is not there'
        elif place and target != TYPES:
            yield f'refers to "{reference}"; types are read from types.schema.json only'


def _has_type(schema: Any, place: str) -> bool:
    types = schema.get("$defs") if isinstance(schema, dict) else None
    return isinstance(types, dict) and isinstance(types.get(place.removeprefix("/$defs/")), dict)


def _at_odds(files: dict[str, Schema]) -> Iterator[tuple[str, str]]:
    paths = described(files)
    for path, schema in files.items():
        if path.startswith((EVENTS, TWINS)):
            detail_type = schema["properties"]["detail-type"]["const"]
            if paths[detail_type] != path:
                yield path, f'describes "{detail_type}", and so does {paths[detail_type]}; keep one of them'


def _name(node: Any) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(node), "a number")
