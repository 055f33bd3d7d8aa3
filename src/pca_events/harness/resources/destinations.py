"""What EventBridge delivers to: SQS queue with its policy, SNS topic and CloudWatch log group."""

import json
from dataclasses import dataclass, field, replace
from typing import Any

from pca_events.harness.aws_errors import or_none
from pca_events.harness.resources.grants import AS_DOCUMENTED, Grant
from pca_events.harness.resources.plan import Tags, tag_list
from pca_events.harness.session import Session

_VISIBILITY_TIMEOUT = "43200"  # seconds, the maximum: a received message is not received again and need not be deleted


@dataclass(frozen=True)
class Queue:
    """An SQS queue that accepts nothing until it has a policy; a FIFO queue if its name ends in .fifo.

    Attributes:
        name: of the queue.
        open: whether it is created with the policy that allows EventBridge to send, as in `QueuePolicy`.
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
        """Create the queue."""
        attributes = {"VisibilityTimeout": _VISIBILITY_TIMEOUT}
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
        """Do nothing: a queue has no other attributes here."""

    def delete(self, session: Session) -> None:
        """Remove the queue."""
        if url := or_none(session.queue_url, name=self.name):
            or_none(session.sqs.delete_queue, QueueUrl=url)


@dataclass(frozen=True)
class QueuePolicy:
    """The resource policy that allows EventBridge to send to a queue; without it, AWS drops every event.

    Attributes:
        queue: the name of the queue.
        state: one of `grants.POLICY_STATES`.
    """

    queue: str
    state: str = AS_DOCUMENTED

    @property
    def key(self) -> str:
        """The name of its queue."""
        return f"queue-policy/{self.queue}"

    def create(self, session: Session, tags: Tags) -> None:  # noqa: ARG002
        """Put the policy."""
        self._put(session, json.dumps(self.document(session)))

    def read(self, session: Session) -> "QueuePolicy | None":
        """Return this policy if the queue has exactly this one; None for another policy."""
        policy = (_attributes(session, self.queue) or {}).get("Policy")
        return self if policy and json.loads(policy) == self.document(session) else None

    def update(self, session: Session) -> None:
        """Put the policy again."""
        self._put(session, json.dumps(self.document(session)))

    def delete(self, session: Session) -> None:
        """Remove the policy."""
        self._put(session, "")

    def _put(self, session: Session, policy: str) -> None:
        if url := or_none(session.queue_url, name=self.queue):
            or_none(session.sqs.set_queue_attributes, QueueUrl=url, Attributes={"Policy": policy})

    def document(self, session: Session) -> dict[str, Any]:
        """Return the policy as JSON."""
        return Grant(("sqs:SendMessage",), session.backend.queue_arn(self.queue)).policy(session, self.state)


@dataclass(frozen=True)
class Topic:
    """An SNS topic that EventBridge may publish to, and that forwards messages, unwrapped, to one queue.

    Attributes:
        name: of the topic.
        queue: the name of the queue.
        state: of its policy, one of `grants.POLICY_STATES`.
    """

    name: str
    queue: str
    state: str = AS_DOCUMENTED

    @property
    def key(self) -> str:
        """Its name."""
        return f"topic/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Create the topic, and subscribe the queue."""
        session.sns.create_topic(Name=self.name, Tags=tag_list(tags))
        self.update(session)

    def read(self, session: Session) -> "Topic | None":
        """Return the topic of this name, with the queue that is subscribed and the state of its policy."""
        arn = session.backend.topic_arn(self.name)
        found = or_none(session.sns.list_subscriptions_by_topic, TopicArn=arn)
        queues = [each["Endpoint"].rpartition(":")[2] for each in found["Subscriptions"]] if found else []
        if not queues:
            return None
        policy = json.loads(session.sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"])
        return replace(self, queue=queues[0], state=self.state if policy == self._policy(session) else "another")

    def update(self, session: Session) -> None:
        """Put the policy, and subscribe the queue again, which changes nothing if it is subscribed."""
        arn = session.backend.topic_arn(self.name)
        policy = json.dumps(self._policy(session))
        session.sns.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=policy)
        session.sns.subscribe(
            TopicArn=arn,
            Protocol="sqs",
            Endpoint=session.backend.queue_arn(self.queue),
            Attributes={"RawMessageDelivery": "true"},
        )

    def delete(self, session: Session) -> None:
        """Remove the topic and its subscription."""
        arn = session.backend.topic_arn(self.name)
        found = or_none(session.sns.list_subscriptions_by_topic, TopicArn=arn)
        for subscription in found["Subscriptions"] if found else ():
            session.sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
        or_none(session.sns.delete_topic, TopicArn=arn)

    def _policy(self, session: Session) -> dict[str, Any]:
        return Grant(("sns:Publish",), session.backend.topic_arn(self.name)).policy(session, self.state)


@dataclass(frozen=True)
class LogGroup:
    """A CloudWatch log group with a resource policy for EventBridge, which sends to names under /aws/events/ only.

    Attributes:
        name: of the log group.
        state: of the policy, one of `grants.POLICY_STATES`.
    """

    name: str
    state: str = AS_DOCUMENTED

    @property
    def key(self) -> str:
        """Its name."""
        return f"log-group/{self.name}"

    def create(self, session: Session, tags: Tags) -> None:
        """Create the log group and its policy."""
        session.logs.create_log_group(logGroupName=self.name, tags=tags)
        self.update(session)

    def read(self, session: Session) -> "LogGroup | None":
        """Return the log group of this name, with the state of its policy."""
        groups = session.logs.describe_log_groups(logGroupNamePrefix=self.name)["logGroups"]
        if self.name not in [group["logGroupName"] for group in groups]:
            return None
        documents = {
            policy["policyName"]: json.loads(policy["policyDocument"])
            for policy in session.listed("logs", "describe_resource_policies", "resourcePolicies") or ()
        }
        is_own = documents.get(self._policy_name) == self._policy(session)
        return replace(self, state=self.state if is_own else "another")

    def update(self, session: Session) -> None:
        """Put the policy."""
        document = json.dumps(self._policy(session))
        session.logs.put_resource_policy(policyName=self._policy_name, policyDocument=document)

    def delete(self, session: Session) -> None:
        """Remove the log group and its policy."""
        or_none(session.logs.delete_resource_policy, policyName=self._policy_name)
        or_none(session.logs.delete_log_group, logGroupName=self.name)

    @property
    def _policy_name(self) -> str:
        return self.name.rpartition("/")[2]

    def _policy(self, session: Session) -> dict[str, Any]:
        services = ("events.amazonaws.com", "delivery.logs.amazonaws.com")
        logs = f"{session.backend.log_group_arn(self.name)}:*"
        return Grant(("logs:CreateLogStream", "logs:PutLogEvents"), logs, services).policy(session, self.state)


def _attributes(session: Session, queue: str) -> dict[str, str] | None:
    """The compared attributes of a queue; None if it does not exist."""
    url = or_none(session.queue_url, name=queue)
    answer = url and session.read("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=["Policy"])
    return None if not answer else answer.get("Attributes", {})
