"""Checks all rules of a consumer: verdicts, findings, coverage."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from pca_events.catalog import documented_events
from pca_events.check.buses import Arrivals
from pca_events.check.findings import Subject, findings_of
from pca_events.check.partial_patterns import Stated, stated
from pca_events.check.report import CheckedRule, CheckReport, Finding, Verdict, readable
from pca_events.check.verdicts import twin_verdicts, verdicts
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.model import Reading, Rule

Judged = tuple[Stated, tuple[Verdict, ...], tuple[Verdict, ...]]
"""A pattern with its verdicts on the documented events and on those of CloudTrail."""

_MENTION = re.compile(r"acm.?pca|private.?ca\b|certificate-authority|pca-connector", re.IGNORECASE)


def check(reading: Reading, *, all_rules: bool = False) -> CheckReport:
    """Check the rules that were read.

    A rule concerns AWS Private CA where it fires on one of its events or may, or where its pattern speaks of it and
    fires on none. Other rules are counted; with `all_rules` they are reported too, without findings.
    """
    report = CheckReport(unreadable=sorted(reading.unreadable))
    subjects = [_subject(rule) for rule in reading.rules]
    arrivals = Arrivals((subject.rule, subject.passes) for subject in subjects)
    for subject in (replace(subject, arrival=arrivals.at(subject.rule)) for subject in subjects):
        rule = subject.rule
        if concerns(subject):
            report.rules.append(CheckedRule(rule, subject.verdicts, findings_of(subject)))
        else:
            report.other_rules += 1
            if all_rules:
                report.rules.append(CheckedRule(rule, subject.verdicts, ()))
    report.uncovered = _uncovered(report.rules)
    return report


def concerns(subject: Subject) -> bool:
    """Whether a rule concerns AWS Private CA."""
    if subject.fired or any(twin.fires != "never" for twin in subject.twins):
        return True
    pattern = subject.rule.pattern
    return bool(_MENTION.search(pattern if isinstance(pattern, str) else json.dumps(readable(pattern))))


def _subject(rule: Rule) -> Subject:
    try:
        pattern, found, twins = _judged_once(rule.pattern)
    except InvalidPattern as refusal:
        never = tuple(Verdict(event.id, "never") for event in documented_events())
        return Subject(rule, None, refusal, never, ())
    return Subject(rule, pattern, None, found, twins)


def _judged_once(pattern: Any) -> Judged:
    """Judge a pattern, or find how one that is written the same was judged: rules are often made from one mould."""
    try:
        text = json.dumps(pattern)
    except TypeError:  # something in it is not known
        return _judged(pattern)
    return _judged_text(text)


@lru_cache(maxsize=1 << 14)
def _judged_text(text: str) -> Judged:
    return _judged(json.loads(text))


def _judged(pattern: Any) -> Judged:
    read = stated(pattern)
    found = verdicts(read)
    if all(verdict.fires == "never" for verdict in found):
        found = verdicts(read, whole=True)
    return read, found, twin_verdicts(read)


def _uncovered(rules: Sequence[CheckedRule]) -> list[str]:
    """The documented failures on which no rule fires that is enabled and on a bus that the events reach."""
    live = [checked for checked in rules if not any(_keeps_from_firing(finding) for finding in checked.findings)]
    covered = {event for checked in live for event in (*checked.fires_on, *checked.may_fire_on)}
    failures = [event.id for event in documented_events() if event.result == "failure"]
    return [event for event in failures if event not in covered] if rules else []


def _keeps_from_firing(finding: Finding) -> bool:
    return finding.code == "disabled" or (finding.code == "custom-bus" and finding.level == "error")
