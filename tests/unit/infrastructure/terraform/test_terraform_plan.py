"""Rules in plans and states of Terraform."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from fuzzing import seeded, times

from pca_events.infrastructure.model import Destination, Reading, SourceLocation, Unknown
from pca_events.infrastructure.terraform.plan import is_terraform_plan, read_terraform_plan

PLAN = Path(__file__).parents[4] / "examples" / "infrastructure" / "terraform_plan" / "plan.json"
TEXT = PLAN.read_text()
LINES = TEXT.split("\n")


def read(document: Any, indent: int | None = None) -> Reading:
    """Read a document."""
    text = json.dumps(document, indent=indent)
    return read_terraform_plan(json.loads(text), "plan.json", text)


def test_a_plan_is_read_with_the_lines_of_its_text() -> None:
    (rule,) = read_terraform_plan(json.loads(TEXT), "plan.json", TEXT).rules
    assert rule.name == "aws_cloudwatch_event_rule.crl_failed"
    assert LINES[rule.place.line].strip() == '"address": "aws_cloudwatch_event_rule.crl_failed",'
    assert LINES[rule.last_line - 1].strip() == "},"
    assert rule.pattern["detail"] == {"result": ["failure"]}
    assert {LINES[line - 1].strip()[:15] for line in rule.lines.values()} == {'"event_pattern"'}
    assert (rule.bus, rule.enabled) == ("default", True)


def test_values_known_after_apply_are_resolved_by_the_configuration() -> None:
    (rule,) = read(json.loads(TEXT)).rules
    assert rule.place == SourceLocation("plan.json", 1)
    assert rule.targets is not None
    (target,) = rule.targets
    assert (target.name, target.kind, target.handler, target.retry) == ("on-call", "sqs", "pca-crl", True)
    assert target.arn == Unknown("known after apply")
    assert isinstance(target.destination, Destination)
    assert target.destination.policy["Statement"][0]["Action"] == "sqs:SendMessage"
    assert isinstance(target.dead_letter, Destination)
    assert target.dead_letter.name == "pca-undelivered"


def test_a_pattern_that_is_known_after_apply_is_unknown() -> None:
    plan = json.loads(TEXT)
    plan["planned_values"]["root_module"]["resources"][0]["values"].pop("event_pattern")
    plan["resource_changes"][0]["change"]["after_unknown"]["event_pattern"] = True
    (rule,) = read(plan).rules
    assert (rule.pattern, rule.lines) == (Unknown("known after apply"), {})
    plan.pop("configuration")
    (rule,) = read(plan).rules
    assert rule.pattern == Unknown("known after apply")


STATE = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "child_modules": [
                {
                    "address": 'module.a["x.y"]',
                    "resources": [
                        {
                            "address": 'module.a["x.y"].aws_cloudwatch_event_rule.r[0]',
                            "mode": "managed",
                            "type": "aws_cloudwatch_event_rule",
                            "values": {"name": "r", "event_pattern": '{"source":["aws.acm-pca"]}', "is_enabled": False},
                        },
                        {
                            "address": 'module.a["x.y"].aws_cloudwatch_event_target.t',
                            "mode": "managed",
                            "type": "aws_cloudwatch_event_target",
                            "values": {"rule": "r", "arn": "arn:aws:sqs:eu-west-1:111122223333:q", "target_id": "t"},
                        },
                        {
                            "address": "aws_sqs_queue.q",
                            "mode": "managed",
                            "type": "aws_sqs_queue",
                            "values": {"name": "q", "arn": "arn:aws:sqs:eu-west-1:111122223333:q", "policy": "{}"},
                        },
                    ],
                }
            ]
        }
    },
}


@pytest.mark.parametrize("indent", [None, 2])
def test_a_state_is_read(indent: int | None) -> None:
    (rule,) = read(STATE, indent).rules
    assert (rule.name, rule.enabled) == ('module.a["x.y"].aws_cloudwatch_event_rule.r[0]', False)
    assert rule.targets is not None
    assert rule.targets[0].destination is not None
    assert (rule.targets[0].destination.name, rule.targets[0].destination.policy) == ("q", {})


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (json.loads(TEXT), True),
        (STATE, True),
        ({"format_version": "1.0"}, False),
        ({"planned_values": {}}, False),
        ({"format_version": 1, "values": {}}, False),
        ([], False),
        (None, False),
    ],
)
def test_plans_and_states_are_distinguished_from_other_json(document: Any, expected: bool) -> None:
    assert is_terraform_plan(document) is expected


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every position in a document, as its container and key."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place for key, held in inner for place in [(value, key), *places(held)]]


@pytest.mark.fuzz
def test_no_mutant_of_a_plan_breaks_the_reader() -> None:
    chance, count = seeded(5), times(500)
    found = 0
    for _ in range(count):
        plan = copy.deepcopy(chance.choice([json.loads(TEXT), STATE]))
        for _ in range(chance.randint(1, 3)):
            holder, key = chance.choice(places(plan))
            holder[key] = chance.choice([None, 1, "x", [], {}, True, [1], {"a": {}}, ["module.undelivered.queue_arn"]])
        if is_terraform_plan(plan):
            reading = read(plan, chance.choice([None, 1]))
            found += len(reading.rules)
            assert reading.unreadable == []
    assert found > count // 2
