"""The contracts: the JSON Schema of each detail-type, and the validation of events against it."""

from pca_events.contract.fast_validator import Check, checks, line_regex
from pca_events.contract.schemas import (
    ENVELOPE,
    SCHEMA_ROOT,
    Field,
    Schema,
    dereferenced,
    fields,
    per_result,
    schema_of,
    schemas,
    twin_schema_of,
)
from pca_events.contract.validator import Violation, meets, violations

__all__ = [
    "ENVELOPE",
    "SCHEMA_ROOT",
    "Check",
    "Field",
    "Schema",
    "Violation",
    "checks",
    "dereferenced",
    "fields",
    "line_regex",
    "meets",
    "per_result",
    "schema_of",
    "schemas",
    "twin_schema_of",
    "violations",
]
