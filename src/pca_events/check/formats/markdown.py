"""A report as Markdown, for a job summary or a pull request comment: errors first, the rest collapsed."""

import re
from collections.abc import Iterable, Sequence

from pca_events.catalog import documented
from pca_events.check.formats.formatting import SYMBOLS, cut, event_columns, fires, posix, summary
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, reason_of
from pca_events.infrastructure.model import Rule, SourceLocation
from pca_events.wording import printable

LONGEST = 65_536
"""The maximum number of characters of a GitHub comment; a report is shorter."""

_SPECIAL = re.compile(r"([\\`*_~\[\]|#])")
_PIPE = r"\|"
_LEGEND = f"{SYMBOLS['always']} fires on every such event, {SYMBOLS['may']} on some, {SYMBOLS['never']} on none."
_LONGEST_NAME = 300
_LONGEST_TEXT = 1_000
_ROOM, _SMALL_ROOM = 16_000, 4_000
_FINDINGS_HEAD = ["| level | where | what |", "|---|---|---|"]


def render(report: CheckReport) -> str:
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
