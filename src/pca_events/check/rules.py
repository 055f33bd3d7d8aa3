"""The rules that were read, each with its verdicts and findings; and what changes of events and of rules do to them."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pca_events.catalog import documented, documented_events
from pca_events.check.findings import findings_of, findings_of_neighbour, findings_without_contract
from pca_events.check.findings.custom_event_bus import judge
from pca_events.check.findings.delivery import paths_read
from pca_events.check.findings.event_bus import Forwarding, may_be_on_default, not_arriving
from pca_events.check.findings.pattern import Subject
from pca_events.check.report import CheckedRule, CheckReport, Finding, Verdict
from pca_events.check.verdicts.conditions import partial_pattern
from pca_events.check.verdicts.relevance import About, about, about_refused, without_read_only
from pca_events.check.verdicts.verdict import Judged, PatternTooLarge, judged
from pca_events.errors import InvalidPattern
from pca_events.events import mutants
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Unknown, Unreadable
from pca_events.pattern import EventPattern


def check(
    reading: Reading,
    *,
    all_rules: bool = False,
    wanted: Callable[[SourceLocation, int], bool] = lambda _place, _last: True,
) -> CheckReport:
    """Check the rules that were read.

    A rule is for AWS Private CA if its source is `aws.acm-pca` or a misspelling of it, or if it fires on one of its
    events. Rules of other sources are counted; with `all_rules` they are also reported, with the findings that require
    no knowledge of their events. A rule with an unknown pattern has no findings.

    Args:
        reading: what was read.
        all_rules: whether rules of other sources are reported.
        wanted: whether a rule is reported, by its place and last line; the others matter only for what they forward.
    """
    report = CheckReport(
        unreadable=sorted(reading.unreadable),
        skipped=sorted(reading.skipped),
        files_read=reading.files,
        all_rules=all_rules,
    )
    custom = judge(reading)
    subjects = _subjects([*reading.rules, *custom.unknown], report)
    arrivals = Forwarding((subject.rule, subject.passes) for subject in subjects)
    lost: dict[tuple[SourceLocation, str], frozenset[str]] = {}
    for subject in (replace(subject, arrival=arrivals.at(subject.rule)) for subject in subjects):
        rule, kind = subject.rule, _about(subject)
        if not wanted(rule.place, rule.last_line):
            continue
        if kind == "ours":
            lost[rule.place, rule.name] = not_arriving(rule, subject.arrival, subject.passes)
            report.rules.append(CheckedRule(rule, subject.verdicts, findings_of(subject)))
        elif kind == "unknown":
            report.not_known.append(rule)
        elif kind == "neighbour":
            report.neighbours.append(CheckedRule(rule, subject.verdicts, findings_of_neighbour(subject)))
        else:
            report.other_rules += 1
            if all_rules:
                report.rules.append(CheckedRule(rule, subject.verdicts, findings_without_contract(subject)))
    custom_rules, custom_others = (
        [checked for checked in group if wanted(checked.rule.place, checked.rule.last_line)]
        for group in (custom.checked, custom.others)
    )
    report.other_rules += len(custom_others)
    if added := [*custom_rules, *(custom_others if all_rules else ())]:
        report.rules = sorted([*report.rules, *added], key=lambda checked: (checked.rule.place, checked.rule.name))
    receiving = [checked for checked in report.rules if checked.rule.kind != "event source"]
    report.uncovered = _uncovered(receiving, lost) if report.rules or report.not_known else []
    return report


def _about(subject: Subject) -> About:
    rule = subject.rule
    if isinstance(rule.pattern, Unknown):
        return "unknown"
    if subject.stated is None:
        return about_refused(rule.pattern)
    default = may_be_on_default(rule) or bool(subject.arrival.events & subject.passes)
    return about(subject.stated, subject.verdicts, default_bus=default)


def _subjects(rules: Iterable[Rule], report: CheckReport) -> list[Subject]:
    """Judge each rule; one whose pattern is too large is reported as not read, unless it is for other sources."""
    known: dict[str, Judged] = {}
    found = []
    for rule in rules:
        try:
            found.append(_subject(rule, known))
        except PatternTooLarge as large:
            if about_refused(rule.pattern) == "other":
                report.other_rules += 1
            else:
                report.unreadable.append(Unreadable(rule.place, str(large)))
    return found


def _subject(rule: Rule, known: dict[str, Judged]) -> Subject:
    try:
        pattern, found, twins = _judged_once(rule.pattern, known)
    except InvalidPattern as refusal:
        never = tuple(Verdict(event.id, "never") for event in documented_events())
        return Subject(rule, None, refusal, never, ())
    twins = tuple(without_read_only(twin, pattern, rule.read_only_calls) for twin in twins)
    return Subject(rule, pattern, None, found, twins)


def _judged_once(pattern: Any, known: dict[str, Judged]) -> Judged:
    """Judge a pattern, or return the result for an identical one: rules are often generated."""
    try:
        text = json.dumps(pattern)
    except TypeError:  # something in it is not known
        return judged(pattern)
    if text not in known:
        known[text] = judged(pattern)
    return known[text]


def _uncovered(rules: Sequence[CheckedRule], lost: Mapping[tuple[SourceLocation, str], frozenset[str]]) -> list[str]:
    """The documented failures that no enabled rule on a bus that receives them matches.

    Args:
        rules: the rules.
        lost: the events that certainly do not reach the bus of a rule.
    """
    live = [
        checked
        for checked in rules
        if checked.rule.kind in ("rule", "subscriber")
        and not any(_keeps_from_firing(finding) for finding in checked.findings)
    ]
    covered = {
        event
        for checked in live
        for event in (*checked.fires_on, *checked.may_fire_on)
        if event not in lost.get((checked.rule.place, checked.rule.name), ())
    }
    failures = [event.id for event in documented_events() if event.result == "failure"]
    return [event for event in failures if event not in covered]


def _keeps_from_firing(finding: Finding) -> bool:
    return finding.code in ("disabled", "off-by-default") or (finding.code == "custom-bus" and finding.level == "error")


def affected_rules(report: CheckReport, path: str, detail_types: Collection[str]) -> list[CheckedRule]:
    """Return the rules that fire on an event of these detail-types and match or read the value at a path.

    Args:
        report: the consumer's rules, checked against the current contract.
        path: the JSON path at which the contract changes: `$.detail.reason`, `$.resources[0]`.
        detail_types: those of the events that change.
    """
    events = {event.id for event in documented_events() if event.detail_type in detail_types}
    fires = [checked for checked in report.rules if events & {*checked.fires_on, *checked.may_fire_on}]
    if path == "$.detail-type":  # the kind of event as a whole
        return fires
    return [checked for checked in fires if _asks_for(checked, path) or _reads(checked, path)]


def _asks_for(checked: CheckedRule, path: str) -> bool:
    key = path.removeprefix("$.").partition("[")[0]
    return any(key in conditions for conditions in partial_pattern(checked.rule.pattern).pattern.conditions)


def _reads(checked: CheckedRule, path: str) -> bool:
    return any(read.startswith(path) for target in checked.rule.targets or () for read in paths_read(target))


@dataclass(frozen=True)
class Breadth:
    """How a rule reacts if the events on which it fires are changed in one place each.

    Attributes:
        changed: the number of changes that violate the contract.
        let_through: the number of these on which the rule still fires.
        unnoticed: the fields, as in event patterns, whose changes never affect the rule: `detail.result`.
    """

    changed: int
    let_through: int
    unnoticed: tuple[str, ...]


def breadth(checked: CheckedRule, pattern: EventPattern) -> Breadth:
    """Change each field of each event on which the rule always fires, and count what it still matches."""
    noticed: dict[str, bool] = {}
    changed = let_through = 0
    for event_id in checked.fires_on:
        for mutant in mutants(documented(event_id)):
            if mutant.path == "$" or not mutant.breaks:
                continue
            matches = pattern.matches(mutant.event)
            changed += 1
            let_through += matches
            field = mutant.path.removeprefix("$.").partition("[")[0]
            noticed[field] = noticed.get(field, False) or not matches
    return Breadth(changed, let_through, tuple(field for field, seen in noticed.items() if not seen))
