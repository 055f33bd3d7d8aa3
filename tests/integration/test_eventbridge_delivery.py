"""Delivery by our EventBridge inside LocalStack: permissions, retries, dead-letter queues, planned faults."""

import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from pca_events.backends import Backend
from pca_events.calibrate.retry import _api_destination, _Server
from pca_events.harness import RunId, Session
from pca_events.harness.resources import LogGroup, Queue, QueuePolicy
from pca_events.pytest_plugin import EMULATOR

_PATIENCE = 20.0  # seconds; what is waited for comes at once


class Bus:
    """An event bus with one rule, a queue as its target, and a dead-letter queue, in an account of its own."""

    def __init__(self, backend: Backend) -> None:
        self.session = Session(backend, RunId())
        self.backend = backend
        self.name = self.session.run.new_name()
        self.events, self.sqs = self.session.events, self.session.sqs
        self.target, self.dead = f"{self.name}-target", f"{self.name}-dead"
        self.events.create_event_bus(Name=self.name)
        self.rule = self.events.put_rule(Name="rule", EventBusName=self.name, EventPattern='{"source": ["trial"]}')[
            "RuleArn"
        ]
        for queue in (self.target, self.dead):
            Queue(queue, open=True).create(self.session, {})

    def put_target(self, **more: Any) -> None:
        target = {"Id": "one", "Arn": self.backend.queue_arn(self.target), **more}
        self.events.put_targets(Rule="rule", EventBusName=self.name, Targets=[target])

    def dead_letters(self) -> dict[str, str]:
        return {"Arn": self.backend.queue_arn(self.dead)}

    def publish(self, detail: str = "{}") -> str:
        entry = {"Source": "trial", "DetailType": "kind", "Detail": detail, "EventBusName": self.name}
        event_id: str = self.events.put_events(Entries=[entry])["Entries"][0]["EventId"]
        return event_id

    def received(self, queue: str) -> list[Any]:
        """Return what a queue has, and remove it."""
        url = self.session.queue_url(name=queue)
        messages = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        for message in messages.get("Messages", []):
            self.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return list(messages.get("Messages", []))

    def attempts(self, event_id: str) -> list[dict[str, str]]:
        answer = self.control("GET", f"eventbridge/trace?event-id={event_id}")
        return [attempt for target in answer["rules"][0]["targets"] for attempt in target["attempts"]]

    def attempts_until(self, event_id: str, done: Callable[[list[dict[str, str]]], bool]) -> list[dict[str, str]]:
        found: list[dict[str, str]] = until(lambda: self.attempts(event_id), done)
        return found

    def control(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        url = f"{self.backend.endpoint_url}/_localstack/{path}"
        answer: dict[str, Any] = requests.request(
            method, url, json=body, params={"account": self.backend.account}, timeout=30
        ).json()
        return answer

    def fail(self, count: int) -> None:
        self.control("POST", "eventbridge/faults", {"fault": "fail", "count": count, "rule": self.rule})

    def advance(self, seconds: float) -> None:
        self.control("POST", "acm-pca/clock", {"advance": seconds})


def until(ask: Callable[[], Any], done: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + _PATIENCE
    while not done(found := ask()):
        assert time.monotonic() < deadline, found
    return found


def _are(count: int, found: list[dict[str, str]]) -> bool:
    return len(found) == count


def attributes(message: dict[str, Any]) -> dict[str, str]:
    return {name: value["StringValue"] for name, value in message["MessageAttributes"].items()}


@pytest.fixture
def bus(pca_backend: Backend, own_account: str) -> Iterator[Bus]:
    made = Bus(replace(pca_backend, account=own_account))
    made.put_target(DeadLetterConfig=made.dead_letters())
    yield made
    made.control("DELETE", "eventbridge/faults")
    made.events.remove_targets(Rule="rule", EventBusName=made.name, Ids=["one"])
    made.events.delete_rule(Name="rule", EventBusName=made.name)
    made.events.delete_event_bus(Name=made.name)
    for queue in (made.target, made.dead):
        Queue(queue).delete(made.session)


def test_a_queue_without_a_policy_gets_nothing_and_the_event_goes_to_the_dead_letter_queue(bus: Bus) -> None:
    QueuePolicy(bus.target).delete(bus.session)
    event_id = bus.publish('{"a": 1}')
    (attempt,) = bus.attempts_until(event_id, bool)
    assert attempt["answer"].startswith("NO_PERMISSIONS: the queue's policy does not let events.amazonaws.com call")
    assert attempt["next"] == f"sent to the dead-letter queue {bus.backend.queue_arn(bus.dead)}"
    assert bus.received(bus.target) == []
    (letter,) = bus.received(bus.dead)
    assert json.loads(letter["Body"])["detail"] == {"a": 1}
    found = attributes(letter)
    assert found.pop("ERROR_MESSAGE")
    assert found == {
        "ERROR_CODE": "NO_PERMISSIONS",
        "RETRY_ATTEMPTS": "0",
        "RULE_ARN": bus.rule,
        "TARGET_ARN": bus.backend.queue_arn(bus.target),
    }


def test_the_source_arn_of_a_policy_is_that_of_the_rule(bus: Bus) -> None:
    url = bus.session.queue_url(name=bus.target)
    for arn, count in ((bus.rule.replace("rule/", "rule/other-"), 0), (bus.rule, 1)):
        policy = QueuePolicy(bus.target).document(bus.session)
        policy["Statement"][0]["Condition"] = {
            "ArnEquals": {"aws:SourceArn": arn},
            "StringEquals": {"aws:SourceAccount": bus.backend.account},
        }
        bus.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
        bus.attempts_until(bus.publish(), bool)
        assert len(bus.received(bus.target)) == count


def test_a_dead_letter_queue_needs_a_policy_of_its_own(bus: Bus) -> None:
    for queue in (bus.target, bus.dead):
        QueuePolicy(queue).delete(bus.session)
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["next"].startswith(f"dropped: not accepted by the dead-letter queue {bus.dead_letters()['Arn']}")


def test_a_queue_that_is_gone_is_not_tried_again(bus: Bus) -> None:
    bus.put_target(Arn=bus.backend.queue_arn("nowhere"), DeadLetterConfig=bus.dead_letters())
    bus.attempts_until(bus.publish(), bool)
    (letter,) = bus.received(bus.dead)
    assert attributes(letter)["ERROR_CODE"] == "NO_RESOURCE"


@pytest.mark.parametrize(("key", "code"), [("alias/aws/sqs", "NO_PERMISSIONS"), ("alias/absent", "NO_RESOURCE")])
def test_the_key_of_an_encrypted_queue_must_let_eventbridge_use_it(bus: Bus, key: str, code: str) -> None:
    url = bus.session.queue_url(name=bus.target)
    bus.sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
    bus.attempts_until(bus.publish(), bool)
    (letter,) = bus.received(bus.dead)
    assert attributes(letter)["ERROR_CODE"] == code


def test_a_failed_delivery_is_tried_again_until_it_succeeds(bus: Bus) -> None:
    bus.fail(2)
    event_id = bus.publish()
    bus.attempts_until(event_id, bool)
    bus.advance(3600)
    attempts = bus.attempts_until(event_id, lambda found: len(found) == 3)
    assert [attempt["answer"].partition(":")[0] for attempt in attempts] == ["THROTTLING", "THROTTLING", "delivered"]
    assert all(attempt["next"].startswith("retried at ") for attempt in attempts[:2])
    assert len(bus.received(bus.target)) == 1
    assert bus.received(bus.dead) == []


@pytest.mark.parametrize(
    ("policy", "condition", "retries"),
    [
        ({"MaximumRetryAttempts": 0}, "MaximumRetryAttempts", "0"),
        ({"MaximumRetryAttempts": 3}, "MaximumRetryAttempts", "3"),
        ({"MaximumRetryAttempts": 185, "MaximumEventAgeInSeconds": 60}, "MaximumEventAgeInSeconds", None),
        ({}, "MaximumRetryAttempts", "185"),
    ],
)
def test_retries_end_at_a_limit(bus: Bus, policy: dict[str, int], condition: str, retries: str | None) -> None:
    bus.put_target(DeadLetterConfig=bus.dead_letters(), RetryPolicy=policy)
    bus.fail(1000)
    event_id = bus.publish()
    bus.attempts_until(event_id, bool)
    bus.advance(86_400 * 2)
    bus.attempts_until(event_id, lambda found: found[-1]["next"].startswith("sent to the dead-letter queue"))
    (letter,) = bus.received(bus.dead)
    found = attributes(letter)
    assert found["EXHAUSTED_RETRY_CONDITION"] == condition
    assert found["ERROR_CODE"] == "THROTTLING"
    if retries is None:
        assert 5 <= int(found["RETRY_ATTEMPTS"]) <= 10
    else:
        assert found["RETRY_ATTEMPTS"] == retries


def test_a_target_that_is_removed_is_not_tried_again(bus: Bus) -> None:
    bus.fail(1)
    event_id = bus.publish()
    bus.attempts_until(event_id, bool)
    bus.events.remove_targets(Rule="rule", EventBusName=bus.name, Ids=["one"])
    bus.advance(3600)
    attempts = bus.attempts_until(event_id, lambda found: len(found) == 2)
    assert (attempts[1]["answer"], attempts[1]["next"]) == ("not tried: the target was removed", "dropped")
    assert bus.received(bus.target) == []


def test_an_api_destination_is_tried_again_after_503(bus: Bus) -> None:
    with closing(_Server()) as server, _api_destination(bus.session, bus.name, server.url) as arn:
        bus.put_target(Arn=arn, RoleArn=f"arn:aws:iam::{bus.backend.account}:role/one")
        event_id = bus.publish()
        first = bus.attempts_until(event_id, bool)[0]
        assert first["answer"] == f"ERROR_FROM_TARGET: POST {server.url} answered 503"
        bus.advance(3600)
        assert server.accepted.wait(_PATIENCE)


def test_a_template_that_gives_no_json_goes_to_the_dead_letter_queue(bus: Bus) -> None:
    transformer = {"InputPathsMap": {"detail": "$.detail"}, "InputTemplate": '{"detail": "<detail>"}'}
    bus.put_target(DeadLetterConfig=bus.dead_letters(), InputTransformer=transformer)
    bus.attempts_until(bus.publish('{"a": "b"}'), bool)
    (letter,) = bus.received(bus.dead)
    assert attributes(letter)["ERROR_CODE"] == "INVALID_JSON"


def test_deliveries_can_be_dropped_duplicated_and_delayed(bus: Bus) -> None:
    plans: list[dict[str, Any]] = [{"fault": "drop"}, {"fault": "duplicate"}, {"fault": "delay", "delay_seconds": 600}]
    for plan in plans:
        bus.control("POST", "eventbridge/faults", {**plan, "rule": bus.rule})
    ids: list[str] = []
    for count in (1, 2, 1):
        ids.append(bus.publish())
        bus.attempts_until(ids[-1], partial(_are, count))
    assert [json.loads(message["Body"])["id"] for message in bus.received(bus.target)] == [ids[1], ids[1]]
    assert bus.attempts(ids[0])[0]["next"] == "dropped: a planned fault"
    assert bus.control("GET", "eventbridge/faults")["planned"] == []
    bus.advance(600)
    bus.attempts_until(ids[2], lambda found: found[-1]["answer"] == "delivered")
    assert [json.loads(message["Body"])["id"] for message in bus.received(bus.target)] == [ids[2]]


def test_an_invalid_fault_is_rejected_with_one_message(bus: Bus) -> None:
    assert bus.control("POST", "eventbridge/faults", {"fault": "lose"}) == {
        "message": '"fault" is "lose"; write one of drop, delay, duplicate, fail, shuffle'
    }


def test_an_event_bus_of_another_account_needs_a_policy(bus: Bus) -> None:
    other = Session(replace(bus.backend, account="9" + bus.backend.account[:0:-1]), RunId())
    arn = other.events.create_event_bus(Name=bus.name)["EventBusArn"]
    try:
        role = f"arn:aws:iam::{bus.backend.account}:role/forwarder"
        bus.put_target(Arn=arn, RoleArn=role, DeadLetterConfig=bus.dead_letters())
        (attempt,) = bus.attempts_until(bus.publish(), bool)
        assert attempt["answer"].startswith("NO_PERMISSIONS: the policy of the event bus does not let")
        other.events.put_permission(
            EventBusName=bus.name, StatementId="trial", Action="events:PutEvents", Principal=bus.backend.account
        )
        (attempt,) = bus.attempts_until(bus.publish(), bool)
        assert attempt["answer"].startswith("delivered as event ")
    finally:
        other.events.delete_event_bus(Name=bus.name)


def test_a_topic_needs_a_policy(bus: Bus) -> None:
    arn = bus.session.sns.create_topic(Name=bus.name)["TopicArn"]
    bus.put_target(Arn=arn)
    try:
        (attempt,) = bus.attempts_until(bus.publish(), bool)
        assert attempt["answer"].startswith("NO_PERMISSIONS: the topic's policy does not let events.amazonaws.com")
        assert attempt["next"] == "dropped"
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sns:Publish",
            "Resource": arn,
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        bus.session.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        (attempt,) = bus.attempts_until(bus.publish(), bool)
        assert attempt["answer"] == "delivered"
    finally:
        bus.session.sns.delete_topic(TopicArn=arn)


def test_a_log_group_needs_a_resource_policy(bus: Bus) -> None:
    name = f"/aws/events/{bus.name}"
    bus.session.logs.create_log_group(logGroupName=name)
    bus.put_target(Arn=bus.backend.log_group_arn(name))
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["answer"].startswith("NO_PERMISSIONS: no resource policy of the account")
    bus.session.logs.delete_log_group(logGroupName=name)
    group = LogGroup(name)
    group.create(bus.session, {})
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["answer"] == "delivered"
    group.delete(bus.session)


def test_a_customer_managed_key_must_name_eventbridge(bus: Bus) -> None:
    kms = bus.backend.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{bus.name}", TargetKeyId=key)
    url = bus.session.queue_url(name=bus.target)
    bus.sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": f"alias/{bus.name}"})
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["answer"].startswith("NO_PERMISSIONS: the key's policy does not let events.amazonaws.com")
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    policy["Statement"].append(
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": bus.backend.account}},
        }
    )
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["answer"] == "delivered"


def test_a_fifo_queue_needs_its_deduplication(bus: Bus) -> None:
    queue = f"{bus.name}.fifo"
    arn = bus.backend.queue_arn(queue)
    policy = json.dumps(QueuePolicy(queue).document(bus.session))
    url = bus.sqs.create_queue(QueueName=queue, Attributes={"FifoQueue": "true", "Policy": policy})["QueueUrl"]
    bus.put_target(Arn=arn, SqsParameters={"MessageGroupId": "one"})
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert (attempt["answer"].partition(":")[0], attempt["next"]) == ("INVALID_PARAMETER", "dropped")
    bus.sqs.set_queue_attributes(QueueUrl=url, Attributes={"ContentBasedDeduplication": "true"})
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    assert attempt["answer"] == "delivered"
    bus.sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize(
    ("service", "resource", "why"),
    [
        ("ecs", "cluster/desk", "LocalStack's EventBridge does not call ecs"),
        ("codebuild", "project/desk", "LocalStack's EventBridge does not call codebuild"),
        ("lambda", "function:desk", "the function .* does not exist"),
        ("states", "stateMachine:desk", "stepfunctions does not start in this LocalStack"),
    ],
)
def test_a_target_that_nothing_can_invoke_is_accepted_and_reported(
    bus: Bus, pytestconfig: pytest.Config, service: str, resource: str, why: str
) -> None:
    account = bus.backend.account
    arn = f"arn:aws:{service}:us-east-1:{account}:{resource}"
    role = {} if service == "lambda" else {"RoleArn": f"arn:aws:iam::{account}:role/desk"}
    more = {"EcsParameters": {"TaskDefinitionArn": f"{arn}/task"}} if service == "ecs" else {}
    bus.put_target(Arn=arn, DeadLetterConfig=bus.dead_letters(), **role, **more)
    (attempt,) = bus.attempts_until(bus.publish(), bool)
    said = "accepted; nothing here can invoke it: "
    assert re.fullmatch(rf"(NO_RESOURCE: )?{said}{why}.*", attempt["answer"])
    # On AWS only the function would be missing; the others would receive the event.
    assert attempt["next"].startswith("sent to the dead-letter queue" if service == "lambda" else "dropped")
    lines = [line for line in pytestconfig.stash[EMULATOR].log.read_text().splitlines() if arn in line and said in line]
    assert [" WARN " in line for line in lines] == [True, True]  # of PutTargets, and of the delivery


def test_a_target_without_an_arn_is_rejected(bus: Bus) -> None:
    with pytest.raises(ClientError, match="Provided Arn is not in correct format") as rejected:
        bus.put_target(Arn="desk")
    assert rejected.value.response["Error"]["Code"] == "ValidationException"
