"""`check --deploy`: compares the verdicts with what fires on an event bus."""

from collections.abc import Iterator

from pca_events.catalog import documented_events
from pca_events.check.findings.delivery import paths_read, unknown_inputs
from pca_events.check.partial_patterns import partial_pattern
from pca_events.check.report import CheckedRule, CheckReport, Verdict
from pca_events.cli.console import Console
from pca_events.errors import InvalidPattern
from pca_events.harness import Session
from pca_events.harness.live_rules import Deployed, Fired, fired

_OBJECTS = ("$", "$.detail", "$.resources", "$.resources[*]")


def compare(report: CheckReport, session: Session, out: Console) -> int:
    """Deploy every rule with a completely known pattern, and print the differences; return 1 if there are any."""
    classic = [checked for checked in report.rules if checked.rule.kind not in ("event source", "subscriber")]
    rules = {f"{checked.rule.place} {checked.rule.name}": checked for checked in classic}
    known = {label: checked for label, checked in rules.items() if _is_known(checked)}
    deployed = {label: Deployed(checked.rule.pattern, _inputs(checked)) for label, checked in known.items()}
    found = fired(session, deployed, [event.event for event in documented_events()])
    differences = [f"{label}: {words}" for label in known for words in _differences(known[label], found[label])]
    for words in differences:
        out.paragraph(("differs", "red"), f" {words}")
    left = f"; {len(rules) - len(known)} not known whole" if len(rules) > len(known) else ""
    out.line(f"{len(known)} rules deployed on {session.backend.name}: {len(differences)} differences{left}")
    return 1 if differences else 0


def _is_known(checked: CheckedRule) -> bool:
    try:
        return isinstance(checked.rule.pattern, dict) and not partial_pattern(checked.rule.pattern).unknowns
    except InvalidPattern:
        return isinstance(checked.rule.pattern, dict)


def _inputs(checked: CheckedRule) -> tuple[str, ...]:
    """The strings that the targets read; objects are not compared."""
    found = (path for target in checked.rule.targets or () for path in paths_read(target))
    return tuple(dict.fromkeys(path for path in found if path not in _OBJECTS))


def _differences(checked: CheckedRule, there: Fired) -> Iterator[str]:
    refused_here = any(finding.code == "invalid-pattern" for finding in checked.findings)
    if there.refused != refused_here:
        yield f"the pattern is {'rejected' if there.refused else 'accepted'} by the event bus, but not by check"
    elif not there.refused:
        for number, verdict in enumerate(checked.verdicts):
            yield from _of_event(checked, verdict, there.missing.get(number))


def _of_event(checked: CheckedRule, verdict: Verdict, missing: frozenset[str] | None) -> Iterator[str]:
    if verdict.fires != "may" and (missing is not None) != (verdict.fires == "always"):
        there = "does not fire" if missing is None else "fires"
        yield f"{there} on {verdict.event}, unlike the verdict of check"
    elif missing is not None:
        expected = {path for t in checked.rule.targets or () for path, _ in unknown_inputs(t, [verdict.event])}
        for path in sorted(missing ^ (expected & {*_inputs(checked)})):
            yield f"its target {'misses' if path in missing else 'gets'} {path} of {verdict.event}, unlike in check"
