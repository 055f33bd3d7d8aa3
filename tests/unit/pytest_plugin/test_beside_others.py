"""The plugin beside moto and Powertools for AWS Lambda, in one test file."""

import subprocess
import sys
from pathlib import Path

import pytest

from pca_events.backends import Backend

APP = '''
"""Sends a message for each CRL that could not be stored, once."""

import os

import boto3
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer, IdempotencyConfig, idempotent,
)
from aws_lambda_powertools.utilities.parser import event_parser
from aws_lambda_powertools.utilities.parser.models import EventBridgeModel
from pydantic import BaseModel


class Detail(BaseModel):
    result: str
    reason: str


class CrlFailed(EventBridgeModel):
    detail: Detail


def handler_for(table):
    store = DynamoDBPersistenceLayer(table_name=table)

    @idempotent(persistence_store=store, config=IdempotencyConfig(event_key_jmespath="id"))
    def handler(event, context):
        return notify(event, context)

    return handler


@event_parser(model=CrlFailed)
def notify(event, context):
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=event.detail.reason)
    return {"region": event.region, "request": context.aws_request_id}
'''
TESTS = """
import boto3
import pytest
from app import handler_for, notify
from moto import mock_aws


@pytest.fixture
def aws(monkeypatch):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="seen", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        )
        sqs = boto3.client("sqs")
        monkeypatch.setenv("QUEUE", sqs.create_queue(QueueName="alarms")["QueueUrl"])
        yield sqs


def messages(sqs):
    import os
    found = sqs.receive_message(QueueUrl=os.environ["QUEUE"], MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", [])]


@pytest.mark.pca_events("crl-generation-failure-*", region="eu-central-1")
def test_powertools_tolerates_duplicates_in_moto(pca_events, pca_deliver, aws):
    outcomes = pca_deliver(handler_for("seen"), pca_events, times=3)
    assert [outcome.status for outcome in outcomes] == ["returned"] * 3, outcomes
    assert len({outcome.value["request"] for outcome in outcomes}) == 1, "the stored response is returned"
    assert messages(aws) == [pca_events["detail"]["reason"]]


def test_without_powertools_a_duplicate_is_sent_again(pca_event, pca_deliver, aws):
    pca_deliver(notify, pca_event("crl-generation-failure-internal"), times=2)
    assert len(messages(aws)) == 2


def test_powertools_rejects_an_event_without_a_reason(pca_event, pca_deliver, aws):
    (outcome,) = pca_deliver(notify, pca_event("crl-generation-success"))
    assert outcome.error.startswith("ValidationError: ")
    assert messages(aws) == []


def test_the_private_ca_is_reached_inside_moto(pca_private_ca, pca_deliver, aws):
    certificate = pca_private_ca.issue(pca_private_ca.create_root(crl=True))
    pca_private_ca.sent()
    pca_private_ca.s3.delete_bucket_policy(Bucket=pca_private_ca.bucket)
    pca_private_ca.revoke(certificate)
    failed = [event for event in pca_private_ca.sent() if event["detail"]["result"] == "failure"]
    (outcome, again) = pca_deliver(handler_for("seen"), *failed, times=2)
    assert outcome.value == again.value
    assert messages(aws) == ["Failed to write CRL to S3. Check your S3 bucket permissions."]
    assert boto3.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"] == []
    assert [event["account"] for event in failed] == [pca_private_ca.account]


def test_a_bus_is_reached_inside_moto(pca_bus, pca_event, aws):
    pca_bus.put_rule_under_test("failures", {"detail": {"result": ["failure"]}})
    pca_bus.publish(pca_event("crl-generation-failure-internal"))
    assert len(pca_bus.deliveries()) == 1
"""


@pytest.mark.slow
def test_moto_and_powertools_work_in_the_same_file(tmp_path: Path, pca_backend: Backend) -> None:
    (tmp_path / "app.py").write_text(APP)
    (tmp_path / "test_app.py").write_text(TESTS)
    words = ["-q", "-p", "no:cacheprovider", "-p", "pca_events.pytest_plugin"]
    line = [sys.executable, "-m", "pytest", *words, "--pca-endpoint-url", pca_backend.endpoint_url]
    ran = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "7 passed" in ran.stdout
