"""Fills the report model with the result of each scenario, including those of xdist workers."""

from typing import Any, Protocol

import pytest
from pytest_bdd.parser import Feature, Scenario

from pca_events import catalog
from pca_events.pytest_plugin import COMPLETION, LEAKS, UNLISTED
from pca_events.pytest_plugin.suite.completion import Completion
from pca_events.pytest_plugin.suite.messages import UNWRITTEN
from pca_events.pytest_plugin.suite.selection import EXAMPLE, feature_name
from pca_events.suite_report import RunReport, ScenarioResult, Verdict

COUNTED = "pca_events_counted"
"""The key in a worker's output for the number of collected scenarios, including those not selected."""

_PROPERTY = "pca_events"


class Listener(Protocol):
    """Receives the progress of a run."""

    def collected(self, count: int) -> None:
        """The suite has `count` scenarios."""

    def finished(self, count: int) -> None:
        """`count` scenarios have finished."""

    def ended(self, result: ScenarioResult) -> None:
        """A scenario has finished; called in the order of the suite, independently of the workers."""


class NullListener:
    """A listener that ignores everything."""

    def collected(self, count: int) -> None:
        """Do nothing."""

    def finished(self, count: int) -> None:
        """Do nothing."""

    def ended(self, result: ScenarioResult) -> None:
        """Do nothing."""


@pytest.hookimpl
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Feature, scenario: Scenario) -> None:
    """Attach the scenario to the test, so that its reports contain it."""
    example = request.node.funcargs.get(EXAMPLE) or {}
    note = {
        "feature": feature_name(feature.filename),
        "name": scenario.name,
        "row": ", ".join(example.values()),
        "event": _event_of(scenario),
    }
    request.node.user_properties.append((_PROPERTY, note))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Send the number of scenarios to the controller, before any is deselected."""
    if hasattr(config, "workeroutput"):
        config.workeroutput[COUNTED] = len(items)


def _event_of(scenario: Scenario) -> str | None:
    return next(iter(catalog.named_in(step.name for step in scenario.steps)), None)


class Recorder:
    """A pytest plugin that fills a report and informs a listener."""

    def __init__(self, report: RunReport, listener: Listener) -> None:
        self._report = report
        self._listener = listener
        self._phases: dict[str, list[pytest.TestReport]] = {}
        self._results: dict[str, ScenarioResult] = {}
        self._next = 0
        self._config: pytest.Config | None = None

    def pytest_configure(self, config: pytest.Config) -> None:
        """Keep the configuration, which contains the completion of the run."""
        self._config = config

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self) -> None:
        """Report the number of scenarios."""
        self._collected()

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_xdist_node_collection_finished(self) -> None:
        """Report the number of scenarios that workers collected."""
        self._collected()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Record the number of scenarios before any is deselected."""
        self._report.total = len(items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Record the number of scenarios that a worker counted."""
        self._report.total = getattr(node, "workeroutput", {}).get(COUNTED, self._report.total)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Record collection errors."""
        if report.failed and report.longreprtext not in self._report.broken:
            self._report.broken.append(report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Join the phases of a test into one result; if a worker died, the last report is not a phase."""
        self._phases.setdefault(report.nodeid, []).append(report)
        if report.when not in ("setup", "call"):
            self._results[report.nodeid] = _joined(self._phases.pop(report.nodeid))
            self._listener.finished(len(self._results))
            self._tell()

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Copy the progress and the attachments of the run."""
        completion = self._completion
        for test in completion.order[self._next :]:
            if test in self._results:
                self._listener.ended(self._results[test])
        report = self._report
        report.results += [self._results[test] for test in completion.order if test in self._results]
        report.selected, report.stop, report.stopped = completion.selected, completion.stop, completion.said
        report.unwritten = config.stash.get(UNWRITTEN, "")
        if unlisted := config.stash.get(UNLISTED, ""):
            report.leaks.append(unlisted)
        report.leaks += [f"{arn}\n  {command}" for arn, command in config.stash.get(LEAKS, [])]

    def _collected(self) -> None:
        if self._completion.selected:
            self._listener.collected(self._completion.selected)

    def _tell(self) -> None:
        """Report the results up to the first unfinished test."""
        order = self._completion.order
        while self._next < len(order) and order[self._next] in self._results:
            self._next += 1
            self._listener.ended(self._results[order[self._next - 1]])

    @property
    def _completion(self) -> Completion:
        assert self._config is not None  # noqa: S101 - pytest configures every plugin first
        return self._config.stash[COMPLETION]


def _joined(phases: list[pytest.TestReport]) -> ScenarioResult:
    verdict: Verdict = "passed"
    reason = ""
    for phase in phases:
        if phase.failed:
            verdict, reason = "failed", f"{reason}\n{_reason(phase)}".strip()
        elif phase.skipped and verdict == "passed":
            verdict, reason = "skipped", _reason(phase)
    return ScenarioResult(
        verdict=verdict, reason=reason, seconds=sum(phase.duration for phase in phases), **_note(phases)
    )


def _note(phases: list[pytest.TestReport]) -> dict[str, Any]:
    for phase in phases:
        for name, note in phase.user_properties:
            if name == _PROPERTY and isinstance(note, dict):
                return note
    return {
        "feature": phases[0].nodeid.partition("::")[0],
        "name": phases[0].nodeid,
        "row": "",
        "event": None,
    }


def _reason(phase: pytest.TestReport) -> str:
    if isinstance(phase.longrepr, str):  # a message on its own; longreprtext would add the worker
        return phase.longrepr
    if isinstance(phase.longrepr, tuple):
        return phase.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(phase.longrepr, "reprcrash", None)
    return crash.message if crash else phase.longreprtext
