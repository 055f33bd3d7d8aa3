"""Policy documents in Terraform: overriding statements, principals, and bus names in ARNs."""

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.delivery import delivery_findings
from pca_events.infrastructure.model import Rule

PROJECT = """
variable "later" {}
resource "aws_cloudwatch_event_bus" "sec" { name = "sec" }
resource "aws_cloudwatch_event_rule" "crl" {
  name           = "crl"
  event_bus_name = BUS
  event_pattern  = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_target" "crl" {
  rule = aws_cloudwatch_event_rule.crl.name
  arn  = TARGET
}
resource "aws_iam_role" "someone" { name = "someone" }
resource "aws_sqs_queue" "work" { name = "work" }
resource "aws_sqs_queue_policy" "work" {
  queue_url = aws_sqs_queue.work.id
  policy    = POLICY
}
resource "aws_cloudwatch_log_group" "pki" { name = "/pki/events" }
MORE
"""


def policies(policy: str, more: str = "", bus: str = "null", target: str = "aws_sqs_queue.work.arn") -> list[str]:
    text = PROJECT.replace("POLICY", policy).replace("MORE", more).replace("BUS", bus).replace("TARGET", target)
    reading = read_terraform({"main.tf": text})
    assert reading.unreadable == []
    rule: Rule = reading.rules[0]
    return [
        found.code for found in delivery_findings(rule) if found.code.endswith("-policy") and "retry" not in found.code
    ]


def document(name: str, sid: str, effect: str = "Allow", more: str = "", service: str = "events") -> str:
    return f"""
    data "aws_iam_policy_document" "{name}" {{
      statement {{
        sid       = "{sid}"
        effect    = "{effect}"
        actions   = ["sqs:SendMessage"]
        resources = ["*"]
        principals {{
          type        = "Service"
          identifiers = ["{service}.amazonaws.com"]
        }}
      }}
      {more}
    }}
    """


FINAL = "data.aws_iam_policy_document.final.json"


@pytest.mark.parametrize(
    ("documents", "right"),
    [
        (document("first", "a") + document("final", "b", "Deny", f"# {FINAL}"), False),
        (document("first", "a", "Deny") + document("final", "a", more="source_policy_documents = [FIRST]"), True),
        (document("first", "a", "Deny") + document("final", "b", more="source_policy_documents = [FIRST]"), False),
        (document("first", "a", "Deny") + document("final", "", more="source_policy_documents = [FIRST]"), False),
        (document("first", "a") + document("final", "a", "Deny", "override_policy_documents = [FIRST]"), True),
        (
            document("first", "a", service="sns") + document("final", "a", more="override_policy_documents = [FIRST]"),
            False,
        ),
        (
            document("first", "a", service="sns") + document("final", "b", more="override_policy_documents = [FIRST]"),
            True,
        ),
        (document("final", "a", "Deny", "override_policy_documents = [var.later]"), True),
    ],
)
def test_statements_with_the_same_sid_replace_each_other(documents: str, right: bool) -> None:
    more = documents.replace("FIRST", "data.aws_iam_policy_document.first.json")
    assert (policies(FINAL, more) == []) is right


def allow(principal: str, source: str = "") -> str:
    condition = f'Condition = {{ ArnEquals = {{ "aws:SourceArn" = {source} }} }}' if source else ""
    return f"""jsonencode({{ Statement = [{{
      Effect = "Allow", Principal = {principal}, Action = "sqs:SendMessage", Resource = aws_sqs_queue.work.arn
      {condition}
    }}] }})"""


EVENTS = '{ Service = "events.amazonaws.com" }'


@pytest.mark.parametrize(
    ("principal", "right"),
    [
        (EVENTS, True),
        ('"*"', True),
        ('{ AWS = "*" }', True),
        ('{ AWS = ["arn:aws:iam::999900001111:root", "*"] }', True),
        ("var.later", True),
        ("{ AWS = var.later }", True),
        ("{ Service = var.later }", True),
        ('{ Service = "${var.later}.amazonaws.com" }', True),
        ('{ AWS = "events.amazonaws.com" }', False),
        ('"events.amazonaws.com"', False),
        ('{ AWS = "arn:aws:iam::${var.later}:root" }', False),
        ("{ AWS = aws_iam_role.someone.arn }", False),
        ('{ Service = "sns.${var.later}" }', False),
    ],
)
def test_the_principal_may_be_eventbridge(principal: str, right: bool) -> None:
    assert (policies(allow(principal)) == []) is right


@pytest.mark.parametrize("bus", ["aws_cloudwatch_event_bus.sec.name", "aws_cloudwatch_event_bus.sec.arn", '"sec"'])
def test_the_arn_of_a_rule_includes_the_name_of_its_bus(bus: str) -> None:
    for name, right in (("sec/crl", True), ("*", True), ("sec/*", True), ("crl", False), ("other/crl", False)):
        source = f'"arn:aws:events:eu-west-1:999900001111:rule/{name}"'
        assert (policies(allow(EVENTS, source), bus=bus) == []) is right
    for bus in ("null", '"default"', "var.later"):
        assert policies(allow(EVENTS, '"arn:aws:events:eu-west-1:999900001111:rule/crl"'), bus=bus) == []
    wrong = policies(allow(EVENTS, '"arn:aws:events:eu-west-1:999900001111:rule/sec/crl"'))
    assert wrong == ["queue-policy"]


@pytest.mark.parametrize(
    ("resource", "right"),
    [
        ("arn:aws:logs:*:*:log-group:/pki/*:*", True),
        ("arn:aws:logs:*:*:*", True),
        ("arn:*:logs:*:*:log-group:/pki/events:*", True),
        ("*", True),
        ("arn:aws:logs:*:*:log-group:/aws/events/*:*", False),
        ("arn:aws:logs:*:*:log-group:/other:*", False),
    ],
)
def test_the_fields_of_an_arn_are_compared_separately(resource: str, right: bool) -> None:
    more = f"""
    resource "aws_cloudwatch_log_resource_policy" "events" {{
      policy_document = jsonencode({{ Statement = [{{
        Effect    = "Allow"
        Principal = {{ Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }}
        Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource  = "{resource}"
      }}] }})
    }}
    """
    assert (policies(allow(EVENTS), more, target="aws_cloudwatch_log_group.pki.arn") == []) is right


def test_a_data_source_that_is_off_by_default_is_unknown() -> None:
    more = """
    variable "on" { default = false }
    data "aws_partition" "here" { count = var.on ? 1 : 0 }
    locals { suffix = join("", data.aws_partition.here[*].dns_suffix) }
    """
    assert policies(allow('{ Service = "events.${local.suffix}" }'), more) == []
