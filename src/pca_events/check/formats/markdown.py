"""Reports as Markdown, and what all formats share: names, counts, columns and JSON."""

import json
import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pca_events.catalog import DocumentedEvent, documented, documented_events
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, Fires, reason_of
from pca_events.infrastructure.model import Rule, SourceLocation
from pca_events.wording import counted as counted
from pca_events.wording import printable

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


LONGEST = 65_536
"""The maximum number of characters of a GitHub comment; a report is shorter."""

_SPECIAL = re.compile(r"([\\`*_~\[\]|#])")
_PIPE = r"\|"
_LEGEND = f"{SYMBOLS['always']} fires on every such event, {SYMBOLS['may']} on some, {SYMBOLS['never']} on none."
_LONGEST_NAME = 300
_LONGEST_TEXT = 1_000
_ROOM, _SMALL_ROOM = 16_000, 4_000
_FINDINGS_HEAD = ["| level | where | what |", "|---|---|---|"]


def render_markdown(report: CheckReport) -> str:
    """Write the summary, the errors and warnings, and what was not read; the matrix and the rest are collapsed.

    Each section has a maximum length in characters, and says how many lines it omits. Together they stay below
    `LONGEST`.
    """
    worst_first = sorted(
        ((checked, finding) for checked in report.checked for finding in checked.findings),
        key=lambda found: LEVELS.index(found[1].level),
    )
    serious = [_finding(*found) for found in worst_first if found[1].level != "note"]
    notes = [_finding(*found) for found in worst_first if found[1].level == "note"]
    unread = [f"- {_place(found.place)} {escaped(found.message)}" for found in report.unreadable]
    lists = {
        "No rule handles": [f"- {_code(event)} {escaped(documented(event).title)}" for event in report.uncovered],
        "Documented by AWS, outside this contract": [_listed(checked.rule) for checked in report.neighbours],
        "Not known": [f"{_listed(r)}: depends on {_code(reason_of(r.pattern))}" for r in report.not_known],
        "Seen, not read": [f"- {_place(s.place)} {escaped(s.what)}: {escaped(s.remedy)}" for s in report.skipped],
    }
    parts = [
        [f"**{summary(report)}**"],
        _fitted(_FINDINGS_HEAD, serious, _ROOM),
        _fitted(["**Not read**", ""], unread, _SMALL_ROOM),
        _folded("Which rules fire on which events", _matrix(report), len(report.rules)),
        _folded("Notes", _fitted(_FINDINGS_HEAD, notes, _SMALL_ROOM), len(notes)),
        *(_folded(title, _fitted([], lines, _SMALL_ROOM), len(lines)) for title, lines in lists.items()),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _fitted(head: Sequence[str], lines: Sequence[str], room: int) -> list[str]:
    """Return as many lines as fit, and the number of the others."""
    if not lines:
        return []
    kept = list(head)
    for number, line in enumerate(lines):
        room -= len(line) + 1
        if room < 0:
            return [*kept, "", f"{len(lines) - number:,} more; `pca-events check` lists all."]
        kept.append(line)
    return kept


def _folded(title: str, lines: Sequence[str], count: int) -> list[str]:
    return [f"<details><summary>{title} ({count:,})</summary>", "", *lines, "", "</details>"] if lines else []


def _finding(checked: CheckedRule, found: Finding) -> str:
    said = "<br>".join(filter(None, [f"{escaped(found.message)} ({_code(found.code)})", escaped(found.remedy)]))
    return _row([found.level, f"{_place(found.place)}<br>{_code(checked.rule.name)}", said])


def _matrix(report: CheckReport) -> list[str]:
    heads = [f"{column.kind}<br>{column.outcome}" for column in event_columns()]
    rows = [
        _row(
            [
                f"{_code(checked.rule.name)}<br>{_place(checked.rule.place)}",
                *(SYMBOLS[verdict] for verdict in fires(checked)),
            ]
        )
        for checked in report.rules
    ]
    rule = _row(["---", *(":-:" for _ in heads)])
    lines = _fitted([_row(["rule", *heads]), rule], rows, _ROOM)
    return [*lines, "", _LEGEND] if lines else []


def _row(cells: Iterable[str]) -> str:
    """Write a row; a pipe would end its cell even inside a code span."""
    return f"| {' | '.join(cell.replace('|', _PIPE) for cell in cells)} |"


def _listed(rule: Rule) -> str:
    return f"- {_code(rule.name)} {_place(rule.place)}"


def _place(place: SourceLocation) -> str:
    return _code(f"{posix(place.file)}:{place.line}")


def _code(text: str) -> str:
    """Write a name as a code span, with a fence longer than any run of backticks in it."""
    safe = cut(printable(text), _LONGEST_NAME)
    fence = "`" * (1 + max(map(len, re.findall("`+", safe)), default=0))
    gap = " " if safe.startswith("`") or safe.endswith("`") or not safe.strip() else ""
    return f"{fence}{gap}{safe}{gap}{fence}"


def escaped(text: str) -> str:
    """Write untrusted text without any markup, truncated if it is very long."""
    safe = cut(printable(text), _LONGEST_TEXT).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", safe)
