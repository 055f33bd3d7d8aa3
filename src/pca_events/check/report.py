"""What checking a consumer's rules found: the one model that every output renders."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from pca_events.catalog import documented_events
from pca_events.check.codes import CodeName
from pca_events.check.codes import Level as Level
from pca_events.infrastructure.model import Place, Rule, Skipped, Unknown, Unreadable

Fires = Literal["always", "may", "never"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass(frozen=True)
class Finding:
    """Something to be said about a rule.

    Attributes:
        code: the kind of finding: `never-fires`; `pca_events.check.codes` lists them all.
        message: what is wrong, in one line.
        remedy: what to do.
        place: where.
    """

    level: Level
    code: CodeName
    message: str
    remedy: str
    place: Place


@dataclass(frozen=True)
class Block:
    """What keeps a rule from firing on an event.

    Attributes:
        path: the field, as event patterns have it: `detail.result`.
        words: what is asked of it, and what is sent: `"failed" is never sent; documented values: ...`.
        suggestion: the value or path that was probably meant; empty where nothing is near.
        remedy: what to do; empty where nothing better is known than to compare with a documented event.
    """

    path: str
    words: str
    suggestion: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.words}"


@dataclass(frozen=True)
class Verdict:
    """Whether a rule fires on one documented event, in all the forms that the contract allows.

    Attributes:
        event: its id.
        fires: on every such event, on some of them, or on none.
        conditions: on which, where it fires on some: `only for account 111122223333`, `depends on var.ca_arn`.
        blocks: what keeps it from firing, where it never does: `detail.result: "failed" is never sent`.
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
        """The ids of the events on every one of which it fires."""
        return [verdict.event for verdict in self.verdicts if verdict.fires == "always"]

    @property
    def may_fire_on(self) -> list[str]:
        """The ids of the events on some of which it fires."""
        return [verdict.event for verdict in self.verdicts if verdict.fires == "may"]


@dataclass
class CheckReport:
    """Everything that was found.

    Attributes:
        rules: those that concern AWS Private CA; with --all-rules the others too.
        neighbours: those of the sources that AWS documents beside AWS Private CA, outside the contract.
        not_known: those of whose pattern nothing is known without deploying, so that nothing is said about them.
        other_rules: how many rules concern other sources, the neighbours left out.
        uncovered: the ids of the documented failures that no rule of the project handles.
        unreadable: what could not be read.
        skipped: what may hold rules and is not read.
        ignored: how many findings a comment or the baseline has taken out.
        files_read: how many files were read, or searched for rules.
        all_rules: whether `rules` holds the rules of other sources too.
    """

    rules: list[CheckedRule] = field(default_factory=list)
    neighbours: list[CheckedRule] = field(default_factory=list)
    not_known: list[Rule] = field(default_factory=list)
    other_rules: int = 0
    uncovered: list[str] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    ignored: int = 0
    files_read: int = 0
    all_rules: bool = False

    @property
    def findings(self) -> list[Finding]:
        """All findings, rule by rule."""
        return [finding for checked in self.checked for finding in checked.findings]

    @property
    def checked(self) -> list[CheckedRule]:
        """The rules about which something may be said: those of AWS Private CA, then its neighbours'."""
        return [*self.rules, *self.neighbours]

    def count(self, level: Level) -> int:
        """Count the findings of a level."""
        return sum(finding.level == level for finding in self.findings)

    @property
    def exit_status(self) -> int:
        """0 where no finding is an error, 1 where one is, 2 where something could not be read."""
        if self.unreadable:
            return 2
        return 1 if self.count("error") else 0

    def as_json(self) -> dict[str, Any]:
        """Return the report for machines, in the shape of `formats/check-report.schema.json`."""
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
            "ignored": self.ignored,
            "files_read": self.files_read,
        }


def event_ids() -> Iterable[str]:
    """The ids of the documented events, in the order of the AWS page."""
    return (event.id for event in documented_events())


def reason_of(pattern: Any) -> str:
    """Say what a pattern depends on that is not known: `var.pattern`; several things are separated by commas."""
    if isinstance(pattern, Unknown):
        return pattern.reason
    inner = pattern.values() if isinstance(pattern, dict) else pattern if isinstance(pattern, list) else ()
    return ", ".join(dict.fromkeys(filter(None, map(reason_of, inner))))


def readable(value: Any) -> Any:
    """Return a JSON value with each unknown part written as `${reason}`, each hole of a text with its own reason."""
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
        "findings": [
            {
                "level": finding.level,
                "code": finding.code,
                "message": finding.message,
                "remedy": finding.remedy,
                "file": finding.place.file,
                "line": finding.place.line,
            }
            for finding in checked.findings
        ],
    }
