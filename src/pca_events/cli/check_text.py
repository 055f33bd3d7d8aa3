"""What checking rules found, for people: the matrix of rules and events, then all that is to be said."""

from collections.abc import Iterable
from itertools import groupby

from pca_events.catalog import documented
from pca_events.check.formats.wording import summary
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, reason_of
from pca_events.cli.check_matrix import FIRES_STYLES, LEVEL_STYLES, Matrix, symbols
from pca_events.cli.console import Console
from pca_events.cli.layout import Part
from pca_events.infrastructure.model import Place, Rule

_MOST_UNREAD = 50


def print_report(report: CheckReport, out: Console, *, verbose: bool = False) -> None:
    """Print a report.

    A finding begins with `file:line: level: `, as compilers write it and editors read it. Those of one file stand
    together; the file, the rule and the finding that are worst come first.

    Args:
        report: what was found.
        out: where it goes.
        verbose: say of each event why a rule does not fire on it, or on which only.
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
    """The rules of each file together; the order of what is as bad stays as it is."""
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


def _print_unread(lead: Part, found: list[tuple[Place, str]], out: Console) -> None:
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
