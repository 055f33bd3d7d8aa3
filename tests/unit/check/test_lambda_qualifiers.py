"""A permission for a version or an alias of a Lambda function is not one for the function, nor the other way round."""

import json
from typing import Any

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.delivery import delivery_findings
from pca_events.check.report import Finding
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.model import Rule

PROJECT = """
variable "stage" {}
resource "aws_cloudwatch_event_rule" "audit" {
  event_pattern = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_target" "notify" {
  rule = aws_cloudwatch_event_rule.audit.name
  arn  = %s
}
resource "aws_lambda_function" "notify" {
  function_name = "notify"
  publish       = true
}
resource "aws_lambda_function" "draft" { function_name = "draft" }
resource "aws_lambda_alias" "blue" {
  name          = "blue"
  function_name = aws_lambda_function.notify.arn
}
resource "aws_lambda_alias" "staged" {
  name          = var.stage
  function_name = aws_lambda_function.notify.arn
}
resource "aws_lambda_permission" "events" {
  function_name = %s
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  %s
}
"""
FUNCTION, ALIAS, VERSION = "aws_lambda_function.notify.arn", "aws_lambda_alias.blue.arn", "aws_lambda_function.notify"
NAME = "aws_lambda_function.notify.function_name"


def permissions(rule: Rule) -> list[Finding]:
    return [found for found in delivery_findings(rule) if found.code == "lambda-permission"]


@pytest.mark.parametrize(
    ("target", "function", "more", "right"),
    [
        (FUNCTION, NAME, "", True),
        (FUNCTION, "aws_lambda_alias.blue.function_name", "", True),
        (FUNCTION, NAME, 'qualifier = "blue"', False),
        (FUNCTION, NAME, "qualifier = aws_lambda_alias.blue.name", False),
        (FUNCTION, NAME, "qualifier = aws_lambda_function.notify.version", True),
        (FUNCTION, NAME, 'qualifier = "$LATEST"', True),
        (FUNCTION, NAME, "qualifier = var.stage", True),
        (FUNCTION, ALIAS, "", False),
        (FUNCTION, '"notify:blue"', "", False),
        (FUNCTION, '"arn:aws:lambda:eu-north-1:210987654321:function:notify:blue"', "", False),
        (FUNCTION, '"${aws_lambda_function.notify.arn}:blue"', "", False),
        (FUNCTION, "aws_lambda_function.notify.qualified_arn", "", False),
        (ALIAS, NAME, "", False),
        (ALIAS, FUNCTION, "", False),
        (ALIAS, ALIAS, "", True),
        (ALIAS, NAME, 'qualifier = "blue"', True),
        (ALIAS, NAME, "qualifier = aws_lambda_alias.blue.name", True),
        (ALIAS, NAME, 'qualifier = "green"', False),
        (ALIAS, NAME, "qualifier = var.stage", True),
        (ALIAS, "aws_lambda_alias.staged.arn", "", True),
        ("aws_lambda_alias.staged.arn", NAME, "", True),
        ("aws_lambda_alias.staged.arn", NAME, "qualifier = aws_lambda_alias.staged.name", True),
        ('"arn:aws:lambda:eu-north-1:210987654321:function:notify:blue"', NAME, 'qualifier = "blue"', True),
        ('"arn:aws:lambda:eu-north-1:210987654321:function:notify:blue"', NAME, "", False),
        ('"${aws_lambda_function.notify.arn}:blue"', NAME, "", False),
        ("aws_lambda_function.notify.qualified_arn", NAME, "", False),
        ("aws_lambda_function.notify.qualified_arn", NAME, "qualifier = aws_lambda_function.notify.version", True),
        ("aws_lambda_function.draft.qualified_arn", "aws_lambda_function.draft.function_name", "", True),
    ],
)
def test_a_permission_in_terraform(target: str, function: str, more: str, right: bool) -> None:
    reading = read_terraform({"main.tf": PROJECT % (target, function, more)})
    assert reading.unreadable == []
    assert (permissions(reading.rules[0]) == []) is right


def test_the_message_names_both() -> None:
    (rule,) = read_terraform({"main.tf": PROJECT % (ALIAS, NAME, "")}).rules
    (found,) = permissions(rule)
    assert "is for notify, but the target is notify:blue" in found.message


def template(target: Any, function: Any, more: dict[str, Any] | None = None) -> Rule:
    resources = {
        "Audit": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "EventPattern": {"source": ["aws.acm-pca"]},
                "Targets": [{"Id": "notify", "Arn": target}],
            },
        },
        "Notify": {"Type": "AWS::Lambda::Function", "Properties": {}},
        "Blue": {
            "Type": "AWS::Lambda::Alias",
            "Properties": {"Name": "blue", "FunctionName": {"Ref": "Notify"}},
        },
        "Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": "Notify"}}},
        "Allow": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": function,
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
            },
        },
        **(more or {}),
    }
    text = json.dumps({"Resources": resources})
    (rule,) = read_document_file(text, "template.json", named=True).rules
    return rule


ARN, REF = {"Fn::GetAtt": ["Notify", "Arn"]}, {"Ref": "Notify"}


@pytest.mark.parametrize(
    ("target", "function", "right"),
    [
        (ARN, ARN, True),
        (ARN, REF, True),
        (ARN, {"Ref": "Blue"}, False),
        (ARN, {"Fn::Sub": "${Notify}:blue"}, False),
        (ARN, {"Fn::Sub": "${Notify.Arn}:blue"}, False),
        ({"Ref": "Blue"}, REF, False),
        ({"Ref": "Blue"}, {"Ref": "Blue"}, True),
        ({"Ref": "Blue"}, {"Fn::Join": [":", [{"Ref": "Notify"}, "blue"]]}, True),
        ({"Ref": "Blue"}, {"Fn::Sub": "${Notify.Arn}:green"}, False),
        ({"Fn::Sub": "${Notify.Arn}:blue"}, {"Ref": "Blue"}, True),
        ({"Ref": "Version"}, {"Ref": "Version"}, True),
        ({"Ref": "Version"}, REF, False),
    ],
)
def test_a_permission_in_a_template(target: Any, function: Any, right: bool) -> None:
    assert (permissions(template(target, function)) == []) is right


@pytest.mark.parametrize(
    ("target", "function", "right"),
    [
        ({"Ref": "Handler.Alias"}, {"Ref": "Handler.Alias"}, True),
        ({"Ref": "Handler.Alias"}, {"Ref": "Handler"}, False),
        ({"Fn::GetAtt": ["Handler", "Arn"]}, {"Ref": "Handler.Alias"}, False),
        ({"Fn::GetAtt": ["Handler", "Arn"]}, {"Ref": "Handler"}, True),
        ({"Ref": "HandlerAliasblue"}, {"Ref": "HandlerAliasblue"}, True),
        ({"Ref": "Handler.Alias"}, {"Ref": "HandlerAliasblue"}, True),
    ],
)
def test_the_alias_that_sam_publishes(target: Any, function: Any, right: bool) -> None:
    handler = {"Type": "AWS::Serverless::Function", "Properties": {"AutoPublishAlias": "blue"}}
    assert (permissions(template(target, function, {"Handler": handler})) == []) is right
