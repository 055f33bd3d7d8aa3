"""Templates, services and API responses with random values anywhere: one line for each error, never a traceback."""

import copy
import json
import random
from typing import Any

import pytest
from fuzzing import places

from pca_events.check.formats import FORMATS
from pca_events.check.migration import as_requests, as_template, migrate
from pca_events.check.rules import check
from pca_events.infrastructure.detect_format import read_document_file

RULE = {
    "Type": "AWS::Events::Rule",
    "Condition": "Isa",
    "Properties": {
        "EventBusName": {"Ref": "B"},
        "EventPattern": {"source": ["aws.acm-pca"], "detail": {"result": [{"Ref": "N"}]}},
        "Targets": [{"Id": "x", "Arn": {"Fn::GetAtt": ["B", "Arn"]}}],
    },
}
FILTERS = [
    {"Scope": "DATA", "Pattern": '{"source": ["aws.acm-pca"]}'},
    {"Scope": "SYSTEM_METADATA", "Pattern": '{"aws:Source": ["aws.acm-pca"], "x": [1]}'},
]
FORWARDED = {"AwsService": "aws.acm-pca", "Pattern": '{"detail": {"result": ["failure"]}}'}
INNER = "Resources:\n  R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.acm-pca]}}}\n"
EVENT = {"Type": "EventBridgeRule", "Properties": {"Pattern": {"source": ["aws.acm-pca"]}}}
DOCUMENTS: list[dict[str, Any]] = [
    {
        "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "a,b"}},
        "Conditions": {"Fn::ForEach::C": ["X", ["a"], {"Is${X}": {"Fn::Equals": ["a", "a"]}}]},
        "Resources": {
            "Fn::ForEach::R": ["N", {"Ref": "P"}, {"R${N}": RULE}],
            "B": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "n"}},
            "A": {
                "Type": "AWS::Events::Archive",
                "Properties": {"SourceArn": {"Fn::GetAtt": "B.Arn"}, "EventPattern": {"source": ["aws.acm-pca"]}},
            },
            "P": {
                "Type": "AWS::Pipes::Pipe",
                "Properties": {"SourceParameters": {"FilterCriteria": {"Filters": [FILTERS[0]]}}},
            },
            "S": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": INNER}},
            "F": {"Type": "AWS::Serverless::Function", "Events": {"E": EVENT}, "Properties": {"Events": {"E": EVENT}}},
        },
    },
    {
        "Resources": {
            "V": {"Type": "AWS::EventsV2::EventBus"},
            "E": {
                "Type": "AWS::EventsV2::EventSource",
                "Properties": {
                    "EventBusArn": {"Ref": "V"},
                    "Configuration": {"AwsServiceEventsConfiguration": FORWARDED},
                },
            },
            "S": {
                "Type": "AWS::EventsV2::Subscriber",
                "Properties": {"EventBusArn": {"Ref": "V"}, "FilterConfiguration": {"Filters": FILTERS}},
            },
        }
    },
    {
        "provider": {"name": "aws", "stage": "${opt:stage, 'dev'}"},
        "params": {"dev": {"s": "aws.acm-pca"}, "default": {"t": "${param:s}"}},
        "functions": [
            {"f": {"events": [{"eventBridge": {"pattern": {"source": ["${param:t}"]}, "eventBus": {"Ref": "B"}}}]}},
            "${file(missing.yml)}",
        ],
        "stepFunctions": {"stateMachines": {"m": {"events": [{"eventBridge": {"event": {"source": ["x"]}}}]}}},
        "resources": [{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}}}],
    },
    {
        "runtime": "yaml",
        "config": {"c": {"default": "d"}},
        "variables": {"v": "${c}"},
        "resources": {
            "r": {
                "type": "aws:cloudwatch:EventRule",
                "properties": {"eventPattern": {"fn::toJSON": {"source": ["aws.acm-pca", "${v}"]}}},
            }
        },
    },
    {
        "Subscribers": [
            {
                "Name": "a",
                "EventBusArn": "c",
                "FilterConfiguration": {"Filters": FILTERS},
                "InvokeConfiguration": {"TargetArn": "x"},
            }
        ]
    },
]
WEIRD: list[Any] = [
    None,
    True,
    0,
    1.5,
    "",
    "${self:custom}",
    "${file(a.yml)}",
    [],
    {},
    [[]],
    [None],
    10**400,
    ["x", "x"],
]
WEIRD += [{"Ref": "B"}, {"Ref": ["x"]}, {"Fn::GetAtt": ["B"]}, {"Fn::Sub": "${B}-${X.Y}"}, {"Ref": "AWS::NoValue"}]
WEIRD += ["{", "[1]", '{"source": ["aws.acm-pca"]}', {"fn::toJSON": 1}, {"a": {"b": "c"}}, "\ue0000\ue001"]
WEIRD += [{"Fn::ForEach::Z": ["A", ["1"], {"k${A}": "${A}"}]}]
KEYS = ["Fn::ForEach::Q", "Ref", "Fn::Sub", "Type", "${X}", "x"]


def _changed(chance: random.Random) -> dict[str, Any]:
    document = copy.deepcopy(chance.choice(DOCUMENTS))
    for _ in range(chance.choice([1, 1, 2, 3])):
        *way, last = chance.choice(list(places(document)))
        node: Any = document
        for key in way:
            node = node[key]
        if chance.random() < 0.2 and isinstance(node, dict):
            node[chance.choice(KEYS)] = node.pop(last)
        else:
            node[last] = copy.deepcopy(chance.choice(WEIRD))
    return document


@pytest.mark.parametrize("seed", range(8))
def test_anything_anywhere_is_read_and_reported(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(40):
        text = json.dumps(_changed(chance))
        reading = read_document_file(text, "t.json", named=True)
        assert all(fault.message.isprintable() for fault in reading.unreadable)
        report = check(reading, all_rules=True)
        shown = "".join(render(report) for render in FORMATS.values())
        assert not any(word in shown for word in ("Unknown(", "Reference(", "Composed(")), text
        migrations = migrate(report.rules)
        assert as_template(migrations)
        assert json.dumps(as_requests(migrations))
