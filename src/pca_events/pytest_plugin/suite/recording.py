"""Records each step of a scenario and why it did not pass; the record is part of the test's reports."""

import json
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _pytest
import pluggy
import pytest
import pytest_bdd
from pytest_bdd.exceptions import StepDefinitionNotFoundError
from pytest_bdd.parser import ScenarioTemplate, Step

from pca_events.catalog import Event
from pca_events.errors import BackendGone
from pca_events.harness import ScenarioBus
from pca_events.harness.pca_scenario import PcaScenario
from pca_events.messages import EXPECTED_FAILURE, RECEIVED_EVENT, Status, StepRecord, TextAttachment
from pca_events.pytest_plugin.suite.completion import STOPPED_ANSWERING, in_words
from pca_events.pytest_plugin.suite.selection import EXAMPLE, code_uri, example_of, match, scenario_of, uri_of

_MACHINERY = tuple(package.__path__[0] for package in (_pytest, pluggy, pytest_bdd))


@dataclass(frozen=True)
class PhaseStatus:
    """A status, with the reason if it is not PASSED; `exception` and `said` are type and text of an exception."""

    status: Status
    message: str = ""
    exception: str = ""
    said: str = ""


def phase_status(report: pytest.TestReport, call: pytest.CallInfo[None], root: Path) -> PhaseStatus:
    """Return the status of a test phase.

    Args:
        report: of the phase, with skips and expected failures as pytest reports them.
        call: contains the exception that ended it.
        root: of the suite; files in it are named from there.
    """
    expected = getattr(report, "wasxfail", None)
    if report.passed:
        return PhaseStatus("PASSED")
    if report.skipped and expected is not None:
        reason = expected.removeprefix("reason: ")
        return PhaseStatus("PENDING", f"{EXPECTED_FAILURE}: {reason}" if reason else EXPECTED_FAILURE)
    if report.skipped:
        return PhaseStatus("SKIPPED", _reason(report))
    if call.excinfo is None:
        return PhaseStatus("FAILED", report.longreprtext)
    if call.excinfo.errisinstance(StepDefinitionNotFoundError):
        return PhaseStatus("UNDEFINED", "no step definition matches")
    return _failure(call.excinfo, root)


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return report.longreprtext


def _failure(info: pytest.ExceptionInfo[BaseException], root: Path) -> PhaseStatus:
    if isinstance(info.value, BackendGone):
        said = f"{STOPPED_ANSWERING}\n  {info.value}"
        return PhaseStatus("FAILED", said, info.typename, said)
    if said := in_words(info.value):
        return PhaseStatus("FAILED", said, info.typename, said)
    text = info.exconly(tryshort=True)
    return PhaseStatus("FAILED", "\n".join([text, *_frames(info, root)]), info.typename, str(info.value))


def _frames(info: pytest.ExceptionInfo[BaseException], root: Path) -> list[str]:
    """The traceback in pytest's short style, without pytest's own frames."""
    if getattr(info.value, "pytrace", True) is False:
        return []
    lines = []
    for entry in info.traceback:
        file = Path(entry.path)
        if entry.ishidden(info) or str(file).startswith(_MACHINERY):
            continue
        uri = code_uri(entry.frame.f_globals.get("__name__", ""), file, root)
        lines += [f"{uri}:{entry.lineno + 1}: in {entry.name}", f"    {str(entry.statement).strip()}"]
    return lines


PROPERTY = "pca_events_messages"
"""The name of the record in a report's user properties, and of the features in a worker's output."""


class Recording:
    """A pytest plugin that records each step, and adds `uri`, `line`, `row` and `acts` to the reports of each scenario.

    Attributes:
        features: the files of the collected features by uri, including deselected ones.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._running: dict[pytest.Item, _Progress] = {}
        self._told = False
        self.features: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Record the features before scenarios are deselected."""
        for item in items:
            if template := scenario_of(item):
                file = template.feature.filename
                self.features[uri_of(Path(file), self._root)] = file

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Send the features to the controller, even if this worker ran no test."""
        if hasattr(session.config, "workeroutput"):
            session.config.workeroutput[PROPERTY] = self.features

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, request: pytest.FixtureRequest) -> Generator[None, object, object]:
        """Observe the fixtures that receive events."""
        __tracebackhide__ = True
        made = yield
        if isinstance(made, ScenarioBus | PcaScenario):
            self._progress(request.node).evidence.watch(made)
        return made

    def pytest_bdd_before_step(
        self, request: pytest.FixtureRequest, step: Step, step_func: Callable[..., object]
    ) -> None:
        """Begin a step."""
        self._progress(request.node).begin(step, step_func)

    def pytest_bdd_step_func_lookup_error(self, request: pytest.FixtureRequest, step: Step) -> None:
        """Begin a step without a definition."""
        self._progress(request.node).begin(step, None)

    def pytest_bdd_after_step(self, request: pytest.FixtureRequest) -> None:
        """End a step that has passed; a failed one ends with its test."""
        self._progress(request.node).end(PhaseStatus("PASSED"), time.time())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add the record of a phase to its report."""
        report = yield
        if template := scenario_of(item):
            acts = self._progress(item).phase(report, phase_status(report, call, self._root), _steps(template, item))
            report.user_properties.append((PROPERTY, self._record(template, item, acts)))
        if call.when == "teardown":
            self._running.pop(item, None)
        return report

    def _progress(self, item: pytest.Item) -> "_Progress":
        return self._running.setdefault(item, _Progress(self._root))

    def _record(self, template: ScenarioTemplate, item: pytest.Item, acts: list[StepRecord]) -> dict[str, Any]:
        record = {
            "uri": uri_of(Path(template.feature.filename), self._root),
            "line": template.line_number,
            "row": _row(item),
            "acts": [act.to_json() for act in acts],
            "features": {} if self._told else self.features,
        }
        self._told = True
        return record


class _Progress:
    """The progress of one test."""

    def __init__(self, root: Path) -> None:
        self.evidence = ReceivedEvents()
        self._root = root
        self._acts: list[StepRecord] = []
        self._open: tuple[Step, Callable[..., object] | None, float] | None = None

    def begin(self, step: Step, function: Callable[..., object] | None) -> None:
        self._open = step, function, time.time()

    def end(self, came_to: PhaseStatus, now: float) -> None:
        if self._open is None:
            return
        step, function, started = self._open
        self._open = None
        definition, arguments = match(step, self._root, function) if function else (None, ())
        self._acts.append(
            StepRecord(
                "step",
                started=started,
                seconds=max(0.0, now - started),
                definition=definition,
                arguments=arguments,
                attachments=self.evidence.new(),
                **vars(came_to),
            )
        )

    def phase(self, report: pytest.TestReport, came_to: PhaseStatus, steps: list[Step]) -> list[StepRecord]:
        """Return the records of a phase; the phase that stops a test includes the steps that were not reached."""
        if report.when == "call":
            return self._call(report, came_to, steps)
        hook = StepRecord(report.when or "setup", started=report.start, seconds=report.duration, **vars(came_to))
        missed = report.when == "setup" and not report.passed
        return [hook, *(self._not_reached(steps, report.stop) if missed else ())]

    def _call(self, report: pytest.TestReport, came_to: PhaseStatus, steps: list[Step]) -> list[StepRecord]:
        after_the_last = self._open is None and not report.passed
        self.end(came_to, report.stop)
        acts = [*self._acts, *self._not_reached(steps[len(self._acts) :], report.stop)]
        if after_the_last:
            acts.append(StepRecord("end", started=report.stop, seconds=0.0, **vars(came_to)))
        return acts

    def _not_reached(self, steps: list[Step], now: float) -> Iterator[StepRecord]:
        for step in steps:
            definition, arguments = match(step, self._root)
            yield StepRecord("step", "SKIPPED", now, 0.0, definition=definition, arguments=arguments)


def _row(item: pytest.Item) -> int:
    """The index of the test's row in the scenario's Examples; equal rows are distinguished by identity."""
    example = example_of(item)
    rows = [row for mark in item.iter_markers("parametrize") if mark.args[0] == EXAMPLE for row in mark.args[1]]
    return next((number for number, row in enumerate(rows) if row.values[0] is example), 0)


def _steps(template: ScenarioTemplate, item: pytest.Item) -> list[Step]:
    return template.render(example_of(item)).steps


_MOST = 10  # events attached to one step; the others are counted
Receiver = ScenarioBus | PcaScenario


class ReceivedEvents:
    """The events that the receivers of one scenario have received so far."""

    def __init__(self) -> None:
        self._shown: list[tuple[Receiver, int]] = []

    def watch(self, receiver: Receiver) -> None:
        """Observe another receiver."""
        self._shown.append((receiver, 0))

    def new(self) -> tuple[TextAttachment, ...]:
        """Return the events received since the last call, each as JSON; above ten, the number of the others."""
        events: list[Event] = []
        for number, (receiver, shown) in enumerate(self._shown):
            events += _events(receiver, shown)
            self._shown[number] = (receiver, len(receiver.received))
        attached = [TextAttachment("application/json", _written(event), RECEIVED_EVENT) for event in events[:_MOST]]
        if (more := len(events) - _MOST) > 0:
            attached.append(TextAttachment("text/plain", f"and {more} more {'event' if more == 1 else 'events'}"))
        return tuple(attached)


def _events(receiver: Receiver, shown: int) -> Iterator[Event]:
    if isinstance(receiver, ScenarioBus):
        yield from (delivery.event for delivery in receiver.received[shown:] if delivery.event is not None)
    else:
        yield from (event for event in receiver.received[shown:] if receiver.controls.isdisjoint(event["resources"]))


def _written(event: Event) -> str:
    return json.dumps(event, indent=2, ensure_ascii=False)
