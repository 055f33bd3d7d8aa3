"""Patterns in their own files, and output of the AWS CLI."""

import json
from typing import Any

import pytest

from pca_events import catalog
from pca_events.infrastructure.model import Rule, SourceLocation
from pca_events.infrastructure.single_files import (
    is_pattern,
    is_rule_output,
    is_sound_pattern,
    read_pattern_file,
    read_rule_output,
)
from pca_events.infrastructure.source_tree import json_tree, key_lines
from pca_events.json_source import InvalidLine, parse

DESCRIBED = {
    "Name": "crl-failed",
    "Arn": "arn:aws:events:eu-central-1:111122223333:rule/orders/crl-failed",
    "EventPattern": '{"source":["aws.acm-pca"],"detail":{"result":["failure"]}}',
    "State": "DISABLED",
    "EventBusName": "orders",
}
SCHEDULED = {"Name": "daily", "Arn": "arn:aws:events:x", "ScheduleExpression": "rate(1 day)", "State": "ENABLED"}
TARGETS = {"Targets": [{"Id": "1", "Arn": "arn:aws:sqs:eu-central-1:111122223333:tickets"}]}


def tree(value: Any) -> Any:
    found, twice = json_tree(json.dumps(value, indent=1))
    assert twice == []
    return found


def test_every_key_has_its_line() -> None:
    text = '{"a": {"b": [1, {"c": "\\u00e9\\"}{"}],\n\n"d"\n: null}, "e": -1.5e3,\n"f": [],\r\n"g": true}'
    found, _ = json_tree(text)
    assert found == json.loads(text)
    assert found.spans == {"a": (1, 4), "e": (4, 4), "f": (5, 5), "g": (6, 6)}
    assert found["a"].spans == {"b": (1, 1), "d": (3, 4)}
    assert found["a"]["b"][1].spans == {"c": (1, 1)}


@pytest.mark.parametrize("entry", catalog.documented_events())
def test_a_tree_equals_the_json_value(entry: catalog.DocumentedEvent) -> None:
    assert tree(entry.sample) == entry.sample


@pytest.mark.parametrize("text", ["1", '"a"', "[]", "[[1], {}]", "null", "{}"])
def test_any_json_document_becomes_a_tree(text: str) -> None:
    assert json_tree(text) == (json.loads(text), [])


def test_a_duplicate_key_is_reported() -> None:
    assert json_tree('{"a": 1,\n"b": {"c": 1,\n"c": 2},\n"a": 3}') == (
        {"a": 3, "b": {"c": 2}},
        [(3, "c"), (4, "a")],
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("{\n'a': 1}", 2, "is not valid JSON: Expecting property name enclosed in double quotes"),
        ('{"a": NaN}', 1, "is not valid JSON: NaN is not allowed"),
        ("", 1, "is not valid JSON: Expecting value"),
        ("{}\n{}", 2, "is not valid JSON: Extra data"),
        ("[" * 100_000, 1, "is nested too deeply"),
        (f"[{'9' * 5_000}]", 1, "is not valid JSON: "),
    ],
)
def test_invalid_json_is_rejected_with_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InvalidLine) as refused:
        parse(text)
    assert refused.value.line == line
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "text", ['{"a": 1, "b": {"c": [1, {"c": "[{\\""}], "c": 2}, "a": 3}', '[{"a": {}}, "{"]', "[]", '{"$or": [{}]}']
)
def test_one_line_gives_the_same_tree_as_many(text: str) -> None:
    quick, twice = json_tree(text)
    slow, also = json_tree("\n" + text)
    assert (quick, twice) == (slow, [(line - 1, key) for line, key in also])
    assert [(path, line + 1) for path, line in key_lines(quick)] == list(key_lines(slow))


def test_the_nesting_depth_is_limited() -> None:
    for text in ("[" * 500 + "]" * 500, "[\n" + "[" * 500 + "]" * 501, '{"a":' * 102 + "1" + "}" * 102):
        with pytest.raises(InvalidLine, match="is nested too deeply"):
            json_tree(text)
    assert json_tree('"[["' + " ")[0] == "[["


@pytest.mark.parametrize(
    ("document", "likely", "sound"),
    [
        ({"source": ["aws.acm-pca"]}, True, True),
        ({"detail": {"result": ["failure"]}}, True, True),
        ({"$or": [{"source": ["a"]}, {"source": ["b"]}]}, True, True),
        ({"source": [{"prefix": "aws."}], "account": ["1"]}, True, True),
        ({"source": "aws.acm-pca", "detail": {"result": ["failure"]}}, True, False),
        ({"source": ["aws.acm-pca"], "detailType": ["x"]}, True, False),
        ({"source": ["aws.acm-pca"], "detail": {"result": "failure"}}, True, False),
        ({"resources": ["a"]}, True, False),
        ({"source": "aws.acm-pca"}, True, False),
        ({"source": "aws.acm-pca", "detail-type": "x", "detail": {"result": "failure"}}, True, False),
        ({"source": "src", "name": "x"}, False, False),
        ({"name": "x", "scripts": {}}, False, False),
        (catalog.documented_events()[0].sample, False, False),
        ({}, False, False),
        ([], False, False),
    ],
)
def test_a_pattern_is_distinguished_from_other_json(document: Any, likely: bool, sound: bool) -> None:
    assert (is_pattern(tree(document)), is_sound_pattern(tree(document))) == (likely, sound)


def test_a_pattern_file_is_a_rule_of_that_name() -> None:
    reading = read_pattern_file(tree({"source": ["aws.acm-pca"], "detail": {"result": ["x"]}}), "rules/crl.json", 9)
    assert reading.rules == [
        Rule(
            place=SourceLocation("rules/crl.json", 1),
            last_line=9,
            name="crl.json",
            pattern={"source": ["aws.acm-pca"], "detail": {"result": ["x"]}},
            lines={"source": 2, "detail": 5, "detail.result": 6},
            targets=None,
        )
    ]


def test_a_described_rule() -> None:
    (rule,) = read_rule_output(tree(DESCRIBED), "rule.json", 7).rules
    assert rule == Rule(
        place=SourceLocation("rule.json", 1),
        last_line=7,
        name="crl-failed",
        pattern={"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}},
        lines={"source": 4, "detail": 4, "detail.result": 4},
        bus="orders",
        enabled=False,
        targets=None,
    )


def test_listed_rules() -> None:
    listed = {"Rules": [DESCRIBED, SCHEDULED, {"Name": "n", "EventPattern": "{", "Arn": "a"}]}
    first, second = read_rule_output(tree(listed), "rules.json", 99).rules
    assert (first.name, first.place.line, first.last_line, first.lines["source"]) == ("crl-failed", 3, 8, 6)
    assert (second.name, second.place.line, second.pattern, second.bus) == ("n", 16, "{", "default")
    assert read_rule_output(tree(TARGETS), "targets.json", 5).rules == []


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (DESCRIBED, True),
        (SCHEDULED, True),
        ({"Rules": [DESCRIBED], "NextToken": "x"}, True),
        ({"Rules": []}, True),
        (TARGETS, True),
        ({"Rules": ["a"]}, False),
        ({"Rules": {}}, False),
        ({"Rules": [{}]}, False),
        ({"Name": "x"}, False),
        ([DESCRIBED], False),
    ],
)
def test_output_is_distinguished_from_other_json(document: Any, expected: bool) -> None:
    assert is_rule_output(tree(document)) is expected
