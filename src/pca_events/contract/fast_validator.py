"""Validation in bulk: schemas compiled by jsonschema-rs, and a regular expression for lines as EventBridge writes them.

A line that the expression matches meets its contract: it has the fields in the order of the bus, no duplicates, and no
unknown fields. A line that it does not match may still meet its contract, and must be validated against the schema.
"""

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from pca_events.contract.schemas import Schema, dereferenced, per_result, schema_of, twin_schema_of
from pca_events.errors import PcaEventsError

Check = Callable[[Any], bool]
"""Tells whether an event meets one contract."""


@cache
def checks(*, closed: bool = False) -> dict[str, Check]:
    """Return a check for each detail-type: the five, and those of CloudTrail.

    A check agrees with `contract.violations` and is about thirty times as fast, but does not say what is wrong.
    """
    paths = schema_of() | twin_schema_of()
    return {
        detail_type: _compiled(path, closed and path in schema_of().values()) for detail_type, path in paths.items()
    }


def compiled(schema: Mapping[str, Any]) -> Any:
    """Return the jsonschema-rs validator of a schema that refers to no other file."""
    import jsonschema_rs

    alone = {key: value for key, value in schema.items() if key != "$id"}
    # The regular expression engine without look-arounds takes linear time on any input.
    engine = jsonschema_rs.RegexOptions()
    return jsonschema_rs.Draft202012Validator(alone, validate_formats=True, pattern_options=engine)


def _compiled(path: str, closed: bool) -> Check:
    check: Check = compiled(dereferenced(path, closed=closed)).is_valid
    return check


_PLAIN = re.compile(r"\^(?!.*\[\^)[\w()|{},+/:\[\]-]*\$")
_DAY_OF_ANY_MONTH = "2[0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z"


@cache
def line_regex() -> tuple[re.Pattern[bytes], tuple[tuple[str, str], ...]]:
    """Return the expression, and the detail-type and result of each of its groups, starting with group 1.

    Exactly one group matches, so `match.lastindex - 1` is an index into the second part.
    """
    kinds: list[tuple[str, str]] = []
    tree: dict[str, Any] = {}
    for detail_type, path in schema_of().items():
        for result, schema in per_result(path).items():
            kinds.append((detail_type, result))
            branch = tree
            for piece in _members(schema):
                branch = branch.setdefault(piece, {})
    return re.compile((_alternatives(tree) + r"[ \r]*").encode()), tuple(kinds)


def _alternatives(tree: dict[str, Any]) -> str:
    """One expression for all paths through the tree, with common beginnings written once; `()` ends each."""
    ways = [piece + _alternatives(rest) for piece, rest in tree.items()]
    if not ways:
        return "()"
    return ways[0] if len(ways) == 1 else f"(?:{'|'.join(ways)})"


def _members(schema: Schema) -> list[str]:
    required = [name for name in schema["properties"] if name in schema["required"]]
    members = [f"{re.escape(json.dumps(name))}: ?{_value(schema['properties'][name])}" for name in required]
    opened = [r"\{" + members[0], *(", ?" + member for member in members[1:])]
    return [*opened[:-1], opened[-1] + r"\}"]


def _value(schema: Schema) -> str:
    match schema:
        case {"properties": _}:
            return "".join(_members(schema))
        case {"prefixItems": items}:
            return r"\[" + ", ?".join(map(_value, items)) + r"\]"
        case {"const": const}:
            return re.escape(json.dumps(const))
        case {"enum": values}:
            return f"(?:{'|'.join(re.escape(json.dumps(value)) for value in values)})"
        case {"format": "date-time"}:
            return f'"{_DAY_OF_ANY_MONTH}"'
        case {"pattern": str(pattern)} if _PLAIN.fullmatch(pattern):
            return f'"(?:{pattern[1:-1].replace("(", "(?:")})"'
    raise PcaEventsError(f"the schema {json.dumps(schema)} cannot be converted to a regular expression")
