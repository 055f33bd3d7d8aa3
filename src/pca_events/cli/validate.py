"""`pca-events validate`: recorded events, held against the contract."""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pca_events.cli.console import console, escape, titled_table
from pca_events.errors import BadInput
from pca_events.validation import Noted, ValidationReport, validate

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table


def run(options: argparse.Namespace) -> int:
    """Read everything and print what was found; exit status 0 where all events meet their contract."""
    with _progress(options.files) as progress:
        report = validate(
            options.files,
            closed=options.closed,
            jobs=None if options.workers == "auto" else int(options.workers),
            progress=progress,
        )
    if not report.found:
        raise BadInput(_nothing_found(report, options.files))
    if options.format == "json":
        print(json.dumps(report.as_json(), indent=2))
    else:
        _print(report, console())
    return 0 if report.is_well else 1


@contextmanager
def _progress(files: list[str]) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, on standard error so that it never mixes with the report."""
    if not sys.stderr.isatty():
        yield lambda _count: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    terminal = console(stderr=True)
    sizes = [Path(name).stat().st_size for name in files if Path(name).is_file() and not name.endswith(".gz")]
    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("reading", total=sum(sizes) if len(sizes) == len(files) else None)
        yield lambda count: bar.update(task, advance=count)


def _nothing_found(report: ValidationReport, files: list[str]) -> str:
    if report.unreadable.kept:
        place, reason = report.unreadable.kept[0]
        return f"nothing could be read: {reason}" if not place.line else f"no event could be read: {place}: {reason}"
    if report.without_event.count:
        return f"{', '.join(files)} can be read, but no event is in it; {report.without_event.kept[0][0]} is none"
    return f"{', '.join(files)} is empty, so nothing was validated"


def _print(report: ValidationReport, out: "Console") -> None:
    if report.events:
        out.print(_table(report))
    for group in report.by_frequency():
        times = f"{group.count:,} time{'s' if group.count > 1 else ''}"
        out.print(f"[red]breaks[/] {escape(str(group.violation))}")
        out.print(f"       {times}, first at {escape(str(group.first))}", style="dim")
    _print_places("[red]not read[/]", report.unreadable, out)
    for (detail_type, meets), count in sorted(report.twins.items()):
        verdict = "" if meets else ", which break the schema of these"
        out.print(f"apart: {count:,} of CloudTrail about AWS Private CA ({escape(detail_type)}){verdict}")
    if report.other_sources:
        sources = ", ".join(f"{escape(name)} {count:,}" for name, count in report.other_sources.most_common(5))
        out.print(f"apart: {sum(report.other_sources.values()):,} of other sources ({sources})")
    _print_places("apart: without an event", report.without_event, out, most=3)
    total = report.meeting + report.breaking
    out.print(f"{total:,} events of AWS Private CA: {report.meeting:,} meet their contract, {_breaking(report)}")


def _breaking(report: ValidationReport) -> str:
    if not report.breaking:
        return "none breaks it"
    return f"[red]{report.breaking:,} break{'s' if report.breaking == 1 else ''} it[/]"


def _print_places(title: str, noted: Noted, out: "Console", most: int = 10) -> None:
    for place, reason in noted.kept[:most]:
        out.print(f"{title} {escape(str(place))}{': ' if reason else ''}{escape(reason)}")
    if noted.count > most:
        out.print(f"{title}: {noted.count - most:,} places more")


def _table(report: ValidationReport) -> "Table":
    table = titled_table("Events of AWS Private CA")
    for name in ("detail-type", "result"):
        table.add_column(name)
    for name, style in (("meet", "green"), ("break", "red")):
        table.add_column(name, justify="right", style=style)
    counts: dict[tuple[str, str], Counter[bool]] = {}
    for (detail_type, result, meets), count in report.events.items():
        counts.setdefault((detail_type, result), Counter())[meets] += count
    for (detail_type, result), verdicts in sorted(counts.items()):
        table.add_row(
            detail_type, result, *(f"{verdicts[meets]:,}" if verdicts[meets] else "-" for meets in (True, False))
        )
    return table
