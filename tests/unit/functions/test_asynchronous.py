"""Asynchronous invocations: when they are retried, what their destinations receive, and their configuration."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from localstack.aws.api import ServiceException

from pca_events.functions.asynchronous import Queued, after_failure
from pca_events.functions.destinations import error_message, invocation_record
from pca_events.functions.event_configs import EventConfig, dead_letter_target, event_config
from pca_events.functions.invocations import Ran
from pca_events.functions.names import FunctionId
from pca_events.handlers.environment import Outcome

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FUNCTION = FunctionId("111122223333", "eu-west-1", "renew")
EVENT = Queued(FUNCTION, b'{"id": 1}', "request", lambda *_: None, NOW, NOW)
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:failed"
OTHER = "arn:aws:lambda:eu-west-1:111122223333:function:other"


def exists(function: FunctionId) -> bool:
    """There are two functions."""
    return function.name in ("renew", "other")


def test_a_failure_is_retried_after_one_and_after_two_minutes() -> None:
    first = after_failure(EVENT, None)
    assert first == NOW + timedelta(minutes=1)
    assert isinstance(first, datetime)
    second = after_failure(replace(EVENT, due=first, retries=1), None)
    assert second == first + timedelta(minutes=2)
    assert after_failure(replace(EVENT, retries=2), None) == "RetriesExhausted"


@pytest.mark.parametrize(
    ("config", "follows"),
    [
        (EventConfig(NOW, retries=0), "RetriesExhausted"),
        (EventConfig(NOW, age=60), NOW + timedelta(minutes=1)),
        (EventConfig(NOW, retries=1, age=21_600), NOW + timedelta(minutes=1)),
    ],
)
def test_the_configuration_limits_the_retries(config: EventConfig, follows: Any) -> None:
    assert after_failure(EVENT, config) == follows


def test_an_event_that_would_be_too_old_is_not_tried_again() -> None:
    assert after_failure(replace(EVENT, retries=1), EventConfig(NOW, age=119)) == "EventAgeExceeded"


def test_a_record_of_a_failure_is_as_documented() -> None:
    ran = Ran(b'{"errorMessage": "no", "errorType": "ValueError"}', Outcome("raised"), "")
    record = invocation_record(FUNCTION, "request", b'{"id": 1}', ran, condition="RetriesExhausted", count=3, now=NOW)
    assert record == {
        "version": "1.0",
        "timestamp": "2026-03-01T12:00:00.000Z",
        "requestContext": {
            "requestId": "request",
            "functionArn": "arn:aws:lambda:eu-west-1:111122223333:function:renew:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": {"id": 1},
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "no", "errorType": "ValueError"},
    }
    assert error_message(ran) == "no"


def test_a_record_of_a_success_has_no_error() -> None:
    ran = Ran(b"1", Outcome("returned", 1), "")
    record = invocation_record(FUNCTION, "request", b"{}", ran, condition="Success", count=1, now=NOW)
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST"}
    assert error_message(ran) == ""


def test_put_replaces_the_configuration_and_update_changes_it() -> None:
    both = {"OnFailure": {"Destination": QUEUE}, "OnSuccess": {"Destination": OTHER}}
    put = event_config({"MaximumRetryAttempts": 1, "DestinationConfig": both}, FUNCTION, exists)
    updated = event_config({"MaximumEventAgeInSeconds": 60}, FUNCTION, exists, put)
    assert (updated.retries, updated.age, updated.on_failure, updated.on_success) == (1, 60, QUEUE, OTHER)
    again = event_config({"MaximumEventAgeInSeconds": 60}, FUNCTION, exists)
    assert (again.most_retries, again.longest_age, again.on_failure) == (2, 60, "")
    assert again.shown(FUNCTION)["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({}, "You must specify at least one of error handling or destination setting."),
        ({"DestinationConfig": {"OnFailure": {"Destination": FUNCTION.arn}}}, "as a destination for itself"),
        ({"DestinationConfig": {"OnFailure": {"Destination": f"{OTHER}s"}}}, "others is invalid"),
        ({"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:s3:::b"}}}, r"onFailure=null\) is invalid"),
    ],
)
def test_bad_configurations_are_rejected(request_: dict[str, Any], message: str) -> None:
    with pytest.raises(ServiceException, match=message):
        event_config(request_, FUNCTION, exists)


def test_a_dead_letter_queue_is_a_queue_or_a_topic() -> None:
    assert dead_letter_target({"TargetArn": QUEUE}) == QUEUE
    assert dead_letter_target({"TargetArn": ""}) == ""
    with pytest.raises(ServiceException, match="neither a queue nor a topic"):
        dead_letter_target({"TargetArn": OTHER})
