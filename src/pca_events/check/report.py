"""The report of `check`: the one model that every output renders."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pca_events.catalog import documented_events
from pca_events.infrastructure.model import Rule, Skipped, SourceLocation, Unknown, Unreadable

Level = Literal["error", "warning", "note"]
LevelOrOff = Literal["error", "warning", "note", "off"]
Fires = Literal["always", "may", "never"]

FailOn = Literal["error", "warning", "note", "never"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")

CodeName = Literal[
    "baseline-stale",
    "cloudtrail-only",
    "contradiction",
    "custom-bus",
    "dead-letter-queue",
    "dead-value",
    "depends-on-unknown",
    "disabled",
    "event-source-fields",
    "event-source-not-known",
    "event-source-service",
    "fifo-queue",
    "filter-scope",
    "filter-too-long",
    "fires-on-cloudtrail",
    "fires-on-failure",
    "fires-on-success",
    "ignore-empty",
    "ignore-expired",
    "ignore-unknown",
    "ignore-unused",
    "ignore-without-reason",
    "input-not-always-there",
    "input-not-there",
    "invalid-pattern",
    "key-policy",
    "lambda-permission",
    "log-policy",
    "metadata-filter",
    "never-fires",
    "no-dead-letter-queue",
    "no-event-source",
    "no-on-failure",
    "no-result-filter",
    "no-retry-policy",
    "no-target",
    "off-by-default",
    "only-some",
    "pattern-nearly-too-long",
    "pattern-too-long",
    "prefix-or-suffix",
    "queue-policy",
    "resource-by-id",
    "service-may-differ",
    "target-region",
    "target-role",
    "topic-policy",
    "unknown-detail-type",
    "wildcard-in-filter",
]
"""Every code that a finding can have. mypy rejects a finding with another one."""

_INSTANCE = re.compile(r"\[[^\]]*\]$")
_QUOTED = re.compile(r'(?:"(?:\\.|[^"\\])*"(?: or |, )?)+')


@dataclass(frozen=True)
class Finding:
    """A problem of a rule.

    Attributes:
        code: the kind of finding: `never-fires`; `pca_events.check.codes` lists them all.
        message: what is wrong, in one line.
        remedy: what to do.
        place: where.
        about: what distinguishes it from other findings with its code about the same rule, stable when other parts of
            the rule change: `detail.result "failed"`. None if only the message does.
    """

    level: Level
    code: CodeName
    message: str
    remedy: str
    place: SourceLocation
    about: str | None = None


@dataclass(frozen=True)
class Block:
    """Why a rule does not fire on an event.

    Attributes:
        path: the field, as in event patterns: `detail.result`.
        words: what the pattern requires, and what is sent: `"failed" is never sent; documented values: ...`.
        suggestion: the value or path that was probably meant; empty if none is similar.
        remedy: what to do; empty if the only advice is to compare with a documented event.
    """

    path: str
    words: str
    suggestion: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"

    @property
    def about(self) -> str:
        """The field and the values required of it: `detail.result "failed"`."""
        asked = _QUOTED.match(self.words)
        return f"{self.path} {asked.group() if asked else self.words.partition(';')[0]}".rstrip(" ,")


class Verdict(NamedTuple):
    """Whether a rule fires on one documented event, with any values that the contract allows.

    Attributes:
        event: its id.
        fires: on every such event, on some of them, or on none.
        conditions: if it fires on some, on which ones: `only for account 111122223333`, `depends on var.ca_arn`.
        blocks: if it never fires, why: `detail.result: "failed" is never sent`.
    """

    event: str
    fires: Fires
    conditions: tuple[str, ...] = ()
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True)
class CheckedRule:
    """A rule with its verdicts, one for each documented event in the order of the AWS page, and its findings."""

    rule: Rule
    verdicts: tuple[Verdict, ...]
    findings: tuple[Finding, ...]

    @property
    def fires_on(self) -> list[str]:
        """The ids of the events on which it always fires."""
        return [verdict.event for verdict in self.verdicts if verdict.fires == "always"]

    @property
    def may_fire_on(self) -> list[str]:
        """The ids of the events on which it sometimes fires."""
        return [verdict.event for verdict in self.verdicts if verdict.fires == "may"]


@dataclass
class CheckReport:
    """The results of a check.

    Attributes:
        rules: the rules for AWS Private CA; with --all-rules, all rules.
        neighbours: the rules of other documented certificate sources, such as ACM; they are outside the contract.
        not_known: the rules whose pattern is completely unknown before deployment; they have no findings.
        other_rules: the number of rules of other sources, without the neighbours.
        uncovered: the ids of the documented failures that no rule of the project handles.
        unreadable: what could not be read.
        skipped: what may contain rules and is not read.
        suppressions: findings about comments, ignore entries and the baseline that are not beside a reported rule; the
            rule of each represents the comment, the entry or the baseline itself.
        ignored: the number of findings that comments and ignore entries suppressed.
        baselined: the number of findings that the baseline suppressed.
        fail_on: the lowest level that makes the exit status 1.
        files_read: the number of files that were read or searched for rules.
        all_rules: whether `rules` also contains the rules of other sources.
    """

    rules: list[CheckedRule] = field(default_factory=list)
    neighbours: list[CheckedRule] = field(default_factory=list)
    not_known: list[Rule] = field(default_factory=list)
    other_rules: int = 0
    uncovered: list[str] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    suppressions: list[CheckedRule] = field(default_factory=list)
    ignored: int = 0
    baselined: int = 0
    fail_on: FailOn = "error"
    files_read: int = 0
    all_rules: bool = False

    @property
    def findings(self) -> list[Finding]:
        """All findings, rule by rule."""
        return [finding for checked in self.checked for finding in checked.findings]

    @property
    def checked(self) -> list[CheckedRule]:
        """The rules that may have findings: those for AWS Private CA, then the neighbours, then suppressions."""
        return [*self.rules, *self.neighbours, *self.suppressions]

    def count(self, level: Level) -> int:
        """Count the findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    @property
    def exit_status(self) -> int:
        """2 if something could not be read, 1 if a finding has at least the level of `fail_on`, otherwise 0."""
        if self.unreadable:
            return 2
        failing = () if self.fail_on == "never" else LEVELS[: LEVELS.index(self.fail_on) + 1]
        return 1 if any(finding.level in failing for finding in self.findings) else 0

    def as_json(self) -> dict[str, Any]:
        """Return the report as described by `formats/check-report.schema.json`."""
        return {
            "rules": [_rule_as_json(checked) for checked in self.rules],
            "neighbours": [_rule_as_json(checked) for checked in self.neighbours],
            "not_known": [
                {
                    "file": rule.place.file,
                    "line": rule.place.line,
                    "name": rule.name,
                    "depends_on": reason_of(rule.pattern),
                }
                for rule in self.not_known
            ],
            "other_rules": self.other_rules,
            "uncovered": self.uncovered,
            "unreadable": [
                {"file": found.place.file, "line": found.place.line, "message": found.message}
                for found in self.unreadable
            ],
            "skipped": [
                {"file": found.place.file, "line": found.place.line, "what": found.what, "remedy": found.remedy}
                for found in self.skipped
            ],
            "suppressions": [
                _finding_as_json(finding) for checked in self.suppressions for finding in checked.findings
            ],
            "ignored": self.ignored,
            "baselined": self.baselined,
            "files_read": self.files_read,
        }


def event_ids() -> Iterable[str]:
    """The ids of the documented events, in the order of the AWS page."""
    return (event.id for event in documented_events())


def names_of(name: str) -> set[str]:
    """Return the names by which a rule can be selected: complete, without its instance, and the last part of either."""
    whole = {name, _INSTANCE.sub("", name)}
    return whole | {_last(one) for one in whole}


def short_name(name: str) -> str:
    """Return the last part of the name of a rule, without its instance: `crl_failed`."""
    return _last(_INSTANCE.sub("", name))


def _last(name: str) -> str:
    return re.split(r"[./](?![^\[]*\])", name)[-1]


def reason_of(pattern: Any) -> str:
    """Return what an unknown pattern depends on: `var.pattern`; several are separated by commas."""
    if isinstance(pattern, Unknown):
        return pattern.reason
    inner = pattern.values() if isinstance(pattern, dict) else pattern if isinstance(pattern, list) else ()
    return ", ".join(dict.fromkeys(filter(None, map(reason_of, inner))))


def readable(value: Any) -> Any:
    """Return a JSON value in which unknown parts are written as `${reason}`."""
    if isinstance(value, Unknown):
        return str(value)
    if isinstance(value, dict):
        return {str(key): readable(item) for key, item in value.items()}
    return [readable(item) for item in value] if isinstance(value, list | tuple) else value


def _rule_as_json(checked: CheckedRule) -> dict[str, Any]:
    rule = checked.rule
    return {
        "file": rule.place.file,
        "line": rule.place.line,
        "name": rule.name,
        "bus": readable(rule.bus),
        "pattern": readable(rule.pattern),
        "fires_on": checked.fires_on,
        "may_fire_on": checked.may_fire_on,
        "conditions": {verdict.event: list(verdict.conditions) for verdict in checked.verdicts if verdict.conditions},
        "findings": [_finding_as_json(finding) for finding in checked.findings],
    }


def _finding_as_json(finding: Finding) -> dict[str, Any]:
    return {
        "level": finding.level,
        "code": finding.code,
        "message": finding.message,
        "remedy": finding.remedy,
        "file": finding.place.file,
        "line": finding.place.line,
    }
