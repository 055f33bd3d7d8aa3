"""`explain` on rules of infrastructure code, on every event at once, and on what only a deployment knows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from given import Run

from pca_events import catalog
from pca_events.check.suggestions.suggested_fix import asks_for_cloudtrail, nearest

CALL, SERVICE = "AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"
FAILURE = {"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}}

TERRAFORM = """
variable "team_account" {}
variable "whole" {}

resource "aws_cloudwatch_event_rule" "issuance" {
  event_pattern = jsonencode({
    source      = ["aws.acm-pca"]
    detail-type = ["ACM Private CA Certificate Issuance"]
    account     = [var.team_account]
  })
}

resource "aws_cloudwatch_event_rule" "audits" {
  for_each      = toset(["daily"])
  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = ["failed"] } })
}

resource "aws_cloudwatch_event_rule" "given" {
  event_pattern = var.whole
}

resource "aws_cloudwatch_event_rule" "uploads" {
  event_pattern = jsonencode({ source = ["aws.s3"] })
}
"""

CLOUDFORMATION = """
Resources:
  Issued:
    Type: AWS::Events::Rule
    Properties:
      EventPattern:
        source: [aws.acm-pca]
        detail-type: [ACM Private CA Certificate Issuance]
        detail: {result: [success]}
"""

SAM = """
Transform: AWS::Serverless-2016-10-31
Resources:
  Handler:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Issued:
          Type: EventBridgeRule
          Properties:
            Pattern:
              source: [aws.acm-pca]
              detail-type: [ACM Private CA Certificate Issuance]
              detail: {result: [success]}
"""

SERVERLESS = """
service: desk
provider: {name: aws}
functions:
  handler:
    handler: a.b
    events:
      - eventBridge:
          pattern:
            source: [aws.acm-pca]
            detail-type: [ACM Private CA Certificate Issuance]
            detail: {result: [success]}
"""

PATTERN = {
    "source": ["aws.acm-pca"],
    "detail-type": ["ACM Private CA Certificate Issuance"],
    "detail": {"result": ["success"]},
}
DESCRIBED = {"Name": "issued", "Arn": "arn:aws:events:us-east-1:111122223333:rule/issued", "State": "ENABLED"}


@pytest.fixture
def terraform(tmp_path: Path) -> Path:
    file = tmp_path / "main.tf"
    file.write_text(TERRAFORM)
    return file


def with_input(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "pca_events", "explain", *words]
    return subprocess.run(line, input=text, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pattern.json", json.dumps(PATTERN)),
        ("described.json", json.dumps({**DESCRIBED, "EventPattern": json.dumps(PATTERN)})),
        ("listed.json", json.dumps({"Rules": [{**DESCRIBED, "EventPattern": json.dumps(PATTERN)}]})),
        ("template.yaml", CLOUDFORMATION),
        ("sam.yaml", SAM),
        ("serverless.yml", SERVERLESS),
        (
            "rules.tf",
            f'resource "aws_cloudwatch_event_rule" "issued" {{\n event_pattern = {json.dumps(json.dumps(PATTERN))}\n}}',
        ),
    ],
)
def test_every_kind_of_rule_is_explained(command: Run, tmp_path: Path, name: str, text: str) -> None:
    file = tmp_path / name
    file.write_text(text)
    for given in (str(file), "-"):
        ran = command("explain", given) if given != "-" else with_input(text, "-")
        assert (ran.returncode, ran.stderr) == (0, "")
        lines = [line.split() for line in ran.stdout.splitlines()]
        assert [line[0] for line in lines if line[1:2] == ["matches"]] == ["certificate-issuance-success"]
        assert len([line for line in lines if line[1:3] == ["no", "match"]]) == 10
        assert "Nearest documented event: certificate-issuance-success" in ran.stdout
    for event, status in (("certificate-issuance-success", 0), ("ca-creation-success", 1)):
        assert command("explain", str(file), "--event", event).returncode == status


def test_a_file_with_several_rules_has_them_all(command: Run, terraform: Path) -> None:
    ran = command("explain", str(terraform))
    assert (ran.returncode, ran.stderr) == (1, "")
    for words in (
        f"{terraform}:5 aws_cloudwatch_event_rule.issuance\n",
        f'{terraform}:13 aws_cloudwatch_event_rule.audits["daily"]\n',
        "  depends on var.whole, which is known only after deployment\n",
        "aws_cloudwatch_event_rule.uploads\n  is for events of other sources\n",
    ):
        assert words in ran.stdout


@pytest.mark.parametrize(
    ("place", "rule"),
    [
        ("#issuance", "issuance"),
        ("#aws_cloudwatch_event_rule.issuance", "issuance"),
        ("#audits", 'audits["daily"]'),
        ('#audits["daily"]', 'audits["daily"]'),
        (":5", "issuance"),
        (":9", "issuance"),
        (":13", 'audits["daily"]'),
    ],
)
def test_one_rule_is_found_by_its_name_or_line(command: Run, terraform: Path, place: str, rule: str) -> None:
    ran = command("explain", f"{terraform}{place}")
    heads = [line for line in ran.stdout.splitlines() if line.startswith(str(terraform))]
    assert [line.partition(" aws_cloudwatch_event_rule.")[2] for line in heads] == [rule]


def test_a_value_that_is_not_known_is_named_and_never_judged(command: Run, terraform: Path) -> None:
    ran = command("explain", f"{terraform}#issuance")
    assert ran.returncode == 0
    assert "certificate-issuance-failure           may match  depends on var.team_account" in ran.stdout
    assert "may match: depends on var.team_account\n" in ran.stdout
    ran = command("explain", f"{terraform}#issuance", "--event", "certificate-issuance-failure")
    assert ran.returncode == 0
    assert "  account: depends on var.team_account\n" in ran.stdout
    assert "\nmatches" not in ran.stdout
    ran = command("explain", f"{terraform}#issuance", "--event", "ca-creation-failure")
    assert ran.returncode == 1
    assert "ignores\n" in ran.stdout


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("main.tf#issuence", 'has no rule "issuence"; did you mean "issuance"?'),
        ("main.tf:1", "no rule begins on this line or before it"),
        ("mian.tf", "does not exist; did you mean"),
        ("empty.json", "Event pattern is not valid. Reason: The pattern is not valid JSON"),
        ("words.txt", "words.txt:1: is not in a format that check reads"),
        ("none.tf", "none.tf has no EventBridge rule with an event pattern"),
    ],
)
def test_unusable_input_of_explain_gives_one_line(command: Run, terraform: Path, given: str, message: str) -> None:
    for name, text in (("empty.json", ""), ("words.txt", "hello"), ("none.tf", "locals {}\n")):
        terraform.with_name(name).write_text(text)
    ran = command("explain", str(terraform.with_name(given)))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert message in ran.stderr
    assert ran.stderr.count("\n") == 1


def test_the_event_may_come_from_standard_input(tmp_path: Path) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(json.dumps(PATTERN))
    for event, status in (("certificate-issuance-success", 0), ("crl-generation-success", 1)):
        ran = with_input(json.dumps(catalog.documented(event).event), str(file), "--event", "-")
        assert (ran.returncode, ran.stderr) == (status, "")
    both = with_input("{}", "-", "--event", "-")
    assert both.returncode == 2
    assert "standard input can be the pattern or the event, not both" in both.stderr
    neither = with_input("{}", str(file), "--event", "certificate-issuance-sucess")
    assert 'did you mean "certificate-issuance-success"?' in neither.stderr


def test_a_rejected_rule_does_not_prevent_the_explanation_of_others(command: Run, terraform: Path) -> None:
    with terraform.open("a") as file:
        file.write(
            'resource "aws_cloudwatch_event_rule" "flat" {\n event_pattern = "{\\"source\\": \\"aws.acm-pca\\"}"\n}\n'
        )
    ran = command("explain", str(terraform))
    assert (ran.returncode, ran.stderr) == (2, "")
    assert 'AWS accepts this: {"source": ["aws.acm-pca"]}' in ran.stdout
    assert "aws_cloudwatch_event_rule.issuance" in ran.stdout


@pytest.mark.parametrize(
    ("pattern", "event", "edits"),
    [
        ({"source": ["aws.acm-pca"], "detail": {"serviceEventDetails": {"status": ["FAILED"]}}}, SERVICE, []),
        ({"source": ["aws.acm-pca"], "detail": {"eventName": ["RestoreCA"]}}, CALL, ["detail.eventName"]),
        (
            {"source": ["aws.acm-pca"], "detail-type": [CALL], "detail": {"result": ["failure"]}},
            CALL,
            ["detail.result"],
        ),
        ({"source": ["aws.acm-pca"], "detail-type": [SERVICE], "resources": ["x"]}, SERVICE, ["resources"]),
        ({"source": ["aws.acm-pca"], "detail": {"requestID": ["x"]}}, CALL, []),
        ({"source": ["aws.acm-pca"], "detail-type": [CALL, "ACM Private CA Creation"]}, "ca-creation-success", []),
        (FAILURE, "ca-creation-failure", ["detail.result"]),
    ],
)
def test_a_pattern_for_cloudtrail_is_nearest_to_an_event_of_cloudtrail(
    pattern: dict[str, object], event: str, edits: list[str]
) -> None:
    found = nearest(pattern)
    assert (found.event, [edit.path for edit in found.edits]) == (event, edits)
    assert asks_for_cloudtrail(pattern) == (event in (CALL, SERVICE))


def test_cloudtrail_events_are_shown_if_they_are_intended(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(json.dumps({"source": ["aws.acm-pca"], "detail": {"eventName": ["RevokeCertificate"]}}))
    ran = command("explain", str(file))
    assert ran.returncode == 0
    assert f'  {CALL}            may match  only if detail.eventName "RevokeCertificate"\n' in ran.stdout
    assert 'matches only if detail.eventName "RevokeCertificate"\n' in ran.stdout
    assert "ignores" not in ran.stdout
    file.write_text(json.dumps(PATTERN))
    assert "CloudTrail" not in command("explain", str(file)).stdout


def test_terminal_control_characters_are_escaped(command: Run, tmp_path: Path) -> None:
    file = tmp_path / "pattern.json"
    file.write_text(json.dumps({"source": ["aws.acm-pca\x1b[31m"]}))
    assert "\x1b" not in command("explain", str(file)).stdout


def test_the_patterns_of_a_custom_event_bus_are_explained(command: Run) -> None:
    mistakes = Path(__file__).parents[3] / "examples" / "mistakes"
    for name, rule in (("80-subscriber-wildcard.yaml", "CrlEvents"), ("83-subscriber-result.json", "issuance-failed")):
        ran = command("explain", str(mistakes / name))
        assert (ran.returncode, ran.stderr) == (1 if rule == "issuance-failed" else 0, "")
        assert ran.stdout.splitlines()[0].endswith(f" {rule}")


def test_characters_that_the_output_cannot_encode_are_escaped(tmp_path: Path) -> None:
    file = tmp_path / "pattern.json"
    file.write_text('{"source": ["aws.acm-pc\u00e4"]}', "utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    for words in (["explain", str(file)], ["validate", str(file.with_name("event.json"))]):
        file.with_name("event.json").write_text('{"detail-type": "\u00e4", "source": "aws.acm-pca"}', "utf-8")
        ran = subprocess.run([sys.executable, "-m", "pca_events", *words], capture_output=True, env=environment)
        assert (ran.returncode, ran.stderr) == (1, b"")
        assert rb"\xe4" in ran.stdout
