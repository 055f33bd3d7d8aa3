"""The RoleArn of a target: who can assume the role, and whether it allows what EventBridge does."""

import json
from typing import Any

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.custom_event_bus import judge
from pca_events.check.findings.delivery import delivery_findings
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.model import Rule

PROJECT = """
variable "later" {}
resource "aws_cloudwatch_event_rule" "renewal" {
  event_pattern = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_target" "renewal" {
  rule     = aws_cloudwatch_event_rule.renewal.name
  arn      = ARN
  role_arn = aws_iam_role.invoke.arn
}
resource "aws_sfn_state_machine" "renew" { name = "renew" }
resource "aws_sfn_state_machine" "other" { name = "other" }
resource "aws_kinesis_stream" "audit" { name = "audit" }
resource "aws_lambda_function" "page" { function_name = "page" }
resource "aws_lambda_function" "draw" { function_name = "draw" }
resource "aws_lambda_alias" "live" {
  name          = "live"
  function_name = aws_lambda_function.page.arn
}
resource "aws_ecs_cluster" "jobs" { name = "jobs" }
resource "aws_cloudwatch_event_bus" "security" { name = "security" }
resource "aws_cloudwatch_log_group" "log" { name = "/aws/events/log" }
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = [SERVICE]
    }
  }
}
resource "aws_iam_role" "invoke" {
  name               = "invoke"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
POLICIES
"""
MACHINE = "aws_sfn_state_machine.renew.arn"
START = '"states:StartExecution"'


def inline(actions: str, resources: str, role: str = "aws_iam_role.invoke.id", effect: str = "Allow") -> str:
    return f"""
    resource "aws_iam_role_policy" "invoke" {{
      role   = {role}
      policy = jsonencode({{
        Statement = [{{ Effect = "{effect}", Action = {actions}, Resource = {resources} }}]
      }})
    }}
    """


def attached(actions: str, resources: str) -> str:
    return f"""
    data "aws_iam_policy_document" "invoke" {{
      statement {{
        actions   = [{actions}]
        resources = [{resources}]
      }}
    }}
    resource "aws_iam_policy" "invoke" {{ policy = data.aws_iam_policy_document.invoke.json }}
    resource "aws_iam_role_policy_attachment" "invoke" {{
      role       = aws_iam_role.invoke.name
      policy_arn = aws_iam_policy.invoke.arn
    }}
    """


def terraform(arn: str = MACHINE, policies: str = "", service: str = '"events.amazonaws.com"') -> Rule:
    text = PROJECT.replace("ARN", arn).replace("SERVICE", service).replace("POLICIES", policies)
    reading = read_terraform({"main.tf": text})
    assert reading.unreadable == []
    return reading.rules[0]


def of(rule: Rule) -> list[str]:
    return [found.message for found in delivery_findings(rule) if found.code == "target-role"]


@pytest.mark.parametrize(
    ("service", "right"),
    [
        ('"events.amazonaws.com"', True),
        ('"pipes.amazonaws.com", "events.amazonaws.com"', True),
        ("var.later", True),
        ('"scheduler.amazonaws.com"', False),
        ('"states.amazonaws.com"', False),
    ],
)
def test_eventbridge_must_be_allowed_to_assume_the_role(service: str, right: bool) -> None:
    found = of(terraform(policies=inline(START, MACHINE), service=service))
    assert found == [] if right else "does not let events.amazonaws.com assume it" in found[0]


@pytest.mark.parametrize(
    ("arn", "policies", "words"),
    [
        (MACHINE, inline(START, MACHINE), ""),
        (MACHINE, inline(START, "aws_sfn_state_machine.renew.id"), ""),
        (MACHINE, inline('"states:*"', '"*"'), ""),
        (MACHINE, inline('["logs:PutLogEvents", "states:Start*"]', f"[{MACHINE}]"), ""),
        (MACHINE, inline(START, '"arn:aws:states:*:*:stateMachine:re*"'), ""),
        (MACHINE, inline(START, '"arn:aws:states:eu-west-1:*:stateMachine:renew"'), ""),
        (MACHINE, inline(START, '"arn:aws:states:eu-west-1:*:stateMachine:other"'), "which is not the target"),
        (MACHINE, inline(START, '"arn:aws:states:*:*:execution:renew:*"'), "which is not the target"),
        (MACHINE, inline(START, '"arn:aws:states:${var.later}:stateMachine:*"'), ""),
        ("aws_kinesis_stream.audit.arn", inline('"kinesis:*"', '"arn:aws:kinesis:*:*:stream/audit"'), ""),
        ("aws_kinesis_stream.audit.arn", inline('"kinesis:*"', '"arn:aws:kinesis:*:*:audit"'), "not the target"),
        (MACHINE, inline(START, MACHINE, role='"invoke"'), ""),
        (MACHINE, inline(START, MACHINE, role="var.later"), ""),
        (MACHINE, inline("var.later", MACHINE), ""),
        (MACHINE, attached(START, MACHINE), ""),
        (MACHINE, attached(START, '"${aws_sfn_state_machine.renew.arn}*"'), ""),
        (MACHINE, 'module "roles" {\n source = "./roles"\n role = aws_iam_role.invoke.name\n}', ""),
        (
            MACHINE,
            'resource "aws_iam_role_policy_attachment" "aws" {\n  role = aws_iam_role.invoke.name\n'
            '  policy_arn = "arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess"\n}',
            "",
        ),
        (MACHINE, "", "no policy of the role aws_iam_role.invoke allows states:StartExecution"),
        (MACHINE, inline(START, MACHINE, role='"other"'), "no policy"),
        (MACHINE, inline('"states:DescribeExecution"', '"*"'), "no policy"),
        (MACHINE, attached('"lambda:InvokeFunction"', '"*"'), "no policy"),
        (MACHINE, inline(START, "aws_sfn_state_machine.other.arn"), "which is not the target"),
        (MACHINE, inline(START, '"*"', effect="Deny"), "denies states:StartExecution"),
        ("aws_kinesis_stream.audit.arn", inline('"kinesis:PutRecords"', "aws_kinesis_stream.audit.arn"), ""),
        ("aws_kinesis_stream.audit.arn", inline('"kinesis:GetRecords"', '"*"'), "no policy"),
        ("aws_lambda_alias.live.arn", inline('"lambda:InvokeFunction"', "aws_lambda_alias.live.arn"), ""),
        ("aws_lambda_alias.live.arn", inline('"lambda:InvokeFunction"', '"${aws_lambda_function.page.arn}:*"'), ""),
        (
            "aws_lambda_alias.live.arn",
            inline('"lambda:InvokeFunction"', "aws_lambda_function.page.arn"),
            "not the target",
        ),
        ("aws_lambda_function.page.arn", inline('"lambda:InvokeFunction"', "aws_lambda_function.page.arn"), ""),
        (
            "aws_lambda_function.page.arn",
            inline('"lambda:InvokeFunction"', "aws_lambda_function.draw.arn"),
            "not the target",
        ),
        ("aws_ecs_cluster.jobs.arn", inline('"ecs:RunTask"', '"arn:aws:ecs:*:*:task-definition/x:*"'), ""),
        ("aws_ecs_cluster.jobs.arn", inline('"ecs:StopTask"', '"*"'), "no policy"),
        ("aws_cloudwatch_event_bus.security.arn", inline('"events:PutEvents"', '"*"'), ""),
        ("aws_cloudwatch_event_bus.security.arn", inline('"events:PutRule"', '"*"'), "no policy"),
        ("aws_cloudwatch_log_group.log.arn", "", "CloudWatch Logs uses its resource policy instead"),
        ('"arn:aws:execute-api:eu-west-1:111122223333:a1/prod/POST/x"', "", ""),
        ("var.later", "", ""),
    ],
)
def test_the_role_must_allow_the_action_of_eventbridge(arn: str, policies: str, words: str) -> None:
    found = of(terraform(arn, policies))
    assert (found == []) if not words else (len(found) == 1 and words in found[0])


def template(role: dict[str, Any], more: dict[str, Any] | None = None) -> Rule:
    target = {"Id": "renew", "Arn": {"Ref": "Renew"}, "RoleArn": {"Fn::GetAtt": ["Invoke", "Arn"]}}
    resources = {
        "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {"EventPattern": {"source": ["aws.acm-pca"]}, "Targets": [target]},
        },
        "Renew": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}},
        "Other": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {}},
        "Invoke": {"Type": "AWS::IAM::Role", "Properties": role},
        **(more or {}),
    }
    return read_document_file(json.dumps({"Resources": resources}), "t.json", named=True).rules[0]


def trust(service: Any = "events.amazonaws.com") -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"AssumeRolePolicyDocument": {"Statement": [statement]}}


def start(resource: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "states:StartExecution", "Resource": resource}]}


RENEW, OTHER = {"Ref": "Renew"}, {"Ref": "Other"}


def policy(kind: str, owner: dict[str, Any], resource: Any, **more: Any) -> dict[str, Any]:
    return {"Extra": {"Type": kind, "Properties": {**owner, "PolicyDocument": start(resource)}, **more}}


INVOKE = {"Roles": [{"Ref": "Invoke"}]}


@pytest.mark.parametrize(
    ("role", "more", "count"),
    [
        (trust() | {"Policies": [{"PolicyName": "p", "PolicyDocument": start(RENEW)}]}, {}, 0),
        (
            trust() | {"Policies": [{"PolicyName": "p", "PolicyDocument": start({"Fn::GetAtt": ["Renew", "Arn"]})}]},
            {},
            0,
        ),
        (trust(["events.amazonaws.com"]), policy("AWS::IAM::Policy", INVOKE, RENEW), 0),
        (trust(), policy("AWS::IAM::ManagedPolicy", INVOKE, RENEW), 0),
        (trust(), policy("AWS::IAM::RolePolicy", {"RoleName": {"Ref": "Invoke"}}, RENEW), 0),
        (trust() | {"RoleName": "invoke"}, policy("AWS::IAM::Policy", {"Roles": ["invoke"]}, RENEW), 0),
        (trust() | {"ManagedPolicyArns": [{"Ref": "Extra"}]}, policy("AWS::IAM::ManagedPolicy", {}, RENEW), 0),
        (trust() | {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AWSStepFunctionsFullAccess"]}, {}, 0),
        (trust({"Fn::Sub": "events.${AWS::URLSuffix}"}), policy("AWS::IAM::Policy", INVOKE, RENEW), 0),
        (trust(), policy("AWS::IAM::Policy", {"Roles": [{"Fn::ImportValue": "roles"}]}, RENEW), 0),
        (trust(), policy("AWS::IAM::Policy", INVOKE, OTHER, Condition="Big"), 0),
        ({}, {}, 0),
        (trust(), policy("AWS::IAM::Policy", INVOKE, "arn:aws:states:*:*:stateMachine:*"), 0),
        (trust(), policy("AWS::IAM::Policy", INVOKE, {"Fn::Sub": "arn:aws:states:${AWS::Region}:*:stateMachine:x"}), 0),
        (trust(), policy("AWS::IAM::Policy", INVOKE, {"Fn::Sub": "arn:aws:states:${AWS::Region}:*:activity:x"}), 1),
        (trust(), {}, 1),
        (trust(), policy("AWS::IAM::Policy", {"Roles": ["someone-else"]}, RENEW), 1),
        (trust() | {"Policies": [{"PolicyName": "p", "PolicyDocument": start(OTHER)}]}, {}, 1),
        (trust("scheduler.amazonaws.com"), policy("AWS::IAM::Policy", INVOKE, RENEW), 1),
        (trust("scheduler.amazonaws.com"), {}, 2),
    ],
)
def test_a_role_of_a_template(role: dict[str, Any], more: dict[str, Any], count: int) -> None:
    assert len(of(template(role, more))) == count


SUBSCRIBER = """
Resources:
  Bus: {Type: AWS::EventsV2::EventBus, Properties: {Name: pki}}
  Source:
    Type: AWS::EventsV2::EventSource
    Properties:
      EventBusArn: !Ref Bus
      Configuration: {AwsServiceEventsConfiguration: {AwsService: aws.acm-pca, OnFailureConfiguration: {Arn: q}}}
  Subscriber:
    Type: AWS::EventsV2::Subscriber
    Properties:
      EventBusArn: !Ref Bus
      InvokeConfiguration: INVOKE
      OnFailureConfiguration: {Arn: q}
  Queue: {Type: AWS::SQS::Queue}
  Deliver:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: {Effect: Allow, Principal: {Service: SERVICE}, Action: sts:AssumeRole}
      Policies:
        - PolicyName: deliver
          PolicyDocument: {Statement: {Effect: Allow, Action: ACTION, Resource: !GetAtt Queue.Arn}}
"""
SUBSCRIBED = "{TargetArn: !GetAtt Queue.Arn, RoleArn: !GetAtt Deliver.Arn}"


@pytest.mark.parametrize(
    ("invoke", "service", "action", "words"),
    [
        (SUBSCRIBED, "events.amazonaws.com", "sqs:SendMessage", []),
        ("{TargetArn: !Ref Elsewhere, RoleArn: !Ref Elsewhere}", "events.amazonaws.com", "sqs:SendMessage", []),
        ("{TargetArn: !GetAtt Queue.Arn}", "events.amazonaws.com", "sqs:SendMessage", ["has no RoleArn"]),
        (SUBSCRIBED, "pipes.amazonaws.com", "sqs:SendMessage", ["does not let events.amazonaws.com assume it"]),
        (SUBSCRIBED, "events.amazonaws.com", "sqs:ReceiveMessage", ["no policy of the role"]),
    ],
)
def test_a_subscriber_has_a_role(invoke: str, service: str, action: str, words: list[str]) -> None:
    text = SUBSCRIBER.replace("INVOKE", invoke).replace("SERVICE", service).replace("ACTION", action)
    reading = read_document_file(text, "t.yaml", named=True)
    (checked,) = [held for held in judge(reading).checked if held.rule.kind == "subscriber"]
    found = [held.message for held in checked.findings if held.code == "target-role"]
    assert len(found) == len(words)
    assert all(word in message for word, message in zip(words, found, strict=True))


@pytest.mark.parametrize("role", ["", "role_arn = aws_iam_role.invoke.arn"])
def test_a_built_in_target_is_not_an_event_bus(role: str) -> None:
    snapshot = '"arn:aws:events:us-east-1:444433332222:target/create-snapshot"'
    text = PROJECT.replace("  role_arn = aws_iam_role.invoke.arn", role).replace("ARN", snapshot)
    reading = read_terraform({"main.tf": text.replace("SERVICE", '"events.amazonaws.com"').replace("POLICIES", "")})
    assert of(reading.rules[0]) == []
    target = {
        "Id": "snapshot",
        "Arn": {"Fn::Sub": "arn:aws:events:${AWS::Region}:${AWS::AccountId}:target/stop-instance"},
    }
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"EventPattern": {"source": ["aws.acm-pca"]}, "Targets": [target]},
    }
    made = read_document_file(json.dumps({"Resources": {"Rule": rule}}), "t.json", named=True)
    assert of(made.rules[0]) == []


def test_the_service_of_a_target_follows_from_its_settings() -> None:
    for settings, words in (
        ("EcsParameters", "an ECS task"),
        ("RunCommandParameters", "Systems Manager"),
        ("Input", ""),
    ):
        target = {"Id": "job", "Arn": {"Fn::ImportValue": "job"}, settings: {}}
        rule = {"EventPattern": {"source": ["aws.acm-pca"]}, "Targets": [target]}
        text = json.dumps({"Resources": {"Rule": {"Type": "AWS::Events::Rule", "Properties": rule}}})
        found = of(read_document_file(text, "t.json", named=True).rules[0])
        assert (words in found[0]) if words else found == []
