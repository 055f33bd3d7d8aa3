"""Placeholders of the AWS documentation that were left where events have values."""

import re
from collections.abc import Iterable
from typing import Any

from pca_events.contract import Violation
from pca_events.errors import BadInput
from pca_events.json_path import get

_NAMES = "event_ID|account|region|CA_ID|certificate_ID|audit_report_ID"
_WHOLE = re.compile(r"event_ID|account|region|audit_report_ID")
_ARN = re.compile(
    r"arn:[a-z-]+:acm-pca:(?:region|[a-z0-9-]+):(?:account|[0-9]{12}):certificate-authority/(?:CA_ID|[0-9a-f-]{36})"
    r"(?:/certificate/(?:certificate_ID|[0-9a-f]{1,64}))?"
)
_IN_ARN = re.compile(rf"(?<=[:/])(?:{_NAMES})(?=[:/]|$)")


def without_placeholders(event: Any, violations: Iterable[Violation]) -> list[Violation]:
    """Return the violations, those of placeholders in one."""
    kept: list[Violation] = []
    found: list[Violation] = []
    names: list[str] = []
    for violation in violations:
        here = _placeholders(_value(event, violation.path))
        names += here
        (found if here else kept).append(violation)
    if found:
        listed = ", ".join(dict.fromkeys(names))
        message = (
            f"has placeholders of the AWS documentation where events have values: {listed}; "
            "pca-events sample prints realistic events"
        )
        kept.insert(0, Violation("$", message, found[0].schema, "placeholder"))
    return kept


def _value(event: Any, path: str) -> object:
    try:
        return get(event, path)
    except BadInput:  # nothing is there, or its name is not one of a path
        return None


def _placeholders(value: object) -> list[str]:
    if not isinstance(value, str):
        return []
    if _WHOLE.fullmatch(value):
        return [value]
    return _IN_ARN.findall(value) if _ARN.fullmatch(value) else []
