"""Which events reach a rule that is not on the default event bus."""

from dataclasses import replace
from typing import Any

import pytest
from terraform_texts import read_terraform

from pca_events.catalog import documented_events
from pca_events.check.rules import check
from pca_events.infrastructure.detect_format import read_document_file
from pca_events.infrastructure.model import Destination, Reading, Rule, SourceLocation, Target, Unknown

PLACE = SourceLocation("buses.tf", 3)
FAILURES = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
BUS = Destination(
    "events",
    PLACE,
    "pki",
    "aws_cloudwatch_event_bus.pki",
    Unknown("its ARN", ("arn:", None, ":events:", None, ":", None, ":event-bus/pki")),
)
ARN = "arn:aws:events:eu-west-1:111122223333:event-bus/"


def rule(name: str = "on_bus", pattern: Any = FAILURES, **fields: Any) -> Rule:
    """A rule with a target without findings."""
    target = Target(PLACE, "t", "lambda", dead_letter=True, retry=True, role=True)
    return Rule(PLACE, 9, name, pattern, **{"targets": (target,), **fields})


def forward(to: Any, pattern: Any = FAILURES, **fields: Any) -> Rule:
    """A rule whose target is an event bus: one of the project, or an ARN."""
    known = {"destination": to} if isinstance(to, Destination) else {"arn": to}
    target = Target(PLACE, "t", "events", dead_letter=True, retry=True, role=True, **known)
    return rule(**{"name": "forward", "pattern": pattern, "targets": (target,), **fields})


def said(*rules: Rule) -> list[tuple[str, str]]:
    """The level and the message of the finding about the bus of the first rule."""
    checked = next(found for found in check(Reading(list(rules))).rules if found.rule is rules[0])
    return [(finding.level, finding.message) for finding in checked.findings if finding.code == "custom-bus"]


def levels(*rules: Rule) -> list[str]:
    return [level for level, _ in said(*rules)]


ON_BUS = rule(bus="pki", own_bus=BUS)


def test_a_bus_of_the_project_to_which_nothing_is_forwarded_is_an_error() -> None:
    ((level, message),) = said(ON_BUS)
    assert level == "error"
    assert message.startswith("never fires: it is on the event bus pki")


@pytest.mark.parametrize(
    ("bus", "level"),
    [
        ("default", []),
        (f"{ARN}default", []),
        (Unknown("data.aws_cloudwatch_event_bus.d.arn", (None, ":event-bus/default")), []),
        ("pki", ["warning"]),
        (f"{ARN}pki", ["warning"]),
        (Unknown("local.bus", (None, "-pki")), ["warning"]),
        (Unknown("var.bus"), ["note"]),
        (Unknown("var.bus", ("arn:", None)), ["note"]),
        ("aws.partner/example.com/1/orders", ["error"]),
    ],
)
def test_a_bus_that_is_created_elsewhere(bus: str | Unknown, level: list[str]) -> None:
    assert levels(rule(bus=bus)) == level


@pytest.mark.parametrize(
    ("to", "reached"),
    [
        (BUS, True),
        (f"{ARN}pki", True),
        (Unknown("var.arn", (None, ":event-bus/pki")), True),
        (Unknown("local.arn", ("arn:", None, ":event-bus/", None)), True),
        (f"{ARN}pki-audit", False),
        (f"{ARN}audit-pki", False),
        (replace(BUS, address="aws_cloudwatch_event_bus.other", name="other", arn=Unknown("its ARN")), False),
    ],
)
def test_forwards_are_found_by_reference_and_by_whole_names(to: Any, reached: bool) -> None:
    assert levels(ON_BUS, forward(to)) == ([] if reached else ["error"])


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ({"source": ["aws.s3"]}, "passes events of aws.s3 only"),
        ({"detail-type": ["Object Created"]}, "passes none of the events"),
        ({"source": ["aws.acm-pca"], "detail": {"result": ["success"]}}, "passes none of the events"),
    ],
)
def test_the_pattern_of_a_forwarding_rule_must_match_the_events(pattern: Any, words: str) -> None:
    ((level, message),) = said(ON_BUS, forward(BUS, pattern))
    assert level == "error"
    assert words in message
    assert "(forward)" in message


def test_one_forwarding_rule_is_enough() -> None:
    crl = {"detail-type": ["ACM Private CA CRL Generation"]}
    assert levels(ON_BUS, forward(BUS, {"source": ["aws.s3"]}), forward(BUS, crl, name="other")) == []


def test_failures_that_are_not_forwarded_are_handled_by_no_rule() -> None:
    crl = forward(BUS, {"source": ["aws.acm-pca"], "detail-type": ["ACM Private CA CRL Generation"]})
    failures = {event.id for event in documented_events() if event.result == "failure"}
    assert set(check(Reading([ON_BUS, crl])).uncovered) == {event for event in failures if not event.startswith("crl-")}
    assert check(Reading([replace(ON_BUS, own_bus=replace(BUS, policy={})), crl])).uncovered == []


def test_a_disabled_forwarding_rule_forwards_nothing() -> None:
    ((level, message),) = said(ON_BUS, forward(BUS, enabled=False))
    assert level == "error"
    assert message.endswith("is disabled")
    assert levels(ON_BUS, forward(BUS, enabled=Unknown("var.on"))) == []


def test_events_are_not_forwarded_twice() -> None:
    middle = replace(BUS, name="middle", address="aws_cloudwatch_event_bus.middle", arn=Unknown("its ARN"))
    chained = forward(BUS, bus="middle", own_bus=middle)
    ((level, message),) = said(ON_BUS, chained, forward(middle, name="first"))
    assert level == "warning"
    assert "third bus" in message


@pytest.mark.parametrize(
    "other",
    [
        rule("elsewhere", targets=None),
        rule("elsewhere", targets=(Target(PLACE, "t", arn=Unknown("var.target")),)),
    ],
)
def test_a_rule_whose_target_is_not_known_may_forward(other: Rule) -> None:
    assert levels(ON_BUS, other) == ["warning"]
    assert levels(ON_BUS, replace(other, pattern={"source": ["aws.s3"]})) == ["error"]


def test_a_bus_that_lets_others_send_may_be_reached_from_elsewhere() -> None:
    assert levels(replace(ON_BUS, own_bus=replace(BUS, policy={"Statement": []}))) == ["warning"]


def test_many_partly_unknown_names_are_not_compared_one_by_one() -> None:
    forwards = [forward(Unknown("x", (None, f":event-bus/{at}-", None)), name=f"f{at}") for at in range(250)]
    assert levels(ON_BUS, *forwards) == ["warning"]
    assert levels(ON_BUS, *forwards[:50]) == ["error"]


HEAD = """
variable "prefix" {}
resource "aws_cloudwatch_event_bus" "a" { name = "pki" }
resource "aws_cloudwatch_event_bus" "b" { name = "${var.prefix}-pki" }
resource "aws_cloudwatch_event_bus" "many" {
  for_each = toset(["x"])
  name     = each.key
}
data "aws_cloudwatch_event_bus" "far" { name = "far" }
data "aws_cloudwatch_event_bus" "default" { name = "default" }
"""
RULE = """
resource "aws_cloudwatch_event_rule" "r" {
  event_pattern  = jsonencode({ source = ["aws.acm-pca"] })
  event_bus_name = %s
}
"""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("aws_cloudwatch_event_bus.a.name", "aws_cloudwatch_event_bus.a"),
        ("aws_cloudwatch_event_bus.a.arn", "aws_cloudwatch_event_bus.a"),
        ("aws_cloudwatch_event_bus.a.id", "aws_cloudwatch_event_bus.a"),
        ('"pki"', "aws_cloudwatch_event_bus.a"),
        (f'"{ARN}pki"', "aws_cloudwatch_event_bus.a"),
        ("aws_cloudwatch_event_bus.b.name", "aws_cloudwatch_event_bus.b"),
        ("aws_cloudwatch_event_bus.b.arn", "aws_cloudwatch_event_bus.b"),
        ('"${var.prefix}-pki"', "aws_cloudwatch_event_bus.b"),
        ('aws_cloudwatch_event_bus.many["x"].name', 'aws_cloudwatch_event_bus.many["x"]'),
        ('"default"', None),
        ("data.aws_cloudwatch_event_bus.far.name", None),
        ("data.aws_cloudwatch_event_bus.default.arn", None),
        ("var.prefix", None),
    ],
)
def test_a_bus_of_terraform_is_found_by_any_reference(written: str, address: str | None) -> None:
    (found,) = read_terraform({"m.tf": HEAD + RULE % written}).rules
    assert (found.own_bus.address if found.own_bus else None) == address


def test_a_bus_created_by_the_public_module_belongs_to_the_project() -> None:
    call = """
    module "events" {
      source     = "terraform-aws-modules/eventbridge/aws"
      bus_name   = "orders"
      create_bus = %s
      rules      = { r = { event_pattern = jsonencode({ source = ["aws.acm-pca"] }) } }
    }
    """
    made = [read_terraform({"m.tf": call % created}).rules[0].own_bus for created in ("true", "false")]
    assert (made[0] is not None and made[0].name, made[1]) == ("orders", None)


@pytest.mark.parametrize(
    ("policy", "level"),
    [
        ('event_bus_name = aws_cloudwatch_event_bus.a.name\n principal = "444455556666"', "warning"),
        ('principal = "444455556666"', "error"),
        ('event_bus_name = aws_cloudwatch_event_bus.b.name\n principal = "444455556666"', "error"),
    ],
)
def test_a_permission_of_the_bus_lets_others_send(policy: str, level: str) -> None:
    permission = f'resource "aws_cloudwatch_event_permission" "p" {{\n statement_id = "p"\n {policy}\n}}'
    rules = read_terraform({"m.tf": HEAD + RULE % "aws_cloudwatch_event_bus.a.name" + permission}).rules
    assert levels(*rules) == [level]


def test_a_target_belongs_to_the_rule_of_its_own_bus() -> None:
    text = """
    resource "aws_cloudwatch_event_rule" "%s" {
      name           = "crl"
      event_bus_name = %s
      event_pattern  = jsonencode({ source = ["aws.acm-pca"] })
    }
    """
    target = """
    resource "aws_cloudwatch_event_target" "t" {
      rule           = "crl"
      event_bus_name = "pki"
      arn            = "arn:aws:sqs:eu-west-1:111122223333:q"
    }
    """
    first, second = read_terraform({"m.tf": text % ("a", "null") + text % ("b", '"pki"') + target}).rules
    assert (len(first.targets or ()), len(second.targets or ())) == (0, 1)


TEMPLATE = """
Parameters: {Name: {Type: String}}
Resources:
  Known: {Type: AWS::Events::EventBus, Properties: {Name: pki}}
  Named: {Type: AWS::Events::EventBus, Properties: {Name: !Sub "${AWS::StackName}-pki"}}
  Rule:
    Type: AWS::Events::Rule
    Properties: {EventPattern: {source: [aws.acm-pca]}, EventBusName: %s}
"""


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("!Ref Known", "Known"),
        ("!GetAtt Known.Name", "Known"),
        ("!GetAtt Known.Arn", "Known"),
        ("pki", "Known"),
        ("!Sub 'arn:aws:events:${AWS::Region}:${AWS::AccountId}:event-bus/pki'", "Known"),
        ("!Ref Named", "Named"),
        ("!GetAtt Named.Arn", "Named"),
        ("!GetAtt Named.Name", "Named"),
        ("!Sub '${Named}'", "Named"),
        ("!Sub '${AWS::StackName}-pki'", "Named"),
        ("!Sub '${Name}-pki'", None),
        ("!Ref Name", None),
        ("!ImportValue bus", None),
        ("default", None),
        ("other-pki", None),
    ],
)
def test_a_bus_of_a_template_is_found_by_any_reference(written: str, address: str | None) -> None:
    (found,) = read_document_file(TEMPLATE % written, "t.yaml", named=True).rules
    assert (found.own_bus.address if found.own_bus else None) == address


def test_an_archive_forwards_nothing() -> None:
    assert levels(ON_BUS, rule("archive", targets=None, kind="archive")) == ["error"]
