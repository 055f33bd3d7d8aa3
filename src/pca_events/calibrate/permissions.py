"""What EventBridge on AWS needs to be allowed: the policies of queues, topics, log groups and keys."""

import json
from collections.abc import Callable
from typing import Any

from pca_events.calibrate.trial import RULE, Behaviour, TrialSetup, behaviour, sample, soon
from pca_events.harness import ScenarioBus
from pca_events.harness.aws_errors import or_none
from pca_events.harness.resources import LogGroup, Queue, QueuePolicy, Target, Topic
from pca_events.harness.run import RUN_TAG

_POLICIES = "User Guide, Using resource-based policies for Amazon EventBridge"
_SERVICE = {"Service": "events.amazonaws.com"}
_EVERYBODY = {"AWS": "*"}


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _statement(action: Any, resource: str, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": _SERVICE, "Action": action, "Resource": resource, **more}


def _silent_without(bus: ScenarioBus, withdraw: Callable[[], Any], grant: Callable[[], Any]) -> bool:
    """Whether the target of the rule receives an event if the permission is granted, and only then."""
    withdraw()
    bus.publish(sample().event)
    if bus.deliveries():
        return False
    grant()
    granted: set[str] = set()
    for _ in range(2):  # a delivery that was only held up arrives before the second
        (stamped,) = bus.publish(sample().event)
        granted.add(stamped)
        bus.deliveries({(RULE, stamped)})
    return {delivery.event_id for delivery in bus.received} == granted


def _queue_needs(setup: TrialSetup, *wrong: dict[str, Any]) -> bool:
    """Whether a queue with a policy of these statements receives nothing; without a statement, it has no policy."""
    with setup.bus() as bus:
        queue = Queue(f"{bus.name}-guarded")
        bus.create("guarded", queue)
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(queue.name)))
        arn = bus.queue_arn(queue.name)
        text = _policy(*({**statement, "Resource": arn} for statement in wrong)) if wrong else ""
        url = setup.session.queue_url(queue.name)

        def put(policy: str) -> None:
            setup.session.sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})

        rule = {"ArnEquals": {"aws:SourceArn": bus.backend.rule_arn(bus.name, RULE)}}
        right = _policy(_statement("sqs:SendMessage", arn, Condition=rule))
        return _silent_without(bus, lambda: put(text) if text else None, lambda: put(right))


@behaviour("a queue without a policy for EventBridge receives nothing", _POLICIES)
def queue_policy(setup: TrialSetup) -> bool:
    """Try no policy."""
    return _queue_needs(setup)


@behaviour("a queue whose policy allows another action receives nothing", _POLICIES)
def queue_policy_action(setup: TrialSetup) -> bool:
    """Try the right to receive."""
    return _queue_needs(setup, _statement("sqs:ReceiveMessage", ""))


@behaviour("a queue whose policy names another rule in aws:SourceArn receives nothing", _POLICIES)
def queue_policy_source(setup: TrialSetup) -> bool:
    """Try the right for another rule."""
    other = setup.session.backend.rule_arn("another-bus", "another-rule")
    return _queue_needs(setup, _statement("sqs:SendMessage", "", Condition={"ArnEquals": {"aws:SourceArn": other}}))


@behaviour(
    "a queue whose policy denies what it also allows receives nothing", "IAM User Guide, Policy evaluation logic"
)
def queue_policy_deny(setup: TrialSetup) -> bool:
    """Try Allow together with Deny."""
    send = "sqs:SendMessage"
    return _queue_needs(setup, _statement(send, ""), _statement(send, "", "Deny", Principal=_EVERYBODY))


@behaviour("a topic without a policy for EventBridge receives nothing", _POLICIES)
def topic_policy(setup: TrialSetup) -> bool:
    """Try a policy that allows the account only."""
    with setup.bus() as bus:
        topic = Topic(f"{bus.name}-topic", bus.name)
        bus.create("topic", topic)
        bus.put_rule_under_test(RULE, sample().pattern)
        arn = bus.backend.topic_arn(topic.name)
        bus.modify_out_of_band(Target(bus.name, RULE, arn))
        owner = {"StringEquals": {"aws:PrincipalAccount": bus.backend.account}}
        only_owner = _policy(_statement("sns:Publish", arn, Principal=_EVERYBODY, Condition=owner))
        right = _policy(_statement("sns:Publish", arn))

        def put(policy: str) -> None:
            setup.session.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)

        return _silent_without(bus, lambda: put(only_owner), lambda: put(right))


@behaviour("a log group receives events", "User Guide, Event bus targets")
def log_group(setup: TrialSetup) -> bool:
    """Deliver to one."""
    with setup.bus() as bus:
        group = LogGroup(f"/aws/events/{bus.name}")
        bus.create("logs", group)
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, bus.backend.log_group_arn(group.name)))
        (stamped,) = bus.publish(sample().event)
        bus.deliveries()
        return soon(lambda: [event["id"] for event in bus.logged(group.name)] == [stamped])


@behaviour("a log group without a resource policy for EventBridge receives nothing", _POLICIES)
def log_policy(setup: TrialSetup) -> bool:
    """Remove the policy, and put it again."""
    logs = setup.session.logs
    with setup.bus() as bus:
        group = LogGroup(f"/aws/events/{bus.name}")
        bus.create("logs", group)
        bus.put_rule_under_test(RULE, sample().pattern)
        arn = bus.backend.log_group_arn(group.name)
        bus.modify_out_of_band(Target(bus.name, RULE, arn))
        or_none(logs.delete_resource_policy, policyName=bus.name)
        bus.publish(sample().event)
        bus.deliveries()
        if bus.logged(group.name):
            return False
        policy = _policy(_statement(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*"))
        logs.put_resource_policy(policyName=bus.name, policyDocument=policy)
        (second,) = bus.publish(sample().event)
        bus.deliveries()
        return soon(lambda: [event["id"] for event in bus.logged(group.name)] == [second])


@behaviour(
    "an encrypted queue whose key does not allow EventBridge receives nothing",
    "User Guide, Encrypted targets",
    needs_kms=True,
)
def encrypted_queue(setup: TrialSetup) -> bool:
    """Try a customer managed key that allows the account only."""
    backend = setup.session.backend
    kms = backend.client("kms")
    owner = _statement("kms:*", "*", Principal={"AWS": f"arn:aws:iam::{backend.account}:root"})
    origin = "EXTERNAL" if backend.is_localstack else "AWS_KMS"  # LocalStack on Python 3.11 creates no other key
    tags = [{"TagKey": RUN_TAG, "TagValue": setup.session.run.value}]
    key = kms.create_key(Policy=_policy(owner), Origin=origin, Tags=tags)["KeyMetadata"]["KeyId"]
    right = _policy(owner, _statement(["kms:GenerateDataKey", "kms:Decrypt"], "*"))
    try:
        with setup.bus() as bus:
            queue = Queue(f"{bus.name}-encrypted", open=True)
            bus.create("encrypted", queue)
            url = setup.session.queue_url(queue.name)
            setup.session.sqs.set_queue_attributes(QueueUrl=url, Attributes={"KmsMasterKeyId": key})
            bus.put_rule_under_test(RULE, sample().pattern)
            bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(queue.name)))
            grant = lambda: kms.put_key_policy(KeyId=key, PolicyName="default", Policy=right)  # noqa: E731
            return _silent_without(bus, lambda: None, grant)
    finally:
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)


@behaviour(
    "a dead-letter queue without a policy for EventBridge receives nothing", "User Guide, Using dead-letter queues"
)
def dead_letter_policy(setup: TrialSetup) -> bool:
    """Try a queue without a policy."""
    with setup.bus() as bus:
        queue = Queue(f"{bus.name}-letters")
        bus.create("letters", queue)
        bus.put_rule_under_test(RULE, sample().pattern)
        letters = {"DeadLetterConfig": {"Arn": bus.queue_arn(queue.name)}}
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(f"{bus.name}-nowhere"), letters))
        return _silent_without(bus, lambda: None, lambda: QueuePolicy(queue.name).update(setup.session))


PERMISSIONS: tuple[Behaviour, ...] = (
    queue_policy,
    queue_policy_action,
    queue_policy_source,
    queue_policy_deny,
    topic_policy,
    log_group,
    log_policy,
    encrypted_queue,
    dead_letter_policy,
)
"""The behaviours of this module."""
