"""Event sources and subscribers of the Terraform provider awscc that are off by default."""

import pytest
from terraform_texts import read_terraform

from pca_events.check.findings.custom_event_bus import Judgement, judge
from pca_events.check.report import CheckedRule

PROJECT = """
variable "enabled" { default = false }
resource "awscc_eventsv2_event_bus" "pki" { name = "pki" }
resource "awscc_eventsv2_event_source" "pca" {
  count         = SOURCE
  name          = "pca"
  event_bus_arn = awscc_eventsv2_event_bus.pki.event_bus_arn
  configuration = {
    aws_service_events_configuration = {
      aws_service              = "aws.acm-pca"
      on_failure_configuration = { arn = "arn:aws:sqs:eu-north-1:333322221111:lost" }
    }
  }
}
resource "awscc_eventsv2_subscriber" "page" {
  count                    = SUBSCRIBER
  name                     = "page"
  event_bus_arn            = awscc_eventsv2_event_bus.pki.event_bus_arn
  invoke_configuration = {
    target_arn = "arn:aws:sqs:eu-north-1:333322221111:page"
    role_arn   = "arn:aws:iam::333322221111:role/deliver"
  }
  on_failure_configuration = { arn = "arn:aws:sqs:eu-north-1:333322221111:lost" }
}
"""


def judged(source: str, subscriber: str) -> Judgement:
    reading = read_terraform({"main.tf": PROJECT.replace("SOURCE", source).replace("SUBSCRIBER", subscriber)})
    assert reading.unreadable == []
    return judge(reading)


@pytest.mark.parametrize("count", ["0", "var.enabled ? 1 : 0"])
def test_resources_that_are_off_are_marked(count: str) -> None:
    for checked in judged(count, count).checked:
        assert checked.rule.off
    assert [checked.rule.off for checked in judged("1", "1").checked] == ["", ""]


def subscriber_of(source: str, subscriber: str) -> CheckedRule:
    (found,) = [held for held in judged(source, subscriber).checked if held.rule.kind == "subscriber"]
    return found


def test_an_event_source_that_is_off_may_forward() -> None:
    found = subscriber_of("0", "1")
    assert {verdict.fires for verdict in found.verdicts} == {"may"}
    (note,) = [held for held in found.findings if held.code == "event-source-not-known"]
    assert "off by default (count = 0)" in note.message


@pytest.mark.parametrize(("source", "subscriber"), [("1", "1"), ("0", "0"), ("1", "0")])
def test_a_subscriber_that_is_off_is_checked_as_if_it_were_on(source: str, subscriber: str) -> None:
    found = subscriber_of(source, subscriber)
    assert {verdict.fires for verdict in found.verdicts} == {"always"}
    assert [held.code for held in found.findings if held.level != "note"] == []
