"""The things that a harness makes: each can be created, read, updated and deleted on any backend.

A resource is a value: what it should be. `read` returns what the backend has under the same key, in the same form, so
that the two can be compared; patterns and policies are compared as JSON, not as text.
"""

import json
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from botocore.exceptions import ClientError

from pca_events.harness.session import Pattern, Session, or_none

Tags = dict[str, str]
_RECEIVED_ONCE = "43200"  # seconds, the most: what was received does not come again, so nothing need be deleted
TARGET_ID = "target"
"""The id of the target of each rule that a harness makes."""


class Resource(Protocol):
    """What every kind of resource can do."""

    @property
    def key(self) -> str:
        """What the backend knows it by; a resource with another key is another one."""

    def create(self, session: Session, tags: Tags) -> None:
        """Make it."""

    def read(self, session: Session) -> Self | None:
        """Return what the backend has under this key, or None."""

    def update(self, session: Session) -> None:
        """Bring what the backend has under this key to this value."""

    def delete(self, session: Session) -> None:
        """Remove it; nothing happens where it is gone already."""


@dataclass(frozen=True)
class EventBus:
    """An event bus."""

    name: str

    @property
    def key(self) -> str:
        """Its name."""
        return f"event-bus/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Make the bus; that it is there already is right where an earlier try of the same call was not answered."""
        try:
            session.events.create_event_bus(Name=self.name, Tags=_as_list(tags))
        except session.events.exceptions.ResourceAlreadyExistsException as error:
            if not error.response["ResponseMetadata"].get("RetryAttempts"):
                raise

    def read(self, session: Session) -> "EventBus | None":
        """Return the bus of this name."""
        return None if session.rules(self.name) is None else self

    def update(self, session: Session) -> None:
        """Do nothing: all that a bus is, is its name."""

    def delete(self, session: Session) -> None:
        """Remove the bus."""
        or_none(session.events.delete_event_bus, Name=self.name)


@dataclass(frozen=True)
class Queue:
    """An SQS queue that nothing may send to until it has a policy; a name ending in .fifo makes it FIFO.

    Attributes:
        name: of the queue.
        open: whether it is created with the policy that lets EventBridge send, as `QueuePolicy` would put it.
    """

    name: str
    open: bool = field(default=False, compare=False)

    @property
    def key(self) -> str:
        """Its name."""
        return f"queue/{self.name}"

    @property
    def fifo(self) -> bool:
        """Whether the queue keeps the order of each message group."""
        return self.name.endswith(".fifo")

    def create(self, session: Session, tags: Tags) -> None:
        """Make the queue."""
        attributes = {"VisibilityTimeout": _RECEIVED_ONCE}
        if self.open:
            attributes |= {"Policy": json.dumps(QueuePolicy(self.name).document(session))}
        if self.fifo:
            attributes |= {"FifoQueue": "true", "ContentBasedDeduplication": "true"}
        answer = session.sqs.create_queue(QueueName=self.name, Attributes=attributes, tags=tags)
        session.queue_urls[self.name] = answer["QueueUrl"]

    def read(self, session: Session) -> "Queue | None":
        """Return the queue of this name."""
        return self if _attributes(session, self.name) is not None else None

    def update(self, session: Session) -> None:
        """Do nothing: all that a queue is here, is its name."""

    def delete(self, session: Session) -> None:
        """Remove the queue."""
        if url := or_none(session.queue_url, name=self.name):
            or_none(session.sqs.delete_queue, QueueUrl=url)


@dataclass(frozen=True)
class QueuePolicy:
    """The resource policy that lets EventBridge send to a queue; without it AWS drops every event."""

    queue: str

    @property
    def key(self) -> str:
        """The name of its queue."""
        return f"queue-policy/{self.queue}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Put the policy."""
        self._put(session, json.dumps(self.document(session)))

    def read(self, session: Session) -> "QueuePolicy | None":
        """Return this policy where the queue has it to the letter; a policy that says something else is none."""
        policy = (_attributes(session, self.queue) or {}).get("Policy")
        return self if policy and json.loads(policy) == self.document(session) else None

    def update(self, session: Session) -> None:
        """Put the policy again."""
        self._put(session, json.dumps(self.document(session)))

    def delete(self, session: Session) -> None:
        """Take the policy away."""
        self._put(session, "")

    def _put(self, session: Session, policy: str) -> None:
        if url := or_none(session.queue_url, name=self.queue):
            or_none(session.sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": policy})

    def document(self, session: Session) -> dict[str, Any]:
        """Return the policy as JSON."""
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "events.amazonaws.com"},
                    "Action": "sqs:SendMessage",
                    "Resource": session.backend.queue_arn(self.queue),
                }
            ],
        }


@dataclass(frozen=True)
class Rule:
    """A rule on a bus; its state is ENABLED or DISABLED."""

    bus: str
    name: str
    pattern: Pattern
    state: str = "ENABLED"
    description: str = ""

    @property
    def key(self) -> str:
        """Its bus and name."""
        return f"rule/{self.bus}/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Put the rule, after TestEventPattern has accepted its pattern."""
        self._put(session, Tags=_as_list(tags))

    def read(self, session: Session) -> "Rule | None":
        """Return the rule of this bus and name."""
        for found in session.rules(self.bus) or ():
            if found["Name"] == self.name:
                pattern = session.true(found["EventPattern"])
                return replace(self, pattern=pattern, state=found["State"], description=found.get("Description", ""))
        return None

    def update(self, session: Session) -> None:
        """Put the rule again: PutRule replaces all that is given."""
        self._put(session)

    def delete(self, session: Session) -> None:
        """Remove the rule, and its targets first, without which EventBridge refuses."""
        where = {"Rule": self.name, "EventBusName": self.bus}
        or_none(session.events.remove_targets, **where, Ids=[TARGET_ID])
        try:
            or_none(session.events.delete_rule, Name=self.name, EventBusName=self.bus)
        except ClientError:  # it has a target that is not ours
            targets = session.events.list_targets_by_rule(**where)["Targets"]
            session.events.remove_targets(**where, Ids=[target["Id"] for target in targets])
            session.events.delete_rule(Name=self.name, EventBusName=self.bus)

    def _put(self, session: Session, **more: Any) -> None:
        session.events.put_rule(
            Name=self.name,
            EventBusName=self.bus,
            EventPattern=session.checked(self.pattern),
            State=self.state,
            Description=self.description,
            **more,
        )


@dataclass(frozen=True)
class Target:
    """Where a rule sends its events: the ARN, and in `options` what PutTargets takes besides (InputPath, ...)."""

    bus: str
    rule: str
    arn: str
    options: dict[str, Any] = field(default_factory=dict)
    id: str = TARGET_ID

    @property
    def key(self) -> str:
        """Its bus, rule and id."""
        return f"target/{self.bus}/{self.rule}/{self.id}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Put the target."""
        self.update(session)

    def read(self, session: Session) -> "Target | None":
        """Return the rule's target of this id."""
        if self.rule not in [rule["Name"] for rule in session.rules(self.bus) or ()]:
            return None
        found = session.read("events", "list_targets_by_rule", Rule=self.rule, EventBusName=self.bus)
        for target in found["Targets"] if found else ():
            if target["Id"] == self.id:
                options = {name: value for name, value in target.items() if name not in ("Id", "Arn")}
                return replace(self, arn=target["Arn"], options=options)
        return None

    def update(self, session: Session) -> None:
        """Put the target again: PutTargets replaces the one of the same id."""
        target = {"Id": self.id, "Arn": self.arn, **self.options}
        answer = session.events.put_targets(Rule=self.rule, EventBusName=self.bus, Targets=[target])
        if answer["FailedEntryCount"]:
            failed = answer["FailedEntries"][0]
            error = {"Code": failed["ErrorCode"], "Message": failed.get("ErrorMessage", "")}
            raise ClientError({"Error": error}, "PutTargets")

    def delete(self, session: Session) -> None:
        """Remove the target."""
        or_none(session.events.remove_targets, Rule=self.rule, EventBusName=self.bus, Ids=[self.id])


@dataclass(frozen=True)
class Archive:
    """An archive of the events of a bus, kept for some days."""

    bus: str
    name: str
    pattern: Pattern
    days: int = 1

    @property
    def key(self) -> str:
        """Its name."""
        return f"archive/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Make the archive; EventBridge gives archives no tags."""
        session.makes.add("archives")
        session.events.create_archive(
            ArchiveName=self.name,
            EventSourceArn=session.backend.bus_arn(self.bus),
            EventPattern=session.checked(self.pattern),
            RetentionDays=self.days,
        )

    def read(self, session: Session) -> "Archive | None":
        """Return the archive of this name."""
        found = or_none(session.events.describe_archive, ArchiveName=self.name)
        return found and replace(
            self,
            bus=found["EventSourceArn"].rpartition("/")[2],
            pattern=session.true(found["EventPattern"]),
            days=found["RetentionDays"],
        )

    def update(self, session: Session) -> None:
        """Bring pattern and retention to this value."""
        session.events.update_archive(
            ArchiveName=self.name, EventPattern=session.checked(self.pattern), RetentionDays=self.days
        )

    def delete(self, session: Session) -> None:
        """Remove the archive."""
        or_none(session.events.delete_archive, ArchiveName=self.name)


@dataclass(frozen=True)
class Topic:
    """An SNS topic that passes on what it gets, unwrapped, to one queue."""

    name: str
    queue: str

    @property
    def key(self) -> str:
        """Its name."""
        return f"topic/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Make the topic, and subscribe the queue."""
        session.makes.add("topics")
        arn = session.sns.create_topic(Name=self.name, Tags=_as_list(tags))["TopicArn"]
        session.sns.subscribe(
            TopicArn=arn,
            Protocol="sqs",
            Endpoint=session.backend.queue_arn(self.queue),
            Attributes={"RawMessageDelivery": "true"},
        )

    def read(self, session: Session) -> "Topic | None":
        """Return the topic of this name, with the queue that is subscribed."""
        arn = session.backend.topic_arn(self.name)
        found = or_none(session.sns.list_subscriptions_by_topic, TopicArn=arn)
        queues = [each["Endpoint"].rpartition(":")[2] for each in found["Subscriptions"]] if found else []
        return replace(self, queue=queues[0]) if queues else None

    def update(self, session: Session) -> None:
        """Subscribe the queue again, which changes nothing where it is subscribed."""
        self.create(session, {})

    def delete(self, session: Session) -> None:
        """Remove the topic and its subscription."""
        arn = session.backend.topic_arn(self.name)
        found = or_none(session.sns.list_subscriptions_by_topic, TopicArn=arn)
        for subscription in found["Subscriptions"] if found else ():
            session.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        or_none(session.sns.delete_topic, TopicArn=arn)


@dataclass(frozen=True)
class LogGroup:
    """A CloudWatch log group; EventBridge sends only to those whose name begins with /aws/events/."""

    name: str

    @property
    def key(self) -> str:
        """Its name."""
        return f"log-group/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Make the log group."""
        session.makes.add("log-groups")
        session.logs.create_log_group(logGroupName=self.name, tags=tags)

    def read(self, session: Session) -> "LogGroup | None":
        """Return the log group of this name."""
        groups = session.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        return self if self.name in [group["logGroupName"] for group in groups] else None

    def update(self, session: Session) -> None:
        """Do nothing: all that a log group is here, is its name."""

    def delete(self, session: Session) -> None:
        """Remove the log group."""
        or_none(session.logs.delete_log_group, logGroupName=self.name)


def _attributes(session: Session, queue: str) -> dict[str, str] | None:
    """The attributes of a queue that are compared; None where there is no such queue."""
    url = or_none(session.queue_url, name=queue)
    answer = url and session.read("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"])
    return None if not answer else answer.get("Attributes", {})


def _as_list(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
