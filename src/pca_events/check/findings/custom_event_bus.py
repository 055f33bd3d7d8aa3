"""Event sources and subscribers of the Custom Event Bus: the events that arrive, and the findings.

A subscriber receives the events that its event source forwards and all its filters match.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pca_events.catalog import documented_events
from pca_events.check.findings import findings_of
from pca_events.check.findings.pattern import Subject
from pca_events.check.findings.subscriber_filters import (
    DATA,
    SYSTEM,
    at_best,
    conjunction,
    event_source_findings,
    filter_findings,
    in_event_terms,
    judged_together,
    never_matches,
    only_if,
    system_fields,
    unknown_whole,
)
from pca_events.check.findings.target_roles import subscriber_role_findings
from pca_events.check.report import CheckedRule, Finding, Level, Verdict, readable
from pca_events.check.verdicts.conditions import PartialPattern, partial_pattern
from pca_events.errors import InvalidPattern
from pca_events.infrastructure.model import (
    CustomBus,
    EventSource,
    Reading,
    Rule,
    Subscriber,
    SubscriberFilter,
    Target,
    Unknown,
)
from pca_events.pattern.text_comparison import star_test

SERVICE = "aws.acm-pca"
_MENTION = re.compile(r"acm.?pca|private.?ca\b", re.IGNORECASE)
_OF_RULES = ("pattern-too-long", "pattern-nearly-too-long")
_MOST_SOURCES = 20
"""How many event sources of one bus are distinguished; the events of further ones are unknown."""

_LEVELS: tuple[Level, ...] = ("error", "warning", "note")


@dataclass
class Judgement:
    """The results for event sources and subscribers.

    Attributes:
        checked: those for AWS Private CA.
        others: those for other services.
        unknown: those whose pattern is unknown, as rules with an unknown pattern.
    """

    checked: list[CheckedRule] = field(default_factory=list)
    others: list[CheckedRule] = field(default_factory=list)
    unknown: list[Rule] = field(default_factory=list)


def judge(reading: Reading) -> Judgement:
    """Judge every event source and subscriber."""
    judgement, arrivals = Judgement(), _EventSources(reading)
    for source in reading.event_sources:
        _judge_source(source, judgement)
    for found in reading.subscribers:
        _judge_subscriber(found, arrivals, judgement)
    return judgement


def _judge_source(source: EventSource, judgement: Judgement) -> None:
    unknown = unknown_whole([source.service, source.pattern])
    if unknown is not None:
        judgement.unknown.append(_rule(source, "event source", unknown))
        return
    faults = list(event_source_findings(source))
    pattern = source.pattern if source.pattern is not None else {"source": [SERVICE]}
    if source.service != SERVICE:
        rule = _rule(source, "event source", {"source": [source.service]})
        concerns = bool(_MENTION.search(json.dumps(readable(source.service)))) or _is_wildcard_of_ours(source.service)
        checked = CheckedRule(rule, _never(), tuple(faults) if concerns else ())
        (judgement.checked if concerns else judgement.others).append(checked)
        return
    rule = _rule(source, "event source", pattern, source.lines)
    if (refusal := _refusal(pattern)) is not None:
        remedy = "correct the pattern; EventBridge rejects it"
        faults.append(Finding("error", "invalid-pattern", refusal, remedy, source.place))
        judgement.checked.append(CheckedRule(rule, _never(), _in_order(faults)))
        return
    read, found, twins = judged_together([pattern])
    verdicts = _never() if any(finding.level == "error" for finding in faults) else found
    judgement.checked.append(
        CheckedRule(rule, verdicts, _in_order([*faults, *_pattern_findings(rule, read, found, twins)]))
    )


def _is_wildcard_of_ours(service: Any) -> bool:
    """Whether a service is a wildcard that matches AWS Private CA."""
    if not isinstance(service, str) or "*" not in service:
        return False
    return star_test(service)(SERVICE)


def _judge_subscriber(found: Subscriber, arrivals: "_EventSources", judgement: Judgement) -> None:
    if isinstance(found.filters, Unknown):
        judgement.unknown.append(_rule(found, "subscriber", found.filters))
        return
    filters = found.filters
    unknown = unknown_whole([held.pattern for held in filters])
    if unknown is not None:
        judgement.unknown.append(_rule(found, "subscriber", unknown))
        return
    arrival = arrivals.at(found.bus, as_if_on=bool(found.off))
    mentioned = bool(_MENTION.search(json.dumps([readable(held.pattern) for held in filters])))
    if not mentioned and not arrival.sources and not arrival.off:
        judgement.others.append(CheckedRule(_rule(found, "subscriber", _shown_pattern(filters)), _never(), ()))
        return
    lines = {path: line for held in filters if held.scope == DATA for path, line in held.lines.items()}
    rule = _rule(found, "subscriber", _shown_pattern(filters), lines)
    refused = [*filter_findings(found), *_refusals(filters)]
    faults = [*refused, *arrival.findings(found), *subscriber_role_findings(found)]
    unreadable = any(finding.code == "invalid-pattern" for finding in refused)
    dead = unreadable or any(map(never_matches, filters))
    checked = CheckedRule(rule, _never(), _in_order(faults)) if dead else _received(rule, filters, faults, arrival)
    if any(finding.level == "error" for finding in refused):
        checked = replace(checked, verdicts=_never())
    ours = mentioned or (not unreadable and _reaches_ours(filters))
    (judgement.checked if ours else judgement.others).append(checked if ours else replace(checked, findings=()))


def _reaches_ours(filters: Sequence[SubscriberFilter]) -> bool:
    """Whether the filters match events of AWS Private CA; metadata alone is about application events."""
    own = _event_patterns(filters)
    if not own and filters and all(map(never_matches, filters)):
        return False
    return any(verdict.fires != "never" for verdict in judged_together(own)[1])


def _received(
    rule: Rule, filters: Sequence[SubscriberFilter], faults: list[Finding], arrival: "_SourceEvents"
) -> CheckedRule:
    """Judge the events that event sources forward and all filters match."""
    own = _event_patterns(filters)
    ways = [[*([] if source is None else [source]), *own] for source in arrival.sources] or [own]
    each = [judged_together(way) for way in ways]
    read, found, twins = each[0][0], at_best([way[1] for way in each]), at_best([way[2] for way in each])
    fields = [field for held in filters for field in system_fields(held)]
    for condition in filter(None, (arrival.condition, f"depends on {', '.join(fields)}" if fields else "")):
        found, twins = only_if(found, condition), only_if(twins, condition)
    said = [held for held in _pattern_findings(rule, read, found, twins) if held.message != arrival.condition]
    if arrival.barred:
        return CheckedRule(rule, _never(), _in_order([*faults, *(held for held in said if held.level == "error")]))
    return CheckedRule(rule, found, _in_order([*faults, *said]))


@dataclass(frozen=True)
class _SourceEvents:
    """How events of AWS Private CA reach the bus of a subscriber.

    Attributes:
        sources: the patterns of the event sources that forward them to the bus.
        barred: whether it is certain that no event source does.
        condition: what it depends on, if that is unknown; otherwise empty.
        off: why the event sources of the bus are not deployed by default; empty if one is deployed.
    """

    sources: tuple[Any, ...] = ()
    barred: bool = False
    condition: str = ""
    off: str = ""

    def findings(self, found: Subscriber) -> Iterator[Finding]:
        """Yield the findings about how events reach the bus."""
        if self.barred and not isinstance(found.bus, Unknown):
            message = f"never fires: no event source of the bus {found.bus.name} forwards the events of {SERVICE}"
            remedy = f"add an AWS::EventsV2::EventSource with AwsService {SERVICE}"
            yield Finding("error", "no-event-source", message, remedy, found.place)
        elif self.condition:
            why = f"that for {SERVICE} is off by default ({self.off})" if self.off else ""
            message = f"{self.condition}: {why or f'no event source for {SERVICE} is in the code'}"
            remedy = f"check that an event source with AwsService {SERVICE} forwards to the bus"
            yield Finding("note", "event-source-not-known", message, remedy, found.place)


class _EventSources:
    """The events that the event sources forward to each bus.

    Args:
        reading: everything that was read.
    """

    def __init__(self, reading: Reading) -> None:
        self._by_bus: dict[CustomBus, list[EventSource]] = {}
        for source in reading.event_sources:
            if isinstance(source.bus, CustomBus):
                self._by_bus.setdefault(source.bus, []).append(source)
        self._by_rule = any(map(_may_send_to_custom_bus, reading.rules))
        self._known: dict[tuple[CustomBus, bool], _SourceEvents] = {}

    def at(self, bus: CustomBus | Unknown, *, as_if_on: bool = False) -> _SourceEvents:
        """How events of AWS Private CA reach a bus.

        Args:
            bus: the bus.
            as_if_on: whether event sources that are off by default count too.
        """
        if isinstance(bus, Unknown):
            return _SourceEvents(condition=f"depends on what reaches {bus}")
        if (bus, as_if_on) not in self._known:
            self._known[bus, as_if_on] = self._arrival(bus, as_if_on=as_if_on)
        return self._known[bus, as_if_on]

    def _arrival(self, bus: CustomBus, *, as_if_on: bool) -> _SourceEvents:
        every = self._by_bus.get(bus, [])
        same = [source for source in every if as_if_on or not source.off]
        off = next((source.off for source in every if source.off and source.service == SERVICE), "")
        depends = f"depends on the event sources of {bus.name}"
        patterns = {repr(source.pattern): source.pattern for source in same if source.service == SERVICE}
        known = [p for p in patterns.values() if p is None or not (isinstance(p, Unknown) or _refusal(p))]
        if patterns:
            whole = len(known) == len(patterns) <= _MOST_SOURCES
            return _SourceEvents(tuple(known[:_MOST_SOURCES]), condition="" if whole else depends)
        unknown = any(isinstance(source.service, Unknown) for source in every) or self._by_rule or off
        return _SourceEvents(condition=depends, off=off) if bus.place is None or unknown else _SourceEvents(barred=True)


def _may_send_to_custom_bus(rule: Rule) -> bool:
    """Whether a rule may send events to a Custom Event Bus, which could be the bus of a subscriber."""
    if rule.kind != "rule":
        return False
    return rule.targets is None or any(map(_may_be_custom_bus, rule.targets))


def _may_be_custom_bus(target: Target) -> bool:
    is_unknown = not target.kind and isinstance(target.arn, Unknown)
    return is_unknown or target.kind == "eventsv2" or ":event-busv2/" in str(target.arn)


def _pattern_findings(
    rule: Rule, read: PartialPattern, found: tuple[Verdict, ...], twins: tuple[Verdict, ...]
) -> Iterator[Finding]:
    """Yield the findings about the patterns, without those that apply only to rules."""
    for finding in findings_of(Subject(rule, read, None, found, twins)):
        if finding.code not in _OF_RULES:
            yield finding


def _refusals(filters: Sequence[SubscriberFilter]) -> Iterator[Finding]:
    for held in filters:
        if (refusal := _refusal(held.pattern)) is not None:
            yield Finding(
                "error", "invalid-pattern", refusal, "correct the pattern; EventBridge rejects it", held.place
            )


def _refusal(pattern: Any) -> str | None:
    try:
        partial_pattern(pattern)
    except InvalidPattern as refusal:
        return str(refusal)
    return None


def _event_patterns(filters: Sequence[SubscriberFilter]) -> list[dict[str, Any]]:
    """The patterns that the filters apply to the event itself."""
    patterns = [in_event_terms(held) for held in filters if held.scope in (DATA, SYSTEM)]
    return [pattern for pattern in patterns if isinstance(pattern, dict) and pattern]


def _shown_pattern(filters: Sequence[SubscriberFilter]) -> Any:
    """The filters combined into one pattern, if possible; otherwise the data filter, or a pattern for every event."""
    if (merged := conjunction(_event_patterns(filters))) is not None:
        return merged
    return next(held.pattern for held in filters if held.scope == DATA)


def _rule(found: EventSource | Subscriber, kind: Any, pattern: Any, lines: Any = None) -> Rule:
    """A subscriber or event source as a rule, for reports; it has no rule targets."""
    enabled = found.enabled if isinstance(found, Subscriber) else True
    return Rule(
        place=found.place,
        last_line=found.last_line,
        name=found.name,
        pattern=pattern,
        lines=lines or {},
        enabled=enabled,
        targets=None,
        kind=kind,
        off=found.off,
    )


def _never() -> tuple[Verdict, ...]:
    return tuple(Verdict(event.id, "never") for event in documented_events())


def _in_order(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: (_LEVELS.index(finding.level), finding.place)))
