"""The conditions of a policy, compared with the rule whose events EventBridge delivers."""

from dataclasses import replace
from typing import Any

import pytest

from pca_events.check.findings.permissions import Grant, Permission, grant_of
from pca_events.infrastructure.model import Destination, Rule, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Reference

OWN, OTHER = "333344445555", "666677778888"
ANYWHERE = Rule(
    SourceLocation("rules.tf", 1),
    5,
    "aws_cloudwatch_event_rule.expiry",
    {},
    arn=Unknown("its ARN", ("arn:", None, ":events:", None, ":", None, ":rule/expiry")),
)
THERE = replace(ANYWHERE, arn=f"arn:aws:events:eu-south-1:{OWN}:rule/expiry")
ON_BUS = replace(ANYWHERE, bus=f"arn:aws:events:eu-south-1:{OWN}:event-bus/security")
QUEUE = Destination("sqs", SourceLocation("rules.tf", 9), "late", "aws_sqs_queue.late")
SOURCE = f"arn:aws:events:eu-south-1:{OWN}:rule/expiry"


def says(rule: Rule, *statements: dict[str, Any]) -> Grant:
    written = [
        {"Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:*", "Resource": "*"} | s for s in statements
    ]
    return grant_of({"Statement": written}, Permission("sqs:SendMessage", QUEUE, rule))


def allowed(rule: Rule, condition: Any) -> bool | None:
    return says(rule, {"Effect": "Allow", "Condition": condition}).allowed


@pytest.mark.parametrize("operator", ["StringEquals", "StringLike", "ForAnyValue:StringEquals", "StringEqualsIfExists"])
@pytest.mark.parametrize("rule", [THERE, ON_BUS])
def test_another_account_than_that_of_the_rule(operator: str, rule: Rule) -> None:
    for key in ("aws:SourceAccount", "AWS:SourceAccount"):
        assert allowed(rule, {operator: {key: OWN}}) is True
        assert allowed(rule, {operator: {key: [OTHER, OWN]}}) is True
        assert allowed(rule, {operator: {key: int(OWN)}}) is True
        assert allowed(rule, {operator: {key: OTHER}}) is False
        assert allowed(rule, {operator: {key: [OTHER]}}) is False


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (OTHER, True),
        (Unknown("var.account"), True),
        (Unknown("data.aws_caller_identity.this.account_id", meaning="account"), True),
        ("3333*", True),
        ("events.amazonaws.com", False),
        (SOURCE, False),
        (33334444555, False),
        ([], False),
    ],
)
def test_an_account_if_that_of_the_rule_is_unknown(value: Any, expected: bool) -> None:
    assert allowed(ANYWHERE, {"StringLike": {"aws:SourceAccount": value}}) is expected


def test_the_deployment_account_is_that_of_the_rule() -> None:
    own = Unknown("!Ref AWS::AccountId", meaning="account")
    assert allowed(THERE, {"StringEquals": {"aws:SourceAccount": own}}) is True


def test_the_account_of_the_source_arn_is_that_of_the_source_account() -> None:
    both = {"ArnEquals": {"aws:SourceArn": SOURCE}, "StringEquals": {"aws:SourceAccount": OTHER}}
    assert allowed(ANYWHERE, both) is False
    assert says(ANYWHERE, {"Effect": "Allow", "Condition": both}).named == OTHER
    same = {"ArnEquals": {"aws:SourceArn": SOURCE}, "StringEquals": {"aws:SourceAccount": OWN}}
    assert allowed(ANYWHERE, same) is True


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}},
        {"StringNotEquals": {"aws:SourceAccount": OTHER}},
        {"ArnNotLike": {"aws:SourceArn": SOURCE}},
        {"Bool": {"aws:SecureTransport": "true"}},
    ],
)
def test_values_known_only_after_deployment_are_conditions(condition: Any) -> None:
    assert allowed(THERE, condition) is None


@pytest.mark.parametrize(
    ("deny", "expected"),
    [
        ({"Condition": {"ArnNotEquals": {"aws:SourceArn": SOURCE}}}, True),
        ({"Condition": {"ArnNotLike": {"aws:SourceArn": f"arn:aws:events:*:{OWN}:rule/other-*"}}}, False),
        ({"Condition": {"StringNotEquals": {"aws:SourceArn": Unknown("var.rule")}}}, True),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": SOURCE}}}, True),
        ({"Condition": {"ArnEquals": {"aws:SourceArn": f"arn:aws:events:eu-south-1:{OWN}:rule/other"}}}, True),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}}}, True),
        ({"NotPrincipal": {"Service": "events.amazonaws.com"}, "Principal": None}, True),
        ({"NotPrincipal": {"AWS": f"arn:aws:iam::{OWN}:root"}, "Principal": None}, False),
        ({"NotPrincipal": {"Service": Unknown("var.service")}, "Principal": None}, True),
        ({"Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"}}, True),
    ],
)
def test_a_deny(deny: dict[str, Any], expected: bool) -> None:
    assert says(THERE, {"Effect": "Allow"}, {"Effect": "Deny", **deny}).allowed is expected


def test_a_reference_to_another_rule() -> None:
    other = Reference("r", resource="aws_cloudwatch_event_rule.other", attribute="arn")
    assert allowed(THERE, {"ArnLike": {"aws:SourceArn": other}}) is False
