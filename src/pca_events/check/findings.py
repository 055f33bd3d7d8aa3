"""What is to be said about a rule: what keeps it from firing, what it catches by accident, what is lost on the way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pca_events.catalog import documented_events, never_sent
from pca_events.check.buses import NOTHING, Arrival, of_bus
from pca_events.check.delivery import of_delivery
from pca_events.check.inputs import unknown_inputs
from pca_events.check.name_hints import expects
from pca_events.check.partial_patterns import Stated
from pca_events.check.report import Finding, Level, Verdict
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.model import Place, Rule
from pca_events.pattern import Prefix, Suffix

MOST_CHARACTERS = 2048
_NEAR = 1800
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}")


@dataclass(frozen=True)
class Subject:
    """A rule with all that is known of it.

    Attributes:
        stated: its pattern; None where AWS refuses it, and `refusal` says why.
        verdicts: on the documented events.
        twins: on the events of CloudTrail.
        arrival: what other rules of the project forward to its bus.
    """

    rule: Rule
    stated: Stated | None
    refusal: InvalidPattern | None
    verdicts: tuple[Verdict, ...]
    twins: tuple[Verdict, ...]
    arrival: Arrival = NOTHING

    @property
    def fired(self) -> list[Verdict]:
        """The verdicts on the events on which it fires, always or sometimes."""
        return [verdict for verdict in self.verdicts if verdict.fires != "never"]

    @property
    def passes(self) -> frozenset[str]:
        """The events on which it fires, always or sometimes: ids, and detail-types of CloudTrail."""
        return frozenset(verdict.event for verdict in (*self.verdicts, *self.twins) if verdict.fires != "never")

    def line_of(self, words: str) -> Place:
        """Return where the key stands that some words begin with: `detail.result: ...`."""
        line = self.rule.lines.get(words.partition(":")[0], self.rule.place.line)
        return Place(self.rule.place.file, line)


def findings_of(subject: Subject) -> tuple[Finding, ...]:
    """Return all findings about a rule, errors first, then in the order of the text."""
    found = [*_of_pattern(subject), *_of_rule(subject), *_of_inputs(subject)]
    found += [*of_bus(subject.rule, subject.arrival, subject.passes), *of_delivery(subject.rule)]
    levels: tuple[Level, ...] = ("error", "warning", "note")
    return tuple(sorted(found, key=lambda finding: (levels.index(finding.level), finding.place.line)))


def _of_pattern(subject: Subject) -> Iterator[Finding]:
    if subject.stated is None:
        place = subject.rule.place
        yield Finding("error", "invalid-pattern", str(subject.refusal), "correct the pattern; AWS refuses it", place)
        return
    yield from _size(subject)
    if not subject.fired:
        yield from _never(subject)
        return
    yield from _alternatives(subject.stated, subject)
    yield from _expectations(subject)
    yield from _only_some(subject)
    if any(twin.fires != "never" for twin in subject.twins):
        message = "fires on events of CloudTrail with the same source too"
        yield Finding(
            "note", "fires-on-cloudtrail", message, "name the detail-types that are meant", subject.rule.place
        )


def _size(subject: Subject) -> Iterator[Finding]:
    size = subject.stated.pattern.size if subject.stated else 0
    remedy = "shorten the pattern, or make two rules of it"
    if size > MOST_CHARACTERS:
        message = f"the pattern has {size} characters; AWS takes {MOST_CHARACTERS}, unless the quota is raised"
        yield Finding("error", "pattern-too-long", message, remedy, subject.rule.place)
    elif size > _NEAR:
        message = f"the pattern has {size} of {MOST_CHARACTERS} characters"
        yield Finding("warning", "pattern-nearly-too-long", message, remedy, subject.rule.place)


def _never(subject: Subject) -> Iterator[Finding]:
    place = subject.rule.place
    if any(twin.fires != "never" for twin in subject.twins):
        message = "fires on events of CloudTrail only, on none that AWS Private CA sends itself"
        remedy = "leave it, if the calls are meant; for how operations end, name a detail-type of AWS Private CA"
        yield Finding("note", "cloudtrail-only", message, remedy, place)
        return
    for silent in never_sent():
        if subject.stated and subject.stated.pattern.matches(silent.sample):
            message = f"never fires: nothing is sent in the case that it waits for: {silent.when}"
            yield Finding("error", "never-fires", message, silent.what_to_do, subject.line_of("detail.result"))
            return
    nearest = min(subject.verdicts, key=lambda verdict: (len(verdict.blocks), _of_another_kind(verdict)))
    for block in nearest.blocks:
        advice = re.search(r'did you mean ("[^"]*")\?', block)
        remedy = f"write {advice[1]}" if advice else f"compare with the event {nearest.event}"
        by_id = block.startswith("resources:") and _ID.search(block) and "arn:" not in block
        if by_id:
            remedy = "write the whole ARN, or a suffix of it: resources hold ARNs"
            yield Finding("error", "resource-by-id", f"never fires: {block}", remedy, subject.line_of(block))
        yield Finding("error", "never-fires", f"never fires: {block}", remedy, subject.line_of(block))


def _of_another_kind(verdict: Verdict) -> bool:
    return any(block.startswith("detail-type:") for block in verdict.blocks)


def _alternatives(stated: Stated, subject: Subject) -> Iterator[Finding]:
    for conditions in stated.pattern.conditions:
        for path, matchers in conditions.items():
            if {Prefix, Suffix} <= {type(matcher) for matcher in matchers}:
                message = f"{path}: a prefix and a suffix in one list are alternatives, not both asked"
                remedy = 'ask for both with one wildcard: {"wildcard": "begin*end"}'
                yield Finding("warning", "prefix-or-suffix", message, remedy, subject.line_of(path))


def _expectations(subject: Subject) -> Iterator[Finding]:
    """What it fires on, against what its name or the name of its handler promises."""
    results = {event.id: event.result for event in documented_events()}
    fired = {results[verdict.event] for verdict in subject.fired}
    names = [subject.rule.name, *(target.handler for target in subject.rule.targets or ())]
    for name in names:
        expected = expects(name)
        if expected and fired == {"success", "failure"}:
            other = "failure" if expected == "success" else "success"
            yield Finding(
                "warning",
                f"fires-on-{other}",
                f"fires on a {other} as well as on a {expected}, but {name} is for a {expected}",
                f'add "detail": {{"result": ["{expected}"]}} to the pattern',
                subject.line_of("detail.result"),
            )
            return


def _only_some(subject: Subject) -> Iterator[Finding]:
    conditions = dict.fromkeys(condition for verdict in subject.fired for condition in verdict.conditions)
    for condition in conditions:
        code = "depends-on-unknown" if condition.startswith("depends on") else "only-some"
        remedy = "leave it, if that is meant" if code == "only-some" else "check what it is when deployed"
        yield Finding(
            "note", code, f"fires {condition}" if code == "only-some" else condition, remedy, subject.rule.place
        )


def _of_rule(subject: Subject) -> Iterator[Finding]:
    rule = subject.rule
    if rule.enabled is False:
        remedy = "enable it, or remove it"
        yield Finding("warning", "disabled", "is disabled, so it fires on nothing", remedy, rule.place)
    if rule.targets == ():
        yield Finding("warning", "no-target", "has no target", "give it one, or remove it", rule.place)


def _of_inputs(subject: Subject) -> Iterator[Finding]:
    events = [verdict.event for verdict in subject.fired]
    for target in subject.rule.targets or ():
        for path, missing in unknown_inputs(target, events):
            if len(missing) == len(events):
                message = f"target {target.name} reads {path}, which no event has on which the rule fires"
                yield Finding("error", "input-not-there", message, "read a field that is there", target.place)
            else:
                message = f"target {target.name} reads {path}, which is not in {', '.join(missing)}"
                yield Finding("warning", "input-not-always-there", message, "expect it to be missing", target.place)
