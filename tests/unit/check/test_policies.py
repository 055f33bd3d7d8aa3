"""Whether a resource-based policy lets EventBridge deliver, also where parts of it are not known."""

from typing import Any

import pytest

from pca_events.check.findings.permissions import MOST_STATEMENTS, Grant, Permission, grant_of
from pca_events.check.vocabulary import expects
from pca_events.infrastructure.embedded_json import NAME_OF_RULE
from pca_events.infrastructure.model import Destination, Rule, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Reference, joined, may_be_equal

LATER = Unknown("var.later")
RULE = Rule(
    SourceLocation("m.tf", 1),
    9,
    "aws_cloudwatch_event_rule.r",
    {},
    arn=Unknown("its ARN", ("arn:", None, ":events:", None, ":", None, ":rule/crl-failed")),
)
QUEUE = Destination(
    "sqs",
    SourceLocation("m.tf", 10),
    "q",
    "aws_sqs_queue.q",
    Unknown("its ARN", ("arn:", None, ":sqs:", None, ":", None, ":alarms")),
)
NEEDED = Permission("sqs:SendMessage", QUEUE, RULE)


def allow(**fields: Any) -> dict[str, Any]:
    """A statement that lets EventBridge send to the queue."""
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return {**statement, "Resource": "*", **fields}


def arn_of(address: str, attribute: str = "arn") -> Reference:
    """A reference as a reader resolves it."""
    return Reference(f"{address}.{attribute}", resource=address, attribute=attribute)


def says(*statements: Any) -> Grant:
    """What a policy of these statements says."""
    return grant_of({"Version": "2012-10-17", "Statement": list(statements)}, NEEDED)


@pytest.mark.parametrize(
    ("statements", "allowed"),
    [
        ([allow()], True),
        ([allow(Action=["sqs:sendmessage", "sqs:GetQueueUrl"])], True),
        ([allow(Action="sqs:*")], True),
        ([allow(Action="sqs:Send*")], True),
        ([allow(Action="*", Principal="*")], True),
        ([allow(Principal={"AWS": "*"})], True),
        ([allow(Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]})], True),
        ([], False),
        ([allow(Principal={"Service": "sns.amazonaws.com"})], False),
        ([allow(Principal={"AWS": "arn:aws:iam::444455556666:root"})], False),
        ([allow(Action="sqs:ReceiveMessage")], False),
        ([allow(), allow(Effect="Deny", Action="sqs:*")], False),
        ([allow(), allow(Effect="Deny", Resource=arn_of("aws_sqs_queue.q"))], False),
        ([allow(), allow(Effect="Deny", Resource=arn_of("aws_sqs_queue.other"))], True),
        ([allow(), allow(Effect="Deny", Resource=LATER)], True),
        ([allow(), allow(Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
        ([allow(Principal=LATER)], None),
        ([allow(Principal={"Service": LATER})], None),
        ([allow(Action=LATER)], None),
        ([allow(Effect=LATER)], None),
        ([LATER], None),
        ([allow(NotAction="sqs:DeleteQueue")], None),
        ([allow(NotResource="arn:aws:sqs:eu-west-1:111122223333:other")], None),
        ([LATER, allow()], True),
        ([LATER, allow(Resource=arn_of("aws_sqs_queue.other"))], None),
    ],
)
def test_a_queue_policy(statements: Any, allowed: bool | None) -> None:
    assert says(*statements).allowed is allowed


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        ("*", True),
        ("arn:aws:sqs:*:*:*", True),
        ("arn:aws:sqs:eu-west-1:111122223333:alarms", True),
        ("arn:aws:sqs:eu-west-1:111122223333:al?rms", True),
        ("arn:aws:sqs:eu-west-1:111122223333:other", False),
        ("arn:aws:sqs:eu-west-1:111122223333:other*", False),
        ("arn:aws:sns:*:*:alarms", False),
        ("https://sqs.eu-west-1.amazonaws.com/111122223333/alarms", False),
        (["arn:aws:sqs:eu-west-1:111122223333:other", "arn:aws:sqs:eu-west-1:111122223333:alarms"], True),
        (arn_of("aws_sqs_queue.q"), True),
        (arn_of("aws_sqs_queue.q", "url"), False),
        (arn_of("aws_sqs_queue.other"), False),
        (arn_of("aws_cloudwatch_event_rule.r"), False),
        (joined([arn_of("aws_sqs_queue.q"), "*"]), True),
        (joined([arn_of("aws_sqs_queue.other"), "*"]), True),
        (joined([arn_of("aws_sqs_queue.other"), "/*"]), False),
        (joined(["arn:aws:sqs:", LATER, ":alarms"]), True),
        (joined(["arn:aws:sqs:", LATER, ":other"]), False),
        (joined([LATER, ":alarms"]), True),
        (LATER, True),
        ([LATER, arn_of("aws_sqs_queue.other")], True),
    ],
)
def test_the_resource_is_compared_with_the_queue(resource: Any, allowed: bool) -> None:
    found = says(allow(Resource=resource))
    assert found.allowed is allowed
    assert found.why == ("" if allowed else "resource")


@pytest.mark.parametrize(
    ("operator", "source", "allowed"),
    [
        ("ArnEquals", arn_of("aws_cloudwatch_event_rule.r"), True),
        ("ArnLike", [arn_of("aws_cloudwatch_event_rule.other"), arn_of("aws_cloudwatch_event_rule.r")], True),
        ("ArnEquals", arn_of("aws_cloudwatch_event_rule.other"), False),
        ("ArnEquals", arn_of("aws_cloudwatch_event_rule.r", "name"), False),
        ("ArnEquals", LATER, True),
        ("ArnLike", "arn:aws:events:*:*:rule/*", True),
        ("ArnLike", joined(["arn:aws:events:", LATER, ":rule/*"]), True),
        ("ArnLike", joined(["arn:aws:events:", LATER, ":rule/other"]), False),
        ("ArnLike", joined(["arn:aws:events:", LATER, ":rule/", arn_of("x", NAME_OF_RULE)]), False),
        ("ArnLike", joined(["arn:aws:events:", LATER, ":rule/", arn_of(RULE.name, NAME_OF_RULE)]), True),
        ("StringEquals", "arn:aws:events:eu-west-1:111122223333:rule/crl-failed", True),
        ("StringEquals", "arn:aws:events:*:*:rule/crl-failed", False),
        ("ForAnyValue:ArnLikeIfExists", "arn:aws:events:eu-west-1:111122223333:rule/other", False),
        ("ArnLike", "crl-failed", False),
        ("ArnNotEquals", arn_of("aws_cloudwatch_event_rule.r"), None),
        ("ArnLike", [], False),
    ],
)
def test_the_source_arn_is_compared_with_the_rule(operator: str, source: Any, allowed: bool | None) -> None:
    for key in ("aws:SourceArn", "AWS:SourceArn", "aws:sourcearn"):
        found = says(allow(Condition={operator: {key: source}}))
        assert (found.allowed, found.why) == (allowed, "source" if allowed is False else "")


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"aws:SourceAccount": "111122223333"}}, True),
        ({"StringEquals": {"AWS:SourceOwner": "111122223333"}}, None),
        ({"StringEquals": LATER}, None),
        (LATER, None),
    ],
)
def test_other_conditions_are_not_known(condition: Any, allowed: bool | None) -> None:
    assert says(allow(Condition=condition)).allowed is allowed


def test_a_denial_quotes_the_policy() -> None:
    assert says(allow(Resource=arn_of("aws_sqs_queue.other"))).named == "aws_sqs_queue.other.arn"
    assert says(allow(Resource=joined(["arn:aws:sqs:", LATER, ":x"]))).named == "arn:aws:sqs:${var.later}:x"
    assert says(allow(Effect="Deny")).why == "denied"
    assert says().why == "missing"


def test_more_statements_than_aws_accepts_are_not_evaluated() -> None:
    others = [allow(Principal={"Service": "sns.amazonaws.com"})] * MOST_STATEMENTS
    assert says(*others).allowed is False
    assert says(*others, allow()).allowed is None


@pytest.mark.parametrize(("policy", "allowed"), [(None, False), (LATER, None), ("text", None), ({}, False)])
def test_invalid_policies(policy: Any, allowed: bool | None) -> None:
    assert grant_of(policy, NEEDED).allowed is allowed


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("a", "a", True),
        ("a", "b", False),
        ("*", "", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("ab*bc", "abc", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "a-c", False),
        ("a*x", "*bx", True),
        ("a*x", "b*x", False),
        ("a*x", "a*y", False),
        ("ab*", "a*", True),
    ],
)
def test_texts_with_wildcards(one: str, other: str, equal: bool) -> None:
    assert may_be_equal(one, other) is equal
    assert may_be_equal(other, one) is equal


@pytest.mark.parametrize(
    ("name", "result"),
    [
        ("aws_cloudwatch_event_rule.crl_failed", "failure"),
        ("CrlFailed", "failure"),
        ("Alarm/IssuanceFailure", "failure"),
        ("issuance-errors", "failure"),
        ("certificate_issued", "success"),
        ("CertificateIssued", "success"),
        ("on-ca-created", "success"),
        ("PKISuccess", "success"),
        ("issued-or-failed", ""),
        ("pki-events", ""),
        ("failsafe", ""),
        ("", ""),
    ],
)
def test_the_result_that_a_name_promises(name: str, result: str) -> None:
    assert expects(name) == result
