"""Writes a run as Cucumber Messages, in the process that receives every report: the only one, or xdist's controller."""

import time
from pathlib import Path
from typing import Any

import pytest

from pca_events.atomic_write import check_writable
from pca_events.errors import BadInput
from pca_events.harness.run import default_mode
from pca_events.messages import Attempt, RecordedRun, StepRecord, envelopes, write_messages
from pca_events.pytest_plugin import BACKEND, COMPLETION, EMULATOR, RUN
from pca_events.pytest_plugin.suite.recording import PROPERTY, Recording

RECORDING = "pca-events-recording"

UNWRITTEN = pytest.StashKey[str]()
"""Why the messages could not be written."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the message file."""
    parser.getgroup("pca-events").addoption(
        "--pca-cucumber-messages",
        metavar="FILE",
        help="write the result of each scenario, step by step, as Cucumber Messages (NDJSON) to FILE",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Record and write only if a file is given."""
    if file := config.getoption("--pca-cucumber-messages"):
        config.pluginmanager.register(Recording(config.rootpath), RECORDING)
        if not hasattr(config, "workerinput"):
            config.pluginmanager.register(
                MessageWriter(config, config.invocation_params.dir / file), "pca-events-writing"
            )


class MessageWriter:
    """A pytest plugin: collects the records of all scenarios, and writes them once the run is over."""

    def __init__(self, config: pytest.Config, file: Path) -> None:
        self._config = config
        self._file = file
        self._features: dict[str, str] = {}
        self._running: dict[str, list[pytest.TestReport]] = {}
        self._attempts: list[Attempt] = []
        self._started = time.time()

    def pytest_sessionstart(self) -> None:
        """Check before the run whether the file can be written."""
        try:
            check_writable(self._file, "the messages are one file")
        except BadInput as error:
            pytest.exit(str(error), returncode=2)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect the record of a phase."""
        if report.when == "setup" or report.nodeid not in self._running:
            self._running[report.nodeid] = []
        phases = self._running[report.nodeid]
        phases.append(report)
        if report.when not in ("setup", "call"):
            self._ended(self._running.pop(report.nodeid))

    def _ended(self, phases: list[pytest.TestReport]) -> None:
        """Join the phases of one attempt; if a worker died, the last report is not a phase."""
        records = [record for phase in phases if (record := _record(phase))]
        if not records:
            return
        one_cause = self._config.stash[COMPLETION].one_cause
        acts = [
            StepRecord.from_json({**act, "message": one_cause(act["message"]), "said": one_cause(act["said"])})
            for record in records
            for act in record["acts"]
        ]
        if not _record(phases[-1]):
            died = phases[-1]
            acts.append(StepRecord("end", "FAILED", acts[-1].started + acts[-1].seconds, 0.0, died.longreprtext))
        for record in records:
            self._features |= record["features"]
        place = {name: records[0][name] for name in ("uri", "line", "row")}
        worker = getattr(phases[0], "worker_id", "")
        self._attempts.append(Attempt(phases[0].nodeid, **place, acts=acts, worker=worker))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Collect the features of a worker, even if it ran no test."""
        self._features |= getattr(node, "workeroutput", {}).get(PROPERTY, {})

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Write the file, after all other plugins have determined whether the run succeeded."""
        if recording := session.config.pluginmanager.get_plugin(RECORDING):
            self._features |= recording.features
        try:
            write_messages(self._file, envelopes(self._run(session.exitstatus)))
        except BadInput as error:
            session.config.stash[UNWRITTEN] = str(error)
            session.exitstatus = 2

    def _run(self, status: int) -> RecordedRun:
        texts = {uri: Path(file).read_text("utf-8", errors="replace") for uri, file in self._features.items()}
        stash = self._config.stash
        backend = stash.get(BACKEND, None) or stash[EMULATOR].running()
        about = {
            "backend": backend.name if backend else "",
            "mode": self._config.getoption("--pca-mode") or (default_mode(backend) if backend else ""),
            "runId": stash[RUN].value,
        }
        stopped = stash[COMPLETION].said
        success = status == 0 and not stopped
        return RecordedRun(about, texts, self._attempts, self._started, time.time(), success, stopped)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print why the file was not written."""
        if problem := self._config.stash.get(UNWRITTEN, None):
            terminalreporter.write_line(problem, red=True)


def _record(phase: pytest.TestReport) -> dict[str, Any] | None:
    record = dict(phase.user_properties).get(PROPERTY)
    return record if isinstance(record, dict) else None
