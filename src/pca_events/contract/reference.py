"""Whether an event meets its contract: the JSON Schema of its detail-type."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pca_events.contract.schemas import ENVELOPE, SCHEMA_ROOT, flat, schema_of, schemas, twin_schema_of

_LONGEST_SHOWN = 200


@dataclass(frozen=True, order=True)
class Violation:
    """One place where an event breaks its contract.

    Attributes:
        path: where in the event, as EventBridge writes JSON paths: `$.detail.result`, `$.resources[1]`.
        message: what is wrong there and what is documented instead.
        schema: the schema file that says so, from the top of the project.
        keyword: the keyword of JSON Schema that it breaks: `pattern`, `required`.
    """

    path: str
    message: str
    schema: str
    keyword: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.schema})"


def violations(event: object, *, closed: bool = False, twins: bool = False) -> list[Violation]:
    """Hold an event against the contract of its detail-type and return where it breaks it, sorted by path.

    An event without a documented detail-type is held against the envelope, which names the documented ones.
    Fields that the contract does not know are no violation: a consumer must survive them.

    Args:
        event: the whole event.
        closed: report the fields that the contract does not know, all the same.
        twins: hold an event that CloudTrail sends about AWS Private CA against its own schema.
    """
    detail_type = event.get("detail-type") if isinstance(event, dict) else None
    known = {**schema_of(), **twin_schema_of()} if twins else schema_of()
    schema = known.get(detail_type, ENVELOPE) if isinstance(detail_type, str) else ENVELOPE
    found: dict[str, Violation] = {}
    for error in _validator(schema, closed and schema in schema_of().values()).iter_errors(cast(Any, event)):
        path = _json_path(error)
        found.setdefault(path, Violation(path, _words(error), schema, str(error.validator)))
    return sorted(found.values())


def meets(event: object) -> bool:
    """Whether the event meets its contract."""
    return not violations(event)


@cache
def _validator(path: str, closed: bool) -> Validator:
    # A schema that names its own `$schema` would be read by jsonschema's stock validator, not by ours.
    resources = (
        (schema["$id"], DRAFT202012.create_resource({k: v for k, v in schema.items() if k != "$schema"}))
        for schema in schemas().values()
    )
    registry: Registry[Any] = Registry().with_resources(resources)
    whole = flat(path, closed=True) if closed else {"$ref": SCHEMA_ROOT + path}
    return cast(Validator, _Validator(whole, registry=registry, format_checker=FormatChecker(formats=["date-time"])))


def _pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    # Python's `$` also matches before a final line feed; that of JSON Schema (ECMA 262) does not.
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError(f"{_shown(instance)} does not match {pattern}")


def _required(_: Validator, names: list[str], instance: object, __: object) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in names:
            if name not in instance:
                yield ValidationError("is missing", path=[name])


def _closed(_: Validator, __: object, instance: object, schema: Any) -> Iterator[ValidationError]:
    if isinstance(instance, dict):
        for name in instance:
            if name not in schema["properties"]:
                yield ValidationError("is not documented", path=[name])


_Validator: Any = validators.extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _pattern, "required": _required, "additionalProperties": _closed}
)


def _json_path(error: ValidationError) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)


def _words(error: ValidationError) -> str:
    """Say what is wrong in the words of the contract."""
    instance: Any = error.instance
    documented: Any = error.validator_value
    found = _shown(instance)
    match error.validator:
        case "enum":
            return f"{found} is never sent; documented values: " + ", ".join(map(json.dumps, documented))
        case "const":
            return f"{found} is never sent; documented value: {json.dumps(documented)}"
        case "type":
            return f"{found} is no {documented}"
        case "minItems":
            return f"has {len(instance)} of {documented} entries"
        case "items":
            return f"has {len(instance)} entries, more than documented"
        case "format":
            return f"{found} is no {documented}"
        case "not":
            return f"must be absent here, but is {found}"
        case _:
            return error.message


def _shown(instance: object) -> str:
    text = json.dumps(instance, ensure_ascii=False)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}... ({len(text):,} characters)"
