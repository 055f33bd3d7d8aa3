"""The resource policy of a function."""

import json
from typing import Any

import pytest
from localstack.aws.api import ServiceException

from pca_events.functions.names import FunctionId
from pca_events.functions.policies import FunctionPolicy

FUNCTION = FunctionId("111122223333", "us-gov-west-1", "renew")


def asked(sid: str = "one", **more: Any) -> dict[str, Any]:
    """A request of AddPermission."""
    return {"StatementId": sid, "Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com", **more}


def refusal(call: Any, *words: Any) -> str:
    """Return the code and the message of the error of a call."""
    with pytest.raises(ServiceException) as refused:
        call(*words)
    return f"{refused.value.code}: {refused.value.message}"


def test_a_statement_has_the_conditions_of_the_request() -> None:
    policy = FunctionPolicy(FUNCTION)
    statement = json.loads(policy.add(asked(SourceArn="arn:aws:events:::rule/x", SourceAccount="111122223333")))
    assert statement == {
        "Sid": "one",
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": "arn:aws-us-gov:lambda:us-gov-west-1:111122223333:function:renew",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "111122223333"},
            "ArnLike": {"AWS:SourceArn": "arn:aws:events:::rule/x"},
        },
    }
    assert json.loads(policy.get()["Policy"])["Statement"] == [statement]


@pytest.mark.parametrize(
    ("principal", "written"),
    [
        ("*", "*"),
        ("444455556666", {"AWS": "arn:aws-us-gov:iam::444455556666:root"}),
        ("arn:aws:iam::444455556666:role/x", {"AWS": "arn:aws:iam::444455556666:role/x"}),
    ],
)
def test_principals_are_written_as_iam_has_them(principal: str, written: Any) -> None:
    assert json.loads(FunctionPolicy(FUNCTION).add(asked(Principal=principal)))["Principal"] == written


def test_bad_statements_are_rejected_in_the_words_of_aws() -> None:
    policy = FunctionPolicy(FUNCTION)
    assert refusal(policy.get) == "ResourceNotFoundException: The resource you requested does not exist."
    assert "No policy is associated" in refusal(policy.remove, {"StatementId": "one"})
    assert "principal was invalid" in refusal(policy.add, asked(Principal="nobody"))
    policy.add(asked())
    assert refusal(policy.add, asked()).startswith(
        "ResourceConflictException: The statement id (one) provided already exists."
    )
    assert "Statement two is not found" in refusal(policy.remove, {"StatementId": "two"})
    stale = {"RevisionId": "00000000-0000-0000-0000-000000000000"}
    assert refusal(policy.add, asked("two") | stale).startswith("PreconditionFailedException: The Revision Id")
    assert refusal(policy.remove, {"StatementId": "one", **stale}).startswith("PreconditionFailedException")


def test_every_change_is_a_new_revision_and_the_last_removal_leaves_no_policy() -> None:
    policy = FunctionPolicy(FUNCTION)
    first = policy.revision
    policy.add(asked())
    second = policy.revision
    policy.remove({"StatementId": "one", "RevisionId": second})
    assert len({first, second, policy.revision}) == 3
    assert policy.document is None
