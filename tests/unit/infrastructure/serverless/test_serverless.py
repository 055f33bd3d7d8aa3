"""Rules in the configuration of the Serverless Framework, and its variables."""

import textwrap
from typing import Any

import pytest

from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.checked_tree import CheckedTree, TreeFiles
from pca_events.infrastructure.model import Destination, Reading, Rule, SourceLocation, Target, Unknown
from pca_events.infrastructure.serverless.service import is_serverless, read_serverless
from pca_events.infrastructure.serverless.variables import Variables
from pca_events.infrastructure.source_tree import Object, plain

FILE = "serverless.yml"
FILES = TreeFiles(CheckedTree(), "/nowhere")


def document(text: str) -> Object:
    loaded = yaml_reader.load(textwrap.dedent(text), FILE)
    assert loaded.unreadable == []
    (found,) = loaded.documents
    assert isinstance(found, Object)
    return found


def read(text: str) -> Reading:
    return read_serverless(document(text), FILE, FILES)


CUSTOM = """
service: desk
provider: {name: aws, stage: "${opt:stage, 'dev'}", region: eu-central-1}
custom:
  source: aws.acm-pca
  sources: ["${self:custom.source}", x]
  detail: {result: [failure]}
  bus: {dev: orders, prod: other}
  number: 7
  round: ${self:custom.again}
  again: ${self:custom.round}
  nothing: null
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("${self:custom.source}", "aws.acm-pca"),
        ("x-${self:custom.source}-y", "x-aws.acm-pca-y"),
        ("${self:custom.sources}", ["aws.acm-pca", "x"]),
        ("${self:custom.sources.1}", "x"),
        ("${self:custom.detail}", {"result": ["failure"]}),
        ("${self:custom.number}", 7),
        ("n${self:custom.number}", "n7"),
        ("${self:provider.stage}", "dev"),
        ("${self:custom.bus.${self:provider.stage}}", "orders"),
        ("${self:custom.bus.${opt:stage, 'prod'}}", "other"),
        ("${opt:x, self:custom.source}", "aws.acm-pca"),
        ("${opt:x, ${self:custom.source}}", "aws.acm-pca"),
        ("${self:custom.missing, 'there'}", "there"),
        ("${self:custom.nothing, 'there'}", "there"),
        ('${env:X, "y"}', "y"),
        ("${param:x, 5}", 5),
        ("${opt:x, true}", True),
        ("${AWS::Region}", "${AWS::Region}"),
        ("${Queue.Arn}", "${Queue.Arn}"),
        ("${opt:stage}", Unknown("${opt:stage}")),
        ("a-${env:X}-b", Unknown("${env:X}", ("a-", None, "-b"))),
        ("${ssm:/ca/arn}", Unknown("${ssm:/ca/arn}")),
        ("${ssm:/ca/arn, 'there'}", Unknown("${ssm:/ca/arn, 'there'}")),
        ("${cf:stack.Output, 'there'}", Unknown("${cf:stack.Output, 'there'}")),
        ("${cf(eu-west-1):stack.Output}", Unknown("${cf(eu-west-1):stack.Output}")),
        ("${file(./other.yml):key}", Unknown("${file(./other.yml):key}")),
        ("${self:custom.round}", Unknown("${self:custom.round}")),
        ("${self:custom.missing}", Unknown("${self:custom.missing}")),
        ("${self:custom.source.deeper}", Unknown("${self:custom.source.deeper}")),
        ("${self:custom.bus.${opt:stage}}", Unknown("${self:custom.bus.${opt:stage}}")),
        ("x${self:custom.detail}", Unknown("a list inside a string", ("x", None))),
    ],
)
def test_a_variable_is_resolved_within_the_file(text: str, expected: Any) -> None:
    found = plain(Variables(document(CUSTOM), FILE, FILES).resolve(text))
    if text == "${self:custom.round}":
        assert isinstance(found, Unknown)
    else:
        assert found == expected


SERVICE = """
service: desk
provider:
  name: aws
custom: {source: aws.acm-pca}
functions:
  report:
    handler: desk.report
    events:
      - sqs: arn:aws:sqs:eu-central-1:111122223333:x
      - eventBridge:
          pattern:
            source: ["${self:custom.source}"]
            detail:
              result: [failure]
      - cloudwatchEvent:
          name: legacy
          enabled: false
          event: {source: [aws.acm-pca]}
      - eventBridge: {schedule: rate(1 day)}
      - eventBridge:
          eventBus: !GetAtt Bus.Name
          pattern: {source: ["${opt:source}"]}
          inputPath: $.detail
          deadLetterQueueArn: !GetAtt Queue.Arn
          retryPolicy: {maximumRetryAttempts: 1}
resources:
  Resources:
    Queue: {Type: AWS::SQS::Queue}
    Bus: {Type: AWS::Events::EventBus, Properties: {Name: orders}}
    Own:
      Type: AWS::Events::Rule
      Properties:
        EventPattern: {source: ["${self:custom.source}"]}
        Targets: [{Id: q, Arn: !GetAtt Queue.Arn}]
"""


def test_the_rules_of_functions_and_resources() -> None:
    first, legacy, third, own = read(SERVICE).rules
    arn = Unknown("the function report", ("arn:", None, ":lambda:", None, "-report"))
    target = Target(SourceLocation(FILE, 11), "report", "lambda", arn, handler="report", role=True)
    pattern = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
    lines = {"source": 13, "detail": 14, "detail.result": 15}
    assert first == Rule(SourceLocation(FILE, 11), 15, "report/rule-1", pattern, lines, targets=(target,))
    assert (legacy.name, legacy.place.line, legacy.last_line, legacy.enabled) == ("report/legacy", 16, 19, False)
    assert legacy.pattern == {"source": ["aws.acm-pca"]}
    assert (third.name, str(third.bus), third.place.line) == ("report/rule-3", "orders", 21)
    assert third.pattern == {"source": [Unknown("${opt:source}")]}
    assert third.targets is not None
    (target,) = third.targets
    assert isinstance(target.dead_letter, Destination)
    assert (target.dead_letter.address, target.dead_letter.place) == ("Queue", SourceLocation(FILE, 29))
    assert (target.input_path, target.retry) == ("$.detail", True)
    assert (own.name, own.place.line, own.last_line, own.pattern) == ("Own", 31, 35, {"source": ["aws.acm-pca"]})
    assert own.targets is not None
    assert own.targets[0].destination == target.dead_letter


def test_functions_and_resources_may_be_lists() -> None:
    reading = read(
        """
        provider: aws
        functions:
          - ${file(functions.yml)}
          - one: {events: [{eventBridge: {pattern: {source: [a]}, state: DISABLED}}]}
        resources:
          - ${file(resources.yml)}
          - Resources: {A: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [b]}}}}
          - Resources: {B: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [c]}}}}
        """
    )
    assert [(rule.name, rule.place.line, rule.enabled) for rule in reading.rules] == [
        ("one/rule-1", 5, False),
        ("A", 8, True),
        ("B", 9, True),
    ]


def test_inputs_of_a_transformer_and_what_is_unknown() -> None:
    (rule,) = read(
        """
        provider: aws
        functions:
          f:
            events:
              - eventBridge:
                  enabled: ${opt:on}
                  pattern: '{"source": ["${opt:source}"]}'
                  eventBus: arn:aws:events:${opt:region}:1:event-bus/x
                  inputTransformer: {inputPathsMap: {reason: $.detail.reason}, inputTemplate: x}
        """
    ).rules
    assert rule.enabled == Unknown("${opt:on}")
    assert rule.bus == Unknown("${opt:region}", ("arn:aws:events:", None, ":1:event-bus/x"))
    assert (rule.pattern, rule.lines) == ({"source": [Unknown("${opt:source}")]}, {"source": 8})
    assert rule.targets is not None
    assert rule.targets[0].input_paths == {"reason": "$.detail.reason"}


@pytest.mark.parametrize(
    "functions",
    [
        "text",
        "[a]",
        "{f: text}",
        "{f: {events: text}}",
        "{f: {events: [eventBridge]}}",
        "{f: {events: [{eventBridge: x}]}}",
    ],
)
def test_invalid_values_are_ignored(functions: str) -> None:
    assert read(f"provider: aws\nfunctions: {functions}\nresources: text") == Reading()


@pytest.mark.parametrize(
    "start", ["['${self:custom.a1}', '${self:custom.a1}']", "'${self:custom.a1}${self:custom.a1}'"]
)
def test_exponentially_growing_variables_are_bounded(start: str) -> None:
    lines = "".join(f"  a{n}: {start.replace('a1', f'a{n + 1}')}\n" for n in range(1, 60))
    text = f"provider: aws\ncustom:\n{lines}  a60: aws.acm-pca\nfunctions:\n  f:\n    events:\n"
    for depth in (1, 35, 45):
        asked = f"      - eventBridge: {{pattern: {{source: ['${{self:custom.a{depth}}}']}}}}\n"
        (rule,) = read(text + asked).rules
        assert len(str(rule.pattern)) < 10_000_000


def test_a_chain_of_variables_that_is_too_long_is_unknown() -> None:
    lines = "".join(f"  a{n}: ${{self:custom.a{n + 1}}}\n" for n in range(1, 500))
    text = f"provider: aws\ncustom:\n{lines}  a500: aws.acm-pca\nfunctions:\n  f:\n    events:\n"
    for first, known in ((490, True), (1, False)):
        asked = f"      - eventBridge: {{pattern: {{source: ['${{self:custom.a{first}}}']}}}}\n"
        (rule,) = read(text + asked).rules
        assert (rule.pattern == {"source": ["aws.acm-pca"]}) is known
        assert isinstance(rule.pattern["source"][0], Unknown) is not known


def test_a_service_is_recognised_by_its_keys() -> None:
    assert is_serverless(document("provider: aws\nfunctions: {}"))
    assert is_serverless(document("provider: aws\nresources: {}"))
    assert not is_serverless(document("provider: aws"))
    assert not is_serverless(["provider", "functions"])
