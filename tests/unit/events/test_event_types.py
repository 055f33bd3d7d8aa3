"""The dataclasses of `pca_events.types`: made from the contract, and read from every event that meets it."""

import doctest
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

import pca_events.types
from pca_events import catalog, strategies
from pca_events.catalog import Event
from pca_events.exports import documented_detail_types
from pca_events.exports.event_classes import class_name, python_classes
from pca_events.types import CertificateIssuanceSucceeded, CrlGenerationFailed, parse

MODULE = Path(str(pca_events.types.__file__))
CONSUMER = """
from typing import Any, assert_never
from pca_events.types import (
    AuditReportGenerationFailed, AuditReportGenerationSucceeded, CaCreationFailed, CaCreationSucceeded,
    CertificateIssuanceFailed, CertificateIssuanceSucceeded, CertificateRevocationSucceeded, CrlGenerationFailed,
    CrlGenerationSucceeded, parse,
)

def handler(event: dict[str, Any], context: object) -> str:
    match parse(event):
        case CrlGenerationFailed(reason=reason, certificate_authority_arn=arn):
            return f"{arn}: {reason}"
        case AuditReportGenerationFailed() | AuditReportGenerationSucceeded() | CaCreationFailed():
            return ""
        case CertificateIssuanceFailed() | CertificateIssuanceSucceeded() | CertificateRevocationSucceeded():
            return ""
        case CrlGenerationSucceeded()LEFT:
            return ""
        case other:
            assert_never(other)
"""


def test_the_module_is_made_from_the_contract() -> None:
    written = MODULE.read_text("utf-8")
    made = python_classes(documented_detail_types())
    assert written == made, "python tests/suite/regenerate.py types"


def test_there_is_a_class_for_each_documented_result() -> None:
    for detail_type in documented_detail_types():
        for result in detail_type.by_result:
            made = getattr(pca_events.types, class_name(detail_type, result))
            assert detail_type.words == made.DETAIL_TYPE


@given(strategies.events())
def test_every_event_of_the_contract_is_read(event: Event) -> None:
    read = parse(event)
    assert (read.DETAIL_TYPE, read.result) == (event["detail-type"], event["detail"]["result"])
    assert (read.id, read.account, read.region) == (event["id"], event["account"], event["region"])
    assert f"{read.time:%Y-%m-%dT%H:%M:%SZ}" == event["time"]
    assert [getattr(read, name) for name in read._RESOURCES] == event["resources"]
    assert type(read).parse(event) == read


def test_an_event_has_typed_fields() -> None:
    read = CrlGenerationFailed.parse(pca_events.sample("crl-generation-failure-s3-internal"))
    assert read.reason == "Failed to write CRL to S3. Internal failure."
    assert isinstance(read.time, datetime)
    assert read.time.tzinfo == UTC


def change(event: Event, **fields: Any) -> Event:
    return {**event, **{name.replace("_", "-"): value for name, value in fields.items()}}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"source": "aws.acm"}, "$.source is 'aws.acm'; expected \"aws.acm-pca\""),
        ({"detail_type": "ACM Private CA Creation"}, "$.detail-type is 'ACM Private CA Creation'; expected \"ACM Pr"),
        ({"detail": []}, "$.detail is not an object"),
        ({"detail": {"result": "failed"}}, "$.detail.result is 'failed'; expected \"failure\""),
        ({"detail": {"result": "failure"}}, '$.detail.reason is None; expected "Failed to write CRL to S3. Check'),
        ({"resources": []}, "$.resources is []; expected certificate_authority_arn"),
        ({"resources": [1]}, "$.resources[0] is 1; expected a string"),
        ({"account": 111122223333}, "$.account is 111122223333; expected a string"),
        ({"time": "yesterday"}, "$.time is 'yesterday'; expected a time such as"),
    ],
)
def test_another_event_is_rejected_with_the_field(fields: dict[str, Any], said: str) -> None:
    event = change(pca_events.sample("crl-generation-failure-internal"), **fields)
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        CrlGenerationFailed.parse(event)


def test_an_undocumented_event_is_rejected() -> None:
    with pytest.raises(ValueError, match="'ACM Private CA Creation' with the result 'done' is not documented"):
        parse(change(pca_events.sample("ca-creation-success"), detail={"result": "done"}))
    with pytest.raises(ValueError, match="None with the result None is not documented"):
        parse({"detail": "text"})


def test_no_event_of_another_kind_is_read() -> None:
    for entry in catalog.documented_events():
        if not entry.id.startswith("certificate-issuance-success"):
            with pytest.raises(ValueError, match=r"^\$\."):
                CertificateIssuanceSucceeded.parse(entry.event)


def test_the_example_is_true() -> None:
    assert doctest.testmod(pca_events.types).failed == 0
    assert doctest.testmod(pca_events.types).attempted > 2


def test_a_copy_of_the_module_needs_only_the_standard_library(tmp_path: Path) -> None:
    (tmp_path / "event_types.py").write_bytes(MODULE.read_bytes())
    program = "import sys, event_types; assert not any(name.startswith('pca_events') for name in sys.modules)"
    ran = subprocess.run([sys.executable, "-S", "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_mypy_strict_finds_a_kind_that_a_consumer_forgets(tmp_path: Path) -> None:
    for name, left in (("complete", " | CaCreationSucceeded()"), ("forgets", "")):
        (tmp_path / f"{name}.py").write_text(CONSUMER.replace("LEFT", left))
    # A separate process: mypy raises the recursion limit of the one that it runs in.
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={tmp_path}"]
    ran = subprocess.run([*command, *tmp_path.glob("*.py")], capture_output=True, text=True)
    (error,) = [line for line in ran.stdout.splitlines() if ": error: " in line]
    assert (ran.returncode, "forgets.py" in error) == (1, True)
    assert 'incompatible type "CaCreationSucceeded"' in error
