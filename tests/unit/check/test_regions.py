"""Targets and dead-letter queues are in the Region of their rule, as far as Regions are written out."""

from pathlib import Path

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.delivery import delivery_findings
from pca_events.infrastructure.files import read_paths

PROJECT = """
variable "region" { default = "eu-south-1" }
PROVIDERS
resource "aws_cloudwatch_event_rule" "r" {
  RULE
  event_pattern = jsonencode({ source = ["aws.acm-pca"] })
}
resource "aws_cloudwatch_event_target" "t" {
  RULE
  rule = aws_cloudwatch_event_rule.r.name
  arn  = TARGET
  dead_letter_config { arn = LETTERS }
  role_arn = "arn:aws:iam::121212121212:role/deliver"
}
resource "aws_sqs_queue" "q" {
  QUEUE
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({ Statement = [{
    Effect = "Allow", Principal = { Service = "events.amazonaws.com" }, Action = "sqs:SendMessage", Resource = "*"
  }] })
}
"""
PROVIDERS = """
provider "aws" { region = "eu-south-1" }
provider "aws" {
  alias  = "far"
  region = "us-west-1"
}
provider "aws" {
  alias  = "somewhere"
  region = var.region
}
"""
OWN, FAR = '"arn:aws:sqs:eu-south-1:121212121212:q"', '"arn:aws:sqs:us-west-1:121212121212:q"'
FUNCTION = '"arn:aws:lambda:eu-south-1:121212121212:function:f"'
QUEUE = "aws_sqs_queue.q.arn"


def codes(target: str, letters: str, rule: str = "", queue: str = "", providers: str = PROVIDERS) -> list[str]:
    text = PROJECT.replace("PROVIDERS", providers).replace("RULE", rule).replace("QUEUE", queue)
    reading = read_terraform({"main.tf": text.replace("TARGET", target).replace("LETTERS", letters)})
    assert reading.unreadable == []
    found = [held.code for held in delivery_findings(reading.rules[0])]
    return [code for code in found if code in ("target-region", "dead-letter-queue", "queue-policy")]


@pytest.mark.parametrize(
    ("target", "letters", "rule", "queue", "expected"),
    [
        (FUNCTION, OWN, "", "", []),
        (FUNCTION, FAR, "", "", ["dead-letter-queue"]),
        (FUNCTION, QUEUE, "", "", []),
        (FUNCTION, QUEUE, "", "provider = aws.far", ["dead-letter-queue"]),
        (FUNCTION, QUEUE, "", 'region = "us-west-1"', ["dead-letter-queue"]),
        (FUNCTION, QUEUE, "", "region = var.region", []),
        (FUNCTION, QUEUE, "", "provider = aws.somewhere", []),
        (QUEUE, OWN, "", "", []),
        (QUEUE, OWN, "", "provider = aws.far", ["target-region", "dead-letter-queue"]),
        (QUEUE, FAR, "provider = aws.far", "provider = aws.far", []),
        (QUEUE, FAR, 'region = "us-west-1"', "provider = aws.far", []),
        (FAR, FAR, "", "", ["target-region", "dead-letter-queue"]),
        (FUNCTION, OWN, "provider = aws.somewhere", "", []),
        ('"arn:aws:events:us-west-1:121212121212:event-bus/central"', OWN, "", "", []),
        ("var.region", OWN, "", "", []),
    ],
)
def test_the_region_of_the_rule(target: str, letters: str, rule: str, queue: str, expected: list[str]) -> None:
    found = codes(target, letters, rule, queue)
    assert sorted(set(found)) == sorted(set(expected))


def test_without_a_provider_the_region_is_not_known() -> None:
    assert codes(FUNCTION, QUEUE, providers="") == []
    assert codes(FUNCTION, FAR, providers="") == ["dead-letter-queue"]
    assert codes(QUEUE, FAR, providers="") == []


def test_a_module_may_be_given_other_providers(tmp_path: Path) -> None:
    module = PROJECT.replace("PROVIDERS", "").replace("RULE", "").replace("QUEUE", "")
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "main.tf").write_text(module.replace("TARGET", "aws_sqs_queue.q.arn").replace("LETTERS", FAR))
    call = 'module "far" {\n  source    = "./far"\n  providers = { aws = aws.far }\n}\nvariable "region" {}\n'
    (tmp_path / "main.tf").write_text(PROVIDERS + call)
    (rule,) = read_paths([str(tmp_path)]).rules
    assert rule.name == "module.far.aws_cloudwatch_event_rule.r"
    assert [held.code for held in delivery_findings(rule) if held.code in ("dead-letter-queue", "target-region")] == []
