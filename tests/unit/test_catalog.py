"""The catalog agrees with the AWS page that it was taken from."""

import json
import re

import pytest

from pca_events import catalog
from pca_events.catalog import DocumentedEvent
from pca_events.errors import BadInput

PLACEHOLDERS = {
    "event_ID": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "account": r"111122223333",
    "region": r"us-east-1",
    "arn:aws:acm-pca:region:account:certificate-authority/CA_ID/certificate/certificate_ID": (
        r"arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/[0-9a-f-]{36}/certificate/[0-9a-f]{32}"
    ),
    "audit_report_ID": r"[0-9a-f-]{36}",
}


def as_pattern(documented: object) -> str:
    """A regular expression for the page's text, with its placeholders open."""
    text = re.escape(json.dumps(documented))
    for placeholder, pattern in PLACEHOLDERS.items():
        text = text.replace(re.escape(json.dumps(placeholder)), f'"{pattern}"')
    return text


@pytest.mark.parametrize("event", catalog.documented_events(), ids=lambda event: event.id)
def test_a_sample_is_the_documented_text_with_its_placeholders_filled(event: DocumentedEvent) -> None:
    fields = {field: value for field, value in event.as_documented.items() if field not in ("account", "region")}
    sample = {field: event.sample[field] for field in fields}
    assert re.fullmatch(as_pattern(fields), json.dumps(sample))
    assert (event.as_documented["account"], event.as_documented["region"]) == ("account", "region")
    assert (event.sample["account"], event.sample["region"]) == ("111122223333", "us-east-1")
    assert list(event.sample) == list(event.as_documented)


def test_there_are_eleven_documented_events_of_five_kinds() -> None:
    assert [(event.detail_type, event.result) for event in catalog.documented_events()] == [
        ("ACM Private CA Creation", "success"),
        ("ACM Private CA Creation", "failure"),
        ("ACM Private CA Certificate Issuance", "success"),
        ("ACM Private CA Certificate Issuance", "failure"),
        ("ACM Private CA Certificate Revocation", "success"),
        ("ACM Private CA CRL Generation", "success"),
        ("ACM Private CA CRL Generation", "failure"),
        ("ACM Private CA CRL Generation", "failure"),
        ("ACM Private CA CRL Generation", "failure"),
        ("ACM Private CA Audit Report Generation", "success"),
        ("ACM Private CA Audit Report Generation", "failure"),
    ]
    assert len(catalog.detail_types()) == 5


def test_only_a_crl_failure_has_a_reason() -> None:
    reasons = {event.id: event.reason for event in catalog.documented_events() if event.reason is not None}
    assert reasons == {
        "crl-generation-failure-s3-permissions": "Failed to write CRL to S3. Check your S3 bucket permissions.",
        "crl-generation-failure-s3-internal": "Failed to write CRL to S3. Internal failure.",
        "crl-generation-failure-internal": "Failed to generate CRL. Internal failure.",
    }


def test_every_event_has_a_unique_id() -> None:
    entries = (*catalog.documented_events(), *catalog.never_sent())
    assert len({entry.sample["id"] for entry in entries}) == len(entries) == 13


def test_a_sample_is_returned_as_a_copy() -> None:
    catalog.documented("ca-creation-success").event["detail"]["result"] = "changed"
    assert catalog.documented("ca-creation-success").result == "success"


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("ca-creation-sucess", 'did you mean "ca-creation-success"?'),
        ("zzz", "known: ca-creation-success, ca-creation-failure, "),
    ],
)
def test_an_unknown_event_gives_a_suggestion(name: str, advice: str) -> None:
    with pytest.raises(BadInput, match=re.escape(f'there is no documented event "{name}"; {advice}')):
        catalog.documented(name)


def test_events_that_are_never_sent_are_not_documented_events() -> None:
    with pytest.raises(BadInput):
        catalog.documented("certificate-revocation-failed")
    with pytest.raises(BadInput):
        catalog.never_sent_event("ca-creation-success")
    assert catalog.entry("certificate-revocation-failed").operation == "RevokeCertificate"
