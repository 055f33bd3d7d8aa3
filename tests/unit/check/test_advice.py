"""Findings about values that are never sent, and about names that contradict the rule."""

from pathlib import Path
from typing import Any

import pytest

from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Unknown

CRL = {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA CRL Generation"]}


def report(pattern: dict[str, Any], name: str = "r") -> CheckReport:
    return check(Reading([Rule(SourceLocation("f", 1), 1, name, pattern, targets=None)]))


def said(pattern: dict[str, Any], name: str = "r") -> list[tuple[str, str, str]]:
    return [
        (finding.code, finding.message, finding.remedy)
        for rule in report(pattern, name).rules
        for finding in rule.findings
        if finding.level in ("error", "warning")
    ]


@pytest.mark.parametrize(
    ("pattern", "message", "remedy"),
    [
        (
            {"source": ["aws.acm-pca"], "detail": {"reason": ["Failed to write CRL to S3"]}},
            'detail.reason: "Failed to write CRL to S3" is never sent; 2 documented values begin with it',
            'write {"prefix": "Failed to write CRL to S3"}, or a whole value',
        ),
        (
            {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Certificate"]},
            'detail-type: "ACM Private CA Certificate" is never sent; 2 documented values begin with it',
            'write {"prefix": "ACM Private CA Certificate"}, or a whole value',
        ),
        (
            {"source": ["aws.acm-pca"], "detail": {"result": [False]}},
            'detail.result: false is a boolean, but events have a string here; documented values: "success", "failure"',
            "compare with",
        ),
        (
            {"source": ["aws.acm-pca"], "detail": {"result": ["*"]}},
            'the * in a string is a literal asterisk; documented values: "success", "failure"',
            "omit the field",
        ),
        (
            {**CRL, "detail": {"result": ["x"], "reason": ["wildcard: *"]}},
            'detail.reason: "wildcard: *" is a string',
            "write the matcher as an object",
        ),
    ],
)
def test_values_that_are_never_sent(pattern: dict[str, Any], message: str, remedy: str) -> None:
    found = said(pattern)
    assert {code for code, _, _ in found} == {"never-fires"}
    assert any(message in words and advice.startswith(remedy) for _, words, advice in found)


@pytest.mark.parametrize(
    ("name", "result", "code"),
    [
        ("crl_failed", "success", "fires-on-success"),
        ("crl-published-successfully", "failure", ""),
        ("crl_success", "failure", "fires-on-failure"),
        ("crl", "success", ""),
        ("crl-not-generated", "failure", ""),
        ("CrlWithoutError", "success", ""),
        ("crl_failed", "failure", ""),
    ],
)
def test_a_name_that_promises_the_other_result(name: str, result: str, code: str) -> None:
    found = said({**CRL, "detail": {"result": [result]}}, name)
    assert [(at, words) for at, words, _ in found] == (
        [(code, f"fires on a {result} only, but {name} is for a {'success' if result == 'failure' else 'failure'}")]
        if code
        else []
    )


def test_no_suggestion_contradicts_the_name() -> None:
    pattern = {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Certificate Revocaton"]}
    ((_, message, remedy),) = said(pattern, "certificate_expired")
    assert "did you mean" not in message
    assert remedy.startswith("AWS documents no event for the expiry of a CA")
    ((_, message, remedy),) = said(pattern, "certificate_revoked")
    assert 'did you mean "ACM Private CA Certificate Revocation"?' in message


@pytest.mark.parametrize(
    ("source", "more", "known"),
    [
        (Unknown("var.source"), {"detail": {"result": ["failed"]}}, False),
        (Unknown("var.source", ("aws.", None)), {"detail": {"result": ["failed"]}}, False),
        (Unknown("var.source"), {"detail-type": ["ACM Private CA Creation"], "detail": {"result": ["failed"]}}, False),
        (Unknown("var.source"), {"detail-type": ["Order Placed"]}, True),
        (Unknown("var.source", (None, ".orders")), {"detail": {"result": ["failed"]}}, True),
    ],
)
def test_a_rule_whose_source_may_be_ours_is_not_known(source: Unknown, more: dict[str, Any], known: bool) -> None:
    found = report({"source": [source], **more})
    assert (found.rules, len(found.not_known), found.other_rules) == ([], 0 if known else 1, 1 if known else 0)


def test_event_pattern_in_an_event_of_sam(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("template.yaml").write_text(
        "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      Events:\n        Failed:\n"
        "          Type: CloudWatchEvent\n          Properties:\n            EventPattern: {source: [aws.acm-pca]}\n"
    )
    (fault,) = read_paths(["."]).unreadable
    assert str(fault.place) == "template.yaml:9"
    assert fault.message == "F/Failed: events of type CloudWatchEvent have no property EventPattern; use Pattern"


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("rule.yaml", 'kind: Rule\nspec:\n  eventPattern: \'{"source":["aws.acm-pca"]}\'\n', 3),
        ("play.yml", '- cloudwatchevent_rule:\n    event_pattern: \'{"source":["aws.acm-pca"]}\'\n', 2),
        ("values.yaml", 'eventPattern: \'{"source":["aws.s3"]}\'\n', 0),
        ("list.yaml", "arns: [acm-pca]\n", 0),
    ],
)
def test_a_pattern_in_another_format_is_reported(
    name: str, text: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_text(text)
    found = read_paths(["."])
    assert [str(skipped.place) for skipped in found.skipped] == ([f"{name}:{line}"] if line else [])
    assert (found.rules, found.unreadable) == ([], [])
    assert len(read_paths([name]).unreadable) == 1


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ({"source": [{"equals-ignore-case": "AWS.ACM-PCA"}]}, "never-fires"),
        ({"source": [{"prefix": "aws.acm-"}]}, "never-fires"),
        ({"detail-type": [{"prefix": "ACM Private CA"}]}, "never-fires"),
        ({"source": [{"wildcard": "aws.*pca*"}]}, "dead-value"),
        ({"source": [{"suffix": "pca"}]}, "dead-value"),
        ({"source": [{"prefix": "aws.acm"}]}, None),
        ({"source": [{"wildcard": "com.*pca*"}]}, None),
        ({"detail-type": [{"prefix": "ACM Certificate"}]}, None),
    ],
)
def test_sources_and_detail_types_by_other_matchers(conditions: dict[str, Any], code: str | None) -> None:
    found = report({**conditions, "detail": {"result": ["failed"]}})
    codes = [finding.code for rule in found.rules for finding in rule.findings if finding.level != "note"]
    assert (codes, found.other_rules) == (([code], 0) if code else ([], 1))


def test_a_source_that_is_excluded_is_not_dead() -> None:
    assert said({"source": [{"anything-but": "aws.ec2"}], "detail": {"result": ["failure"]}}) == []


def test_an_alternative_that_never_matches() -> None:
    either = [
        {"detail": {"result": ["failure"]}},
        {"detail-type": ["ACM Private CA Deletion"]},
        {"detail": {"colour": ["red"]}},
    ]
    found = said({"source": ["aws.acm-pca"], "$or": either})
    assert [(code, words) for code, words, _ in found] == [
        ("dead-value", 'detail-type: this value adds nothing: "ACM Private CA Deletion" is never sent'),
        ("dead-value", "detail.colour: this value adds nothing: no event has it"),
    ]
    assert found[0][2].startswith("AWS documents no event for the deletion of a CA")
    assert said({"source": ["aws.acm-pca", "com.acme"], "$or": either}) == []


def test_the_beginning_of_an_event_that_is_not_documented() -> None:
    ((_, message, remedy),) = said({"source": ["aws.acm-pca"], "detail-type": [{"prefix": "ACM Private CA OCSP"}]})
    assert 'a value that begins with "ACM Private CA OCSP" is never sent' in message
    assert remedy.startswith("AWS documents no event of AWS Private CA for OCSP")


def test_only_the_misspelled_source_is_corrected() -> None:
    pattern = {"source": ["aws.s3", "aws.acmpca"], "detail-type": ["Object Created", "ACM Private CA Creation"]}
    assert said(pattern) == [
        (
            "dead-value",
            'source: no event of aws.acm-pca reaches this rule: "aws.acmpca" is the source of no AWS service',
            'write "aws.acm-pca"',
        )
    ]
    (found,) = said({"source": ["aws.s3"], "detail-type": ["ACM Private CA Creation"]})
    assert found[1:] == ('never fires: source: "aws.s3" sends no event of AWS Private CA', 'write "aws.acm-pca"')
