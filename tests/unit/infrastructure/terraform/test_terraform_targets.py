"""Targets of Terraform rules: queues, policies and keys; and the public EventBridge module."""

from pathlib import Path
from typing import Any

import pytest
from terraform_texts import read_terraform

from pca_events.infrastructure.model import Key, Rule, SourceLocation, Target, Unknown
from pca_events.infrastructure.partial_values import Reference

EXAMPLES = Path(__file__).parents[4] / "examples" / "infrastructure"

RULE = """resource "aws_cloudwatch_event_rule" "r" {
  name          = "failed-${var.env}"
  event_pattern = jsonencode({ source = ["aws.acm-pca"] })
}
variable "env" {}
"""
QUEUES = """resource "aws_sqs_queue" "q" {
  name = "mine"
  %s
}
resource "aws_sqs_queue" "dlq" {}
"""


def rules(*texts: str) -> list[Rule]:
    """The rules of one file that has no unreadable parts."""
    reading = read_terraform({"m.tf": "\n".join(texts)})
    assert reading.unreadable == []
    return reading.rules


def target(arguments: str, *texts: str) -> Target:
    """The only target of a rule."""
    block = (
        f'resource "aws_cloudwatch_event_target" "t" {{\n rule = aws_cloudwatch_event_rule.r.name\n {arguments}\n}}\n'
    )
    (rule,) = rules(block, RULE, QUEUES % "", *texts)
    assert rule.targets is not None
    (found,) = rule.targets
    return found


@pytest.mark.parametrize(
    ("arn", "kind", "handler"),
    [
        ("aws_sqs_queue.q.arn", "sqs", "mine"),
        ("aws_lambda_function.f.arn", "lambda", "collect"),
        ("aws_lambda_alias.live.invoke_arn", "lambda", "collect"),
        ("aws_sns_topic.missing_topic.arn", "sns", "missing_topic"),
        ("aws_cloudwatch_log_group.g.arn", "logs", "/pca/events"),
        ("aws_sfn_state_machine.s.arn", "states", "s"),
        ("module.collect_lambda.lambda_function_arn", "lambda", "collect_lambda"),
        ('"arn:aws:lambda:eu-west-1:111122223333:function:collect:live"', "lambda", "collect"),
        ('"arn:aws:sqs:eu-west-1:111122223333:other"', "sqs", "other"),
        ('"arn:aws:sqs:${var.env}:111122223333:other"', "sqs", "other"),
        ('"arn:aws:logs:eu-west-1:111122223333:log-group:/pca/x:*"', "logs", "/pca/x"),
        ('"arn:aws:events:eu-west-1:111122223333:event-bus/central"', "events", "central"),
        ("var.env", "", ""),
    ],
)
def test_a_target_is_named_by_its_arn(arn: str, kind: str, handler: str) -> None:
    others = """
    resource "aws_lambda_function" "f" { function_name = "collect" }
    resource "aws_lambda_alias" "live" {
      name          = "live"
      function_name = aws_lambda_function.f.function_name
    }
    resource "aws_cloudwatch_log_group" "g" { name = "/pca/events" }
    resource "aws_sfn_state_machine" "s" {}
    """
    found = target(f"arn = {arn}", others)
    assert (found.kind, found.handler) == (kind, handler)
    assert isinstance(found.arn, str) == (arn.startswith('"') and "$" not in arn)


@pytest.mark.parametrize(
    ("written", "shown"), [("true", "true"), ('["$.a", null]', '["$.a",null]'), ("{ a = 1 }", '{"a":1}')]
)
def test_a_value_of_the_wrong_type_is_shown_as_json(written: str, shown: str) -> None:
    assert target(f"arn = aws_sqs_queue.q.arn\n input_path = {written}").input_path == shown


def test_all_settings_of_a_target_are_read() -> None:
    found = target("""arn = aws_sqs_queue.q.arn
      target_id  = "t1"
      input_path = "$.detail"
      input_transformer {
        input_paths    = { result = "$.detail.result", other = var.env }
        input_template = "<result>"
      }
      dead_letter_config { arn = aws_sqs_queue.dlq.arn }
      retry_policy { maximum_retry_attempts = 3 }
    """)
    assert (found.name, found.input_path, found.place) == ("t1", "$.detail", SourceLocation("m.tf", 1))
    assert found.input_paths == {"result": "$.detail.result", "other": Unknown("var.env")}
    assert found.destination is not None
    assert (found.destination.name, found.destination.policy, found.destination.key) == ("mine", None, None)
    assert getattr(found.dead_letter, "name", None) == "aws_sqs_queue.dlq"
    assert found.retry
    assert found.arn == Unknown("aws_sqs_queue.q.arn")


@pytest.mark.parametrize(
    ("arguments", "dead_letter", "retry"),
    [
        ("", None, False),
        ('dead_letter_config { arn = "arn:aws:sqs:eu-west-1:111122223333:far" }', True, False),
        ("dead_letter_config { arn = var.env }", Unknown("var.env"), False),
        ("dead_letter_config { arn = data.aws_sqs_queue.far.arn }", True, False),
        ('dynamic "retry_policy" {\n for_each = [1]\n content {}\n}', None, True),
        ('dynamic "retry_policy" {\n for_each = []\n content {}\n}', None, False),
        ('dynamic "retry_policy" {\n for_each = var.env\n content {}\n}', None, True),
        (
            'dynamic "dead_letter_config" {\n for_each = ["x"]\n iterator = it\n content {\n arn = it.value\n }\n}',
            True,
            False,
        ),
    ],
)
def test_dead_letter_queues_are_read(arguments: str, dead_letter: Any, retry: bool) -> None:
    found = target(f"arn = aws_sqs_queue.q.arn\n {arguments}")
    assert (found.dead_letter, found.retry) == (dead_letter, retry)


@pytest.mark.parametrize(
    ("rule", "belongs"),
    [
        ("aws_cloudwatch_event_rule.r.id", True),
        ("aws_cloudwatch_event_rule.r.name", True),
        ('"failed-${var.env}"', True),
        ('"another"', False),
        ("var.rule", None),
    ],
)
def test_a_target_belongs_to_its_rule(rule: str, belongs: bool | None) -> None:
    text = f'resource "aws_cloudwatch_event_target" "t" {{\n rule = {rule}\n arn = "x"\n}}\nvariable "rule" {{}}'
    (found,) = rules(RULE, text)
    assert (found.targets and len(found.targets)) == {True: 1, False: (), None: None}[belongs]


def test_each_target_belongs_to_the_rule_of_its_key() -> None:
    text = """
    resource "aws_cloudwatch_event_rule" "r" {
      for_each      = toset(["a", "b"])
      event_pattern = jsonencode({ source = [each.key] })
    }
    resource "aws_cloudwatch_event_target" "t" {
      for_each = aws_cloudwatch_event_rule.r
      rule     = each.value.name
      arn      = aws_sqs_queue.q[each.key].arn
    }
    resource "aws_sqs_queue" "q" {
      for_each = { a = "first", b = "second" }
      name     = each.value
    }
    """
    found = {rule.name[-4:-2]: [target.handler for target in rule.targets or ()] for rule in rules(text)}
    assert found == {'"a': ["first"], '"b': ["second"]}


STATEMENT = {"Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com"]}, "Action": ["sqs:SendMessage"]}
DOCUMENT = """
data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.q.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.r.arn]
    }
  }
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.%s
  policy    = data.aws_iam_policy_document.send.json
}
"""
TARGET = """
resource "aws_cloudwatch_event_target" "t" {
  rule = aws_cloudwatch_event_rule.r.name
  arn  = aws_sqs_queue.q.arn
}
"""


def queue(arguments: str, *texts: str) -> Any:
    """The queue of a target."""
    (rule,) = rules(RULE, TARGET, QUEUES % arguments, *texts)
    assert rule.targets is not None
    return rule.targets[0].destination


@pytest.mark.parametrize("attribute", ["id", "url"])
def test_a_policy_document_becomes_a_policy(attribute: str) -> None:
    rule = Reference("aws_cloudwatch_event_rule.r.arn", resource="aws_cloudwatch_event_rule.r", attribute="arn")
    queue_arn = Reference("aws_sqs_queue.q.arn", resource="aws_sqs_queue.q", attribute="arn")
    condition = {"ArnEquals": {"aws:SourceArn": [rule]}}
    expected = STATEMENT | {"Resource": [queue_arn], "Condition": condition}
    assert queue("", DOCUMENT % attribute).policy == {"Version": "2012-10-17", "Statement": [expected]}


def test_policies_of_one_queue_are_combined() -> None:
    found = queue('policy = jsonencode({ Statement = [{ Effect = "Deny" }] })', DOCUMENT % "id").policy
    assert [statement["Effect"] for statement in found["Statement"]] == ["Deny", "Allow"]
    assert queue("policy = var.env").policy == Unknown("var.env")
    assert queue('policy = <<EOF\n{"Statement": [{"Resource": "${var.env}"}]}\nEOF').policy == {
        "Statement": [{"Resource": Unknown("var.env")}]
    }


KEYS = """
resource "aws_kms_key" "k" { %s }
resource "aws_kms_alias" "a" {
  name          = "alias/events"
  target_key_id = aws_kms_key.k.key_id
}
data "aws_kms_alias" "managed" { name = "alias/aws/sqs" }
"""


@pytest.mark.parametrize("written", ["aws_kms_key.k.arn", "aws_kms_key.k.id", "aws_kms_alias.a.name", '"alias/events"'])
def test_the_key_of_a_queue_is_found(written: str) -> None:
    key = queue(f"kms_master_key_id = {written}", KEYS % "policy = jsonencode({ Statement = [] })").key
    assert (isinstance(key, Key), key.name, key.policy) == (True, "aws_kms_key.k", {"Statement": []})
    policy = 'resource "aws_kms_key_policy" "p" {\n key_id = aws_kms_key.k.id\n policy = "{\\"Statement\\": [1]}"\n}'
    assert queue(f"kms_master_key_id = {written}", KEYS % "", policy).key.policy == {"Statement": [1]}


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ('"alias/aws/sqs"', "alias/aws/sqs"),
        ("data.aws_kms_alias.managed.arn", "alias/aws/sqs"),
        ("var.env", Unknown("var.env")),
        ('"alias/far"', Unknown("alias/far")),
        ("null", None),
    ],
)
def test_a_key_outside_the_project_is_unknown(written: str, key: Any) -> None:
    assert queue(f"kms_master_key_id = {written}", KEYS % "").key == key


MODULE = """module "events" {
  source   = "%s"
  %s
  rules = {
    crl = {
      event_pattern = jsonencode({
        source = ["aws.acm-pca"]
        detail = { result = [var.result] }
      })
      enabled = false
    }
    nightly = { schedule_expression = "rate(1 day)" }
  }
  targets = {
    crl = [
      { name = "a", arn = aws_sqs_queue.q.arn, dead_letter_arn = aws_sqs_queue.dlq.arn },
      {
        name              = "b"
        arn               = "arn:aws:lambda:eu-west-1:111122223333:function:f"
        input_transformer = { input_paths = { r = "$.detail.result" }, input_template = "<r>" }
        retry_policy      = { maximum_retry_attempts = 1 }
      }
    ]
  }
}
variable "result" {}
"""
SOURCE = "terraform-aws-modules/eventbridge/aws"


@pytest.mark.parametrize(
    ("source", "arguments", "bus"),
    [
        (SOURCE, "", "default"),
        (SOURCE, 'bus_name = "orders"', "orders"),
        (SOURCE, 'create_bus = false\n bus_name = ""', "default"),
        ("git::https://example.com/terraform-aws-modules/terraform-aws-eventbridge.git?ref=v4", "", "default"),
        (SOURCE, "bus_name = var.result", Unknown("var.result")),
    ],
)
def test_rules_of_the_public_module_are_read(source: str, arguments: str, bus: str | Unknown) -> None:
    (rule,) = rules(MODULE % (source, arguments), QUEUES % "")
    more = arguments.count("\n")
    assert (rule.name, rule.bus, rule.enabled) == ('module.events.rules["crl"]', bus, False)
    assert (rule.place.line, rule.last_line) == (5 + more, 11 + more)
    assert rule.pattern == {"source": ["aws.acm-pca"], "detail": {"result": [Unknown("var.result")]}}
    assert rule.lines == {"source": 7 + more, "detail": 8 + more, "detail.result": 8 + more}
    assert rule.targets is not None
    first, second = rule.targets
    assert (first.name, first.kind, getattr(first.dead_letter, "name", None)) == ("a", "sqs", "aws_sqs_queue.dlq")
    assert (second.name, second.handler, second.retry, second.dead_letter) == ("b", "f", True, None)
    assert second.input_paths == {"r": "$.detail.result"}
    assert [found.place.line - more for found in rule.targets] == [16, 17]


@pytest.mark.parametrize(
    ("source", "arguments"),
    [(SOURCE, "create = false"), (SOURCE, "create_rules = false")],
)
def test_calls_that_create_no_rules_have_none(source: str, arguments: str) -> None:
    assert rules(MODULE % (source, arguments), QUEUES % "") == []


def test_a_module_with_unknown_rules_is_one_rule() -> None:
    text = f'module "m" {{\n source = "{SOURCE}"\n rules = var.rules\n targets = var.targets\n}}\n'
    (rule,) = rules(text, 'variable "rules" {}\nvariable "targets" {}')
    assert (rule.name, rule.pattern, rule.targets) == ('module.m.rules["*"]', Unknown("var.rules"), None)


@pytest.mark.parametrize(("folder", "count"), [("terraform", 5), ("terraform_module", 2)])
def test_examples_are_read_completely(folder: str, count: int) -> None:
    files = {path.name: path.read_text() for path in sorted((EXAMPLES / folder).glob("*.tf"))}
    reading = read_terraform(files)
    assert (len(reading.rules), reading.unreadable) == (count, [])
    for rule in reading.rules:
        assert rule.pattern["source"] == ["aws.acm-pca"]
        assert set(rule.lines) >= {"source", "detail-type"}
        for found in rule.targets or pytest.fail(f"{rule.name} has no target"):
            assert found.retry
            assert getattr(found.dead_letter, "policy", None) is not None
            assert getattr(found.destination, "policy", None) is not None or folder == "terraform_module"
