"""What the formats say in common: counts, names of files, and the line that sums a report up."""

import os

from pca_events.catalog import documented_events
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Fires
from pca_events.wording import counted as counted

SYMBOLS: dict[Fires, str] = {"always": "●", "may": "◐", "never": "·"}
"""A verdict in one character."""


def posix(file: str) -> str:
    """Return a path as reports name files on every system: with slashes, and from the current folder if it is there."""
    if os.path.isabs(file) and file.startswith(here := os.path.join(os.getcwd(), "")):
        file = file.removeprefix(here)
    return file.replace(os.sep, "/").removeprefix("./")


def cut(text: str, length: int) -> str:
    """Return a text of at most so many characters; the end of what is cut is `...`."""
    return text if len(text) <= length else text[: length - 3] + "..."


def fires(checked: CheckedRule) -> list[Fires]:
    """Return the verdict on each documented event; a rule whose pattern AWS refuses has none, and never fires."""
    by_event = {verdict.event: verdict.fires for verdict in checked.verdicts}
    return [by_event.get(event.id, "never") for event in documented_events()]


def summary(report: CheckReport) -> str:
    """Sum a report up: how many rules it is about, how many files were read, and how many findings there are.

    `7 rules of AWS Private CA, 12 of other sources, 0 not known, 34 files read: 1 error, 2 warnings, 3 notes`
    """
    own = len(report.rules) - (report.other_rules if report.all_rules else 0)
    counts = [
        f"{counted(own, 'rule')} of AWS Private CA",
        *([f"{len(report.neighbours):,} outside this contract"] if report.neighbours else []),
        f"{report.other_rules:,} of other sources",
        f"{len(report.not_known):,} not known",
        f"{counted(report.files_read, 'file')} read",
    ]
    levels = [counted(report.count(level), level) for level in LEVELS if report.count(level)]
    end = f"; {report.ignored:,} ignored" if report.ignored else ""
    end += f"; {report.baselined:,} in the baseline" if report.baselined else ""
    if report.unreadable:
        end += f"; {counted(len(report.unreadable), 'place')} not read"
    return f"{', '.join(counts)}: {', '.join(levels) or 'no findings'}{end}"
