"""The schemas compiled by jsonschema, with modified keywords."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, cast

from jsonschema import Draft202012Validator, FormatChecker, ValidationError, validators
from jsonschema.protocols import Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from pca_events.contract.schemas import SCHEMA_ROOT, dereferenced, schemas

_DATE_TIME = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)",
    re.ASCII | re.IGNORECASE,
)
_FORMATS = FormatChecker(formats=())


@_FORMATS.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    """Whether a string is an RFC 3339 date and time on a day that exists; leap seconds are rejected."""
    if not isinstance(value, str):
        return True
    found = _DATE_TIME.fullmatch(value)
    return found is not None and date.fromisoformat(found["date"]) is not None


def errors(event: object, path: str, *, closed: bool) -> Iterator[ValidationError]:
    """Yield the errors of an event against a schema.

    Args:
        event: the whole event.
        path: of the schema, from the project root.
        closed: report fields that the schema does not define.
    """
    return _validator(path, closed).iter_errors(cast(Any, event))


@cache
def _validator(path: str, closed: bool) -> Validator:
    # jsonschema would validate a schema that has a `$schema` with its stock validator, not with ours.
    resources = (
        (schema["$id"], DRAFT202012.create_resource({k: v for k, v in schema.items() if k != "$schema"}))
        for schema in schemas().values()
    )
    registry: Registry[Any] = Registry().with_resources(resources)
    whole = dereferenced(path, closed=True) if closed else {"$ref": SCHEMA_ROOT + path}
    return cast(Validator, _Validator(whole, registry=registry, format_checker=_FORMATS))


def _pattern(_: Validator, pattern: str, instance: object, __: object) -> Iterator[ValidationError]:
    # Python's `$` also matches before a final line feed; that of JSON Schema (ECMA 262) does not.
    if isinstance(instance, str) and not re.search(pattern.replace("$", r"\Z"), instance):
        yield ValidationError("does not match")


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
