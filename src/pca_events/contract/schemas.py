"""The schemas as files, and each of them read into one piece."""

import json
import posixpath
from functools import cache
from pathlib import Path
from typing import Any

from pca_events.locations import locate

Schema = dict[str, Any]

SCHEMA_ROOT = "https://pca-events.example/"
"""What every `$id` begins with; the rest is the path of the file. The host is reserved and never asked."""

ENVELOPE = "schemas/envelope.schema.json"

_TYPES = "schemas/types.schema.json"


@cache
def schemas() -> dict[str, Schema]:
    """Every schema, by its path from the top of the project: `schemas/events/ca-creation.schema.json`."""
    return read_schemas(locate("schemas"))


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every schema of a folder such as `schemas/`, by its path from the top of the project."""
    files = sorted(folder.rglob("*.json"))
    return {f"schemas/{file.relative_to(folder).as_posix()}": json.loads(file.read_text("utf-8")) for file in files}


@cache
def schema_of() -> dict[str, str]:
    """The path of the schema of each of the five detail-types."""
    return _by_detail_type("schemas/events/")


@cache
def twin_schema_of() -> dict[str, str]:
    """The path of the schema of each detail-type by which CloudTrail reports on AWS Private CA."""
    return _by_detail_type("schemas/cloudtrail/")


def dereferenced(path: str, *, closed: bool = False, given: dict[str, Schema] | None = None) -> Schema:
    """Return a schema in one piece: envelope and types in place of the references to them.

    Args:
        path: of the schema, from the top of the project.
        closed: refuse the fields that the schema does not name, in the event and in its detail.
        given: the schemas to read it from, instead of the project's own.
    """
    everything = schemas() if given is None else given
    whole: Schema = _in_place(everything[path], everything[_TYPES]["$defs"])
    for base in whole.pop("allOf", []):
        envelope = _in_place(everything[_sibling(path, base["$ref"])], everything[_TYPES]["$defs"])
        whole["required"] = list(dict.fromkeys([*envelope["required"], *whole.get("required", [])]))
        whole["properties"] = {name: {**field} for name, field in envelope["properties"].items()} | whole["properties"]
    if closed:
        whole["additionalProperties"] = False
        whole["properties"]["detail"]["additionalProperties"] = False
    return whole


def per_result(path: str, given: dict[str, Schema] | None = None) -> dict[str, Schema]:
    """Split a flat schema of one of the five by `detail.result`, with every condition decided.

    Returns:
        For each documented result a schema whose detail has `result` as a const, and neither `if` nor `then`.
    """
    whole = dereferenced(path, given=given)
    detail = whole["properties"]["detail"]
    result = detail["properties"]["result"]
    documented = result["enum"] if "enum" in result else [result["const"]]
    return {
        value: {**whole, "properties": {**whole["properties"], "detail": _decided(detail, value)}}
        for value in documented
    }


def _decided(detail: Schema, result: str) -> Schema:
    decided = {key: value for key, value in detail.items() if key != "allOf"}
    decided["required"] = list(detail["required"])
    decided["properties"] = {**detail["properties"]}
    decided["properties"]["result"] = {"description": "How the operation ended.", "type": "string", "const": result}
    for condition in detail.get("allOf", []):
        if condition["if"]["properties"]["result"]["const"] == result:
            then = condition["then"]
            decided["required"] += then.get("required", [])
            for name, field in then.get("properties", {}).items():
                if field.get("not") == {}:
                    del decided["properties"][name]
    return decided


def _by_detail_type(folder: str) -> dict[str, str]:
    return {
        schema["properties"]["detail-type"]["const"]: path
        for path, schema in schemas().items()
        if path.startswith(folder)
    }


def _sibling(path: str, reference: str) -> str:
    """The path that a reference such as `../envelope.schema.json` means, from the schema at the given path."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))


def _in_place(node: Any, types: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_in_place(item, types) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: _in_place(value, types) for key, value in node.items()}
    reference = own.get("$ref", "")
    if "#/$defs/" not in reference:
        return own
    del own["$ref"]
    return {**types[reference.rpartition("/")[2]], **own}
