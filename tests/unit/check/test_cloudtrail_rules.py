"""Rules for the calls of AWS Private CA that CloudTrail reports, and keys that belong elsewhere."""

from typing import Any

import pytest

from pca_events.check.report import CheckReport, Finding
from pca_events.check.rules import check
from pca_events.infrastructure.model import Reading, Rule, SourceLocation

CALL = "AWS API Call via CloudTrail"
STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
READ_ONLY = f"EventBridge sends only to rules in the state {STATE}"


def report(pattern: dict[str, Any], *, read_only_calls: bool = False) -> CheckReport:
    rule = Rule(SourceLocation("f", 1), 1, "r", pattern, targets=None, read_only_calls=read_only_calls)
    return check(Reading([rule]))


def calls(**detail: Any) -> dict[str, Any]:
    return {"source": ["aws.acm-pca"], "detail-type": [CALL], "detail": detail}


def said(pattern: dict[str, Any], **given: Any) -> list[Finding]:
    return [
        finding
        for rule in report(pattern, **given).rules
        for finding in rule.findings
        if finding.level in ("error", "warning")
    ]


@pytest.mark.parametrize(
    ("names", "words"),
    [
        ([{"prefix": "Get"}], 'every call that begins with "Get" is read-only'),
        ([{"prefix": "List"}, {"wildcard": "Descr*"}], "every call that begins with"),
        (["GetCertificate", {"suffix": "AuditReport"}], ""),
        ([{"prefix": "Delete"}], None),
        ([{"anything-but": "GetCertificate"}], None),
    ],
)
def test_matchers_of_read_only_calls(names: list[Any], words: str | None) -> None:
    found = said(calls(eventName=names))
    if words:
        assert [finding.code for finding in found] == ["never-fires"]
        assert words in found[0].message
        assert READ_ONLY in found[0].message
        assert said(calls(eventName=names), read_only_calls=True) == []
    else:
        assert [finding.code for finding in found if finding.level == "error"] == []


def test_a_read_only_call_among_others_has_no_effect() -> None:
    pattern = calls(eventName=["IssueCertificate", "GetPolicy", "ListTags"])
    found = said(pattern)
    assert [finding.code for finding in found] == ["dead-value"] * 2
    assert [finding.message.partition(", which")[0] for finding in found] == [
        'detail.eventName: this value adds nothing: "GetPolicy" is a read-only call',
        'detail.eventName: this value adds nothing: "ListTags" is a read-only call',
    ]
    assert all(READ_ONLY in finding.message and STATE in finding.remedy for finding in found)
    assert said(pattern, read_only_calls=True) == []


def test_calls_of_the_service_without_a_source_are_about_aws_private_ca() -> None:
    detail = {"eventSource": ["acm-pca.amazonaws.com"], "eventName": ["RevokeCertificates"]}
    (finding,) = said({"detail-type": [CALL], "detail": detail})
    assert (finding.code, finding.level) == ("never-fires", "error")
    assert 'did you mean "RevokeCertificate"?' in finding.message
    (rule,) = report({"detail": {**detail, "eventName": ["RevokeCertificate"]}}).rules
    assert [finding.code for finding in rule.findings] == ["cloudtrail-only"]


@pytest.mark.parametrize("services", [["iam.amazonaws.com"], ["acm-pca.amazonaws.com", "kms.amazonaws.com"], None])
def test_calls_of_other_services_are_not_about_aws_private_ca(services: list[str] | None) -> None:
    found = report({"detail-type": [CALL], "detail": {"eventSource": services or [{"prefix": "acm"}]}})
    assert (found.rules, found.other_rules) == ([], 1)


@pytest.mark.parametrize(
    ("pattern", "message", "remedy"),
    [
        (
            {**calls(eventName=["IssueCertificate"]), "resources": [{"prefix": "arn:aws:acm-pca:"}]},
            "resources: it is empty in events of CloudTrail",
            'write the ARN of the CA as "detail": {"requestParameters": {"certificateAuthorityArn": [...]}}',
        ),
        (
            calls(result=["failure"]),
            "detail.result: events of CloudTrail do not have it",
            'calls that fail have "detail": {"errorCode": [{"exists": true}]}',
        ),
        (
            {"source": ["aws.acm-pca"], "detail": {"certificateAuthorityArn": ["arn:aws:acm-pca:x"]}},
            'detail.certificateAuthorityArn: no event has it; did you mean "resources"?',
            'write "resources" at the top of the pattern, beside source',
        ),
        (
            {"source": ["aws.acm-pca"], "detail": {"status": ["failure"]}},
            'detail.status: no event has it; did you mean "detail.result"?',
            'write "detail.result"',
        ),
        (
            {"source": ["aws.acm-pca"], "detail": {"colour": ["red"]}},
            "detail.colour: no event has it",
            "compare with the event",
        ),
    ],
)
def test_keys_that_these_events_do_not_have(pattern: dict[str, Any], message: str, remedy: str) -> None:
    (finding,) = said(pattern)
    assert finding.code == "never-fires"
    assert message in finding.message
    assert finding.remedy.startswith(remedy)


def test_the_remedies_are_right() -> None:
    right = calls(
        eventName=["IssueCertificate"],
        errorCode=[{"exists": True}],
        requestParameters={
            "certificateAuthorityArn": ["arn:aws:acm-pca:eu-west-1:123456789012:certificate-authority/x"]
        },
    )
    (rule,) = report(right).rules
    assert [finding.code for finding in rule.findings] == ["cloudtrail-only"]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DisableCertificateAuthority", "UpdateCertificateAuthority"),
        ("ActivateCertificateAuthority", "UpdateCertificateAuthority"),
        ("CreatCertificateAuthority", "CreateCertificateAuthority"),
        ("ExpireCertificate", ""),
        ("RejectCertificateAuthority", ""),
    ],
)
def test_a_suggested_call_agrees_with_the_name_of_the_rule(name: str, meant: str) -> None:
    (finding,) = said(calls(eventName=[name]))
    assert f'AWS Private CA has no call "{name}"' in finding.message
    assert finding.message.partition("did you mean ")[2] == (f'"{meant}"?' if meant else "")


def test_a_field_of_a_call_in_different_case() -> None:
    (finding,) = said(calls(errorcode=[{"exists": True}]))
    assert (finding.message, finding.remedy) == (
        'never fires: detail.errorcode: no event has it; did you mean "detail.errorCode"?',
        'write "detail.errorCode"',
    )
