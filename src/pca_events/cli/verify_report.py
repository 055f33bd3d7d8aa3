"""What `pca-events verify` shows: live progress, failures, a table of the documented events, and a closing line."""

from collections import Counter

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from pca_events import catalog
from pca_events.cli.console import titled_table
from pca_events.report import RunReport, ScenarioResult, Verdict

_WIDEST = 52  # characters of the longest name of a feature of ours
_COLOURS: dict[Verdict, str] = {"passed": "green", "failed": "red", "skipped": "yellow"}


class LiveProgress:
    """A bar on a terminal; and for each feature, once it is through, one line."""

    def __init__(self, out: Console) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=out, transient=True, disable=not out.is_terminal)
        self._out = out
        self._task = self._bar.add_task("collecting", total=None)
        self._feature: list[ScenarioResult] = []

    def __enter__(self) -> "LiveProgress":
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()
        self._bar.stop()

    def collected(self, count: int) -> None:
        """Show how far there is to go."""
        self._bar.update(self._task, total=count)

    def finished(self, count: int) -> None:
        """Show how far the run has come."""
        self._bar.update(self._task, completed=count)

    def ended(self, result: ScenarioResult) -> None:
        """Show one scenario more, and its feature once it is through."""
        if self._feature and self._feature[0].feature != result.feature:
            self._flush()
        self._feature.append(result)
        self._bar.update(self._task, description=escape(result.name))

    def _flush(self) -> None:
        if not self._feature:
            return
        counts = Counter(result.verdict for result in self._feature)
        seconds = sum(result.seconds for result in self._feature)
        words = ", ".join(f"[{_COLOURS[verdict]}]{count} {verdict}[/]" for verdict, count in counts.items())
        name = self._feature[0].feature.removesuffix(".feature")
        self._out.print(f"  {name:<{_WIDEST}} {words}  [dim]{seconds:.1f} s[/]")
        self._feature = []


def print_report(report: RunReport, seconds: float, out: Console) -> None:
    """Print what failed, what was left behind, the table, and in the closing line how much of the suite was run."""
    for failure in report.failures:
        out.print(f"\n[red]failed[/] {escape(failure.feature)}: {escape(failure.title)}")
        out.print(escape(failure.reason), style="dim")
    for leak in report.leaks:
        out.print(f"\n[red]left behind[/] {escape(leak)}")
    out.print(_table(report))
    skipped = (result.reason for result in report.results if result.verdict == "skipped")
    for reason, count in Counter(skipped).items():
        out.print(f"[yellow]{count} skipped[/]: {escape(reason)}")
    tally = report.tally()
    words = ", ".join(f"{tally[verdict]} {verdict}" for verdict in _COLOURS)
    if report.stopped:
        out.print(f"[red]{escape(report.stopped)}[/]")
    count, total = len(report.results), max(report.total, report.selected)
    scenarios = f"{count} scenarios" if count == total else f"{count} of {total} scenarios"
    out.print(f"{scenarios}, mode {report.mode}: {words} in {seconds:.1f} s")


def _table(report: RunReport) -> Table:
    table = titled_table("AWS Private CA events")
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
