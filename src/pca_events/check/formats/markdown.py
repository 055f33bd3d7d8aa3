"""A report as Markdown, for the summary of a job or a comment on a change."""

import re

from pca_events.catalog import documented
from pca_events.check.formats.columns import columns
from pca_events.check.formats.wording import SYMBOLS, fires, posix, summary
from pca_events.check.report import CheckedRule, CheckReport, reason_of
from pca_events.infrastructure.model import Place
from pca_events.printable import printable

_SPECIAL = re.compile(r"([\\`*_~\[\]|#])")
_PIPE = r"\|"
_LEGEND = f"{SYMBOLS['always']} fires on every such event, {SYMBOLS['may']} on some, {SYMBOLS['never']} on none."


def render(report: CheckReport) -> str:
    """Write the summary, the matrix of rules and events, and lists of all that was found."""
    parts = [
        [f"**{summary(report)}**"],
        _matrix(report) if report.rules else [],
        [line for checked in report.checked for line in _of_rule(checked)],
        _titled("No rule handles", [f"{_code(event)} {_text(documented(event).title)}" for event in report.uncovered]),
        _titled(
            "Documented by AWS, outside this contract",
            [f"{_code(checked.rule.name)} {_place(checked.rule.place)}" for checked in report.neighbours],
        ),
        _titled(
            "Not known",
            [
                f"{_code(rule.name)} {_place(rule.place)} depends on {_code(reason_of(rule.pattern))}"
                for rule in report.not_known
            ],
        ),
        _titled(
            "Seen, not read",
            [f"{_place(found.place)} {_text(found.what)}: {_text(found.remedy)}" for found in report.skipped],
        ),
        _titled("Not read", [f"{_place(found.place)} {_text(found.message)}" for found in report.unreadable]),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _matrix(report: CheckReport) -> list[str]:
    heads = [f"{column.kind}<br>{column.outcome}" for column in columns()]
    rows = [
        [
            f"{_code(checked.rule.name)}<br>{_place(checked.rule.place)}",
            *(SYMBOLS[verdict] for verdict in fires(checked)),
        ]
        for checked in report.rules
    ]
    rule = ["---", *(":-:" for _ in heads)]
    return [*(_row(cells) for cells in [["rule", *heads], rule, *rows]), "", _LEGEND]


def _row(cells: list[str]) -> str:
    """Write a row; a pipe would end its cell even inside a code span."""
    return f"| {' | '.join(cell.replace('|', _PIPE) for cell in cells)} |"


def _of_rule(checked: CheckedRule) -> list[str]:
    lines = [
        f"  - **{found.level}** {_code(found.code)} {_place(found.place)}: "
        f"{_text(found.message)}<br>{_text(found.remedy)}"
        for found in checked.findings
    ]
    return [f"- {_code(checked.rule.name)}", *lines] if lines else []


def _titled(title: str, lines: list[str]) -> list[str]:
    return [f"**{title}**", "", *(f"- {line}" for line in lines)] if lines else []


def _place(place: Place) -> str:
    return _code(f"{posix(place.file)}:{place.line}")


def _code(text: str) -> str:
    """Write a name as a code span, with a fence longer than any run of backticks in it."""
    safe = printable(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", safe)), default=0))
    gap = " " if safe.startswith("`") or safe.endswith("`") or not safe.strip() else ""
    return f"{fence}{gap}{safe}{gap}{fence}"


def _text(text: str) -> str:
    safe = printable(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _SPECIAL.sub(r"\\\1", safe)
