"""What the formats have in common: counts, file names, columns, JSON, and the closing line."""

import json
import os
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from pca_events.catalog import DocumentedEvent, documented_events
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Fires
from pca_events.wording import counted as counted

SYMBOLS: dict[Fires, str] = {"always": "●", "may": "◐", "never": "·"}
"""A verdict in one character."""


def posix(file: str) -> str:
    """Return a path with slashes, relative to the working directory if it is inside it."""
    if os.path.isabs(file) and file.startswith(here := os.path.join(os.getcwd(), "")):
        file = file.removeprefix(here)
    return file.replace(os.sep, "/").removeprefix("./")


def cut(text: str, length: int) -> str:
    """Return a string of at most this many characters, ending in `...` if it is truncated."""
    return text if len(text) <= length else text[: length - 3] + "..."


def fires(checked: CheckedRule) -> list[Fires]:
    """Return the verdict on each documented event; a rule with a rejected pattern never fires."""
    by_event = {verdict.event: verdict.fires for verdict in checked.verdicts}
    return [by_event.get(event.id, "never") for event in documented_events()]


def summary(report: CheckReport) -> str:
    """Return the closing line of a report: the number of rules, files and findings.

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


_KINDS = {
    "ACM Private CA Creation": "CA",
    "ACM Private CA Certificate Issuance": "Issuance",
    "ACM Private CA Certificate Revocation": "Revocation",
    "ACM Private CA CRL Generation": "CRL",
    "ACM Private CA Audit Report Generation": "Audit report",
}


@dataclass(frozen=True)
class EventColumn:
    """The column of one documented event.

    Attributes:
        event: its id.
        kind: its subject: `CRL`.
        outcome: its result: `ok`, `failed`, `S3 permissions`.
    """

    event: str
    kind: str
    outcome: str


@cache
def event_columns() -> tuple[EventColumn, ...]:
    """One column for each documented event, in the order of the AWS page; those of one kind are adjacent."""
    return tuple(EventColumn(event.id, _KINDS[event.detail_type], _outcome(event)) for event in documented_events())


def _outcome(event: DocumentedEvent) -> str:
    """The result; for failures that differ by their reason, the short reason in the id."""
    if event.reason is None:
        return "ok" if event.result == "success" else "failed"
    return event.id.partition("-failure-")[2].replace("-", " ").replace("s3", "S3")


_UNSOUND = re.compile(r"\\ud|NaN|Infinity")


def render_json(report: CheckReport) -> str:
    """Return the report as indented JSON."""
    return json_text(report.as_json())


def json_text(document: Any) -> str:
    """Return a document as indented ASCII JSON.

    A lone surrogate becomes a question mark, and a number that JSON does not support becomes its name.
    """
    text = json.dumps(document, indent=2)
    if _UNSOUND.search(text):
        sound = json.dumps(document, ensure_ascii=False).encode("utf-8", "replace")
        text = json.dumps(json.loads(sound, parse_constant=str), indent=2)
    return text + "\n"
