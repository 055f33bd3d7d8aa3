"""Validates an event against the schema of its detail-type, and describes the violations."""

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from pca_events.contract.schemas import ENVELOPE, schema_of, schemas, twin_schema_of
from pca_events.wording import counted, printable

if TYPE_CHECKING:
    from jsonschema import ValidationError

_LONGEST_SHOWN = 200


@dataclass(frozen=True, order=True)
class Violation:
    """One violation of a contract by an event.

    Attributes:
        path: the place in the event, in the JSON path syntax of EventBridge: `$.detail.result`, `$.resources[1]`.
        message: what is wrong there and what is documented instead.
        schema: the schema file that is violated, from the project root.
        keyword: the keyword of JSON Schema that is violated: `pattern`, `required`.
        documented: the value of that keyword as JSON, such as the regular expression; empty if it adds nothing.
    """

    path: str
    message: str
    schema: str
    keyword: str
    documented: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.message} ({self.schema})"


def violations(event: object, *, closed: bool = False, twins: bool = False) -> list[Violation]:
    """Validate an event against the contract of its detail-type; return its violations, sorted by path.

    An event without a documented detail-type is validated against the envelope, which lists the documented ones.
    Unknown fields are not violations: a consumer must tolerate them.

    Args:
        event: the whole event.
        closed: report unknown fields as violations.
        twins: validate an event that CloudTrail sends about AWS Private CA against its own schema.
    """
    from pca_events.contract.json_schema import errors  # jsonschema takes longer to import than most commands run

    detail_type = event.get("detail-type") if isinstance(event, dict) else None
    known = {**schema_of(), **twin_schema_of()} if twins else schema_of()
    schema = known.get(detail_type, ENVELOPE) if isinstance(detail_type, str) else ENVELOPE
    found: dict[str, Violation] = {}
    for error in errors(event, schema, closed=closed and schema in schema_of().values()):
        path = _json_path(error)
        found.setdefault(path, Violation(path, _message(error), schema, str(error.validator), _documented(error)))
    return sorted(found.values())


def meets(event: object) -> bool:
    """Whether the event meets its contract."""
    return not violations(event)


def _json_path(error: "ValidationError") -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error.absolute_path)


def _message(error: "ValidationError") -> str:
    """Describe an error in terms of the contract."""
    instance: Any = error.instance
    documented: Any = error.validator_value
    found = _shown(instance)
    match error.validator:
        case "enum":
            return f"{found} is never sent; documented values: " + ", ".join(map(json.dumps, documented))
        case "const":
            return f"{found} is never sent; documented value: {json.dumps(documented)}"
        case "type" | "format" | "pattern":
            return f"expected {expected(documented)}, found {found}"
        case "minItems":
            return f"expected {counted(documented, 'entry')}, found {len(instance)}"
        case "maxItems" | "items":
            return f"has {counted(len(instance), 'entry')}, more than documented"
        case "not":
            return f"must be absent here, but is {found}"
        case _:
            return error.message


def _documented(error: "ValidationError") -> str:
    if error.validator in ("pattern", "type", "format", "const", "enum", "minItems"):
        return json.dumps(error.validator_value)
    return ""


def _shown(instance: object) -> str:
    text = printable(json.dumps(instance, ensure_ascii=False))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}... ({len(text):,} characters)"


_TYPES = "schemas/types.schema.json"

_TYPE_DESCRIPTIONS = {
    "eventId": "a UUID in lowercase",
    "account": "12 digits",
    "region": "a Region code such as us-east-1",
    "time": "a time in UTC such as 2026-11-04T19:14:56Z",
    "certificateAuthorityArn": "the ARN of a certificate authority",
    "certificateArn": "the ARN of a certificate of a certificate authority",
    "auditReportId": "the ID of an audit report: 36 characters, as a UUID",
}
_OTHER_PATTERNS = {
    r"^1\.[0-9]+$": "a version such as 1.11",
    r"^[A-Z][A-Za-z]+$": "the name of an API operation such as IssueCertificate",
}
_JSON_TYPES = {
    "array": "an array",
    "boolean": "true or false",
    "date-time": "a date and time that exists",
    "object": "an object",
    "string": "a string",
}


def expected(documented: str) -> str:
    """Return a description of a regular expression, type or format of the schemas; itself if there is none."""
    return _JSON_TYPES.get(documented) or _by_pattern().get(documented, documented)


@cache
def _by_pattern() -> dict[str, str]:
    types = schemas()[_TYPES]["$defs"]
    return {types[name]["pattern"]: words for name, words in _TYPE_DESCRIPTIONS.items()} | _OTHER_PATTERNS
