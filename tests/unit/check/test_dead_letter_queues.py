"""Dead-letter queues: standard SQS queues in the Region of the rule, whose policy and key let EventBridge send."""

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.delivery import delivery_findings
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.model import Rule

PROJECT = """
variable "later" {}
resource "aws_cloudwatch_event_rule" "lost" {
  event_bus_name = BUS
  event_pattern  = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_target" "lost" {
  rule = aws_cloudwatch_event_rule.lost.name
  arn  = TARGET
  dead_letter_config { arn = QUEUE }
  retry_policy { maximum_retry_attempts = 3 }
}
resource "aws_sns_topic" "alarm" {}
MORE
"""
FUNCTION = '"arn:aws:lambda:ca-central-1:555566667777:function:page"'
BUS = '"arn:aws:events:ca-central-1:555566667777:event-bus/default"'


def codes(rule: Rule) -> list[str]:
    letters = ("dead-letter-queue", "no-dead-letter-queue", "fifo-queue", "queue-policy", "key-policy")
    return [found.code for found in delivery_findings(rule) if found.code in letters]


def terraform(queue: str, target: str = FUNCTION, bus: str = '"default"', more: str = "") -> Rule:
    text = PROJECT.replace("BUS", bus).replace("TARGET", target).replace("QUEUE", queue).replace("MORE", more)
    reading = read_terraform({"main.tf": text})
    assert reading.unreadable == []
    return reading.rules[0]


@pytest.mark.parametrize(
    ("queue", "target", "bus", "expected"),
    [
        ('"arn:aws:sqs:ca-central-1:555566667777:lost"', FUNCTION, '"default"', []),
        ('"arn:aws:sqs:ca-central-1:888899990000:lost"', FUNCTION, '"default"', []),
        ('"arn:aws:sqs:${var.later}:555566667777:lost"', FUNCTION, '"default"', []),
        ("var.later", FUNCTION, '"default"', []),
        ('"arn:aws:sqs:us-west-2:555566667777:lost"', FUNCTION, '"default"', ["dead-letter-queue"]),
        ('"arn:aws:sqs:us-west-2:555566667777:lost"', "var.later", '"default"', []),
        ('"arn:aws:sqs:us-west-2:555566667777:lost"', "var.later", BUS, ["dead-letter-queue"]),
        ('"arn:aws:sqs:us-west-2:555566667777:lost"', BUS, '"default"', []),
        ('"arn:aws:sqs:ca-central-1:555566667777:lost.fifo"', FUNCTION, '"default"', ["fifo-queue"]),
        ('"arn:aws:sns:ca-central-1:555566667777:lost"', FUNCTION, '"default"', ["dead-letter-queue"]),
        ("aws_sns_topic.alarm.arn", FUNCTION, '"default"', ["dead-letter-queue"]),
    ],
)
def test_the_service_and_name_in_an_arn(queue: str, target: str, bus: str, expected: list[str]) -> None:
    assert codes(terraform(queue, target, bus)) == expected


ALLOW = """
resource "aws_sqs_queue" "lost" { SETTINGS }
resource "aws_kms_key" "own" { policy = jsonencode({ Statement = [KEY] }) }
resource "aws_sqs_queue_policy" "lost" {
  queue_url = aws_sqs_queue.lost.url
  policy = jsonencode({
    Statement = {
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.lost.arn
      Condition = { ArnEquals = { "aws:SourceArn" = SOURCE } }
    }
  })
}
"""
OWN = "aws_cloudwatch_event_rule.lost.arn"
USE = '{ Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "kms:*", Resource = "*" }'


@pytest.mark.parametrize(
    ("settings", "key", "source", "expected"),
    [
        ("", "", OWN, []),
        ("kms_master_key_id = aws_kms_key.own.arn", USE, OWN, []),
        ("kms_master_key_id = aws_kms_key.own.arn", "", OWN, ["key-policy"]),
        ('kms_master_key_id = "alias/aws/sqs"', "", OWN, ["key-policy"]),
        ("sqs_managed_sse_enabled = true", "", OWN, []),
        ("fifo_queue = true", "", OWN, ["fifo-queue"]),
        ("", "", '"arn:aws:events:*:*:rule/other"', []),
        ("", "", "aws_sns_topic.alarm.arn", ["queue-policy"]),
    ],
)
def test_a_queue_of_the_project(settings: str, key: str, source: str, expected: list[str]) -> None:
    more = ALLOW.replace("SETTINGS", settings).replace("KEY", key).replace("SOURCE", source)
    assert codes(terraform("aws_sqs_queue.lost.arn", more=more)) == expected


SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Page:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Lost:
          Type: EventBridgeRule
          Properties:
            Pattern: {source: [aws.acm-pca]}
            DeadLetterConfig: LETTERS
  Queue: {Type: AWS::SQS::Queue}
  Allow:
    Type: AWS::SQS::QueuePolicy
    Properties:
      Queues: [!Ref Queue]
      PolicyDocument:
        Statement:
          Effect: Allow
          Principal: {Service: PRINCIPAL}
          Action: sqs:SendMessage
          Resource: !GetAtt Queue.Arn
          Condition: {ArnEquals: {aws:SourceArn: !GetAtt PageLost.Arn}}
"""


@pytest.mark.parametrize(
    ("letters", "principal", "expected"),
    [
        ("{Type: SQS}", "sns.amazonaws.com", []),
        ("{Type: SQS, QueueLogicalId: PageLetters}", "sns.amazonaws.com", []),
        ("{Arn: !GetAtt Queue.Arn}", "events.amazonaws.com", []),
        ("{Arn: !GetAtt Queue.Arn}", "sns.amazonaws.com", ["queue-policy"]),
    ],
)
def test_a_queue_created_by_sam_and_an_explicit_queue(letters: str, principal: str, expected: list[str]) -> None:
    text = SAM.replace("LETTERS", letters).replace("PRINCIPAL", principal)
    assert codes(read_document_file(text, "template.yaml", named=True).rules[0]) == expected


@pytest.mark.parametrize(
    ("name", "group", "expected"),
    [
        ("jobs.fifo", "", ["fifo-queue"]),
        ("jobs.fifo", 'sqs_target { message_group_id = "pki" }', []),
        ("jobs.fifo", "sqs_target { message_group_id = var.later }", []),
        ("jobs", "", []),
    ],
)
def test_a_fifo_queue_outside_the_project_is_recognised_by_its_name(name: str, group: str, expected: list[str]) -> None:
    target = f'"arn:aws:sqs:ca-central-1:555566667777:{name}"\n  {group}'
    assert codes(terraform('"arn:aws:sqs:ca-central-1:555566667777:lost"', target)) == expected
