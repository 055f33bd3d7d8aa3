"""`pca-events validate`: recorded events, held against the contract."""

import argparse
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from pca_events.cli.console import Column, Console, Progress, console
from pca_events.cli.layout import Part
from pca_events.errors import BadInput
from pca_events.validation import Noted, ValidationReport, validate

_MB = 1_000_000
_COLUMNS = (
    Column("detail-type"),
    Column("result"),
    Column("meet", "green", right=True),
    Column("break", "red", right=True),
)


def run(options: argparse.Namespace) -> int:
    """Read everything and print what was found; exit status 0 where all events meet their contract."""
    with Progress() as line:
        report = validate(
            options.files,
            closed=options.closed,
            jobs=None if options.workers == "auto" else int(options.workers),
            progress=_counting(options.files, line),
        )
    if not report.found:
        raise BadInput(_nothing_found(report, options.files))
    if options.format == "json":
        print(json.dumps(report.as_json(), indent=2))
    else:
        _print(report, console())
    return 0 if report.is_well else 1


def _counting(files: list[str], line: Progress) -> Callable[[int], None]:
    """Return what shows how many bytes are read; of how many, where that is known before they are unpacked."""
    sizes = [Path(name).stat().st_size for name in files if Path(name).is_file() and not name.endswith(".gz")]
    end = f" of {sum(sizes) / _MB:,.1f}" if len(sizes) == len(files) else ""
    done = 0

    def show(count: int) -> None:
        nonlocal done
        done += count
        line.show(f"reading, {done / _MB:,.1f}{end} MB")

    return show


def _nothing_found(report: ValidationReport, files: list[str]) -> str:
    if report.unreadable.kept:
        place, reason = report.unreadable.kept[0]
        return f"nothing could be read: {reason}" if not place.line else f"no event could be read: {place}: {reason}"
    if report.without_event.count:
        return f"{', '.join(files)} can be read, but no event is in it; {report.without_event.kept[0][0]} is none"
    return f"{', '.join(files)} is empty, so nothing was validated"


def _print(report: ValidationReport, out: Console) -> None:
    if report.events:
        out.table(_COLUMNS, _rows(report), "Events of AWS Private CA")
        out.line()
    for group in report.by_frequency():
        times = f"{group.count:,} time{'s' if group.count > 1 else ''}"
        out.paragraph(("breaks", "red"), f" {group.violation}", indent=7)
        out.line((f"       {times}, first at {group.first}", "dim"))
    _print_places(("not read", "red"), report.unreadable, out)
    for (detail_type, meets), count in sorted(report.twins.items()):
        verdict = "" if meets else ", which break the schema of these"
        out.line(f"apart: {count:,} of CloudTrail about AWS Private CA ({detail_type}){verdict}")
    if report.other_sources:
        sources = ", ".join(f"{name} {count:,}" for name, count in report.other_sources.most_common(5))
        out.line(f"apart: {sum(report.other_sources.values()):,} of other sources ({sources})")
    _print_places("apart: without an event", report.without_event, out, most=3)
    total = report.meeting + report.breaking
    out.line(f"{total:,} events of AWS Private CA: {report.meeting:,} meet their contract, ", _breaking(report))


def _breaking(report: ValidationReport) -> Part:
    if not report.breaking:
        return "none breaks it"
    return f"{report.breaking:,} break{'s' if report.breaking == 1 else ''} it", "red"


def _print_places(title: Part, noted: Noted, out: Console, most: int = 10) -> None:
    for place, reason in noted.kept[:most]:
        out.paragraph(title, f" {place}{': ' if reason else ''}{reason}")
    if noted.count > most:
        out.line(title, f": {noted.count - most:,} places more")


def _rows(report: ValidationReport) -> list[list[str]]:
    counts: dict[tuple[str, str], Counter[bool]] = {}
    for (detail_type, result, meets), count in report.events.items():
        counts.setdefault((detail_type, result), Counter())[meets] += count
    return [
        [detail_type, result, *(f"{verdicts[meets]:,}" if verdicts[meets] else "-" for meets in (True, False))]
        for (detail_type, result), verdicts in sorted(counts.items())
    ]
