"""Small templates that stand for a lot, and long texts without what is searched: little memory, no long search."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from pca_events.check.findings.custom_event_bus import _is_wildcard_of_ours
from pca_events.check.rules import check
from pca_events.cli.explain.rules import _TERRAFORM
from pca_events.infrastructure.checked_tree import _STRONG_MARKS
from pca_events.infrastructure.files import read_given_text
from pca_events.infrastructure.model import Reading
from pca_events.infrastructure.serverless.variables import _FILE
from pca_events.infrastructure.terraform.templates import _FOR

LONG = "x" * 10_000
MANY = 200_000


def rule(*values: Any) -> dict[str, Any]:
    pattern = {"source": ["aws.acm-pca"], "x": list(values)}
    return {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": pattern}}


def template(resources: dict[str, Any], **more: Any) -> str:
    return json.dumps({**more, "Resources": resources})


def loop(items: Any, outputs: dict[str, Any]) -> str:
    return template({"Fn::ForEach::L": ["X", items, outputs]})


def program(variables: dict[str, Any], value: str) -> str:
    """A program of Pulumi with one rule."""
    pattern = {"source": ["aws.acm-pca"], "x": [value]}
    resource = {"type": "aws:cloudwatch:EventRule", "properties": {"eventPattern": {"fn::toJSON": pattern}}}
    return yaml.safe_dump({"name": "a", "runtime": "yaml", "variables": variables, "resources": {"r": resource}})


def service(value: str) -> str:
    """A service of the Serverless Framework with one rule."""
    event = {"eventBridge": {"pattern": {"source": ["aws.acm-pca"], "x": [value]}}}
    return yaml.safe_dump({"service": "a", "provider": {"name": "aws"}, "functions": {"f": {"events": [event]}}})


LARGE: dict[str, Callable[[], str]] = {
    "long keys of a loop": lambda: loop([LONG + str(item) for item in range(300)], {"${X}" * 1_000: rule()}),
    "long values of a loop": lambda: loop([str(item) for item in range(9_000)], {"R${X}": rule(LONG * 90 + "${X}")}),
    "a list for each value": lambda: template(
        {"R": rule(*[{"Fn::FindInMap": ["M", "a", "b"]}] * 5_000)}, Mappings={"M": {"a": {"b": ["c"] * 50_000}}}
    ),
    "a list beside each name": lambda: template(
        {
            "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
            "R": rule(*[{"Fn::FindInMap": ["M", "a", "b"]}, {"Fn::GetAtt": ["Q", "QueueName"]}] * 5_000),
        },
        Mappings={"M": {"a": {"b": ["c"] * 50_000}}},
    ),
    "a long string for each value": lambda: template(
        {"R": rule(*[{"Fn::Sub": "${P}" * 250}] * 2_000)},
        Parameters={"P": {"Type": "String", "Default": "x" * 4_000}},
    ),
    "items of a parameter": lambda: template(
        {"R": rule(*[{"Fn::Select": [0, {"Ref": "P"}]}] * 5_000)},
        Parameters={"P": {"Type": "CommaDelimitedList", "Default": "," * 900_000}},
    ),
    "variables that are never closed": lambda: template({"R": rule({"Fn::Sub": "${A" * MANY})}),
    "references that are never closed": lambda: template({"R": rule("{{resolve:" * MANY)}),
    "texts of Pulumi that double": lambda: program(
        {"v0": "x", **{f"v{n}": f"${{v{n - 1}}}${{v{n - 1}}}" for n in range(1, 60)}}, "${v59}"
    ),
    "lists of Pulumi that double": lambda: program(
        {"v0": ["x"], **{f"v{n}": [f"${{v{n - 1}}}"] * 9 for n in range(1, 20)}}, "${v19}"
    ),
    "blanks in a variable of Serverless": lambda: service(f"${{file({' ' * 9_000},b)}}"),
    "blank lines": lambda: "\n" * 500_000 + template({"R": rule("a")}),
}


@pytest.mark.parametrize("name", LARGE)
def test_a_template_that_stands_for_a_lot_is_read_within_bounds(name: str) -> None:
    reading = read_given_text(LARGE[name](), "template.yaml" if "Pulumi" in name or "Serverless" in name else "t.json")
    assert len(reading.rules) + len(reading.unreadable) == 1
    assert all(re.search("expands to more than", fault.message) for fault in reading.unreadable)
    assert check(reading).exit_status in (0, 1, 2)


def test_a_parameter_is_read_up_to_the_quota_of_cloudformation() -> None:
    def read(length: int) -> Reading:
        parameter = {"P": {"Type": "String", "Default": "x" * length}}
        return read_given_text(template({"R": rule({"Ref": "P"})}, Parameters=parameter), "t.json")

    assert read(4_096).rules[0].pattern["x"] == ["x" * 4_096]
    assert str(read(4_097).rules[0].pattern["x"][0]) == "${P}"


@pytest.mark.parametrize(
    ("expression", "text"), [(_FOR, "for x" + " " * MANY + "y"), (_FILE, "file(" + " " * MANY + "y)z")]
)
def test_blanks_are_searched_once(expression: "re.Pattern[str]", text: str) -> None:
    assert expression.fullmatch(text) is None


@pytest.mark.parametrize("search", [_STRONG_MARKS.search, lambda text: _TERRAFORM.search(text.decode())])
def test_blank_lines_are_searched_once(search: Callable[[bytes], object]) -> None:
    assert search(b"\n" * MANY) is None


def test_a_service_of_many_wildcards_is_compared_once() -> None:
    assert not _is_wildcard_of_ours("*" * 200 + "x")
    assert _is_wildcard_of_ours("aws.*" + "*" * 200)


@pytest.mark.parametrize(
    ("text", "names"),
    [("for a in b", ("a", None)), ("for a,b in c", ("a", "b")), ("for  a , b  in c", ("a", "b")), ("for ain b", None)],
)
def test_the_names_of_a_loop(text: str, names: tuple[str, str | None] | None) -> None:
    found = _FOR.match(text)
    assert (found and found.groups()[:2]) == names
