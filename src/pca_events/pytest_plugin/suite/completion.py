"""The progress of a run, and why it stopped early: interrupted, a worker died, or the backend stopped answering."""

from collections.abc import Generator
from typing import Any

import pytest

from pca_events.errors import BackendGone, PcaEventsError
from pca_events.harness.aws_errors import describe_aws_error
from pca_events.interrupts import held_back
from pca_events.pytest_plugin import COMPLETION, PRECHECK, UNMET
from pca_events.pytest_plugin.suite.selection import scenario_of
from pca_events.suite_report import Stop

GONE = "pca_events_gone"
"""The report property of a failure because the backend stopped answering; its value is the cause."""

STOPPED_ANSWERING = "the backend stopped answering"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Track the run in the process that receives every report: the only one, or xdist's controller."""
    if not hasattr(config, "workerinput"):
        config.stash[COMPLETION] = Completion(config)
        config.pluginmanager.register(config.stash[COMPLETION], "pca-events-completion")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Report errors of pca-events by their message only, and mark failures because of a missing backend."""
    report: pytest.TestReport = yield
    error = call.excinfo.value if call.excinfo else None
    if error is not None and report.failed and scenario_of(item) is not None:
        report.longrepr = in_words(error) or report.longrepr
    not_started = UNMET in item.config.stash and str(error).startswith(PRECHECK)
    if not_started or isinstance(error, BackendGone):
        report.longrepr = f"{STOPPED_ANSWERING}\n  {error}"
        report.user_properties.append((GONE, str(error)))
    return report


def in_words(error: BaseException) -> str:
    """Return the message of an error that needs no traceback; empty for any other."""
    return str(error) if isinstance(error, PcaEventsError) else describe_aws_error(error)


class Completion:
    """A pytest plugin that counts the tests of a run as they end.

    Attributes:
        selected: the number of selected tests.
        finished: the number of finished tests.
        order: the ids of the selected tests, in the order of the suite.
        stop: why the run stopped early; empty if it was completed or is in progress.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.finished = 0
        self.order: list[str] = []
        self.stop: Stop = ""
        self._config = config
        self._cause = ""
        self._gone = ""

    @property
    def selected(self) -> int:
        """The number of selected tests."""
        return len(self.order)

    @property
    def said(self) -> str:
        """The message for a run that stopped early; empty if it was completed."""
        if self.stop == "backend":
            return f"{self._gone}: {self._cause}"
        if self.stop == "":
            return ""
        verb = "interrupted" if self.stop == "interrupted" else "stopped at the first failure,"
        cause = f": {self._cause}" if self._cause else ""
        return f"{verb} after {self.finished} of {self.selected} scenarios{cause}"

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record the selected tests, if this process runs them."""
        self.order = [item.nodeid for item in session.items] or self.order

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Record the selected tests, if workers run them; each worker collects the same."""
        self.order = list(ids)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None, None, None]:
        """Count a finished test, and give every failure because of a missing backend the same cause.

        Interrupts are held back until all plugins have received the report.
        """
        with held_back():
            self._count(report)
            return (yield)

    def _count(self, report: pytest.TestReport) -> None:
        cause = dict(report.user_properties).get(GONE)
        if cause is not None:
            if not self._gone:
                when = f"after scenario {self.finished}" if self.finished else "before the first scenario"
                self._gone, self._cause = f"{STOPPED_ANSWERING} {when}", str(cause)
            self.stop = "backend"
            report.longrepr = f"{self._gone}\n  {cause}"
        if report.when not in ("setup", "call"):
            self.finished += 1

    def one_cause(self, message: str) -> str:
        """Return the message of a failure, with the common cause if the backend is missing."""
        return message.replace(STOPPED_ANSWERING, self._gone, 1) if message.startswith(STOPPED_ANSWERING) else message

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Stop the run if a worker has died and is not replaced."""
        if error and not self.stop and self._config.getoption("maxworkerrestart") == "0":
            self._cause = f"worker {node.gateway.id} died"
            self._config.pluginmanager.get_plugin("dsession").shouldstop = self._cause  # type: ignore[union-attr]

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Record that the run is interrupted, or stops at the first failure."""
        if isinstance(excinfo.value, KeyboardInterrupt) and not self.stop:
            self.stop = "first failure" if str(excinfo.value).startswith("stopping after") else "interrupted"

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Determine whether the run is complete, independently of pytest's status."""
        ended = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if ended and not self.stop and self.finished < self.selected and not session.config.getoption("collectonly"):
            self.stop = "first failure" if session.shouldfail or session.shouldstop else "interrupted"
        if self.stop == "backend":
            session.exitstatus = pytest.ExitCode.INTERRUPTED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print where the run stopped because of a missing backend."""
        if self.stop == "backend":
            terminalreporter.write_line(self.said, red=True)
