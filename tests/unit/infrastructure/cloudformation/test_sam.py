"""Rules that SAM creates for the events of functions and state machines."""

import textwrap

import pytest

from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.cloudformation.other_patterns import read_sam
from pca_events.infrastructure.cloudformation.template import Stack
from pca_events.infrastructure.model import Destination, Rule, SourceLocation, Target, Unknown

FILE = "template.yaml"


def rules(text: str) -> list[Rule]:
    loaded = yaml_reader.load(textwrap.dedent(text), FILE)
    assert loaded.unreadable == []
    reading = read_sam(Stack(loaded.documents[0], FILE))
    assert reading.unreadable == []
    return reading.rules


def rule_with(properties: str, kind: str = "EventBridgeRule", owner: str = "Function") -> Rule:
    head = f"""
Resources:
  Handler:
    Type: AWS::Serverless::{owner}
    Properties:
      Events:
        Failed:
          Type: {kind}
          Properties:
            Pattern: {{source: [aws.acm-pca]}}
"""
    rest = "\n  Queue: {Type: AWS::SQS::Queue}\n"
    (found,) = rules(head + textwrap.indent(textwrap.dedent(properties), " " * 12) + rest)
    return found


@pytest.mark.parametrize(("owner", "service"), [("Function", "lambda"), ("StateMachine", "states")])
@pytest.mark.parametrize("kind", ["EventBridgeRule", "CloudWatchEvent"])
def test_an_event_of_a_function_is_a_rule(owner: str, service: str, kind: str) -> None:
    found = rule_with("", kind, owner)
    arn = Unknown("!GetAtt Handler.Arn")
    assert found == Rule(
        place=SourceLocation(FILE, 7),
        last_line=10,
        name="Handler/Failed",
        pattern={"source": ["aws.acm-pca"]},
        lines={"source": 10},
        targets=(Target(SourceLocation(FILE, 7), "Failed", service, arn, handler="Handler", role=True),),
    )


@pytest.mark.parametrize(
    ("properties", "bus", "enabled"),
    [
        ("", "default", True),
        ("EventBusName: orders", "orders", True),
        ("EventBusName: !Ref Bus", Unknown("!Ref Bus"), True),
        ("State: DISABLED", "default", False),
        ("State: ENABLED", "default", True),
        ("State: !Ref State", "default", Unknown("!Ref State")),
        ("Enabled: false", "default", False),
    ],
)
def test_bus_and_state_of_a_sam_event(properties: str, bus: str | Unknown, enabled: bool | Unknown) -> None:
    found = rule_with(properties)
    assert (found.bus, found.enabled) == (bus, enabled)


def target_with(properties: str) -> Target:
    found = rule_with(properties)
    assert found.targets is not None
    return found.targets[0]


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ("", None),
        ("DeadLetterConfig: {Type: SQS}", True),
        ("DeadLetterConfig: {Type: SQS, QueueLogicalId: Made}", True),
        ("DeadLetterConfig: {Arn: arn:aws:sqs:eu-central-1:111122223333:elsewhere}", True),
        ("DeadLetterConfig: {Arn: !GetAtt Queue.Arn}", "Queue"),
        ("DeadLetterConfig: !Ref Config", Unknown("!Ref Config")),
        ("DeadLetterConfig: {}", None),
    ],
)
def test_the_dead_letter_queue(properties: str, expected: object) -> None:
    found = target_with(properties).dead_letter
    assert (found.address if isinstance(found, Destination) else found) == expected


def test_the_settings_of_the_target() -> None:
    found = target_with(
        """
        Target: {Id: mine}
        InputTransformer: {InputPathsMap: {reason: $.detail.reason}, InputTemplate: <reason>}
        RetryPolicy: {MaximumRetryAttempts: 2}
        """
    )
    assert (found.name, found.retry, found.input_paths) == ("mine", True, {"reason": "$.detail.reason"})
    assert target_with("InputPath: $.detail").input_path == "$.detail"
    assert (target_with("").retry, target_with("").input_path) == (False, None)


def test_a_function_is_shown_by_its_name() -> None:
    (found,) = rules(
        """
        Resources:
          F:
            Type: AWS::Serverless::Function
            Condition: OnlyInProduction
            Properties:
              FunctionName: revoke
              Events: {E: {Type: EventBridgeRule, Properties: {Pattern: '{"source": ["aws.acm-pca"]}'}}}
        """
    )
    assert (found.name, found.pattern, found.lines) == ("F/E", {"source": ["aws.acm-pca"]}, {"source": 8})
    assert found.enabled == Unknown("condition OnlyInProduction")
    assert found.targets is not None
    assert found.targets[0].handler == "revoke"


@pytest.mark.parametrize(
    "events",
    [
        "{A: {Type: Api, Properties: {Pattern: {source: [a]}}}}",
        "{A: {Type: Schedule, Properties: {Schedule: rate(1 day)}}}",
        "{A: {Type: EventBridgeRule}}",
        "{A: {Type: EventBridgeRule, Properties: {Schedule: rate(1 day)}}}",
        "{A: EventBridgeRule}",
        "{A: {Type: [EventBridgeRule]}}",
        "[a]",
        "!Ref Events",
    ],
)
def test_events_that_are_not_rules_are_ignored(events: str) -> None:
    text = f"Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {{Events: {events}}}}}}}"
    assert rules(text.replace("AWS::Serverless::Function", "'AWS::Serverless::Function'")) == []
