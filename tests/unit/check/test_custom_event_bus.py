"""Event sources and subscribers of the Custom Event Bus: read from templates and API answers, and judged."""

import json
from pathlib import Path
from typing import Any

import pytest

from pca_events.catalog import documented_events
from pca_events.check.findings.custom_event_bus import judge
from pca_events.check.findings.subscriber_filters import conjunction, judged_together
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.check.rules import check
from pca_events.infrastructure.custom_event_bus import event_source, from_snake_case, subscriber
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import (
    CustomBus,
    EventSource,
    Reading,
    SourceLocation,
    Subscriber,
    SubscriberFilter,
    Unknown,
)
from pca_events.pattern import EventPattern

CRL = "ACM Private CA CRL Generation"
FAILED_CRLS = [
    "crl-generation-failure-s3-permissions",
    "crl-generation-failure-s3-internal",
    "crl-generation-failure-internal",
]
SOURCE = """
  Bus: {Type: AWS::EventsV2::EventBus, Properties: {Name: pki}}
  Source:
    Type: AWS::EventsV2::EventSource
    Properties:
      Name: private-ca
      EventBusArn: !Ref Bus
      Configuration: {AwsServiceEventsConfiguration: {AwsService: aws.acm-pca, OnFailureConfiguration: {Arn: x}%s}}
"""
REST = "InvokeConfiguration: {TargetArn: t, RoleArn: r}, OnFailureConfiguration: {Arn: q}"


def filters(*pairs: tuple[str, Any]) -> str:
    written = [{"Scope": scope, "Pattern": p if isinstance(p, str) else json.dumps(p)} for scope, p in pairs]
    return json.dumps({"Filters": written})


def subscribed(configuration: str, *, bus: str = "!Ref Bus", rest: str = REST) -> str:
    properties = f"Name: s, EventBusArn: {bus}, FilterConfiguration: {configuration}, {rest}"
    return f"  Subscriber: {{Type: AWS::EventsV2::Subscriber, Properties: {{{properties}}}}}\n"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(tmp_path)

    def check_text(text: str, name: str = "t.yaml") -> CheckReport:
        Path(name).write_text(text, "utf-8")
        reading = read_paths(["."])
        assert (reading.unreadable, reading.skipped) == ([], [])
        return check(reading)

    return check_text


def the(report: CheckReport, name: str) -> CheckedRule:
    (found,) = [checked for checked in report.rules if checked.rule.name == name]
    return found


def codes(checked: CheckedRule) -> set[str]:
    return {finding.code for finding in checked.findings}


def test_a_subscriber_receives_events_that_the_event_source_and_all_filters_match(run: Any) -> None:
    text = (
        "Resources:"
        + SOURCE % """, Pattern: '{"detail": {"result": ["failure"]}}'"""
        + subscribed(filters(("DATA", {"detail-type": [CRL]}), ("SYSTEM_METADATA", {"aws:Source": ["aws.acm-pca"]})))
    )
    report = run(text)
    assert the(report, "Subscriber").fires_on == FAILED_CRLS
    assert codes(the(report, "Subscriber")) == set()
    assert len(the(report, "Source").fires_on) == 6
    assert (the(report, "Subscriber").rule.kind, the(report, "Source").rule.kind) == ("subscriber", "event source")


def test_no_filter_means_every_event(run: Any) -> None:
    assert len(the(run("Resources:" + SOURCE % "" + subscribed("!Ref AWS::NoValue")), "Subscriber").fires_on) == 11


def test_an_event_source_covers_no_failure(run: Any) -> None:
    successes = filters(("DATA", {"detail": {"result": ["success"]}}))
    assert len(run("Resources:" + SOURCE % "" + subscribed(successes)).uncovered) == 6
    assert run("Resources:" + SOURCE % "" + subscribed("!Ref AWS::NoValue")).uncovered == []


MISTAKES = [
    (filters(("DATA", {"detail-type": [CRL], "detail": {"result": ["failed"]}})), "never-fires"),
    (filters(("DATA", {"detail-type": [{"wildcard": "ACM Private CA*CRL*"}]})), "wildcard-in-filter"),
    (filters(("DATA", {"detail": {"reason": [{"anything-but": {"wildcard": "*x*"}}]}})), "wildcard-in-filter"),
    (filters(("METADATA", {"source": ["aws.acm-pca"]})), "metadata-filter"),
    (filters(("DATA", {"detail-type": [CRL]}), ("DATA", {"source": ["aws.acm-pca"]})), "filter-scope"),
    (filters(("SYSTEM_METADATA", {"source": ["aws.acm-pca"]})), "filter-scope"),
    (filters(("EVENT", {"source": ["aws.acm-pca"]})), "filter-scope"),
    (filters(("DATA", {"source": "aws.acm-pca"})), "invalid-pattern"),
    (filters(("DATA", "{source: aws.acm-pca")), "invalid-pattern"),
    (filters(("DATA", {"source": ["aws.acm-pca"], "detail-type": ["x" * 4096]})), "filter-too-long"),
    (filters(("SYSTEM_METADATA", {"AwsSource": ["aws.acmpca"]})), "never-fires"),
    (filters(("DATA", {"source": ["aws.acm-pca"]}), ("SYSTEM_METADATA", {"aws:Source": ["aws.s3"]})), "never-fires"),
]


@pytest.mark.parametrize(("configuration", "code"), MISTAKES)
def test_a_filter_that_is_rejected_or_never_matches(run: Any, configuration: str, code: str) -> None:
    found = the(run("Resources:" + SOURCE % "" + subscribed(configuration)), "Subscriber")
    assert code in codes(found)
    assert (found.fires_on, found.may_fire_on) == ([], [])
    assert all(finding.place.line > 1 for finding in found.findings)


def test_a_subscriber_without_failure_queue(run: Any) -> None:
    report = run("Resources:" + SOURCE % "" + subscribed("!Ref AWS::NoValue", rest="State: STOPPED"))
    assert {"no-on-failure", "disabled"} <= codes(the(report, "Subscriber"))


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ("AwsService: aws.*", "event-source-service"),
        ("AwsService: [aws.acm-pca]", "event-source-service"),
        ("AwsService: aws.acmpca", "event-source-service"),
        ("AwsService: acm-pca", "event-source-service"),
        ('AwsService: aws.acm-pca, Pattern: \'{"source": ["aws.acm-pca"]}\'', "event-source-fields"),
        ('AwsService: aws.acm-pca, Pattern: \'{"account": ["111122223333"]}\'', "event-source-fields"),
        ('AwsService: aws.acm-pca, Pattern: \'{"detail": {"result": ["FAILURE"]}}\'', "never-fires"),
        ("AwsService: aws.acm-pca, Pattern: '[]'", "invalid-pattern"),
        ('AwsService: aws.acm-pca, Pattern: \'{"detail-type": ["' + "x" * 3800 + "\"]}'", "filter-too-long"),
        ("AwsService: aws.acm-pca", "no-on-failure"),
    ],
)
def test_an_invalid_event_source(run: Any, settings: str, code: str) -> None:
    properties = f"EventBusArn: !Ref B, Configuration: {{AwsServiceEventsConfiguration: {{{settings}}}}}"
    report = run(f"Resources:\n  E: {{Type: AWS::EventsV2::EventSource, Properties: {{{properties}}}}}\n")
    assert code in codes(the(report, "E"))


BARE = "Resources:\n  Bus: {Type: AWS::EventsV2::EventBus, Properties: {Name: pki}}\n"
ASKS = filters(("DATA", {"source": ["aws.acm-pca"]}))


def test_a_bus_of_the_code_without_event_source_receives_nothing(run: Any) -> None:
    found = the(run(BARE + subscribed(ASKS)), "Subscriber")
    assert (codes(found), found.fires_on, found.may_fire_on) == ({"no-event-source"}, [], [])


@pytest.mark.parametrize(
    "elsewhere",
    [
        "R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [x]}, Targets: [{Id: b, Arn: !Ref Bus}]}}",
        "E: {Type: AWS::EventsV2::EventSource, Properties: {EventBusArn: !Ref Bus, "
        "Configuration: {AwsServiceEventsConfiguration: {AwsService: !Ref Service}}}}",
    ],
)
def test_a_possible_forwarder_is_not_an_error(run: Any, elsewhere: str) -> None:
    found = the(run(f"{BARE}  {elsewhere}\n{subscribed(ASKS)}"), "Subscriber")
    assert "no-event-source" not in codes(found)
    assert (len(found.may_fire_on), found.fires_on) == (11, [])


@pytest.mark.parametrize("bus", ["!Ref BusArn", "'arn:aws:events:eu-west-1:111122223333:event-busv2/pki/x'"])
def test_the_events_on_a_bus_outside_the_code_are_unknown(run: Any, bus: str) -> None:
    found = the(run("Resources:\n" + subscribed(ASKS, bus=bus)), "Subscriber")
    assert "event-source-not-known" in codes(found)
    assert (found.fires_on, len(found.may_fire_on)) == ([], 11)
    assert all(finding.level != "error" for finding in found.findings)


def test_subscribers_to_other_events_are_others(run: Any) -> None:
    report = run("Resources:" + SOURCE % "" + subscribed(filters(("DATA", {"detail-type": ["Order Placed"]}))))
    assert ([checked.rule.name for checked in report.rules], report.other_rules) == (["Source"], 1)
    report = run("Resources:" + SOURCE % "" + subscribed(filters(("METADATA", {"team": ["a"]}))))
    assert ([checked.rule.name for checked in report.rules], report.other_rules) == (["Source"], 1)


@pytest.mark.parametrize("configuration", ["!Ref Filters", "{Filters: [{Scope: DATA, Pattern: !Ref Pattern}]}"])
def test_unknown_filters_give_no_error(run: Any, configuration: str) -> None:
    report = run("Resources:" + SOURCE % "" + subscribed(configuration))
    assert [finding for checked in report.rules for finding in checked.findings if finding.level == "error"] == []


def test_fields_of_eventbridge_leave_a_condition(run: Any) -> None:
    asked = filters(("SYSTEM_METADATA", {"aws:DetailType": [CRL], "aws:EventId": ["x"]}))
    found = the(run("Resources:" + SOURCE % "" + subscribed(asked)), "Subscriber")
    assert (found.fires_on, len(found.may_fire_on)) == ([], 4)


ANSWER = {
    "SubscriberArn": "arn:aws:events:eu-west-1:111122223333:subscriber/s/x",
    "Name": "crl-failed",
    "EventBusArn": "arn:aws:events:eu-west-1:111122223333:event-busv2/pki/x",
    "FilterConfiguration": {
        "Filters": [{"Scope": "DATA", "Pattern": json.dumps({"source": ["aws.acm-pca"], "detail-type": [CRL]})}]
    },
    "InvokeConfiguration": {"TargetArn": "t", "RoleArn": "r"},
    "State": "RUNNING",
}
ANSWERED_SOURCE = {
    "EventSourceArn": "arn:aws:events:eu-west-1:111122223333:event-source/e/x",
    "Name": "private-ca",
    "EventBusArn": ANSWER["EventBusArn"],
    "Configuration": {"AwsServiceEventsConfiguration": {"AwsService": "aws.acm-pca"}},
}


@pytest.mark.parametrize("document", [ANSWER, {"Subscribers": [ANSWER], "NextToken": "x"}])
def test_answers_of_the_api(run: Any, document: Any) -> None:
    Path("source.json").write_text(json.dumps({"EventSources": [ANSWERED_SOURCE]}))
    report = run(json.dumps(document, indent=2), "subscriber.json")
    assert the(report, "crl-failed").fires_on == ["crl-generation-success", *FAILED_CRLS]
    assert the(report, "private-ca").fires_on == [event.id for event in documented_events()]


def test_a_list_without_settings_is_reported_as_not_read(tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps({"Subscribers": [{"Name": "x", "SubscriberArn": "y", "EventBusArn": "z"}]}))
    (skipped,) = read_paths([str(file)]).skipped
    assert "DescribeSubscriber" in skipped.remedy


@pytest.mark.parametrize(
    "document",
    [
        {"Subscribers": [{"SubscriptionType": "EMAIL", "Address": "a@example.com"}]},
        {"EventSources": [{"Arn": "arn:aws:events:us-east-1::event-source/aws.partner/x", "State": "ACTIVE"}]},
        {"Subscribers": []},
    ],
)
def test_responses_of_other_services_are_ignored(tmp_path: Path, document: Any) -> None:
    file = tmp_path / "list.json"
    file.write_text(json.dumps(document))
    reading = read_paths([str(file)])
    assert (reading.skipped, reading.subscribers, len(reading.unreadable)) == ([], [], 1)


def test_attributes_of_the_terraform_provider_awscc() -> None:
    place, bus = SourceLocation("main.tf", 3), CustomBus("awscc_eventsv2_event_bus.pki", SourceLocation("main.tf", 1))
    attributes: dict[str, Any] = {"configuration": {"aws_service_events_configuration": {"aws_service": "aws.acm-pca"}}}
    source = event_source(from_snake_case(attributes), place, 9, "awscc_eventsv2_event_source.pca", bus)
    assert source is not None
    assert (source.service, source.on_failure, source.bus) == ("aws.acm-pca", False, bus)
    attributes = {
        "filter_configuration": {"filters": [{"scope": "DATA", "pattern": '{"detail-type": ["x"]}'}]},
        "invoke_configuration": {"target_arn": "t"},
        "on_failure_configuration": Unknown("var.failure"),
    }
    found = subscriber(from_snake_case(attributes), place, 9, "s", bus)
    assert isinstance(found.filters, tuple)
    assert found.target is not None
    assert (found.filters[0].pattern, found.target.arn) == ({"detail-type": ["x"]}, "t")
    assert found.on_failure == Unknown("var.failure")


PATTERNS: list[dict[str, Any]] = [
    {"source": ["aws.acm-pca"]},
    {"source": [{"prefix": "aws."}]},
    {"detail-type": [CRL, "ACM Private CA Creation"]},
    {"detail-type": [CRL], "detail": {"result": ["failure"]}},
    {"detail": {"result": [{"anything-but": "failure"}]}},
    {"detail": {"reason": [{"exists": True}]}},
    {"$or": [{"detail-type": [CRL]}, {"detail": {"result": ["success"]}}]},
    {"$or": [{"account": ["111122223333"]}, {"detail": {"result": ["failure"]}}]},
    {"resources": [{"prefix": "arn:"}]},
]


@pytest.mark.parametrize("first", PATTERNS)
@pytest.mark.parametrize("second", PATTERNS)
def test_a_conjunction_matches_what_both_match(first: dict[str, Any], second: dict[str, Any]) -> None:
    both = [EventPattern.parse(pattern) for pattern in (first, second)]
    _, found, _ = judged_together([first, second])
    merged = conjunction([first, second])
    for event, verdict in zip(documented_events(), found, strict=True):
        matches = all(pattern.matches(event.event) for pattern in both)
        assert verdict.fires in (("always", "may") if matches else ("never", "may"))
        if merged is not None:
            assert EventPattern.parse(merged).matches(event.event) is matches


def test_different_resources_of_one_event_may_match_both() -> None:
    (event,) = [event for event in documented_events() if event.id == "certificate-issuance-success"]
    first, second = event.event["resources"]
    both = [{"resources": [first, "other"]}, {"resources": ["other", second]}]
    assert all(EventPattern.parse(pattern).matches(event.event) for pattern in both)
    assert conjunction(both) is None


TERRAFORM = """
resource "awscc_eventsv2_event_bus" "pki" { name = "pki" }
resource "awscc_eventsv2_event_source" "pca" {
  name          = "private-ca"
  event_bus_arn = awscc_eventsv2_event_bus.pki.event_bus_arn
  configuration = {
    aws_service_events_configuration = {
      aws_service = "aws.acm-pca"
      pattern     = jsonencode({ detail = { result = ["failure"] } })
    }
  }
}
resource "awscc_eventsv2_subscriber" "crl" {
  name          = "crl"
  event_bus_arn = awscc_eventsv2_event_bus.pki.event_bus_arn
  filter_configuration = {
    filters = [{ scope = "DATA", pattern = jsonencode({ detail-type = ["ACM Private CA CRL Generation"] }) }]
  }
  invoke_configuration     = { target_arn = "t", role_arn = "r" }
  on_failure_configuration = { arn = var.queue }
}
"""


def test_terraform(run: Any) -> None:
    report = run(TERRAFORM, "main.tf")
    found = the(report, "awscc_eventsv2_subscriber.crl")
    assert (found.fires_on, codes(found), found.rule.place.line) == (FAILED_CRLS, set(), 13)
    assert codes(the(report, "awscc_eventsv2_event_source.pca")) == {"no-on-failure"}


def test_a_template_within_terraform(run: Any) -> None:
    template = (
        "Resources:"
        + SOURCE % ""
        + subscribed(filters(("DATA", {"detail-type": [CRL], "detail": {"result": ["failed"]}})))
    )
    stack = f'resource "aws_cloudformation_stack" "pki" {{\n  template_body = <<-EOF\n{template}EOF\n}}\n'
    found = the(run(stack, "main.tf"), "Subscriber")
    assert "never-fires" in codes(found)
    assert found.rule.place.file == "main.tf"
    assert found.rule.place.line > 3


def test_many_subscribers_and_event_sources_are_judged() -> None:
    place, bus = SourceLocation("t.yaml", 1), CustomBus("b", SourceLocation("t.yaml", 1))
    forwarded = {"detail": {"result": ["failure"]}}
    sources = [EventSource(place, 1, f"s{n}", bus, "aws.acm-pca", place, forwarded) for n in range(1_000)]
    asked = [
        SubscriberFilter(place, "DATA", {"source": ["aws.acm-pca"], "account": [f"{n:012}"]}) for n in range(1_000)
    ]
    reading = Reading(event_sources=sources, subscribers=[Subscriber(place, 1, "s", bus, (held,)) for held in asked])
    assert len(judge(reading).checked) == 2_000


def test_if_nothing_matches_all_reasons_are_listed_for_cloudtrail_too() -> None:
    detail = {"eventSource": ["acm.amazonaws.com"], "eventName": ["MakeCA"]}
    source = {"source": ["aws.acm-pca"]}
    _, _, twins = judged_together([source, {"detail-type": ["AWS API Call via CloudTrail"], "detail": detail}])
    assert [block.path for block in twins[0].blocks] == ["detail.eventSource", "detail.eventName"]
