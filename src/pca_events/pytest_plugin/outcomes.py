"""Writes what each scenario came to into the report model, also where xdist workers ran it."""

from pathlib import Path
from typing import Any, Protocol

import pytest
from pytest_bdd.parser import Feature, Scenario

from pca_events import catalog
from pca_events.locations import locate
from pca_events.pytest_plugin import LEAKS
from pca_events.pytest_plugin.messages import UNWRITTEN
from pca_events.report import RunReport, ScenarioResult, Verdict

_PROPERTY = "pca_events"


class Listener(Protocol):
    """Who wants to know of a run while it goes on."""

    def collected(self, count: int) -> None:
        """The suite has that many scenarios."""

    def ended(self, result: ScenarioResult) -> None:
        """A scenario has ended."""


class Nobody:
    """A listener that does not listen."""

    def collected(self, count: int) -> None:
        """Do nothing."""

    def ended(self, result: ScenarioResult) -> None:
        """Do nothing."""


@pytest.hookimpl
def pytest_bdd_before_scenario(request: pytest.FixtureRequest, feature: Feature, scenario: Scenario) -> None:
    """Note on the test which scenario it is; the note travels with its reports."""
    example = request.node.funcargs.get("_pytest_bdd_example") or {}
    note = {
        "feature": _place(Path(feature.filename)),
        "name": scenario.name,
        "row": ", ".join(example.values()),
        "event": _event_of(scenario),
    }
    request.node.user_properties.append((_PROPERTY, note))


def _place(file: Path) -> str:
    ours = locate("features")
    return file.relative_to(ours).as_posix() if file.is_relative_to(ours) else file.name


def _event_of(scenario: Scenario) -> str | None:
    return next(iter(catalog.named_in(step.name for step in scenario.steps)), None)


class Recorder:
    """A pytest plugin that fills a report and tells a listener."""

    def __init__(self, report: RunReport, listener: Listener) -> None:
        self._report = report
        self._listener = listener
        self._phases: dict[str, list[pytest.TestReport]] = {}

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell how many scenarios there are."""
        self._listener.collected(len(session.items))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected."""
        if report.failed:
            self._report.broken.append(report.longreprtext)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Join the phases of a test into one result."""
        phases = self._phases.setdefault(report.nodeid, [])
        phases.append(report)
        if report.when == "teardown":
            result = _joined(self._phases.pop(report.nodeid))
            self._report.results.append(result)
            self._listener.ended(result)

    @pytest.hookimpl(trylast=True)
    def pytest_unconfigure(self, config: pytest.Config) -> None:
        """Take over what the run has left behind."""
        self._report.unwritten = config.stash.get(UNWRITTEN, "")
        self._report.leaks = [f"{found.arn}\n  {found.command}" for found in config.stash.get(LEAKS, [])]


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
    if isinstance(phase.longrepr, tuple):
        return phase.longrepr[2].removeprefix("Skipped: ")
    crash = getattr(phase.longrepr, "reprcrash", None)
    return crash.message if crash else phase.longreprtext
