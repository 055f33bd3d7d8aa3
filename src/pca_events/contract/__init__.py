"""The contracts: the JSON Schema of each detail-type, and whether an event meets it."""

from pca_events.contract.bulk import Check, checks
from pca_events.contract.fields import Field, fields
from pca_events.contract.reference import Violation, meets, violations
from pca_events.contract.schemas import (
    ENVELOPE,
    SCHEMA_ROOT,
    Schema,
    flat,
    per_result,
    schema_of,
    schemas,
    twin_schema_of,
)
from pca_events.contract.shapes import line_shapes

__all__ = [
    "ENVELOPE",
    "SCHEMA_ROOT",
    "Check",
    "Field",
    "Schema",
    "Violation",
    "checks",
    "fields",
    "flat",
    "line_shapes",
    "meets",
    "per_result",
    "schema_of",
    "schemas",
    "twin_schema_of",
    "violations",
]
