"""An emulator with functions, and an account on it with a rule whose target is one of them."""

import json
from collections.abc import Callable
from typing import Any

from more_services import Desk

from pca_events.backends import Backend
from pca_events.backends.control_clients import trace_lines, trace_of

CODE = '''
import json
import os

import boto3


def record(event, context):
    """Write what it got, and as whom, into a queue of its account."""
    print("recording", context.aws_request_id)
    sqs = boto3.client("sqs")
    url = sqs.create_queue(QueueName="recorded")["QueueUrl"]
    seen = {"event": event, "region": os.environ["AWS_REGION"], "as": os.environ["AWS_ACCESS_KEY_ID"]}
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(seen | {"more": os.environ.get("MORE")}))
    return "recorded"


def fail(event, context):
    raise ValueError("it is broken")
'''
"""The code of the functions."""


class FunctionDesk(Desk):
    """One account: its clients, its queues, and rules to functions."""

    def __init__(self, backend: Backend) -> None:
        super().__init__(backend)
        self.functions = backend.client("lambda")
        self.queues = backend.client("sqs")
        self.topics = backend.client("sns")
        self.where = f"{backend.region}:{backend.account}"

    def arn(self, name: str) -> str:
        """Return the ARN of a function."""
        return f"arn:aws:lambda:{self.where}:function:{name}"

    def queue(self, name: str, policy_for: str = "") -> str:
        """Make a queue, which a service may send to, and return its ARN."""
        arn = f"arn:aws:sqs:{self.where}:{name}"
        statement = {"Effect": "Allow", "Principal": {"Service": policy_for}, "Action": "*", "Resource": arn}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.queues.create_queue(QueueName=name, Attributes={"Policy": policy} if policy_for else {})
        return arn

    def received(self, queue: str) -> dict[str, Any]:
        """Wait for a message of a queue, and return it."""
        url = self.queues.create_queue(QueueName=queue)["QueueUrl"]
        wanted = {"QueueUrl": url, "WaitTimeSeconds": 10, "MessageAttributeNames": ["All"]}
        (message,) = self.queues.receive_message(**wanted).get("Messages", [])
        self.queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return {**message, "Body": json.loads(message["Body"])}

    def rule(self, function: str, *, allowed: bool = True, **target: Any) -> None:
        """Put a rule for issued certificates with a function as its target."""
        pattern = {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA Certificate Issuance"]}
        rule = self.events.put_rule(Name="issued", EventPattern=json.dumps(pattern))["RuleArn"]
        self.events.put_targets(Rule="issued", Targets=[{"Id": "function", "Arn": self.arn(function), **target}])
        if allowed:
            self.allow(function, "events.amazonaws.com", rule)

    def allow(self, function: str, service: str, source: str) -> None:
        """Let a service invoke a function for a source."""
        self.functions.add_permission(
            FunctionName=function,
            StatementId=service.partition(".")[0],
            Action="lambda:InvokeFunction",
            Principal=service,
            SourceArn=source,
        )

    def issued(self) -> dict[str, Any]:
        """Issue a certificate, and return its event."""
        self.scenario.call("IssueCertificate")
        sent = self.scenario.simulator.sent()[0]
        return [event for event in sent if event["detail-type"] == "ACM Private CA Certificate Issuance"][-1]

    def trace(self, event: dict[str, Any], until: Callable[[list[str]], bool] = bool) -> list[str]:
        """Return what the rule did with an event, once it is as wanted."""
        for _ in range(1000):
            rules = trace_of(self.backend, event["id"])["rules"]
            if until(lines := trace_lines([rule for rule in rules if rule["name"] == "issued"])):
                return lines
        raise AssertionError(lines)
