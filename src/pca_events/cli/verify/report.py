"""The results of `pca-events verify`: on the terminal, and as JUnit XML."""

import itertools
from collections import Counter
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from pca_events import catalog
from pca_events.cli.console import Column, Console, Part, Progress
from pca_events.suite_report import RunReport, ScenarioResult, Verdict

_WIDEST = 52  # characters of the longest name of our features
_COLOURS: dict[Verdict, str] = {"passed": "green", "failed": "red", "skipped": "yellow"}
_COLUMNS = (
    Column("event", whole=True),
    *(Column(verdict, colour, right=True) for verdict, colour in _COLOURS.items()),
    Column("time", right=True),
)


class LiveProgress:
    """A progress line on a terminal, and one line for each feature when it is complete."""

    def __init__(self, out: Console) -> None:
        self._progress = Progress(delay=0)
        self._out = out
        self._done = self._total = 0
        self._feature: list[ScenarioResult] = []

    def __enter__(self) -> "LiveProgress":
        self._progress.show("collecting")
        return self

    def __exit__(self, *_: object) -> None:
        self._flush()

    def collected(self, count: int) -> None:
        """Set the total number of scenarios."""
        self._total = count

    def finished(self, count: int) -> None:
        """Show the number of finished scenarios."""
        self._done = count
        self._show()

    def ended(self, result: ScenarioResult) -> None:
        """Show the result of a scenario, and its feature when it is complete."""
        if self._feature and self._feature[0].feature != result.feature:
            self._flush()
        self._feature.append(result)
        self._show()

    def _show(self) -> None:
        name = f", {self._feature[-1].name}" if self._feature else ""
        self._progress.show(f"{self._done} of {self._total} scenarios{name}")

    def _flush(self) -> None:
        self._progress.clear()
        if not self._feature:
            return
        counts = Counter(result.verdict for result in self._feature)
        seconds = sum(result.seconds for result in self._feature)
        name = self._feature[0].feature.removesuffix(".feature")
        parts: list[Part] = [f"  {name:<{_WIDEST}} "]
        for verdict, count in counts.items():
            parts += [(f"{count} {verdict}", _COLOURS[verdict]), ", "]
        self._out.line(*parts[:-1], (f"  {seconds:.1f} s", "dim"))
        self._out.stream.flush()
        self._feature = []


def print_report(report: RunReport, seconds: float, out: Console) -> None:
    """Print the failures, the resources left behind, the table, and a closing line with the number of scenarios."""
    for failure in report.failures:
        out.line()
        out.line(("failed", "red"), f" {failure.feature}: {failure.title}")
        out.block(failure.reason, "dim")
    for leak in report.leaks:
        out.line()
        out.line(("left behind", "red"), f" {leak}")
    out.line()
    out.table(_COLUMNS, _rows(report), "AWS Private CA events")
    out.line()
    skipped = (result.reason for result in report.results if result.verdict == "skipped")
    for reason, count in Counter(skipped).items():
        out.paragraph((f"{count} skipped", "yellow"), f": {reason}")
    tally = report.tally()
    words = ", ".join(f"{tally[verdict]} {verdict}" for verdict in _COLOURS)
    if report.stopped:
        out.line((report.stopped, "red"))
    count, total = len(report.results), max(report.total, report.selected)
    scenarios = f"{count} scenarios" if count == total else f"{count} of {total} scenarios"
    out.line(f"{scenarios}, mode {report.mode}: {words} in {seconds:.1f} s")


def _rows(report: RunReport) -> list[list[str]]:
    rows = [_row(report, event.id, [event.id]) for event in catalog.documented_events()]
    rows.append([])
    rows += [_row(report, f"never: {silent.id}", [silent.id]) for silent in catalog.never_sent()]
    rows.append(_row(report, "all events together", [None]))
    return rows


def _row(report: RunReport, title: str, events: list[str | None]) -> list[str]:
    tally = report.tally(events)
    counts = [str(tally[verdict]) if tally[verdict] else "-" for verdict in _COLOURS]
    return [title, *counts, f"{report.seconds(events):.1f} s"]


_NO_XML = {number: "?" for number in range(32) if number not in (9, 10, 13)}


def junit(report: RunReport) -> str:
    """Return the report of a run as JUnit XML; an incomplete run has an error that says so."""
    root = Element("testsuites", name="pca-events verify")
    for feature, results in itertools.groupby(report.results, key=lambda result: result.feature):
        _suite(root, feature.removesuffix(".feature"), list(results))
    problems = [report.stopped] if report.stopped else []
    problems += [f"left behind: {leak}" for leak in report.leaks]
    if problems:
        suite = SubElement(root, "testsuite", name="the run", tests=str(len(problems)), errors=str(len(problems)))
        for problem in problems:
            case = SubElement(suite, "testcase", classname="the run", name=_text(problem.splitlines()[0]))
            SubElement(case, "error", message=_text(problem.splitlines()[0])).text = _text(problem)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Element, feature: str, results: Iterable[ScenarioResult]) -> None:
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    suite = SubElement(root, "testsuite", name=feature)
    seconds = 0.0
    for result in results:
        counts[result.verdict] += 1
        seconds += result.seconds
        case = SubElement(suite, "testcase", classname=feature, name=_text(result.title), time=f"{result.seconds:.3f}")
        if result.verdict == "failed":
            SubElement(case, "failure", message=_text(result.reason.splitlines()[0])).text = _text(result.reason)
        elif result.verdict == "skipped":
            SubElement(case, "skipped", message=_text(result.reason))
    suite.set("tests", str(sum(counts.values())))
    suite.set("failures", str(counts["failed"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", f"{seconds:.3f}")


def _text(text: str) -> str:
    """A string without characters that XML does not allow."""
    return text.translate(_NO_XML)
