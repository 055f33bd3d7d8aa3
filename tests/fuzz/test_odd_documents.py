"""Documents with odd values at random places: each reader returns, or raises one line; nothing else."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from fuzzing import mutated, seeded, text_of, times

from pca_events.api import validate
from pca_events.catalog import documented_events
from pca_events.consumers.contract_file import FILE, read_contract
from pca_events.errors import PcaEventsError
from pca_events.handlers.wrapping import wrapped
from pca_events.iam_policy import Request, evaluate
from pca_events.messages import Attempt, RecordedRun, StepRecord, envelopes, read_messages
from pca_events.pattern import EventPattern
from pca_events.recordings import unwrap

POLICY = {
    "Version": "2012-10-17",
    "Id": "x",
    "Statement": [
        {
            "Sid": "a",
            "Effect": "Allow",
            "Principal": {"Service": ["events.amazonaws.com"], "AWS": "111122223333"},
            "Action": ["sqs:Send*"],
            "Resource": "arn:aws:sqs:*:111122223333:q",
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:events:*:111122223333:rule/*"},
                "NumericLessThanIfExists": {"aws:MultiFactorAuthAge": "3600"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]},
                "DateGreaterThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"},
                "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
                "Null": {"aws:TokenIssueTime": "true"},
            },
        },
        {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": "s3:*", "NotResource": ["*"]},
    ],
}
PATTERN = {
    "source": ["aws.acm-pca"],
    "detail": {
        "result": ["failure", {"prefix": "f"}, {"anything-but": {"suffix": ["x"]}}, {"equals-ignore-case": "A"}],
        "reason": [{"wildcard": "*S3*"}, {"exists": True}, None],
        "n": [{"numeric": [">", 0, "<=", 5]}, 1, {"cidr": "10.0.0.0/8"}],
    },
    "$or": [{"account": ["1"]}, {"region": [{"prefix": {"equals-ignore-case": "EU-"}}]}],
}
CONTRACT = {
    "consumer": "a",
    "rules": [{"rule": "a.tf#b", "fires-on": ["ca-*"], "handler": "h"}],
    "handlers": [
        {
            "name": "h",
            "entry": "a.py:h",
            "accepts": ["*"],
            "as": "sqs",
            "needs": ["$.id"],
            "environment": {"A": "b"},
            "timeout": 3,
        }
    ],
}
EVENTS = [entry.sample for entry in documented_events()]
REQUEST = Request(
    "sqs:SendMessage",
    "arn:aws:sqs:us-east-1:111122223333:q",
    services=("events.amazonaws.com",),
    context={"aws:sourcearn": "arn:aws:events:us-east-1:111122223333:rule/a", "aws:sourceip": "10.1.1.1"},
)
Trial = Callable[[str, Path], object]


def _messages() -> list[dict[str, Any]]:
    acts = [StepRecord("setup", "PASSED", 1.0, 0.1), StepRecord("step", "FAILED", 2.0, 0.1, "no")]
    attempt = Attempt("test", "one.feature", 2, 0, [*acts, StepRecord("teardown", "PASSED", 3.0, 0.1)])
    feature = "Feature: One\n  Scenario: It works\n    Given a thing\n"
    return list(envelopes(RecordedRun({}, {"one.feature": feature}, (attempt,), 1.0, 4.0, success=False)))


def _read_policy(text: str, _: Path) -> object:
    return evaluate(json.loads(text), REQUEST)


def _match(text: str, _: Path) -> object:
    pattern = EventPattern.parse(text)
    return [pattern.matches(event) for event in EVENTS], pattern.explain(EVENTS[0])


def _validate(text: str, _: Path) -> object:
    return validate(text)


def _unwrap(text: str, _: Path) -> object:
    return list(unwrap(json.loads(text)))


def _contract(text: str, folder: Path) -> object:
    file = folder / FILE
    file.write_text(text.replace('"3"', "0x3"), "utf-8")
    return read_contract(str(file))


def _run(text: str, folder: Path) -> object:
    file = folder / "run.ndjson"
    file.write_text("\n".join(text_of(message) for message in json.loads(text)), "utf-8")
    return read_messages(file)


TARGETS: dict[str, tuple[Any, Trial]] = {
    "policy": (POLICY, _read_policy),
    "pattern": (PATTERN, _match),
    "event": (EVENTS[3], _validate),
    "recording": (wrapped(EVENTS[:3], "sqs-sns"), _unwrap),
    "contract": (CONTRACT, _contract),
    "messages": (_messages(), _run),
}


def _rejection(trial: Trial, text: str, folder: Path) -> str:
    """The message of a rejected document; empty if it was read."""
    try:
        trial(text, folder)
    except PcaEventsError as error:
        return str(error)
    except ValueError as error:  # of the plain reader of JSON in this test
        if "integer string conversion" not in str(error):
            raise
    return ""


@pytest.mark.fuzz
@pytest.mark.parametrize("target", TARGETS)
def test_an_odd_document_is_read_or_rejected_in_one_line(target: str, tmp_path: Path) -> None:
    document, trial = TARGETS[target]
    chance = seeded(list(TARGETS).index(target))
    rejected = 0
    for _ in range(times(150)):
        text = text_of(mutated(document, chance))
        said = _rejection(trial, text, tmp_path)
        rejected += said != ""
        assert "\n" not in said, text[:500]
    assert rejected or target in ("policy", "recording", "event")


def test_yaml_reads_the_text_of_every_odd_value() -> None:
    chance = random.Random(1)
    for _ in range(50):
        yaml.safe_load(text_of(mutated(CONTRACT, chance)).replace("9" * 5000, "1"))
