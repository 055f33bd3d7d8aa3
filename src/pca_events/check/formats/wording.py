"""What the formats say in common: text that is safe to show, counts, and the line that sums a report up."""

import os

from pca_events.catalog import documented_events
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Fires
from pca_events.words import counted as counted
from pca_events.words import printable as printable

SYMBOLS: dict[Fires, str] = {"always": "●", "may": "◐", "never": "·"}
"""A verdict in one character."""


def posix(file: str) -> str:
    """Return a path with slashes and without a leading `./`, as reports name files on every system."""
    return file.replace(os.sep, "/").removeprefix("./")


def fires(checked: CheckedRule) -> list[Fires]:
    """Return the verdict on each documented event; a rule whose pattern AWS refuses has none, and never fires."""
    by_event = {verdict.event: verdict.fires for verdict in checked.verdicts}
    return [by_event.get(event.id, "never") for event in documented_events()]


def summary(report: CheckReport, *, all_rules: bool = False) -> str:
    """Sum a report up: `7 rules of AWS Private CA, 12 others skipped: 1 error, 2 warnings, 3 notes`.

    Args:
        report: what was found.
        all_rules: whether it has the rules of other sources too.
    """
    levels = [counted(report.count(level), level) for level in LEVELS if report.count(level)]
    end = f"; {report.ignored:,} ignored" if report.ignored else ""
    if report.unreadable:
        end += f"; {counted(len(report.unreadable), 'place')} not read"
    return f"{_rules(report, all_rules)}: {', '.join(levels) or 'no findings'}{end}"


def _rules(report: CheckReport, all_rules: bool) -> str:
    others = f", {counted(report.other_rules, 'other')}{'' if all_rules else ' skipped'}" if report.other_rules else ""
    own = len(report.rules) - (report.other_rules if all_rules else 0)
    beside = f", {len(report.neighbours):,} documented beside it" if report.neighbours else ""
    not_known = f", {len(report.not_known):,} not known" if report.not_known else ""
    return f"{counted(own, 'rule')} of AWS Private CA{beside}{not_known}{others}"
