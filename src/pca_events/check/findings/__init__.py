"""The findings about a rule: its pattern, its event bus, its targets, and the delivery to them."""

from collections.abc import Iterator

from pca_events.check.findings.delivery import delivery_findings, unknown_inputs
from pca_events.check.findings.event_bus import event_bus_findings
from pca_events.check.findings.pattern import (
    Subject,
    neighbour_findings,
    pattern_findings,
    prefix_or_suffix_findings,
    refusal_findings,
    size_findings,
)
from pca_events.check.report import LEVELS, Finding


def findings_of(subject: Subject) -> tuple[Finding, ...]:
    """Return all findings about a rule of AWS Private CA, errors first, then in the order of the text."""
    found = [*pattern_findings(subject), *_of_rule(subject)]
    if subject.rule.kind == "rule":
        found += [
            *_of_inputs(subject),
            *event_bus_findings(subject.rule, subject.arrival, subject.passes),
            *delivery_findings(subject.rule),
        ]
    return _sorted(found)


def findings_without_contract(subject: Subject) -> tuple[Finding, ...]:
    """Return the findings about a rule of any source that require no knowledge of its events."""
    found = [*refusal_findings(subject), *_of_rule(subject)]
    if subject.stated is not None:
        found += [*size_findings(subject), *prefix_or_suffix_findings(subject.stated, subject)]
    if subject.rule.kind == "rule":
        found += delivery_findings(subject.rule)
    return _sorted(found)


def findings_of_neighbour(subject: Subject) -> tuple[Finding, ...]:
    """Return the findings about a rule for other documented certificate events, such as those of ACM."""
    return _sorted(neighbour_findings(subject))


def _sorted(found: "list[Finding] | Iterator[Finding]") -> tuple[Finding, ...]:
    return tuple(sorted(found, key=lambda finding: (LEVELS.index(finding.level), finding.place.line)))


def _of_rule(subject: Subject) -> Iterator[Finding]:
    rule = subject.rule
    if rule.enabled is False:
        remedy = "enable it, or remove it"
        yield Finding("warning", "disabled", "is disabled, so it fires on nothing", remedy, rule.place)
    if rule.off:
        message = f"is off by default ({rule.off}); checked as if it were on"
        yield Finding("note", "off-by-default", message, "no action needed if intended", rule.place)
    if rule.targets == () and rule.kind == "rule":
        remedy = "add a target, or remove the rule; no action needed if only its metrics are used"
        yield Finding("warning", "no-target", "has no target", remedy, rule.place)


def _of_inputs(subject: Subject) -> Iterator[Finding]:
    events = [verdict.event for verdict in subject.fired]
    for target in subject.rule.targets or ():
        for path, missing in unknown_inputs(target, events):
            about = f"{target.name} {path}"
            if len(missing) == len(events):
                message = f"target {target.name} reads {path}, which is in none of the events on which the rule fires"
                yield Finding("error", "input-not-there", message, "read a field that exists", target.place, about)
            else:
                message = f"target {target.name} reads {path}, which is not in {', '.join(missing)}"
                yield Finding(
                    "warning", "input-not-always-there", message, "handle events without it", target.place, about
                )
