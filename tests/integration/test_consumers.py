"""Contract files verified on an event bus: every link of the chain is named if it is the broken one."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events.backends import Backend
from pca_events.cli import main
from pca_events.consumers.contract_file import FILE, read_contract
from pca_events.consumers.links import Chain, ConsumerReport
from pca_events.consumers.verify import verify_consumer
from pca_events.handlers.entry import Limits, read_command, read_entry
from pca_events.handlers.recorded_calls import RecordedCalls
from pca_events.handlers.trials import Plan, try_handler
from pca_events.harness import RunId, Session

PATTERN = {
    "source": ["aws.acm-pca"],
    "detail-type": ["ACM Private CA Audit Report Generation"],
    "detail": {"result": ["success"]},
}
TRANSFORMER = {
    "InputPathsMap": {"report": "$.resources[1]", "time": "$.time"},
    "InputTemplate": '{"report": <report>, "time": <time>}',
}
POLICY = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": "*",
        }
    ]
}
HANDLER = """\
import json

def handler(event, context):
    return [json.loads(record["body"])["report"] for record in event["Records"]]
"""
CONTRACT = """\
consumer: reports
rules:
  - rule: template.json#Reports
    fires-on: [audit-report-generation-success]
    handler: keep
handlers:
  - name: keep
    entry: app.py:handler
    accepts: [audit-report-generation-success]
    as: sqs
"""
Verified = Callable[..., Chain]


@pytest.fixture
def session(pca_backend: Backend) -> Session:
    """A connection to the emulator of the run."""
    return Session(pca_backend, RunId())


@pytest.fixture
def verified(session: Session, tmp_path: Path) -> Verified:
    """Verify a consumer that is right except for what is changed, and return its chain."""

    def verify(
        pattern: object = PATTERN,
        transformer: object = TRANSFORMER,
        policy: object = POLICY,
        handler: str = HANDLER,
        contract: str = CONTRACT,
    ) -> Chain:
        queue = {"Fn::GetAtt": ["Queue", "Arn"]}
        target = {"Id": "queue", "Arn": queue, "InputTransformer": transformer}
        resources = {
            "Reports": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern, "Targets": [target]}},
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Policy": {
                "Type": "AWS::SQS::QueuePolicy",
                "Properties": {"Queues": [{"Ref": "Queue"}], "PolicyDocument": policy},
            },
        }
        template = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}
        (tmp_path / "template.json").write_text(json.dumps(template))
        (tmp_path / "app.py").write_text(handler)
        (tmp_path / FILE).write_text(contract)
        report: ConsumerReport = verify_consumer(read_contract(str(tmp_path)), lambda: session)
        [chain] = report.chains
        return chain

    return verify


def broken_links(chain: Chain) -> list[tuple[str, str]]:
    return [(link.name, link.told) for link in chain.links if link.verdict == "broken"]


def test_every_link_of_a_consumer_that_is_right_holds(verified: Verified) -> None:
    told = "rule holds; pattern holds; delivery holds; input holds; event bus holds; handler holds"
    assert str(verified()) == told


@pytest.mark.parametrize(
    ("change", "links", "told"),
    [
        (
            {"contract": CONTRACT.replace("#Reports", "#Report")},
            {"rule"},
            'has no rule "Report"; did you mean "Reports"?',
        ),
        (
            {"pattern": {**PATTERN, "detail": {"result": ["success", "failure"]}}},
            {"pattern", "event bus"},
            "also fires on audit-report-generation-failure",
        ),
        (
            {"pattern": {**PATTERN, "detail": {"result": ["SUCCESS"]}}},
            {"pattern", "event bus"},
            "does not fire on audit-report-generation-success",
        ),
        ({"policy": {"Statement": []}}, {"delivery"}, "no queue policy lets events.amazonaws.com use sqs:SendMessage"),
        (
            {"transformer": {**TRANSFORMER, "InputPathsMap": {"report": "$.detail.report", "time": "$.time"}}},
            {"input"},
            "reads $.detail.report, which is in none of the events",
        ),
        (
            {"transformer": {**TRANSFORMER, "InputTemplate": '{"report": <reports>}'}},
            {"event bus"},
            "contains invalid placeholder reports",
        ),
        (
            {"transformer": {**TRANSFORMER, "InputTemplate": '{"id": <report>}'}},
            {"handler"},
            "keep raised: KeyError: 'report'",
        ),
        (
            {"contract": CONTRACT.replace("accepts: [audit-report-generation-success]", "accepts: [ca-*]")},
            {"handler"},
            "keep does not accept audit-report-generation-success",
        ),
    ],
    ids=["rule", "too-much", "nothing", "delivery", "input", "target", "handler", "accepts"],
)
def test_the_broken_link_is_named(verified: Verified, change: dict[str, object], links: set[str], told: str) -> None:
    found = broken_links(verified(**change))
    assert {name for name, _ in found} == links, found
    assert any(told in words for _, words in found), found


def test_the_command_prints_the_chain_and_its_verdict(
    verified: Verified, pca_backend: Backend, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verified(policy={"Statement": []})
    words = ["verify-consumer", str(tmp_path), "--endpoint-url", pca_backend.endpoint_url]
    assert main(words) == 1
    shown = capsys.readouterr().out
    assert "template.json#Reports -> keep" in shown
    assert "  delivery   broken  target queue: no queue policy" in shown
    assert "reports: 6 links: 5 holds, 1 broken, 0 not tried; 0 errors of handlers" in shown
    assert main([*words, "--static"]) == 1
    assert "event bus  not tried  --static" in capsys.readouterr().out


SENDER = """\
import json, os, sys
import boto3

QUEUE = "http://sqs/111122223333/" + os.environ["QUEUE"]

def send(event, **more):
    boto3.client("sqs").send_message(QueueUrl=QUEUE, MessageBody=event["resources"][0], **more)

def naive(event, context):
    if event["detail"]["result"] == "failure":
        send(event)

def with_token(event, context):
    if event["detail"]["result"] == "failure":
        send(event, MessageGroupId="a", MessageDeduplicationId=event["id"])

if __name__ == "__main__":
    naive(json.load(sys.stdin), None)
"""
FAILURES = ("crl-generation-failure-internal",)


@pytest.mark.parametrize(
    ("function", "queue", "codes"),
    [
        ("naive", "naive", {"not-idempotent", "acts-on-other-event"}),
        ("with_token", "token.fifo", {"acts-on-other-event"}),
        ("", "naive", {"not-idempotent", "acts-on-other-event"}),
    ],
)
def test_recorded_calls_are_the_state(
    session: Session, tmp_path: Path, function: str, queue: str, codes: set[str]
) -> None:
    name = f"{session.run.prefix}{queue}"
    url = session.sqs.create_queue(QueueName=name, Attributes={"FifoQueue": "true"} if "." in queue else {})["QueueUrl"]
    (tmp_path / "app.py").write_text(SENDER)
    probe = RecordedCalls(session.backend.endpoint_url)
    try:
        limits = Limits(seconds=20)
        handler = (
            read_entry(f"app:{function}", tmp_path, limits)
            if function
            else read_command(f"{sys.executable} app.py", tmp_path, limits)
        )
        variables = {"AWS_ENDPOINT_URL": probe.endpoint_url, "QUEUE": name}
        report = try_handler(handler, Plan(FAILURES, variables=variables), probe)
    finally:
        probe.close()
        session.sqs.delete_queue(QueueUrl=url)
    assert {finding.code for finding in report.findings} == codes, [str(finding) for finding in report.findings]
    if "not-idempotent" not in codes:
        assert report.verdict("overlap", FAILURES[0]) == report.verdict("crash", FAILURES[0]) == "passed"
