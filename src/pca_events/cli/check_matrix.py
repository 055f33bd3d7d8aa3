"""What checking rules found, for people: a matrix of rules and events, then all that is to be said."""

from collections.abc import Iterable
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size

from pca_events.catalog import documented
from pca_events.check.formats.columns import Column, columns
from pca_events.check.formats.wording import SYMBOLS, fires, printable, summary
from pca_events.check.report import CheckedRule, CheckReport, Finding, Fires, Level, reason_of
from pca_events.cli.console import Plain
from pca_events.infrastructure.model import Place, Rule

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

WIDEST = 100
"""How many columns of the terminal the matrix takes at most."""

_MOST_UNREAD = 50
_NARROWEST_LABEL = 14
_TERRAFORM_TYPE = "aws_cloudwatch_event_rule."
_GAP = "  "
_INDENT = 10
_BESIDE = (" " * _INDENT, "")
_PLAIN: dict[Fires, str] = {"always": "X", "may": "?", "never": "."}
_STYLES: dict[Fires, str] = {"always": "bold green", "may": "yellow", "never": "dim"}
_MEANINGS: dict[Fires, str] = {"always": "fires on every such event", "may": "on some", "never": "on none"}
_LEVEL_STYLES: dict[Level, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
_HEADS = {
    "ok": ("ok", "", ""),
    "failed": ("fail", "", ""),
    "S3 permissions": ("S3", "permis-", "sions"),
    "S3 internal": ("S3", "inter-", "nal"),
    "internal": ("inter-", "nal", ""),
}

Part = tuple[str, str]
"""Some text and its style."""


def print_report(
    report: CheckReport, out: "Console | Plain", *, verbose: bool = False, all_rules: bool = False
) -> None:
    """Print a report.

    Args:
        report: what was found.
        out: where it goes; symbols are plain letters where its encoding is not UTF-8.
        verbose: say of each event why a rule does not fire on it, or on which only.
        all_rules: whether the report has the rules of other sources too.
    """
    page = _Page(out)
    if report.rules:
        page.matrix(report.rules)
    for checked in report.checked:
        if checked.findings or verbose:
            page.about(checked, verbose)
    for title, lines in (
        ("Documented by AWS, outside this contract", map(_listed, report.neighbours)),
        ("Not known", map(_not_known, report.not_known)),
        ("No rule handles", map(_uncovered, report.uncovered)),
    ):
        if listed := list(lines):
            page.section([[(title, "bold")], *listed])
    page.unread(
        "seen, not read", "bold yellow", [(skip.place, f"{skip.what}; {skip.remedy}") for skip in report.skipped]
    )
    page.unread("not read", "bold red", [(found.place, found.message) for found in report.unreadable])
    if not report.rules:
        page.line(("No rule for the events of AWS Private CA was found.", ""))
    page.line((summary(report, all_rules=all_rules), "bold"))


def shorten(text: str, width: int, mark: str = "…") -> str:
    """Cut a text in its middle, so that it takes no more columns of a terminal than given; its end says most."""
    if cell_len(text) <= width:
        return text
    room = max(width - len(mark), 0)
    head = set_cell_size(text, room // 3).rstrip()
    tail = text[-room:] if room else ""
    while cell_len(tail) > room - cell_len(head):
        tail = tail[1:]
    return head + mark + tail


class _Page:
    def __init__(self, out: "Console | Plain") -> None:
        self._out = out
        self._console = None if isinstance(out, Plain) or not (out.is_terminal or out.record) else out
        self._unicode = out.encoding.lower().startswith("utf")
        self._mark = "…" if self._unicode else "..."
        self._symbols = SYMBOLS if self._unicode else _PLAIN
        self._kinds = [tuple(group) for _, group in groupby(columns(), key=lambda column: column.kind)]
        self._widths = [max(len(kind[0].kind), _natural(kind)) for kind in self._kinds[:-1]]
        self._widths.append(_natural(self._kinds[-1]))
        self._width = min(WIDEST, out.width)
        taken = sum(len(_GAP) + width for width in self._widths)
        self._made: dict[tuple[Fires, ...], list[Part]] = {}
        self._label = max(self._width - taken, _NARROWEST_LABEL)

    def line(self, *parts: Part) -> None:
        """Print one line; nothing in it is taken for markup."""
        if self._console is not None:
            self._console.print(self._text(parts))
        else:  # rich takes most of the time where there are thousands of rules, and has nothing to do
            self._out.file.write(self._shown("".join([text for text, _ in parts])).rstrip() + "\n")

    def section(self, lines: Iterable[list[Part]]) -> None:
        """Print lines that belong together, and an empty one."""
        for line in lines:
            self.line(*line)
        self.line()

    def unread(self, lead: str, style: str, found: list[tuple[Place, str]]) -> None:
        """Print what was not read, if anything."""
        lines: list[list[Part]] = [
            [(lead, style), (f" {place}", "bold"), (f": {why}", "")] for place, why in found[:_MOST_UNREAD]
        ]
        if len(found) > _MOST_UNREAD:
            lines.append([(lead, style), (f": {len(found) - _MOST_UNREAD:,} more; --format json lists all", "")])
        if lines:
            self.section(lines)

    def matrix(self, rules: list[CheckedRule]) -> None:
        """Print the matrix, the rules of each file under its name."""
        self._heads()
        for file, group in groupby(rules, key=lambda checked: checked.rule.place.file):
            self.line((shorten(self._shown(file), self._width, self._mark), "bold"))
            for checked in group:
                self.line(*self._row(checked))
        self.line()
        legend: list[Part] = []
        for verdict, meaning in _MEANINGS.items():
            legend += [(self._symbols[verdict], _STYLES[verdict]), (f" {meaning}   ", "dim")]
        self.section([legend])

    def about(self, checked: CheckedRule, verbose: bool) -> None:
        """Print what is to be said about a rule."""
        self.line((str(checked.rule.place), "bold"), (f" {checked.rule.name}", ""))
        for finding in checked.findings:
            self._finding(finding, checked)
        for verdict in checked.verdicts if verbose else ():
            why = "; ".join(map(str, verdict.conditions or verdict.blocks))
            self.line((f"  {self._symbols[verdict.fires]}", _STYLES[verdict.fires]), (f" {verdict.event}  {why}", ""))
        self.line()

    def _heads(self) -> None:
        """Print the kinds of events, and below them how each ended; the last kind may reach to the left."""
        kinds = [kind[0].kind for kind in self._kinds]
        left = "".join(_GAP + kind.ljust(width) for kind, width in zip(kinds, self._widths, strict=True))
        total = self._label + sum(len(_GAP) + width for width in self._widths)
        left = (" " * self._label + left[: -len(kinds[-1]) - len(_GAP)]).ljust(total)
        self.line((left[: total - len(kinds[-1])] + kinds[-1], "bold"))
        for number in range(3):
            cells = [" ".join(_head(column)[number] for column in kind) for kind in self._kinds]
            padded = (_GAP + cell.ljust(width) for cell, width in zip(cells, self._widths, strict=True))
            self.line((" " * self._label + "".join(padded), "dim"))

    def _row(self, checked: CheckedRule) -> list[Part]:
        # The type is the same for all rules of Terraform: it says nothing and takes the room of what does.
        name = self._shown(checked.rule.name).replace(_TERRAFORM_TYPE, "")
        line = f"{checked.rule.place.line:>5} "
        room = self._label - len(line)
        return [
            (line, "dim"),
            (set_cell_size(shorten(name, room, self._mark), room), ""),
            *self._cells(tuple(fires(checked))),
        ]

    def _cells(self, found: tuple[Fires, ...]) -> list[Part]:
        """The verdicts of a rule below their events; many rules have the same."""
        if found in self._made:
            return self._made[found]
        parts: list[Part] = []
        verdicts = iter(found)
        for kind, width in zip(self._kinds, self._widths, strict=True):
            for column in kind:
                verdict = next(verdicts)
                gap = _GAP if column is kind[0] else " "
                parts.append((gap + _below(column, self._symbols[verdict]), _STYLES[verdict]))
            parts.append((" " * (width - _natural(kind)), ""))
        return self._made.setdefault(found, parts)

    def _finding(self, finding: Finding, checked: CheckedRule) -> None:
        where = ""
        if finding.place.file != checked.rule.place.file:
            where = f" at {finding.place}"
        elif finding.place != checked.rule.place:
            where = f" in line {finding.place.line}"
        said: list[list[Part]] = [[(f"{finding.message} ", ""), (f"({finding.code}{where})", "dim")]]
        if finding.remedy:
            said.append([(finding.remedy, "italic")])
        lead = (f"  {finding.level:<{_INDENT - 2}}", _LEVEL_STYLES[finding.level])
        for paragraph in said:
            self._paragraph(lead, paragraph)
            lead = _BESIDE

    def _paragraph(self, lead: Part, parts: list[Part]) -> None:
        """Print text beside its lead; where somebody watches, in lines that fit."""
        out = self._console
        if out is None or out.width < 3 * _INDENT:
            self.line(lead, *parts)
            return
        for line in self._text(parts).wrap(out, out.width - _INDENT):
            out.print(self._text([lead]) + line)
            lead = _BESIDE

    def _text(self, parts: Iterable[Part]) -> "Text":
        from rich.text import Text

        return Text.assemble(*((self._shown(text), style) for text, style in parts))

    def _shown(self, text: str) -> str:
        """Write what the terminal cannot show, or would act on, as an escape."""
        shown = printable(text)
        return (
            shown if self._unicode else shown.encode(self._out.encoding, "backslashreplace").decode(self._out.encoding)
        )


def _uncovered(event: str) -> list[Part]:
    return [(f"  {event}", ""), (f"  {documented(event).title}", "dim")]


def _listed(checked: CheckedRule) -> list[Part]:
    return [(f"  {checked.rule.place}", ""), (f"  {checked.rule.name}", "dim")]


def _not_known(rule: Rule) -> list[Part]:
    return [(f"  {rule.place}", ""), (f"  {rule.name}: depends on {reason_of(rule.pattern)}", "dim")]


def _head(column: Column) -> list[str]:
    """The lines above a column, all of one width."""
    words = _HEADS[column.outcome]
    return [word.ljust(max(map(len, words))) for word in words]


@cache
def _below(column: Column, symbol: str) -> str:
    """A symbol below the middle of the head of its column."""
    width = len(_head(column)[0])
    return (" " * ((width - 1) // 2) + symbol).ljust(width)


def _natural(kind: tuple[Column, ...]) -> int:
    """How wide the columns of a kind are together."""
    return sum(len(_head(column)[0]) + 1 for column in kind) - 1
