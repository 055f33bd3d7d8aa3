"""Findings about the event pattern of a rule: why it never fires, or fires on more than intended."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pca_events.catalog import documented, neighbours, never_sent
from pca_events.check.findings.dead_values import contradictions, dead_values, misspelt_sources
from pca_events.check.findings.event_bus import NOTHING_FORWARDED, Forwarded
from pca_events.check.report import Block, CodeName, Finding, Verdict
from pca_events.check.verdicts.conditions import PartialPattern, exact_texts
from pca_events.check.verdicts.relevance import other_sources, read_only_values
from pca_events.check.vocabulary import contradicts, expects, instead_of_waiting
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.model import Rule, SourceLocation
from pca_events.pattern import Exact, Prefix, Suffix
from pca_events.wording import nearest

MOST_CHARACTERS = 2048
_NEAR = 1800
_ACTS = ("lambda", "states")
"""The services of targets that act on events, rather than showing them to a person."""


@dataclass(frozen=True)
class Subject:
    """A rule with everything that is known about it.

    Attributes:
        stated: its pattern; None if AWS rejects it for the reason in `refusal`.
        verdicts: on the documented events.
        twins: on the CloudTrail events.
        arrival: what other rules of the project forward to its bus.
    """

    rule: Rule
    stated: PartialPattern | None
    refusal: InvalidPattern | None
    verdicts: tuple[Verdict, ...]
    twins: tuple[Verdict, ...]
    arrival: Forwarded = NOTHING_FORWARDED

    @property
    def fired(self) -> list[Verdict]:
        """The verdicts on the events on which it fires, always or sometimes."""
        return [verdict for verdict in self.verdicts if verdict.fires != "never"]

    @property
    def passes(self) -> frozenset[str]:
        """The events on which it fires, always or sometimes: ids, and detail-types of CloudTrail."""
        return frozenset(verdict.event for verdict in (*self.verdicts, *self.twins) if verdict.fires != "never")

    @property
    def names(self) -> list[str]:
        """The name of the rule and those of its handlers."""
        return [self.rule.name, *(target.handler for target in self.rule.targets or ())]

    def line_of(self, path: str) -> SourceLocation:
        """Return the location of a key of the pattern: `detail.result`; else that of the rule."""
        return SourceLocation(self.rule.place.file, self.rule.lines.get(path, self.rule.place.line))


def pattern_findings(subject: Subject) -> Iterator[Finding]:
    """Yield the findings about the pattern of a rule for AWS Private CA."""
    if subject.stated is None:
        yield from refusal_findings(subject)
        return
    yield from size_findings(subject)
    for words in subject.stated.pattern.service_may_differ:
        yield Finding("note", "service-may-differ", words, "test the rule with an event on AWS", subject.rule.place)
    others = subject.rule.kind not in ("event source", "subscriber") and other_sources(subject.stated)
    if subject.fired or any(twin.fires != "never" for twin in subject.twins):
        yield from _dead(subject, subject.stated, others)
    if not subject.fired:
        yield from _never(subject, others)
        return
    yield from _contradictions(subject.stated, subject)
    yield from prefix_or_suffix_findings(subject.stated, subject)
    yield from _expectations(subject, subject.stated)
    yield from _only_some(subject)
    if any(twin.fires != "never" for twin in subject.twins):
        message = "also fires on CloudTrail events with the same source"
        yield Finding("note", "fires-on-cloudtrail", message, "list the intended detail-types", subject.rule.place)


def refusal_findings(subject: Subject) -> Iterator[Finding]:
    """Yield the finding of a pattern that AWS rejects."""
    if subject.refusal is not None:
        remedy = "correct the pattern; EventBridge rejects it"
        yield Finding("error", "invalid-pattern", str(subject.refusal), remedy, subject.rule.place)


def size_findings(subject: Subject) -> Iterator[Finding]:
    """Yield a finding if the pattern is longer than AWS accepts, or almost."""
    if subject.stated is None or subject.stated.pattern.given_size <= _NEAR:
        return
    size = subject.stated.pattern.size
    remedy = "shorten the pattern, or split the rule in two"
    if size > MOST_CHARACTERS:
        message = f"the pattern has {size} characters; AWS accepts {MOST_CHARACTERS}, unless the quota is raised"
        yield Finding("error", "pattern-too-long", message, remedy, subject.rule.place, "")
    elif size > _NEAR:
        message = f"the pattern has {size} of {MOST_CHARACTERS} characters"
        yield Finding("warning", "pattern-nearly-too-long", message, remedy, subject.rule.place, "")


def _dead(subject: Subject, stated: PartialPattern, others: bool) -> Iterator[Finding]:
    for dead in dead_values(stated, other_sources=others):
        block = dead.block
        verb = "excludes nothing" if dead.excluded else "adds nothing"
        message = f"{block.path}: this value {verb}: {block.words}"
        yield Finding(
            "warning",
            "dead-value",
            message,
            _remedy(block, subject) or "remove it",
            subject.line_of(block.path),
            block.about,
        )
    for block in dict.fromkeys(read_only_values(stated, subject.rule.read_only_calls)):
        message = f"{block.path}: this value adds nothing: {block.words}"
        yield Finding("warning", "dead-value", message, block.remedy, subject.line_of(block.path))


def _never(subject: Subject, others: bool) -> Iterator[Finding]:
    place = subject.rule.place
    if any(twin.fires != "never" for twin in subject.twins):
        message = "fires on CloudTrail events only, on none that AWS Private CA sends itself"
        remedy = (
            "no action needed if API calls are intended (a trail is required); for outcomes, name a detail-type "
            "of AWS Private CA"
        )
        yield Finding("note", "cloudtrail-only", message, remedy, place)
        return
    for silent in never_sent():
        if subject.stated and subject.stated.pattern.matches(silent.sample):
            message = f"never fires: no event is sent in this case: {silent.when}"
            yield Finding("error", "never-fires", message, silent.what_to_do, subject.line_of("detail.result"))
            return
    closest = min(
        (*subject.verdicts, *subject.twins),
        key=lambda verdict: (len(verdict.blocks), _of_another_kind(verdict), _missing(verdict)),
    )
    compare = (
        f"compare with the event {closest.event}"
        if closest in subject.verdicts
        else f'compare with an "{closest.event}"'
    )
    for block in _named(closest.blocks, subject) if others else closest.blocks:
        remedy = _remedy(block, subject) or compare
        words = _words(block, subject)
        if others:
            message = f"{block.path}: no event of aws.acm-pca reaches this rule: {words}"
            yield Finding("warning", "dead-value", message, remedy, subject.line_of(block.path), block.about)
            continue
        message = f"never fires: {block.path}: {words}"
        if block.path == "resources" and "whole ARN" in block.remedy:
            yield Finding("error", "resource-by-id", message, remedy, subject.line_of(block.path), block.about)
        yield Finding("error", "never-fires", message, remedy, subject.line_of(block.path), block.about)


def _named(blocks: Iterable[Block], subject: Subject) -> Iterator[Block]:
    """The blocks of a rule that is also for other sources; only misspellings can be corrected."""
    alternatives = subject.stated.pattern.conditions if subject.stated else ()
    for block in blocks:
        sources = [matchers for held in alternatives if (matchers := held.get("source"))]
        misspelt = [found for matchers in sources for found in misspelt_sources(matchers)]
        yield from dict.fromkeys(misspelt) if block.path == "source" and misspelt else (block,)


def _remedy(block: Block, subject: Subject) -> str:
    """The remedy, unless the rule would then fire on events that contradict its name."""
    for name in subject.names:
        if contradicts(name, block.suggestion):
            return "".join(instead_of_waiting([("detail-type", [name])])[:1])
    return block.remedy


def _words(block: Block, subject: Subject) -> str:
    """Why the rule never fires, without suggestions that contradict its name."""
    if any(contradicts(name, block.suggestion) for name in subject.names):
        return block.words.partition("; did you mean")[0]
    return block.words


def _missing(verdict: Verdict) -> int:
    return sum(block.words.endswith("do not have it") for block in verdict.blocks)


def _of_another_kind(verdict: Verdict) -> bool:
    return any(block.path == "detail-type" for block in verdict.blocks)


def prefix_or_suffix_findings(stated: PartialPattern, subject: Subject) -> Iterator[Finding]:
    """Yield a warning if a prefix and a suffix are alternatives of one field."""
    for conditions in stated.pattern.conditions:
        for path, matchers in conditions.items():
            if {Prefix, Suffix} <= {type(matcher) for matcher in matchers}:
                message = f"{path}: a prefix and a suffix in one list are alternatives, not both required"
                remedy = 'require both with one wildcard: {"wildcard": "begin*end"}'
                yield Finding("warning", "prefix-or-suffix", message, remedy, subject.line_of(path))


def _contradictions(stated: PartialPattern, subject: Subject) -> Iterator[Finding]:
    found = dict.fromkeys(words for conditions in stated.pattern.conditions for words in contradictions(conditions))
    for words in found:
        remedy = "use the partition, Region and account of the CA"
        yield Finding("warning", "contradiction", words, remedy, subject.line_of("resources"))


def _expectations(subject: Subject, stated: PartialPattern) -> Iterator[Finding]:
    """Yield a finding if the rule fires on a result that its name excludes or its target may not expect."""
    fired = {documented(verdict.event).result for verdict in subject.fired}
    if fired != {"success", "failure"}:
        yield from _opposite(subject, *fired)
        return
    for name in subject.names:
        if expected := expects(name):
            other = "failure" if expected == "success" else "success"
            yield Finding(
                "warning",
                "fires-on-failure" if expected == "success" else "fires-on-success",
                f"fires on a {other} as well as on a {expected}, but {name} is for a {expected}",
                f'add "detail": {{"result": ["{expected}"]}} to the pattern',
                subject.line_of("detail.result"),
            )
            return
    kinds = {documented(verdict.event).detail_type for verdict in subject.fired}
    for conditions in stated.pattern.conditions:
        if "detail.result" in conditions or len(exact_texts(conditions.get("detail-type", ()))) != 1 or len(kinds) != 1:
            return
    acts = any(target.kind in _ACTS for target in subject.rule.targets or ())
    yield Finding(
        "warning" if acts else "note",
        "no-result-filter",
        "fires on failures as well as on successes: the pattern has no detail.result",
        'add "detail": {"result": ["success"]} or ["failure"] to the pattern; write both if both are intended',
        subject.line_of("detail-type"),
    )


def _opposite(subject: Subject, fired: str) -> Iterator[Finding]:
    """A rule that fires on only one result although its name promises the other."""
    if expects(subject.rule.name) not in ("", fired):
        message = f"fires on a {fired} only, but {subject.rule.name} is for a {expects(subject.rule.name)}"
        remedy = f'write "detail": {{"result": ["{expects(subject.rule.name)}"]}}, or rename the rule'
        code: CodeName = "fires-on-failure" if fired == "failure" else "fires-on-success"
        yield Finding("warning", code, message, remedy, subject.line_of("detail.result"))


def _only_some(subject: Subject) -> Iterator[Finding]:
    conditions = dict.fromkeys(condition for verdict in subject.fired for condition in verdict.conditions)
    for condition in conditions:
        if condition.startswith("depends on"):
            yield Finding("note", "depends-on-unknown", condition, "check its value when deployed", subject.rule.place)
        else:
            remedy = "no action needed if intended"
            yield Finding("note", "only-some", f"fires {condition}", remedy, subject.rule.place)


def neighbour_findings(subject: Subject) -> Iterator[Finding]:
    """Yield a warning for each detail-type that another documented source never sends."""
    for conditions in subject.stated.pattern.conditions if subject.stated else ():
        sources = exact_texts(conditions.get("source", ()))
        known = [name for one in neighbours() if one.source in sources for name in one.detail_types]
        for matcher in conditions.get("detail-type", ()) if len(sources) == 1 else ():
            value = matcher.value if isinstance(matcher, Exact) else None
            if isinstance(value, str) and value not in known and (meant := nearest(value, known, 0.85)):
                message = f'detail-type: AWS documents no "{value}" of {sources[0]}; did you mean "{meant}"?'
                yield Finding(
                    "warning", "unknown-detail-type", message, f'write "{meant}"', subject.line_of("detail-type")
                )
