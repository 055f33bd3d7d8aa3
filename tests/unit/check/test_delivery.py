"""Findings about the delivery of events: permissions, roles, keys, FIFO queues."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.delivery import delivery_findings
from pca_events.check.report import Finding
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.model import Destination, Rule, SourceLocation, Target, Unknown
from pca_events.infrastructure.terraform.plan import read_terraform_plan

HEAD = """
variable "env" {}
variable "enabled" { default = false }
variable "nothing" { default = null }
resource "aws_cloudwatch_event_rule" "r" {
  name          = "crl-failed"
  event_pattern = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_rule" "nightly" {
  schedule_expression = "rate(1 day)"
}
resource "aws_cloudwatch_event_target" "t" {
  rule = aws_cloudwatch_event_rule.r.name
  arn  = %s
  dead_letter_config { arn = "arn:aws:sqs:eu-west-1:111122223333:undelivered" }
  retry_policy { maximum_retry_attempts = 5 }
}
"""


def of(rule: Rule) -> list[tuple[str, str]]:
    """The levels and codes of the findings about the delivery of a rule, without those about retries."""
    return [(finding.level, finding.code) for finding in said(rule)]


def said(rule: Rule) -> list[Finding]:
    return [found for found in delivery_findings(rule) if found.code not in ("no-retry-policy", "no-dead-letter-queue")]


def terraform(arn: str, *texts: str) -> Rule:
    """The rule of a project with a target that has this ARN."""
    reading = read_terraform({"m.tf": "\n".join((HEAD % arn, *texts))})
    assert reading.unreadable == []
    return next(rule for rule in reading.rules if rule.name == "aws_cloudwatch_event_rule.r")


FUNCTION = 'resource "aws_lambda_function" "f" { function_name = "open-ticket" }'
ALIAS = """
resource "aws_lambda_alias" "live" {
  name          = "live"
  function_name = aws_lambda_function.f.function_name
}
"""


def permission(function: str, principal: str = '"events.amazonaws.com"', more: str = "") -> str:
    return f"""
    resource "aws_lambda_permission" "p" {{
      function_name = {function}
      action        = "lambda:InvokeFunction"
      principal     = {principal}
      {more}
    }}
    """


NAME = "aws_lambda_function.f.function_name"
MISSING = [("error", "lambda-permission")]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], MISSING),
        ([permission(NAME)], []),
        ([permission("aws_lambda_function.f.arn")], []),
        ([permission("aws_lambda_function.f.id")], []),
        ([permission('"open-ticket"')], []),
        ([permission('"arn:aws:lambda:eu-west-1:111122223333:function:open-ticket"')], []),
        ([permission('"open-tickets"')], MISSING),
        ([permission("var.env")], []),
        ([permission('"${var.env}-other"')], MISSING),
        ([permission('"${var.env}-ticket"')], []),
        ([permission("module.functions.name")], []),
        ([permission("data.aws_lambda_function.far.function_name")], []),
        ([permission("aws_lambda_function.other.arn"), 'resource "aws_lambda_function" "other" {}'], MISSING),
        ([permission(NAME, '"s3.amazonaws.com"')], MISSING),
        ([permission(NAME, '"111122223333"')], MISSING),
        ([permission(NAME, "var.env")], []),
        ([permission(NAME, '"events.${var.env}"')], []),
        ([permission(NAME, more="source_arn = aws_cloudwatch_event_rule.r.arn")], []),
        ([permission(NAME, more="source_arn = aws_cloudwatch_event_rule.nightly.arn")], MISSING),
        ([permission(NAME, more="source_arn = aws_cloudwatch_event_rule.r.name")], MISSING),
        ([permission(NAME, more='source_arn = "arn:aws:events:${var.env}:111122223333:rule/*"')], []),
        ([permission(NAME, more='source_arn = "arn:aws:events:eu-west-1:111122223333:rule/crl-failed"')], []),
        ([permission(NAME, more='source_arn = "arn:aws:events:eu-west-1:111122223333:rule/crl-failed-2"')], MISSING),
        ([permission(NAME, more='source_arn = module.rules.arns["crl"]')], []),
        ([permission(NAME, more="source_account = var.env")], []),
        ([permission(NAME, more="count = var.enabled ? 1 : 0")], []),
        ([permission(NAME, more="for_each = toset([var.env])")], []),
        (['module "allow" {\n source = "./allow"\n function = aws_lambda_function.f.function_name\n}'], []),
        (['module "allow" {\n source = "./allow"\n functions = [aws_lambda_function.f]\n}'], []),
        (['module "other" {\n source = "./other"\n name = "other"\n}'], MISSING),
    ],
)  # fmt: skip
def test_a_function_needs_a_permission(texts: list[str], expected: list[tuple[str, str]]) -> None:
    assert of(terraform("aws_lambda_function.f.arn", FUNCTION, *texts)) == expected


@pytest.mark.parametrize(
    ("arn", "texts"),
    [
        (
            "aws_lambda_function.f.arn",
            [FUNCTION, 'resource "awscc_lambda_permission" "p" {\n function_name = "open-ticket"\n}'],
        ),
        (
            "aws_sqs_queue.q.arn",
            [
                'resource "aws_sqs_queue" "q" {}',
                'resource "awscc_sqs_queue_policy" "p" {\n queues = ["https://x", aws_sqs_queue.q.url]\n}',
            ],
        ),
        (
            "aws_sns_topic.t.arn",
            [
                'resource "aws_sns_topic" "t" {}',
                'resource "awscc_sns_topic_policy" "p" {\n topics = [aws_sns_topic.t.id]\n}',
            ],
        ),
        ("awscc_lambda_function.f.arn", ['resource "awscc_lambda_function" "f" {}']),
    ],
)
def test_policies_of_the_cloud_control_provider_are_not_known(arn: str, texts: list[str]) -> None:
    assert of(terraform(arn, *texts)) == []


def test_a_cloud_control_rule_has_a_message_group() -> None:
    text = """
    resource "aws_sqs_queue" "q" {
      name                        = "q.fifo"
      fifo_queue                  = true
      content_based_deduplication = true
      policy                      = var.policy
    }
    variable "policy" {}
    resource "awscc_events_rule" "r" {
      event_pattern = jsonencode({ source = ["aws.acm-pca"] })
      targets       = [{ id = "t", arn = aws_sqs_queue.q.arn%s }]
    }
    """
    group = ', sqs_parameters = { message_group_id = "g" }'
    codes = [of(read_terraform({"m.tf": text % more}).rules[0]) for more in (group, "")]
    assert codes == [[], [("error", "fifo-queue")]]


def test_each_permission_of_a_set_is_for_its_rule() -> None:
    texts = permission("aws_lambda_function.f.arn", more=" for_each = %s\n source_arn = each.value")
    for rules, expected in (
        ("{ a = aws_cloudwatch_event_rule.r.arn, b = aws_cloudwatch_event_rule.nightly.arn }", []),
        ("{ b = aws_cloudwatch_event_rule.nightly.arn }", MISSING),
        ("var.env", []),
    ):
        assert of(terraform("aws_lambda_function.f.arn", FUNCTION, texts % rules)) == expected


def test_an_unparsable_file_may_contain_the_permission() -> None:
    texts = {
        "a.tf": HEAD % "aws_lambda_function.f.arn" + FUNCTION,
        "b.tf": 'resource "aws_lambda_permission" "p" {\n x = "',
    }
    reading = read_terraform(texts)
    assert len(reading.unreadable) == 1
    assert of(reading.rules[0]) == []


def test_a_permission_that_does_not_parse_may_be_for_the_function() -> None:
    broken = 'resource "aws_lambda_permission" "p" {\n  function_name = (\n}\n'
    reading = read_terraform({"m.tf": HEAD % "aws_lambda_function.f.arn" + FUNCTION + "\n" + broken})
    assert len(reading.unreadable) == 1
    assert of(reading.rules[0]) == []


@pytest.mark.parametrize(
    "arn",
    [
        '"arn:aws:lambda:eu-west-1:111122223333:function:far"',
        "data.aws_lambda_function.far.arn",
        "module.ticket.lambda_function_arn",
        "var.env",
        "module.queue.queue_arn",
        "data.aws_sns_topic.far.arn",
    ],
)
def test_there_are_no_findings_about_resources_outside_the_code(arn: str) -> None:
    assert of(terraform(arn, FUNCTION)) == []


TOPIC = """
resource "aws_sns_topic" "t" {
  name = "alerts"
  %s
}
data "aws_iam_policy_document" "publish" {
  statement {
    actions   = ["SNS:Publish"]
    resources = [%s]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com", "s3.amazonaws.com"]
    }
  }
}
"""
TOPIC_POLICY = (
    'resource "aws_sns_topic_policy" "p" {\n arn = %s\n policy = data.aws_iam_policy_document.publish.json\n}'
)


@pytest.mark.parametrize(
    ("own", "resource", "policy", "codes"),
    [
        ("", "aws_sns_topic.t.arn", "", ["topic-policy"]),
        ("", "aws_sns_topic.t.arn", TOPIC_POLICY % "aws_sns_topic.t.arn", []),
        ("", "aws_sns_topic.t.id", TOPIC_POLICY % "aws_sns_topic.t.id", []),
        ("", '"*"', TOPIC_POLICY % '"arn:aws:sns:eu-west-1:111122223333:alerts"', []),
        ("", '"*"', TOPIC_POLICY % "var.env", []),
        ("", "aws_sns_topic.t.name", TOPIC_POLICY % "aws_sns_topic.t.arn", ["topic-policy"]),
        ("", "aws_cloudwatch_event_rule.r.arn", TOPIC_POLICY % "aws_sns_topic.t.arn", ["topic-policy"]),
        ("policy = data.aws_iam_policy_document.publish.json", '"*"', "", []),
        ("policy = var.nothing", '"*"', "", []),
        ('kms_master_key_id = "alias/aws/sns"', '"*"', TOPIC_POLICY % "aws_sns_topic.t.arn", ["key-policy"]),
        ("kms_master_key_id = aws_kms_key.k.arn", '"*"', TOPIC_POLICY % "aws_sns_topic.t.arn", ["key-policy"]),
        ("kms_master_key_id = var.env", '"*"', TOPIC_POLICY % "aws_sns_topic.t.arn", []),
    ],
)
def test_a_topic_needs_a_policy(own: str, resource: str, policy: str, codes: list[str]) -> None:
    rule = terraform("aws_sns_topic.t.arn", TOPIC % (own, resource), policy, 'resource "aws_kms_key" "k" {}')
    assert of(rule) == [("error", code) for code in codes]


LOGS = 'resource "aws_cloudwatch_log_group" "l" { %s }'
LOG_POLICY = """
resource "aws_cloudwatch_log_resource_policy" "p" {
  policy_name     = "events"
  policy_document = jsonencode({ Statement = [{
    Effect    = "Allow"
    Principal = { Service = %s }
    Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
    Resource  = %s
  }] })
}
"""
BOTH = '["events.amazonaws.com", "delivery.logs.amazonaws.com"]'


@pytest.mark.parametrize(
    ("group", "policy", "warned"),
    [
        ('name = "pca"', "", True),
        ("", "", True),
        ('name_prefix = "pca-"', "", True),
        ('name = "/aws/events/pca"', "", False),
        ('name_prefix = "/aws/events/"', "", False),
        ("name = var.env", "", False),
        ('name = "pca-${var.env}"', "", True),
        ('name = "pca"', LOG_POLICY % (BOTH, '"*"'), False),
        ('name = "pca"', LOG_POLICY % (BOTH, '"${aws_cloudwatch_log_group.l.arn}:*"'), False),
        ('name = "pca"', LOG_POLICY % (BOTH, "aws_cloudwatch_log_group.l.arn"), False),
        ('name = "pca"', LOG_POLICY % (BOTH, '"arn:aws:logs:eu-west-1:111122223333:log-group:pca:*"'), False),
        ('name = "pca"', LOG_POLICY % (BOTH, '"arn:aws:logs:eu-west-1:111122223333:log-group:/aws/events/*"'), True),
        ('name = "pca"', LOG_POLICY % ('"delivery.logs.amazonaws.com"', '"*"'), False),
        ('name = "pca"', LOG_POLICY % ('"es.amazonaws.com"', '"*"'), True),
        ('name = "pca"', LOG_POLICY % ("var.env", '"*"'), False),
    ],
)
def test_a_log_group_needs_a_resource_policy(group: str, policy: str, warned: bool) -> None:
    rule = terraform("aws_cloudwatch_log_group.l.arn", LOGS % group, policy)
    assert of(rule) == ([("warning", "log-policy")] if warned else [])


ROLE = 'role_arn = %s\n target_id = "x"'


@pytest.mark.parametrize(
    ("arn", "level"),
    [
        ("aws_sfn_state_machine.s.arn", "error"),
        ("aws_kinesis_stream.s.arn", "error"),
        ("aws_kinesis_firehose_delivery_stream.s.arn", "error"),
        ("aws_ecs_cluster.s.arn", "error"),
        ("aws_batch_job_queue.s.arn", "error"),
        ("aws_codebuild_project.s.arn", "error"),
        ("aws_cloudwatch_event_api_destination.s.arn", "error"),
        ("aws_glue_workflow.s.arn", "error"),
        ("aws_redshift_cluster.s.arn", "error"),
        ("aws_sagemaker_pipeline.s.arn", "error"),
        ("var.env\n ecs_target {\n task_definition_arn = var.env\n }", "error"),
        ("var.env\n run_command_targets {\n key = var.env\n values = []\n }", "error"),
        ("var.env\n sqs_target {\n message_group_id = var.env\n }", None),
        ('"arn:aws:states:eu-west-1:111122223333:stateMachine:renew"', "error"),
        ('"arn:aws:events:eu-west-1:111122223333:api-destination/hook/1"', "error"),
        ('"arn:aws:events:eu-west-1:111122223333:event-bus/central"', "warning"),
        ('"arn:aws:ssm:eu-west-1:111122223333:document/x"', "error"),
        ('"arn:aws:ssm:eu-west-1:111122223333:opsitem"', None),
        ('"arn:aws:glue:eu-west-1:111122223333:workflow/audit"', "error"),
        ('"arn:aws:appsync:eu-west-1:111122223333:endpoints/graphql-api/a1b2"', "error"),
        ('"arn:aws:execute-api:eu-west-1:111122223333:a1b2/prod/POST/audit"', None),
        ("module.machine.state_machine_arn", "error"),
        ("var.env", None),
    ],
)
def test_targets_that_need_a_role(arn: str, level: str | None) -> None:
    assert of(terraform(arn)) == ([(level, "target-role")] if level else [])
    for role in ("aws_iam_role.r.arn", "var.env", "var.nothing", '"arn:aws:iam::111122223333:role/r"'):
        assert of(terraform(f"{arn}\n role_arn = {role}")) == []


def test_with_a_role_the_policy_of_a_queue_is_not_judged() -> None:
    queue = 'resource "aws_sqs_queue" "q" {}'
    assert of(terraform("aws_sqs_queue.q.arn", queue)) == [("error", "queue-policy")]
    assert of(terraform("aws_sqs_queue.q.arn\n role_arn = aws_iam_role.r.arn", queue)) == []


PLACE = SourceLocation("m.tf", 1)
FIFO = Destination("sqs", PLACE, "q.fifo", policy=Unknown("var.policy"), fifo=True)


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(PLACE, "t", "sqs", destination=FIFO, message_group=True), []),
        (Target(PLACE, "t", "sqs", destination=FIFO), ["no message group ID"]),
        (Target(PLACE, "t", "sqs", destination=replace(FIFO, fifo=Unknown("var.fifo"))), []),
        (Target(PLACE, "t", "sqs", destination=FIFO, message_group=Unknown("var.group")), []),
        (
            Target(PLACE, "t", "sqs", destination=replace(FIFO, deduplicates=False), message_group=True),
            ["no content-based deduplication"],
        ),
        (Target(PLACE, "t", dead_letter=FIFO), ["a dead-letter queue for EventBridge must be a standard queue"]),
    ],
)
def test_a_fifo_queue_needs_a_message_group(target: Target, words: list[str]) -> None:
    found = said(Rule(PLACE, 1, "r", {}, targets=(target,)))
    assert [finding.code for finding in found] == ["fifo-queue"] * len(words)
    assert all(part in finding.message for part, finding in zip(words, found, strict=True))


TEMPLATE = """
Parameters: {Name: {Type: String}}
Conditions: {Later: !Equals [!Ref Name, x]}
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties:
      EventPattern: {source: [aws.acm-pca]}
      Targets: [{Id: t, Arn: %s}]
  Nightly: {Type: AWS::Events::Rule, Properties: {ScheduleExpression: rate(1 day)}}
  Function: {Type: AWS::Lambda::Function}
  Alias: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref Function, Name: live}}
  Topic: {Type: AWS::SNS::Topic}
  Queue: {Type: AWS::SQS::Queue}
  Logs: {Type: AWS::Logs::LogGroup}
"""


def template(arn: str, *resources: str, head: str = "") -> Rule:
    """The rule of a template with a target that has this ARN."""
    text = head + TEMPLATE % arn + "".join(f"  {resource}\n" for resource in resources)
    reading = read_document_file(text, "t.yaml", named=True)
    assert reading.unreadable == []
    return reading.rules[0]


def invoked(function: str, more: str = "") -> str:
    properties = f'FunctionName: {function}, Action: "lambda:InvokeFunction", Principal: events.amazonaws.com{more}'
    return f"AllowEventRule: {{Type: AWS::Lambda::Permission, Properties: {{{properties}}}}}"


def statement(action: str, resource: str, more: str = "") -> str:
    principal = "Principal: {Service: events.amazonaws.com}"
    return f'{{Statement: [{{Effect: Allow, {principal}, Action: "{action}", Resource: {resource}{more}}}]}}'


OF_RULE = ', Condition: {ArnEquals: {"aws:SourceArn": !GetAtt Rule.Arn}}'


@pytest.mark.parametrize(
    ("arn", "resources", "expected"),
    [
        ("!GetAtt Function.Arn", [], MISSING),
        ("!Ref Alias", [], MISSING),
        ("!GetAtt Function.Arn", [invoked("!Ref Function")], []),
        ("!GetAtt Function.Arn", [invoked("!GetAtt Function.Arn", ", SourceArn: !GetAtt Rule.Arn")], []),
        ("!GetAtt Function.Arn", [invoked("!GetAtt Function.Arn", ", SourceArn: !GetAtt Nightly.Arn")], MISSING),
        ("!GetAtt Function.Arn", [invoked("!Ref Function", ", SourceArn: !Ref Rule")], MISSING),
        (
            "!GetAtt Function.Arn",
            [invoked("!Ref Function", ", SourceArn: !Sub 'arn:aws:events:${AWS::Region}:1:rule/${Rule}'")],
            [],
        ),
        (
            "!GetAtt Function.Arn",
            [invoked("!Ref Function", ", SourceArn: !Sub 'arn:aws:events:eu-west-1:111122223333:rule/${Nightly}'")],
            MISSING,
        ),
        ("!Ref Alias", [invoked("!Ref Alias")], []),
        ("!GetAtt Function.Arn", [invoked("!Ref Name")], []),
        ("!GetAtt Function.Arn", [invoked("!Ref Other"), "Other: {Type: AWS::Lambda::Function}"], MISSING),
        (
            "!GetAtt Function.Arn",
            [invoked("!Ref Function").replace("Properties", "Condition: Later, Properties", 1)],
            [],
        ),
        (
            "!GetAtt Function.Arn",
            ["C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Rule}, Destination: {Id: Function}}}"],
            [],
        ),
        (
            "!GetAtt Function.Arn",
            ["S: {Type: AWS::SNS::Topic, Connectors: {C: {Properties: {Destination: {Id: Function}}}}}"],
            [],
        ),
        ("!Ref Topic", [], [("error", "topic-policy")]),
        (
            "!Ref Topic",
            [
                "P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref Topic], PolicyDocument: "
                + statement("sns:Publish", "!Ref Topic")
                + "}}"
            ],
            [],
        ),
        (
            "!Ref Topic",
            [
                "P: {Type: AWS::SNS::TopicInlinePolicy, Properties: {TopicArn: !Ref Topic, PolicyDocument: "
                + statement("sns:Publish", '"*"')
                + "}}"
            ],
            [],
        ),
        (
            "!Ref Topic",
            [
                "Other: {Type: AWS::SNS::Topic}",
                "P: {Type: AWS::SNS::TopicPolicy, Properties: {Topics: [!Ref Topic], PolicyDocument: "
                + statement("sns:Publish", "!Ref Other")
                + "}}",
            ],
            [("error", "topic-policy")],
        ),
        (
            "!GetAtt Queue.Arn",
            [
                "P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Queue], PolicyDocument: "
                + statement("sqs:SendMessage", "!GetAtt Rule.Arn")
                + "}}"
            ],
            [("error", "queue-policy")],
        ),
        (
            "!GetAtt Queue.Arn",
            [
                "P: {Type: AWS::SQS::QueuePolicy, Properties: {Queues: [!Ref Queue], PolicyDocument: "
                + statement(
                    "sqs:SendMessage", "!GetAtt Queue.Arn", OF_RULE
                )
                + "}}"
            ],
            [],
        ),
        ("!GetAtt Logs.Arn", [], [("warning", "log-policy")]),
        (
            "!GetAtt Logs.Arn",
            [
                "P: {Type: AWS::Logs::ResourcePolicy, Properties: {PolicyName: p, PolicyDocument: !Sub '"
                '{"Statement": [{"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, '
                '"Action": "logs:*", "Resource": "${Logs.Arn}"}]}\'}}'
            ],
            [],
        ),
        ("!GetAtt Logs.Arn", ["P: {Type: 'Custom::CloudwatchLogResourcePolicy', Properties: {Create: x}}"], []),
        ("!ImportValue x", [], []),
    ],
)  # fmt: skip
def test_requirements_of_targets_in_a_template(arn: str, resources: list[str], expected: list[tuple[str, str]]) -> None:
    assert of(template(arn, *resources)) == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("", [("error", "target-role")]),
        (", RoleArn: !GetAtt Role.Arn", []),
        (", RoleArn: !Ref Name", []),
        (", RoleArn: ''", []),
        (", RoleArn: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r'", []),
    ],
)
def test_a_state_machine_needs_a_role(role: str, expected: list[tuple[str, str]]) -> None:
    machine = "Machine: {Type: AWS::StepFunctions::StateMachine}"
    assert of(template(f"!Ref Machine{role}", machine)) == expected


def test_a_macro_that_is_not_known_may_add_permissions() -> None:
    assert of(template("!GetAtt Function.Arn", head="Transform: [AWS::Serverless-2016-10-31]\n")) == MISSING
    assert of(template("!GetAtt Function.Arn", head="Transform: [Permissions]\n")) == []


def test_sam_and_serverless_events_need_no_permission() -> None:
    examples = Path(__file__).parents[3] / "examples" / "infrastructure"
    for name in ("sam/template.yaml", "serverless/serverless.yml"):
        text = (examples / name).read_text()
        assert [of(rule) for rule in read_document_file(text, name, named=True).rules if of(rule)] == []


def plan(**resources: dict[str, Any]) -> Rule:
    """The rule of a plan in which every ARN is known after apply; `values` may contain the address of one."""
    planned, changes, configuration = [], [], []
    for label, values in resources.items():
        kind, name = label.split("__")
        later = {key: value for key, value in values.items() if isinstance(value, Later)}
        known = {key: value for key, value in values.items() if key not in later}
        common = {"address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name}
        planned.append({**common, "values": known})
        changes.append({**common, "change": {"after_unknown": dict.fromkeys(later, True)}})
        written = {key: {"references": [value.to]} if key in later else {"constant_value": value}
                   for key, value in values.items()}  # fmt: skip
        configuration.append({**common, "expressions": written})
    document = {
        "format_version": "1.2",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configuration}},
    }
    return next(rule for rule in read_terraform_plan(document, "plan.json", json.dumps(document)).rules)


@dataclass(frozen=True)
class Later:
    """A value that is known after apply, and what it refers to."""

    to: str


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        ({}, MISSING),
        ({"function_name": "f", "principal": "events.amazonaws.com"}, []),
        ({"function_name": Later("aws_lambda_function.f.arn"), "principal": "events.amazonaws.com"}, []),
        ({"function_name": "g", "principal": "events.amazonaws.com"}, MISSING),
        (
            {
                "function_name": "f",
                "principal": "events.amazonaws.com",
                "source_arn": Later("aws_cloudwatch_event_rule.other.arn"),
            },
            MISSING,
        ),
        (
            {
                "function_name": "f",
                "principal": "events.amazonaws.com",
                "source_arn": Later("aws_cloudwatch_event_rule.r.name"),
            },
            [],
        ),
    ],
)
def test_the_text_of_a_plan(allowed: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    resources: dict[str, dict[str, Any]] = {
        "aws_cloudwatch_event_rule__r": {"name": "r", "event_pattern": '{"source": ["aws.acm-pca"]}'},
        "aws_cloudwatch_event_rule__other": {"name": "other", "schedule_expression": "rate(1 day)"},
        "aws_cloudwatch_event_target__t": {"rule": "r", "arn": Later("aws_lambda_function.f.arn")},
        "aws_lambda_function__f": {"function_name": "f"},
    }
    if allowed:
        resources["aws_lambda_permission__p"] = {"action": "lambda:InvokeFunction", **allowed}
    assert of(plan(**resources)) == expected


CDK = """
{"Resources": {
  "RuleA1": {"Type": "AWS::Events::Rule", "Properties": {
    "EventPattern": {"source": ["aws.acm-pca"]},
    "Targets": [
      {"Id": "Target0", "Arn": {"Fn::GetAtt": ["HandlerB2", "Arn"]}},
      {"Id": "Target1", "Arn": {"Fn::GetAtt": ["QueueC3", "Arn"]}},
      {"Id": "Target2", "Arn": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":logs:",
        {"Ref": "AWS::Region"}, ":", {"Ref": "AWS::AccountId"}, ":log-group:", {"Ref": "LogD4"}]]}},
      {"Id": "Target3", "Arn": {"Ref": "MachineE5"}, "RoleArn": {"Fn::GetAtt": ["RoleF6", "Arn"]}}
    ]}},
  "HandlerB2": {"Type": "AWS::Lambda::Function", "Properties": {}},
  "RuleAllowEventRuleHandlerB2": {"Type": "AWS::Lambda::Permission", "Properties": {
    "Action": "lambda:InvokeFunction", "FunctionName": {"Fn::GetAtt": ["HandlerB2", "Arn"]},
    "Principal": "events.amazonaws.com", "SourceArn": {"Fn::GetAtt": ["RuleA1", "Arn"]}}},
  "QueueC3": {"Type": "AWS::SQS::Queue"},
  "QueuePolicyC3": {"Type": "AWS::SQS::QueuePolicy", "Properties": {
    "PolicyDocument": {"Statement": [{"Action": ["sqs:SendMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl"],
      "Condition": {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["RuleA1", "Arn"]}}}, "Effect": "Allow",
      "Principal": {"Service": "events.amazonaws.com"}, "Resource": {"Fn::GetAtt": ["QueueC3", "Arn"]}}]},
    "Queues": [{"Ref": "QueueC3"}]}},
  "LogD4": {"Type": "AWS::Logs::LogGroup"},
  "MachineE5": {"Type": "AWS::StepFunctions::StateMachine"},
  "RoleF6": {"Type": "AWS::IAM::Role"}%s
}}
"""
CDK_LOGS = ', "EventsLogGroupPolicy": {"Type": "Custom::CloudwatchLogResourcePolicy", "Properties": {"Create": "x"}}'


def test_the_output_of_cdk_has_no_findings() -> None:
    (rule,) = read_document_file(CDK % CDK_LOGS, "Stack.template.json", named=True).rules
    assert [target.destination is None for target in rule.targets or ()] == [False, False, False, True]
    assert of(rule) == []
    (rule,) = read_document_file(CDK % "", "Stack.template.json", named=True).rules
    assert of(rule) == [("warning", "log-policy")]


def test_a_template_within_another_has_rules_and_policies_of_its_own() -> None:
    inner = CDK % CDK_LOGS
    outer = {"Resources": {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": inner}}}}
    (rule,) = read_document_file(json.dumps(outer), "outer.json", named=True).rules
    assert rule.name == "Set/RuleA1"
    assert [target.destination is None for target in rule.targets or ()] == [False, False, False, True]
    assert of(rule) == []
