"""Findings about values: an ID in resources, and matchers on which the engine and the documentation differ."""

from typing import Any

import pytest

from pca_events.check.rules import check
from pca_events.infrastructure.model import Reading, Rule, SourceLocation

CA = "6f1c2d3e-0a9b-4c8d-8e7f-5a6b7c8d9e0f"


def codes(detail_type: str, **fields: Any) -> dict[str, str]:
    pattern = {"source": ["aws.acm-pca"], "detail-type": [detail_type], "detail": {"result": ["success"]}, **fields}
    (checked,) = check(Reading([Rule(SourceLocation("rules.tf", 3), 9, "pki", pattern, targets=None)])).rules
    return {finding.code: finding.level for finding in checked.findings}


@pytest.mark.parametrize(
    ("detail_type", "resource", "expected"),
    [
        ("ACM Private CA Certificate Revocation", CA, {"resource-by-id": "error", "never-fires": "error"}),
        ("ACM Private CA CRL Generation", CA, {"resource-by-id": "error", "never-fires": "error"}),
        ("ACM Private CA CRL Generation", {"suffix": f":certificate-authority/{CA}"}, {"only-some": "note"}),
        ("ACM Private CA Audit Report Generation", CA, {"only-some": "note"}),
    ],
)
def test_an_id_in_resources_is_that_of_an_audit_report(
    detail_type: str, resource: object, expected: dict[str, str]
) -> None:
    assert codes(detail_type, resources=[resource]) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([{"wildcard": "*cess"}, {"equals-ignore-case": "SUCCESS"}], {"service-may-differ": "note"}),
        ([{"wildcard": "suc*"}, {"equals-ignore-case": "SUCCESS"}], {}),
    ],
)
def test_a_pattern_that_the_engine_confuses_is_noted(values: list[object], expected: dict[str, str]) -> None:
    assert codes("ACM Private CA Certificate Revocation", detail={"result": values}) == expected
