"""The outputs of `check`: the text for people; standard output and files, which are checked before the work begins."""

import io
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TextIO

from pca_events.atomic_write import cannot_be_written, check_writable, replace_file
from pca_events.catalog import documented
from pca_events.check.formats import FORMATS
from pca_events.check.formats.markdown import SYMBOLS, EventColumn, event_columns, fires, summary
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, Fires, Level, reason_of
from pca_events.cli import discard_output
from pca_events.cli.console import Console, Part, console, padded, width_of
from pca_events.cli.options.rules import TEXT, Output
from pca_events.errors import BadInput
from pca_events.infrastructure.model import Rule, SourceLocation

LEVEL_STYLES: dict[Level, str] = {"error": "bold red", "warning": "yellow", "note": "cyan"}
FIRES_STYLES: dict[Fires, str] = {"always": "bold green", "may": "yellow", "never": "dim"}

_WIDTH_OF_A_FILE = 120
_ROOM_FOR_NAMES = 46
_INDENT = 8
_HEAD = "rule"
_GAP = "  "
_PLAIN: dict[Fires, str] = {"always": "X", "may": "?", "never": "."}
_MEANINGS: dict[Fires, str] = {"always": "fires on every such event", "may": "on some", "never": "on none"}
_HEADS = {
    "ok": ("ok", "", ""),
    "failed": ("fail", "", ""),
    "S3 permissions": ("S3", "permis-", "sions"),
    "S3 internal": ("S3", "inter-", "nal"),
    "internal": ("inter-", "nal", ""),
}


def symbols(out: Console) -> dict[Fires, str]:
    """Return the symbol of each verdict: ASCII if the encoding of the stream is not UTF-8."""
    return SYMBOLS if out.is_unicode else _PLAIN


class Matrix:
    """The matrix on a console.

    Names are never truncated. If they fit, they are in front of their rows; a name that is too long is on its own line,
    as are all names below about 110 columns.
    """

    def __init__(self, out: Console) -> None:
        self._out = out
        self._symbols = symbols(out)
        self._kinds = [tuple(group) for _, group in groupby(event_columns(), key=lambda column: column.kind)]
        self._widths = [max(len(kind[0].kind), _natural(kind)) for kind in self._kinds[:-1]]
        self._widths.append(_natural(self._kinds[-1]))
        self._room = (out.width or _WIDTH_OF_A_FILE) - sum(len(_GAP) + width for width in self._widths)
        self._made: dict[tuple[Fires, ...], list[Part]] = {}

    def print(self, rules: Sequence[CheckedRule]) -> None:
        """Print the matrix, the rules of each file under its name, and a legend."""
        names = [self._name(checked) for checked in rules]
        label = self._label(names)
        self._heads(label)
        for file, group in groupby(zip(rules, names, strict=True), key=lambda found: found[0].rule.place.file):
            self._out.line((file, "bold"))
            for checked, (line, name, style) in group:
                taken = width_of(line + name)
                if taken > label:
                    self._out.line((line, "dim"), (name, style))
                    self._out.line(" " * label, *self._cells(tuple(fires(checked))))
                else:
                    blanks = " " * (label - taken)
                    self._out.line((line, "dim"), (name, style), blanks, *self._cells(tuple(fires(checked))))
        self._out.line()
        legend: list[Part] = []
        for verdict, meaning in _MEANINGS.items():
            legend += [(self._symbols[verdict], FIRES_STYLES[verdict]), (f" {meaning}   ", "dim")]
        self._out.line(*legend)
        self._out.line()

    def _name(self, checked: CheckedRule) -> tuple[str, str, str]:
        """The line of a rule, its name, and the style of its worst finding."""
        found = {finding.level for finding in checked.findings}
        style = next((LEVEL_STYLES[level] for level in LEVELS if level in found and level != "note"), "")
        return f"{checked.rule.place.line:>5} ", self._out.shown(checked.rule.name), style

    def _label(self, names: Sequence[tuple[str, str, str]]) -> int:
        """The width of the labels in front of the rows."""
        if self._room < _ROOM_FOR_NAMES:
            return max(min(self._room, _INDENT), len(_HEAD))
        taken = (width_of(line + name) for line, name, _ in names)
        return max((width for width in taken if width <= self._room), default=_INDENT)

    def _heads(self, label: int) -> None:
        """Print the kinds of events, and their results below; the last kind may extend to the left."""
        kinds = [kind[0].kind for kind in self._kinds]
        left = "".join(_GAP + padded(kind, width) for kind, width in zip(kinds, self._widths, strict=True))
        total = label + sum(len(_GAP) + width for width in self._widths)
        left = padded(padded(_HEAD, label) + left[: -len(kinds[-1]) - len(_GAP)], total)
        self._out.line((left[: total - len(kinds[-1])] + kinds[-1], "bold"))
        for number in range(3):
            cells = [" ".join(_head(column)[number] for column in kind) for kind in self._kinds]
            filled = (_GAP + padded(cell, width) for cell, width in zip(cells, self._widths, strict=True))
            self._out.line((" " * label + "".join(filled), "dim"))

    def _cells(self, found: tuple[Fires, ...]) -> list[Part]:
        """The verdicts of a rule in their columns; many rules have the same."""
        if found in self._made:
            return self._made[found]
        parts: list[Part] = []
        verdicts = iter(found)
        for kind, width in zip(self._kinds, self._widths, strict=True):
            for column in kind:
                verdict = next(verdicts)
                gap = _GAP if column is kind[0] else " "
                parts.append((gap + _below(column, self._symbols[verdict]), FIRES_STYLES[verdict]))
            parts.append(" " * (width - _natural(kind)))
        return self._made.setdefault(found, parts)


def _head(column: EventColumn) -> list[str]:
    """The lines above a column, all of the same width."""
    words = _HEADS[column.outcome]
    return [word.ljust(max(map(len, words))) for word in words]


@cache
def _below(column: EventColumn, symbol: str) -> str:
    """A symbol centered below the head of its column."""
    width = len(_head(column)[0])
    return (" " * ((width - 1) // 2) + symbol).ljust(width)


def _natural(kind: tuple[EventColumn, ...]) -> int:
    """The total width of the columns of a kind."""
    return sum(len(_head(column)[0]) + 1 for column in kind) - 1


_MOST_UNREAD = 50


def print_report(report: CheckReport, out: Console, *, verbose: bool = False) -> None:
    """Print a report.

    A finding begins with `file:line: level: `, the format of compilers, which editors read. The findings of a file are
    together; the worst files, rules and findings come first.

    Args:
        report: the report.
        out: the console.
        verbose: whether to explain for each event why a rule does not fire, or when.
    """
    if report.rules:
        Matrix(out).print(report.rules)
    for checked in _worst_first(checked for checked in report.checked if checked.findings or verbose):
        _print_rule(checked, out, verbose=verbose)
    for title, lines in (
        ("Documented by AWS, outside this contract", map(_neighbour, report.neighbours)),
        ("Not known", map(_not_known, report.not_known)),
        ("No rule handles", map(_uncovered, report.uncovered)),
    ):
        if listed := list(lines):
            out.line((title, "bold"))
            for line in listed:
                out.paragraph(*line)
            out.line()
    skipped = [(skip.place, f"{skip.what}; {skip.remedy}") for skip in report.skipped]
    _print_unread(("seen, not read", "bold yellow"), skipped, out)
    _print_unread(("not read", "bold red"), [(found.place, found.message) for found in report.unreadable], out)
    if not report.rules:
        out.line("No rule for the events of AWS Private CA was found.")
    out.paragraph((summary(report), "bold"))


def _worst_first(rules: Iterable[CheckedRule]) -> list[CheckedRule]:
    """The rules of each file together, the worst first; the order is otherwise kept."""
    ordered = sorted(rules, key=lambda checked: checked.rule.place.file)
    files = [list(group) for _, group in groupby(ordered, key=lambda checked: checked.rule.place.file)]
    files.sort(key=lambda group: min(map(_badness, group)))
    return [checked for group in files for checked in sorted(group, key=_badness)]


def _badness(checked: CheckedRule) -> int:
    return min((LEVELS.index(finding.level) for finding in checked.findings), default=len(LEVELS))


def _print_rule(checked: CheckedRule, out: Console, *, verbose: bool) -> None:
    out.paragraph((f"{checked.rule.place}: {checked.rule.name}", "bold"))
    for finding in sorted(checked.findings, key=lambda finding: LEVELS.index(finding.level)):
        _print_finding(finding, out)
    for verdict in checked.verdicts if verbose else ():
        why = "; ".join(map(str, verdict.conditions or verdict.blocks))
        symbol = (f"  {symbols(out)[verdict.fires]}", FIRES_STYLES[verdict.fires])
        out.paragraph(f" {verdict.event}  {why}", lead=symbol)
    out.line()


def _print_finding(finding: Finding, out: Console) -> None:
    level = (f"{finding.level}: ", LEVEL_STYLES[finding.level])
    out.paragraph(f"{finding.place}: ", level, f"{finding.message} ", (f"({finding.code})", "dim"))
    if finding.remedy:
        out.paragraph((finding.remedy, "italic"), lead="    ")


def _print_unread(lead: Part, found: list[tuple[SourceLocation, str]], out: Console) -> None:
    for place, why in found[:_MOST_UNREAD]:
        out.paragraph(f"{place}: ", lead, f": {why}")
    if len(found) > _MOST_UNREAD:
        out.line(lead, f": {len(found) - _MOST_UNREAD:,} more; --format json lists all")
    if found:
        out.line()


def _uncovered(event: str) -> list[Part]:
    return [f"  {event}", (f"  {documented(event).title}", "dim")]


def _neighbour(checked: CheckedRule) -> list[Part]:
    return [f"{checked.rule.place}: ", (checked.rule.name, "dim")]


def _not_known(rule: Rule) -> list[Part]:
    return [f"{rule.place}: ", (f"{rule.name} depends on {reason_of(rule.pattern)}", "dim")]


STANDARD_OUTPUT = "-"


def planned(form: str | None, outputs: Sequence[Output]) -> list[Output]:
    """Return all outputs, standard output last; each file can be written.

    Args:
        form: the value of --format; None without it.
        outputs: the values of --output.

    Raises:
        BadInput: two outputs have the same destination, or a file cannot be written.
    """
    files = [one for one in outputs if one.file != STANDARD_OUTPUT]
    shown = [one for one in outputs if one.file == STANDARD_OUTPUT]
    if len(shown) + (form is not None) > 1:
        raise BadInput("two reports would go to standard output; give all but one a file: --output FORMAT=FILE")
    real = [os.path.realpath(one.file) for one in files]
    for position, one in enumerate(files):
        if real[position] in real[:position]:
            raise BadInput(f"two reports would go to {one.file}; name another file for one of them")
        check_writable(Path(one.file), "a report is one file")
    return [*files, *(shown or [Output(form or TEXT, STANDARD_OUTPUT)])]


def write(report: CheckReport, outputs: Sequence[Output], print_text: Callable[[Console], None]) -> None:
    """Write a report to every output.

    Args:
        report: the report.
        outputs: the outputs.
        print_text: prints it as text.

    Raises:
        BadInput: a file cannot be written.
    """
    for form, file in outputs:
        if file != STANDARD_OUTPUT:
            _write_file(Path(file), _as_text(print_text) if form == TEXT else FORMATS[form](report))
            continue
        with standard_output() as stream:
            if form == TEXT:
                print_text(console())
            else:
                stream.write(FORMATS[form](report))


@contextmanager
def standard_output() -> Iterator[TextIO]:
    """Yield standard output; if its reader closes it early, as `head` does, writing stops and the verdict is kept."""
    try:
        yield sys.stdout
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()


def _as_text(print_text: Callable[[Console], None]) -> str:
    made = io.StringIO()
    print_text(Console(made))
    return made.getvalue()


def _write_file(file: Path, text: str) -> None:
    try:
        replace_file(file, text)
    except OSError as error:
        raise cannot_be_written(file, error) from error
