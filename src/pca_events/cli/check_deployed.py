"""`check --deploy`: what fires on a real event bus, beside what was found by reading."""

from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from pca_events.catalog import documented_events
from pca_events.consumers.report import CheckedRule, CheckReport
from pca_events.consumers.unknowns import stated
from pca_events.errors import InvalidPattern
from pca_events.harness import Session
from pca_events.harness.deployment import fired


def compare(report: CheckReport, session: Session, out: Console) -> int:
    """Deploy every rule whose pattern is known whole, and print what differs; return 1 where something does."""
    rules = {f"{checked.rule.place} {checked.rule.name}": checked for checked in report.rules}
    known = {label: checked for label, checked in rules.items() if _is_known(checked)}
    found = fired(session, {label: checked.rule.pattern for label, checked in known.items()}, _events())
    differences = [words for label, checked in known.items() for words in _differences(checked, found[label])]
    for words in differences:
        out.print(f"[red]differs[/] {escape(words)}")
    left = f"; {len(rules) - len(known)} not known whole" if len(rules) > len(known) else ""
    out.print(f"{len(known)} rules deployed on {escape(session.backend.name)}: {len(differences)} differences{left}")
    return 1 if differences else 0


def _events() -> list[dict[str, object]]:
    return [event.event for event in documented_events()]


def _is_known(checked: CheckedRule) -> bool:
    try:
        return isinstance(checked.rule.pattern, dict) and not stated(checked.rule.pattern).unknowns
    except InvalidPattern:
        return isinstance(checked.rule.pattern, dict)


def _differences(checked: CheckedRule, fires: set[int] | None) -> Iterator[str]:
    name = f"{checked.rule.place} {checked.rule.name}"
    refused_here = any(finding.code == "invalid-pattern" for finding in checked.findings)
    if (fires is None) != refused_here:
        yield f"{name}: the pattern is {'refused' if fires is None else 'taken'} there, but not here"
    elif fires is not None:
        for number, verdict in enumerate(checked.verdicts):
            if verdict.fires != "may" and (number in fires) != (verdict.fires == "always"):
                there = "fires" if number in fires else "does not fire"
                yield f"{name}: {there} on {verdict.event} there, but was found otherwise"
