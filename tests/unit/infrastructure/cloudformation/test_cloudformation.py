"""Rules in CloudFormation templates: intrinsic functions, unknown values and line numbers."""

import textwrap
from typing import Any

import pytest

from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.cloudformation.nested import read_template
from pca_events.infrastructure.cloudformation.template import is_cloudformation
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.model import Destination, Key, Reading, Rule, SourceLocation, Target, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, plain

FILE = "template.yaml"


def document(text: str) -> Object:
    loaded = yaml_reader.load(textwrap.dedent(text), FILE)
    assert loaded.unreadable == []
    (found,) = loaded.documents
    assert isinstance(found, Object)
    return found


def read(text: str) -> Reading:
    return read_template(document(text), FILE)


def rule(text: str) -> Rule:
    (found,) = read(text).rules
    return found


def rule_with(properties: str, rest: str = "") -> Rule:
    """The rule of a template with these properties and this additional text."""
    head = "Resources:\n  Failed:\n    Type: AWS::Events::Rule\n    Properties:\n"
    return rule(head + textwrap.indent(textwrap.dedent(properties), " " * 6) + "\n" + rest)


def value(text: str) -> Any:
    """The value of an expression in a template with all kinds of resources."""
    return plain(Template(document(EVERYTHING)).resolve(document(f"Asked: {text}\n")["Asked"]))


EVERYTHING = """
Parameters:
  Stage: {Type: String, Default: prod}
  Count: {Type: Number, Default: 3}
  Flag: {Type: String, Default: true}
  Arns: {Type: CommaDelimitedList, Default: "a, b,c"}
  Ssm: {Type: "AWS::SSM::Parameter::Value<String>", Default: /path}
  CaArn: {Type: String}
Mappings:
  Accounts: {prod: {id: "111122223333", names: [x, y]}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  OfCa: !Equals [!Ref CaArn, x]
  Both: !And [!Condition IsProd, !Condition OfCa]
  Neither: !And [!Condition IsDev, !Condition OfCa]
  Either: !Or [!Condition IsProd, !Condition OfCa]
  Perhaps: !Or [!Condition IsDev, !Condition OfCa]
  Loop: !Not [!Condition Loop]
  Broken: !Equals [1]
Resources:
  Queue: {Type: "AWS::SQS::Queue"}
  Bus: {Type: "AWS::Events::EventBus", Properties: {Name: !Sub "orders-${Stage}"}}
  Round: {Type: "AWS::Events::EventBus", Properties: {Name: !GetAtt Round.Name}}
"""

KNOWN = {
    "!Ref Stage": "prod",
    "!Ref Count": "3",
    "!Ref Flag": "true",
    "!Ref Arns": ["a", "b", "c"],
    "!Ref Bus": "orders-prod",
    "!GetAtt Bus.Name": "orders-prod",
    "!GetAtt [Bus, Name]": "orders-prod",
    "{Ref: Stage}": "prod",
    '{"Fn::Sub": "${Stage}-${!Kept}"}': "prod-${Kept}",
    '!Sub ["${a}/${Stage}", {a: !Ref Count}]': "3/prod",
    "!Join ['-', [a, !Ref Stage, 7]]": "a-prod-7",
    "!Join [',', !Ref Arns]": "a,b,c",
    "!Select [1, !Ref Arns]": "b",
    "!Select ['2', [x, y, !Ref Stage]]": "prod",
    "!Split ['|', 'a|b']": ["a", "b"],
    "!Select [1, !Split ['-', !Sub 'x-${Stage}']]": "prod",
    "!FindInMap [Accounts, !Ref Stage, id]": "111122223333",
    "!FindInMap [Accounts, prod, names]": ["x", "y"],
    "!If [IsProd, yes, 'no']": True,
    "!If [IsDev, a, b]": "b",
    "!If [Neither, a, b]": "b",
    "!If [Either, a, b]": "a",
    "!If [OfCa, same, same]": "same",
    "[a, !Ref AWS::NoValue, !If [IsDev, b, !Ref 'AWS::NoValue']]": ["a"],
    "{a: !Ref AWS::NoValue, b: 1}": {"b": 1},
}

UNKNOWN = {
    "!Ref CaArn": Unknown("!Ref CaArn"),
    "!Ref Ssm": Unknown("!Ref Ssm"),
    "!Ref AWS::AccountId": Unknown("!Ref AWS::AccountId", meaning="account"),
    "!Ref Queue": Unknown("!Ref Queue"),
    "!Ref Nothing": Unknown("!Ref Nothing"),
    "!GetAtt Queue.Arn": Unknown("!GetAtt Queue.Arn"),
    "!GetAtt Bus.Arn": Unknown("!GetAtt Bus.Arn", ("arn:", None, ":event-bus/orders-prod")),
    "!GetAtt Round.Name": Unknown("!GetAtt Round.Name"),
    "!Sub '${CaArn}'": Unknown("${CaArn}"),
    "!Sub '${Queue.Arn}'": Unknown("${Queue.Arn}"),
    "!Sub 'arn:${AWS::Partition}:x:${Stage}:${CaArn}'": Unknown(
        "${AWS::Partition}, ${CaArn}",
        ("arn:", None, ":x:prod:", None),
        meanings=("partition", ""),
        reasons=("${AWS::Partition}", "${CaArn}"),
    ),
    "!Join ['/', [!Ref CaArn, certificate, !Ref Stage]]": Unknown("!Ref CaArn", (None, "/certificate/prod")),
    "!Join ['/', !Ref CaArn]": Unknown("!Join [/, !Ref CaArn]"),
    "'{{resolve:ssm:/ca}}/x'": Unknown("{{resolve:ssm:/ca}}", (None, "/x")),
    "!ImportValue ca-arn": Unknown("!ImportValue ca-arn"),
    "!ImportValue {'Fn::Sub': '${Stage}-ca'}": Unknown("!ImportValue !Sub ${Stage}-ca"),
    "!Select [0, !Ref CaArn]": Unknown("!Select [0, !Ref CaArn]"),
    "!Select [9, [a]]": Unknown("!Select [9, [a]]"),
    "!Select [-1, [a]]": Unknown("!Select [-1, [a]]"),
    "!Split ['-', !Ref CaArn]": Unknown("!Split [-, !Ref CaArn]"),
    "!FindInMap [Accounts, !Ref CaArn, id]": Unknown("!FindInMap [Accounts, !Ref CaArn, id]"),
    "!FindInMap [Accounts, dev, id]": Unknown("!FindInMap [Accounts, dev, id]"),
    "!If [OfCa, a, b]": Unknown("condition OfCa"),
    "!If [Both, a, b]": Unknown("condition Both"),
    "!If [Perhaps, a, b]": Unknown("condition Perhaps"),
    "!If [Loop, a, b]": Unknown("condition Loop"),
    "!If [Broken, a, b]": Unknown("condition Broken"),
    "!If [Missing, a, b]": Unknown("condition Missing"),
    "!If [a]": Unknown("!If [a]"),
    "!Ref [a]": Unknown("!Ref [a]"),
    "!GetAtt Queue": Unknown("!GetAtt Queue"),
    "!Sub [a]": Unknown("!Sub [a]"),
    "!Sub {a: b}": Unknown("!Sub {a: b}"),
    "!Join x": Unknown("!Join x"),
    "!Base64 x": Unknown("!Base64 x"),
    "!Unheard {a: [1, null, true]}": Unknown("!Unheard {a: [1, null, true]}"),
    "{'Fn::Transform': {Name: X}, b: 1}": Unknown("!Transform {Name: X}"),
}


@pytest.mark.parametrize("text", KNOWN)
def test_a_value_is_evaluated_from_the_template(text: str) -> None:
    assert value(text) == KNOWN[text]


@pytest.mark.parametrize("text", UNKNOWN)
def test_values_known_only_at_deployment_are_unknown_with_a_reason(text: str) -> None:
    found = value(text)
    assert found == UNKNOWN[text]
    assert type(found) is Unknown


def test_a_rule_is_read_with_its_lines() -> None:
    found = rule(
        """
        Resources:
          Other: {Type: AWS::SNS::Topic}
          # why it is here
          Failed:
            Type: AWS::Events::Rule
            Properties:
              EventPattern:
                source: [aws.acm-pca]
                detail:
                  result:
                    - failure
              Name: crl

          Last: {Type: AWS::SNS::Topic}
        """
    )
    assert (found.place, found.last_line, found.name) == (SourceLocation(FILE, 5), 13, "Failed")
    assert found.pattern == {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
    assert found.lines == {"source": 9, "detail": 10, "detail.result": 11}
    assert (found.bus, found.enabled, found.targets) == ("default", True, ())


PATTERN = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}


@pytest.mark.parametrize(
    ("written", "pattern", "lines"),
    [
        (
            'EventPattern: |\n  {\n    "source": ["aws.acm-pca"],\n    "detail": {\n      "result": ["failure"]}}\n',
            PATTERN,
            {"source": 7, "detail": 8, "detail.result": 9},
        ),
        (
            'EventPattern: \'{"source": ["aws.acm-pca"]}\'',
            {"source": ["aws.acm-pca"]},
            {"source": 5},
        ),
        (
            'EventPattern: !Sub |\n  {"source": ["aws.${X}"],\n   "region": ["${AWS::Region}", 1], "account": ${Y}}\n',
            {
                "source": [Unknown("${X}", ("aws.", None))],
                "region": [Unknown("${AWS::Region}", meaning="region"), 1],
                "account": Unknown("${Y}"),
            },
            {"source": 6, "region": 7, "account": 7},
        ),
        ("EventPattern: !Ref Pattern", Unknown("!Ref Pattern"), {}),
        ("EventPattern: !Sub '{${X}: [1]}'", Unknown("${X}", ("{", None, ": [1]}")), {}),
        (
            'EventPattern: !Sub \'{"a": ["\ue0009\ue001${X}"]}\'',
            Unknown("${X}", ('{"a": ["\ue0009\ue001', None, '"]}')),
            {},
        ),
        ("EventPattern: not JSON", "not JSON", {}),
        ("EventPattern: '{\"a\": [NaN]}'", '{"a": [NaN]}', {}),
        ("EventPattern: '[]'", "[]", {}),
        ("EventPattern: [a]", '["a"]', {}),
        ("EventPattern: {source: !Ref Sources}", {"source": Unknown("!Ref Sources")}, {"source": 5}),
        (
            "EventPattern:\n  $or:\n    - source: [a]\n    - detail:\n        result: [b]\n",
            {"$or": [{"source": ["a"]}, {"detail": {"result": ["b"]}}]},
            {
                "$or": 6,
                "$or[0].source": 7,
                "source": 7,
                "$or[1].detail": 8,
                "detail": 8,
                "$or[1].detail.result": 9,
                "detail.result": 9,
            },
        ),
    ],
)
def test_a_pattern_is_read_in_every_notation(written: str, pattern: Any, lines: dict[str, int]) -> None:
    found = rule_with(written)
    assert found.pattern == pattern
    assert found.lines == lines


@pytest.mark.parametrize(
    ("state", "enabled"),
    [
        ("ENABLED", True),
        ("DISABLED", False),
        ("ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS", True),
        ("!Ref State", Unknown("!Ref State")),
        ("!Ref AWS::NoValue", True),
    ],
)
def test_the_state_of_a_rule(state: str, enabled: bool | Unknown) -> None:
    assert rule_with(f"EventPattern: {{source: [a]}}\nState: {state}").enabled == enabled


@pytest.mark.parametrize(
    ("condition", "enabled"), [("Yes", True), ("No", Unknown("condition No")), ("None", Unknown("condition None"))]
)
def test_a_conditional_rule_is_read(condition: str, enabled: bool | Unknown) -> None:
    conditions = "Conditions: {'Yes': !Equals [a, a], 'No': !Equals [a, b]}\nResources:\n  R:\n"
    text = (
        f"    Type: AWS::Events::Rule\n    Condition: '{condition}'\n    Properties: {{EventPattern: {{source: [a]}}}}"
    )
    assert rule(conditions + text).enabled == enabled


@pytest.mark.parametrize(
    ("bus", "expected"),
    [
        ("orders", "orders"),
        ("!Ref Bus", Reference("!Ref Bus", ("of-the-team",), resource="Bus")),
        ("!GetAtt Bus.Name", Reference("!GetAtt Bus.Name", ("of-the-team",), resource="Bus", attribute="Name")),
        (
            "!GetAtt Bus.Arn",
            Reference("!GetAtt Bus.Arn", ("arn:", None, ":event-bus/of-the-team"), resource="Bus", attribute="Arn"),
        ),
        ("!Ref Nameless", Reference("!Ref Nameless", resource="Nameless")),
        ("!Sub 'x-${Bus}'", "x-of-the-team"),
        (
            "!Sub 'arn:aws:events:${AWS::Region}:1:event-bus/x'",
            Unknown("${AWS::Region}", ("arn:aws:events:", None, ":1:event-bus/x"), meanings=("region",)),
        ),
        ("!Ref Missing", Unknown("!Ref Missing")),
    ],
)
def test_the_bus_of_a_rule(bus: str, expected: str | Unknown) -> None:
    rest = (
        "  Bus: {Type: AWS::Events::EventBus, Properties: {Name: of-the-team}}\n"
        "  Nameless: {Type: AWS::Events::EventBus, Properties: {Name: !Sub '${AWS::StackName}-b'}}\n"
    )
    assert rule_with(f"EventPattern: {{source: [a]}}\nEventBusName: {bus}", rest).bus == expected


def test_a_rule_with_only_a_schedule_is_ignored() -> None:
    text = "Resources: {R: {Type: AWS::Events::Rule, Properties: {%s}}}"
    assert read(text % "ScheduleExpression: rate(1 day)").rules == []
    assert read(text % "EventPattern: !Ref AWS::NoValue").rules == []
    assert len(read(text % "ScheduleExpression: rate(1 day), EventPattern: {source: [a]}").rules) == 1


def test_output_of_a_macro_is_unknown() -> None:
    found = rule("Resources: {R: {Type: AWS::Events::Rule, Properties: {Fn::Transform: {Name: M}}}}")
    assert (found.pattern, found.targets) == (Unknown("!Transform {Name: M}"), None)


def where(found: Any) -> tuple[str, int, str]:
    """The kind of a destination, its line, and its logical ID."""
    assert isinstance(found, Destination)
    return found.kind, found.place.line, found.address


def targets_of(written: str, rest: str = "") -> tuple[Target, ...] | None:
    return rule_with(f"EventPattern: {{source: [a]}}\nTargets: {written}", rest).targets


QUEUE = """
  Queue:
    Type: AWS::SQS::Queue
    Properties: {QueueName: tickets%s}
"""


@pytest.mark.parametrize(
    "arn",
    [
        "!GetAtt Queue.Arn",
        "!GetAtt [Queue, Arn]",
        "!Sub '${Queue.Arn}'",
        "!Join ['', [!GetAtt Queue.Arn]]",
        "!If [Nothing, !GetAtt Queue.Arn, !GetAtt Queue.Arn]",
        "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:tickets'",
        "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}'",
        "arn:aws:sqs:eu-central-1:111122223333:tickets",
        "!Ref Queue",
    ],
)
def test_a_target_finds_its_queue(arn: str) -> None:
    targets = targets_of(f"[{{Id: t, Arn: {arn}}}]", QUEUE % "")
    assert targets is not None
    (target,) = targets
    assert where(target.destination) == ("sqs", 8, "Queue")
    assert (target.kind, target.place, target.name) == ("sqs", SourceLocation(FILE, 6), "t")
    assert target.handler in ("tickets", "Queue")


def test_a_target_finds_a_queue_without_a_name() -> None:
    arn = "!Sub 'arn:aws:sqs:${AWS::Region}:${AWS::AccountId}:${Queue.QueueName}'"
    targets = targets_of(f"[{{Id: t, Arn: {arn}}}]", "  Queue: {Type: AWS::SQS::Queue}")
    assert targets is not None
    assert where(targets[0].destination) == ("sqs", 7, "Queue")


@pytest.mark.parametrize(
    ("arn", "kind", "handler"),
    [
        ("arn:aws:lambda:eu-central-1:111122223333:function:crl-handler", "lambda", "crl-handler"),
        ("arn:aws:lambda:eu-central-1:111122223333:function:crl-handler:live", "lambda", "crl-handler"),
        ("arn:aws:sns:eu-central-1:111122223333:alarms", "sns", "alarms"),
        ("arn:aws:logs:eu-central-1:111122223333:log-group:/aws/events/pca", "logs", "/aws/events/pca"),
        ("arn:aws:states:eu-central-1:111122223333:stateMachine:renew", "states", "renew"),
        ("arn:aws:events:eu-central-1:111122223333:event-bus/central", "events", "central"),
        ("!Sub 'arn:${AWS::Partition}:sqs:${AWS::Region}:${AWS::AccountId}:elsewhere'", "sqs", "elsewhere"),
        ("!Sub 'arn:aws:lambda:${AWS::Region}:1:function:${Name}'", "lambda", ""),
        ("!GetAtt Function.Arn", "lambda", "revoke"),
        ("!Ref Topic", "sns", "Topic"),
        ("!Ref Machine", "states", "Machine"),
        ("!Ref Custom", "", "Custom"),
        ("!Ref Parameter", "", ""),
        ("!ImportValue x", "", ""),
        ("5", "", ""),
    ],
)
def test_the_kind_and_the_handler_of_a_target(arn: str, kind: str, handler: str) -> None:
    rest = """
  Function: {Type: AWS::Lambda::Function, Properties: {FunctionName: revoke}}
  Topic: {Type: AWS::SNS::Topic}
  Machine: {Type: AWS::StepFunctions::StateMachine}
  Custom: {Type: Custom::Thing}
"""
    targets = targets_of(f"[{{Id: t, Arn: {arn}}}]", rest)
    assert targets is not None
    assert [(target.kind, target.handler) for target in targets] == [(kind, handler)]
    assert (targets[0].destination is not None) == (arn in ("!GetAtt Function.Arn", "!Ref Topic"))


def test_the_settings_of_a_target() -> None:
    targets = targets_of(
        """
  - Id: whole
    Arn: arn:aws:sns:eu-central-1:111122223333:alarms
  - Id: parts
    Arn: !ImportValue x
    InputPath: $.detail
    DeadLetterConfig: {Arn: !GetAtt Queue.Arn}
    RetryPolicy: {MaximumRetryAttempts: 3}
  - Id: transformed
    Arn: !ImportValue x
    InputTransformer:
      InputPathsMap: {reason: $.detail.reason, other: !Ref Path}
      InputTemplate: <reason>
    DeadLetterConfig: {Arn: arn:aws:sqs:eu-central-1:111122223333:elsewhere}
  - !Ref Target
""",
        QUEUE % "",
    )
    assert targets is not None
    whole, parts, transformed, unknown = targets
    assert (whole.input_path, whole.input_paths, whole.dead_letter, whole.retry) == (None, {}, None, False)
    assert (parts.input_path, parts.retry, parts.place.line) == ("$.detail", True, 9)
    assert where(parts.dead_letter) == ("sqs", 23, "Queue")
    assert transformed.input_paths == {"reason": "$.detail.reason", "other": Unknown("!Ref Path")}
    assert transformed.dead_letter is True
    assert (unknown.arn, unknown.dead_letter, unknown.retry) == (Unknown("!Ref Target"), Unknown("!Ref Target"), True)


def test_unknown_targets() -> None:
    assert targets_of("!Ref Targets") is None
    assert targets_of("[]") == ()


def queue_of(properties: str, rest: str) -> Destination:
    targets = targets_of("[{Id: t, Arn: !GetAtt Queue.Arn}]", QUEUE % properties + rest)
    assert targets is not None
    assert targets[0].destination is not None
    return targets[0].destination


def policy(name: str, queues: str, statement: str = "{Sid: one}", more: str = "") -> str:
    document = f"PolicyDocument: {{Version: '2012-10-17', Statement: {statement}}}"
    return f"  {name}: {{Type: AWS::SQS::QueuePolicy, {more} Properties: {{Queues: {queues}, {document}}}}}\n"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("", None),
        (policy("P", "[!Ref Queue]"), {"Version": "2012-10-17", "Statement": [{"Sid": "one"}]}),
        (policy("P", "[!Ref Other]") + "  Other: {Type: AWS::SQS::Queue}\n", None),
        (
            policy("P", "['https://sqs.eu-central-1.amazonaws.com/1/tickets']", "[{Action: !Ref A}]"),
            {"Version": "2012-10-17", "Statement": [{"Action": Unknown("!Ref A")}]},
        ),
        (
            policy("P", "[!Ref Queue]") + policy("Q", "[!Ref Queue]", "[{Sid: two}]"),
            {"Version": "2012-10-17", "Statement": [{"Sid": "one"}, {"Sid": "two"}]},
        ),
        (policy("P", "!Ref Queues"), Unknown("!Ref Queues")),
        (policy("P", "[!Ref Queue]", more="Condition: C,"), Unknown("condition C")),
        (
            policy("P", "[!Ref Queue]") + policy("Q", "[!Ref Queue]", more="Condition: C,"),
            {"Version": "2012-10-17", "Statement": [{"Sid": "one"}, Unknown("condition C")]},
        ),
        (
            "  P: {Type: AWS::SQS::QueueInlinePolicy, Properties: {Queue: !Ref Queue, PolicyDocument: {a: b}}}\n",
            {"a": "b"},
        ),
        (
            "  C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: R}, Destination: {Id: Queue}}}\n",
            Unknown("connector C"),
        ),
    ],
)
def test_the_policies_of_a_queue(rest: str, expected: Any) -> None:
    assert queue_of("", rest).policy == expected


KEY = "  Key: {Type: AWS::KMS::Key, Properties: {KeyPolicy: {Statement: []}}}\n"
ALIAS = "  Alias: {Type: AWS::KMS::Alias, Properties: {AliasName: alias/tickets, TargetKeyId: !Ref Key}}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("!Ref Key", Key(SourceLocation(FILE, 11), "Key", {"Statement": []})),
        ("!GetAtt Key.Arn", Key(SourceLocation(FILE, 11), "Key", {"Statement": []})),
        ("!Ref Alias", Key(SourceLocation(FILE, 11), "Key", {"Statement": []})),
        ("alias/tickets", Key(SourceLocation(FILE, 11), "Key", {"Statement": []})),
        ("alias/aws/sqs", "alias/aws/sqs"),
        ("alias/elsewhere", Unknown("the key alias/elsewhere")),
        ("!Ref KeyArn", Unknown("!Ref KeyArn")),
        ("!Ref Queue", Unknown("!Ref Queue")),
        ("!Ref AWS::NoValue", None),
    ],
)
def test_the_key_of_a_queue(written: str, expected: Any) -> None:
    assert queue_of(f", KmsMasterKeyId: {written}", KEY + ALIAS).key == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Resources: {A: {Type: 'AWS::SQS::Queue'}}", True),
        ("Resources: {A: {Type: 'Custom::X'}}", True),
        ("Resources: {A: {Type: Deployment}}", False),
        ("Resources: [a]", False),
        ("Resources: {A: b}", False),
        ("kind: Deployment", False),
    ],
)
def test_a_template_is_recognised_by_its_resources(text: str, expected: bool) -> None:
    assert is_cloudformation(document(text)) is expected


@pytest.mark.parametrize(
    "resources",
    ["{R: 5}", "{R: {Type: [a]}}", "{R: {Type: AWS::Events::Rule}}", "{R: {Type: AWS::Events::Rule, Properties: x}}"],
)
def test_invalid_values_are_ignored(resources: str) -> None:
    assert read(f"Resources: {resources}") == Reading()


def test_exponentially_growing_conditions_and_names_are_bounded_in_time() -> None:
    conditions = "".join(f"  C{n}: !And [!Condition C{n + 1}, !Condition C{n + 1}]\n" for n in range(60))
    buses = "".join(
        f"  B{n}:\n    Type: AWS::Events::EventBus\n"
        f"    Properties: {{Name: !Sub '${{B{n + 1}.Name}}${{B{n + 1}.Name}}'}}\n"
        for n in range(60)
    )
    text = f"Conditions:\n{conditions}  C60: !Equals [a, a]\nResources:\n{buses}  R:\n    Type: AWS::Events::Rule\n"
    found = rule(text + "    Condition: C0\n    Properties: {EventPattern: {source: [!Ref B0]}}")
    assert found.enabled is True
    assert isinstance(found.pattern["source"][0], Unknown)


def test_a_string_beyond_the_limit_is_unknown() -> None:
    parameter = f"Parameters: {{P: {{Type: String, Default: {'x' * 5_000}}}}}\n"
    rules = "Resources:\n  R:\n    Type: AWS::Events::Rule\n    Properties:\n      EventPattern:\n"
    found = rule(f"{parameter}{rules}        source: [!Sub '{'${P}' * 5_000}']\n")
    assert isinstance(found.pattern["source"][0], Unknown)
