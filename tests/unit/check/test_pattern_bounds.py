"""Patterns with more values in their alternatives than are judged: one line, at once."""

import json
from pathlib import Path
from typing import Any

import pytest
from given import Run

from pca_events.check.rules import check
from pca_events.check.verdicts.verdict import MOST_VALUES
from pca_events.infrastructure.model import Reading, Rule, SourceLocation


def large(source: str) -> dict[str, Any]:
    prefixes = [{"prefix": f"arn:{number}"} for number in range(9_000)]
    alternatives = [{"detail": {"result": ["failure"]}}] * 999
    return {"source": [source], "resources": prefixes, "$or": alternatives}


def test_a_rule_with_a_pattern_that_is_too_large_is_reported_as_not_read() -> None:
    report = check(Reading([Rule(SourceLocation("a.json", 1), 1, "large", large("aws.acm-pca"))]))
    [unreadable] = report.unreadable
    assert unreadable.message == (
        f"the event pattern has 8,992,998 values in 999 alternatives; at most {MOST_VALUES:,} are judged, which is "
        "more than the quota of EventBridge allows; split the rule"
    )
    assert (report.exit_status, report.rules) == (2, [])


def test_a_large_pattern_of_another_source_is_only_counted() -> None:
    report = check(Reading([Rule(SourceLocation("a.json", 1), 1, "large", large("aws.ec2"))]))
    assert (report.other_rules, report.unreadable, report.exit_status) == (1, [], 0)


@pytest.mark.parametrize("words", [("check",), ("explain", "--pattern")])
def test_the_commands_say_it_in_one_line(command: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    file = tmp_path / "large.json"
    file.write_text(json.dumps(large("aws.acm-pca")))
    found = command(*words, str(file))
    assert found.returncode == 2
    assert "at most 100,000 are judged" in found.stdout + found.stderr
