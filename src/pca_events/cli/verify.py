"""`pca-events verify`: the whole suite, with live progress and a table of the documented events."""

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pca_events import catalog
from pca_events.backends import Backend, EmbeddedLocalStack, connect
from pca_events.cli import site
from pca_events.cli.console import console
from pca_events.errors import BadInput
from pca_events.messages import check_writable
from pca_events.pytest_plugin.run import run_suite
from pca_events.report import RunReport, ScenarioResult, Verdict

_WIDEST = 52  # characters of the longest name of a feature of ours
_COLOURS: dict[Verdict, str] = {"passed": "green", "failed": "red", "skipped": "yellow"}


def run(options: argparse.Namespace) -> int:
    """Run the suite and print what it found; exit status 0 all passed, 1 some failed."""
    if options.messages is not None:
        check_writable(options.messages)
    if options.site is None:
        return _verify(options, options.messages)
    earlier = site.prepare(options.site, options)
    with tempfile.TemporaryDirectory(prefix="pca-events-") as folder:
        messages = options.messages or Path(folder) / "run.ndjson"
        status = _verify(options, messages)
        print(site.write_site(options.site, messages, earlier, options.consumers))
        return status


def _verify(options: argparse.Namespace, messages: Path | None) -> int:
    out = console()
    began = time.monotonic()
    emulator = EmbeddedLocalStack.of_this_process()
    try:
        backend = _start(emulator, out) if options.endpoint_url is None else connect(options.endpoint_url)
        out.print(
            f"[bold]pca-events verify[/] on {escape(backend.name)}, mode {options.mode}",
            soft_wrap=True,
        )
        with _Progress(out) as progress:
            select = ["-k", options.select] if options.select else []
            report = run_suite(backend, progress, select, options.mode, messages)
    finally:
        emulator.stop()
    return _conclude(report, options, time.monotonic() - began, out)


def _start(emulator: EmbeddedLocalStack, out: Console) -> Backend:
    with out.status("starting LocalStack"):
        return emulator.start()


class _Progress:
    """A bar on a terminal; and for each feature, once it is through, one line."""

    def __init__(self, out: Console) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=out, transient=True, disable=not out.is_terminal)
        self._out = out
        self._task = self._bar.add_task("collecting", total=None)
        self._feature: list[ScenarioResult] = []

    def __enter__(self) -> "_Progress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._bar.stop()

    def collected(self, count: int) -> None:
        """Show how far there is to go."""
        self._bar.update(self._task, total=count)

    def ended(self, result: ScenarioResult) -> None:
        """Show one scenario more."""
        if self._feature and self._feature[0].feature != result.feature:
            self._flush()
        self._feature.append(result)
        self._bar.update(self._task, advance=1, description=escape(result.name))

    def _flush(self) -> None:
        if not self._feature:
            return
        counts = Counter(result.verdict for result in self._feature)
        seconds = sum(result.seconds for result in self._feature)
        words = ", ".join(f"[{_COLOURS[verdict]}]{count} {verdict}[/]" for verdict, count in counts.items())
        name = self._feature[0].feature.removesuffix(".feature")
        self._out.print(f"  {name:<{_WIDEST}} {words}  [dim]{seconds:.1f} s[/]")
        self._feature = []


def _conclude(report: RunReport, options: argparse.Namespace, seconds: float, out: Console) -> int:
    if report.broken:
        raise BadInput("the suite could not be read, so nothing was verified: " + "\n".join(report.broken))
    if not report.results:
        why = f"no scenario matches -k {options.select}" if options.select else "the features hold no scenario"
        raise BadInput(f"{why}, so nothing was verified")
    for failure in report.failures:
        out.print(f"\n[red]failed[/] {escape(failure.feature)}: {escape(failure.title)}")
        out.print(escape(failure.reason), style="dim")
    for leak in report.leaks:
        out.print(f"\n[red]left behind[/] {escape(leak)}")
    out.print(_table(report))
    for reason, count in Counter(result.reason for result in report.results if result.verdict == "skipped").items():
        out.print(f"[yellow]{count} skipped[/]: {escape(reason)}")
    tally = report.tally()
    words = ", ".join(f"{tally[verdict]} {verdict}" for verdict in _COLOURS)
    out.print(f"{len(report.results)} scenarios, mode {report.mode}: {words} in {seconds:.1f} s")
    if report.unwritten:
        raise BadInput(report.unwritten)
    return 1 if report.failures or report.leaks else 0


def _table(report: RunReport) -> Table:
    table = Table(title="AWS Private CA events", title_justify="left")
    table.add_column("event")
    for verdict, colour in _COLOURS.items():
        table.add_column(verdict, justify="right", style=colour)
    table.add_column("time", justify="right")
    for event in catalog.documented_events():
        _add_row(table, report, event.id, [event.id])
    table.add_section()
    for silent in catalog.never_sent():
        _add_row(table, report, f"never: {silent.id}", [silent.id])
    _add_row(table, report, "all events together", [None])
    return table


def _add_row(table: Table, report: RunReport, title: str, events: list[str | None]) -> None:
    tally = report.tally(events)
    counts = [str(tally[verdict]) if tally[verdict] else "-" for verdict in _COLOURS]
    table.add_row(title, *counts, f"{report.seconds(events):.1f} s")
