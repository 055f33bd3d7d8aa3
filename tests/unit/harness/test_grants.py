"""The policies of targets: in each state, whether they let EventBridge deliver for a rule of the account."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pca_events.harness import Session
from pca_events.harness.resources.grants import GRANTING, POLICY_STATES, Grant
from pca_events.iam_policy import Request, evaluate

_QUEUE = "arn:aws:sqs:eu-west-1:111122223333:alarms"
_RULE = "arn:aws:events:eu-west-1:111122223333:rule/bus/crl"
_SESSION = cast(
    Session, SimpleNamespace(backend=SimpleNamespace(partition="aws", region="eu-west-1", account="111122223333"))
)


@pytest.mark.parametrize("state", POLICY_STATES)
def test_a_policy_allows_delivery_only_in_the_granting_states(state: str) -> None:
    policy = Grant(("sqs:SendMessage",), _QUEUE).policy(_SESSION, state)
    context: dict[str, Any] = {"aws:sourcearn": _RULE, "aws:sourceaccount": "111122223333"}
    request = Request("sqs:SendMessage", _QUEUE, services=("events.amazonaws.com",), context=context)
    assert evaluate(policy, request).allowed is (state in GRANTING)


def test_several_actions_and_services_are_lists() -> None:
    (statement,) = Grant(("a:One", "a:Two"), "arn:aws:a:::b", ("x.amazonaws.com", "y.amazonaws.com")).policy(_SESSION)[
        "Statement"
    ]
    assert statement["Action"] == ["a:One", "a:Two"]
    assert statement["Principal"] == {"Service": ["x.amazonaws.com", "y.amazonaws.com"]}
