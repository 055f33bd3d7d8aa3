"""Whether a policy lets EventBridge in, also where parts of it are not known."""

from typing import Any

import pytest

from pca_events.check.name_hints import expects
from pca_events.check.policies import admits
from pca_events.infrastructure.model import Unknown

LATER = Unknown("var.later")


def allow(**fields: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage"}
    return {**statement, "Resource": "*", **fields}


@pytest.mark.parametrize(
    ("statements", "admitted"),
    [
        ([allow()], True),
        (allow(), True),
        ([allow(Action=["sqs:sendmessage", "sqs:GetQueueUrl"])], True),
        ([allow(Action="sqs:*")], True),
        ([allow(Action="*", Principal="*")], True),
        ([allow(Principal={"AWS": "*"})], True),
        ([allow(Principal={"Service": ["sns.amazonaws.com", "events.amazonaws.com"]})], True),
        ([allow(Condition={"ArnEquals": {"aws:SourceArn": LATER}})], True),
        ([], False),
        ([allow(Principal={"Service": "sns.amazonaws.com"})], False),
        ([allow(Principal={"AWS": "arn:aws:iam::444455556666:root"})], False),
        ([allow(Action="sqs:ReceiveMessage")], False),
        ([allow(), allow(Effect="Deny", Action="sqs:*")], False),
        ([allow(), allow(Effect="Deny", Action="sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}})], True),
        ([allow(Principal=LATER)], None),
        ([allow(Principal={"Service": LATER})], None),
        ([allow(Action=LATER)], None),
        ([allow(Effect=LATER)], None),
        ([LATER], None),
        ([allow(NotAction="sqs:DeleteQueue")], None),
        ([LATER, allow()], True),
    ],
)
def test_a_queue_policy(statements: Any, admitted: bool | None) -> None:
    assert admits({"Version": "2012-10-17", "Statement": statements}, "sqs:SendMessage") is admitted


@pytest.mark.parametrize(("policy", "admitted"), [(None, False), (LATER, None), ("text", None), ({}, False)])
def test_what_is_no_policy(policy: Any, admitted: bool | None) -> None:
    assert admits(policy, "sqs:SendMessage") is admitted


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
def test_what_a_name_promises(name: str, result: str) -> None:
    assert expects(name) == result
