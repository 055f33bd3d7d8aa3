"""The schema files, and each schema with its references resolved."""

import json
import posixpath
from functools import cache
from pathlib import Path
from typing import Any

from pca_events.locations import locate

Schema = dict[str, Any]

SCHEMA_ROOT = "https://pca-events.example/"
"""The start of every `$id`; the rest is the path of the file. The host is a reserved domain that is never contacted."""

ENVELOPE = "schemas/envelope.schema.json"

_TYPES = "schemas/types.schema.json"


@cache
def schemas() -> dict[str, Schema]:
    """Every schema, by its path from the project root: `schemas/events/ca-creation.schema.json`."""
    return read_schemas(locate("schemas"))


def read_schemas(folder: Path) -> dict[str, Schema]:
    """Every schema of a folder such as `schemas/`, by its path from the project root."""
    files = sorted(folder.rglob("*.json"))
    return {f"schemas/{file.relative_to(folder).as_posix()}": json.loads(file.read_text("utf-8")) for file in files}


@cache
def schema_of() -> dict[str, str]:
    """The path of the schema of each of the five detail-types."""
    return _by_detail_type("schemas/events/")


@cache
def twin_schema_of() -> dict[str, str]:
    """The path of the schema of each detail-type that CloudTrail sends about AWS Private CA."""
    return _by_detail_type("schemas/cloudtrail/")


def dereferenced(path: str, *, closed: bool = False, given: dict[str, Schema] | None = None) -> Schema:
    """Return a schema without references: the envelope and the types are inlined.

    Args:
        path: of the schema, from the project root.
        closed: reject fields that the schema does not define, in the event and in its detail.
        given: the schemas to use instead of the project's own.
    """
    everything = schemas() if given is None else given
    whole: Schema = _inlined(everything[path], everything[_TYPES]["$defs"])
    for base in whole.pop("allOf", []):
        envelope = _inlined(everything[_sibling(path, base["$ref"])], everything[_TYPES]["$defs"])
        whole["required"] = list(dict.fromkeys([*envelope["required"], *whole.get("required", [])]))
        whole["properties"] = {name: {**field} for name, field in envelope["properties"].items()} | whole["properties"]
    if closed:
        whole["additionalProperties"] = False
        whole["properties"]["detail"]["additionalProperties"] = False
    return whole


def per_result(path: str, given: dict[str, Schema] | None = None) -> dict[str, Schema]:
    """Split the dereferenced schema of a detail-type by `detail.result`, with every condition resolved.

    Returns:
        For each documented result a schema whose detail has `result` as a const, and neither `if` nor `then`.
    """
    whole = dereferenced(path, given=given)
    detail = whole["properties"]["detail"]
    result = detail["properties"]["result"]
    documented = result["enum"] if "enum" in result else [result["const"]]
    return {
        value: {**whole, "properties": {**whole["properties"], "detail": _resolved(detail, value)}}
        for value in documented
    }


def _resolved(detail: Schema, result: str) -> Schema:
    resolved = {key: value for key, value in detail.items() if key != "allOf"}
    resolved["required"] = list(detail["required"])
    resolved["properties"] = {**detail["properties"]}
    resolved["properties"]["result"] = {
        "description": "The outcome of the operation.",
        "type": "string",
        "const": result,
    }
    for condition in detail.get("allOf", []):
        if condition["if"]["properties"]["result"]["const"] == result:
            then = condition["then"]
            resolved["required"] += then.get("required", [])
            for name, field in then.get("properties", {}).items():
                if field.get("not") == {}:
                    del resolved["properties"][name]
    return resolved


def _by_detail_type(folder: str) -> dict[str, str]:
    return {
        schema["properties"]["detail-type"]["const"]: path
        for path, schema in schemas().items()
        if path.startswith(folder)
    }


def _sibling(path: str, reference: str) -> str:
    """The path that a reference such as `../envelope.schema.json` in the schema at `path` refers to."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), reference))


def _inlined(node: Any, types: dict[str, Schema]) -> Any:
    if isinstance(node, list):
        return [_inlined(item, types) for item in node]
    if not isinstance(node, dict):
        return node
    own = {key: _inlined(value, types) for key, value in node.items()}
    reference = own.get("$ref", "")
    if "#/$defs/" not in reference:
        return own
    del own["$ref"]
    return {**types[reference.rpartition("/")[2]], **own}
