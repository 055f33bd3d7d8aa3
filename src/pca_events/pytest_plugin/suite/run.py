"""Runs the suite, in this process or in workers, isolated from the caller's pytest settings and plugins."""

import contextlib
import io
import os
import signal
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.harness.run import Mode, default_mode
from pca_events.interrupts import Interrupted, was_interrupted
from pca_events.locations import locate
from pca_events.pytest_plugin import BACKEND, CLEANS_UP, EMULATOR
from pca_events.pytest_plugin.suite.outcomes import Listener, Recorder
from pca_events.pytest_plugin.suite.selection import example_of, feature_name, scenario_of, title_of
from pca_events.suite_report import RunReport
from pca_events.temporary_folders import temporary_folder

_PLUGINS = ("pytest_bdd.plugin", "pca_events.pytest_plugin.suite")
_READ = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.INTERRUPTED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)


def run_suite(
    backend: Backend | EmbeddedLocalStack,
    listener: Listener,
    select: Sequence[str] = (),
    mode: Mode | None = None,
    messages: Path | None = None,
    workers: int = 0,
) -> RunReport:
    """Run every scenario on the backend and return the report.

    Args:
        backend: where the scenarios run; an embedded LocalStack that was launched may still be starting.
        listener: is informed of each scenario as it finishes.
        mode: how events are published; by default the one that is closest to AWS on the backend.
        select: further pytest arguments, such as `-k` and an expression.
        messages: the file for the Cucumber Messages of the run; none if not given.
        workers: the number of processes; below 2, the scenarios run in this one.
    """
    reached = backend.launch() if isinstance(backend, EmbeddedLocalStack) else backend
    mode = mode or default_mode(reached)
    report = RunReport(reached.name, mode)
    words = ["--pca-mode", mode, "--pca-require-acc", *select]
    if messages is not None:
        words.append(f"--pca-cucumber-messages={messages.absolute()}")
    plugins: list[object] = [_Given(backend), Recorder(report, listener)]
    if workers > 1:
        words += ["-p", "xdist.plugin", "-n", str(workers), "--dist", "worksteal", "--max-worker-restart", "0"]
        if isinstance(backend, Backend):
            words += ["--pca-endpoint-url", backend.endpoint_url]
        plugins.append(_Workers(backend if isinstance(backend, EmbeddedLocalStack) else None))
    with temporary_folder() as folder:  # pytest's own is named after the user, and stays
        report.broken += _main([*words, f"--basetemp={folder / 'scenarios'}"], plugins)[1]
    return report


@dataclass
class SuiteListing:
    """The scenarios that would run.

    Attributes:
        scenarios: feature and title of each scenario, in the order of the suite.
        total: the number of scenarios, including those not selected.
        broken: the collection errors.
    """

    scenarios: list[tuple[str, str]] = field(default_factory=list)
    total: int = 0
    broken: list[str] = field(default_factory=list)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Count before any is deselected."""
        self.total = len(items)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Record every selected scenario."""
        for item in session.items:
            if (template := scenario_of(item)) is not None:
                row = example_of(item)
                title = title_of(template.render(row), row)
                self.scenarios.append((feature_name(template.feature.filename), title))


def list_suite(select: Sequence[str] = ()) -> SuiteListing:
    """Return the scenarios that `run_suite` would run; nothing is run.

    Args:
        select: further pytest arguments, as for `run_suite`.

    Raises:
        Interrupted: pytest was interrupted.
    """
    listed = SuiteListing()
    status, broken = _main(["--collect-only", *select], [listed])
    if status == pytest.ExitCode.INTERRUPTED and not broken:
        raise Interrupted
    listed.broken += broken
    return listed


def _main(words: Sequence[str], plugins: list[object]) -> tuple[int, list[str]]:
    """Run pytest on features; return its status and its usage errors."""
    bindings = locate("bindings")
    fixed = [str(bindings), f"--rootdir={bindings}", "-c", os.devnull, "--import-mode=importlib"]
    fixed += ["-p", "no:terminal", "-p", "no:cacheprovider"]
    # Both collect garbage ten times after each run, for warnings that are not shown.
    fixed += ["-p", "no:unraisableexception", "-p", "no:threadexception"]
    for plugin in _PLUGINS:
        fixed += ["-p", plugin]
    with _undisturbed(), contextlib.redirect_stderr(io.StringIO()) as said:
        status = pytest.main([*fixed, *words], plugins=plugins)
    if status in _READ:
        return status, []
    if was_interrupted():  # while a plugin was imported, for which pytest reports an error
        raise Interrupted
    return status, [said.getvalue().strip().removeprefix("ERROR: ") or f"pytest ended with status {int(status)}"]


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Hide the caller's pytest settings and plugins while the suite runs.

    pytest reads these settings from the environment only, and xdist's workers inherit it.
    """
    before = dict(os.environ)
    for name in [name for name in before if name.startswith("PYTEST_")]:
        del os.environ[name]
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Given:
    """Provides the run with a backend that is running or starting."""

    def __init__(self, backend: Backend | EmbeddedLocalStack) -> None:
        self._backend = backend

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if isinstance(self._backend, EmbeddedLocalStack):
            config.stash[EMULATOR] = self._backend
        else:
            config.stash[BACKEND] = self._backend
        config.option.tbstyle = "native"  # only the final message is reported; this style is the fastest


class _Workers:
    """Starts xdist's workers so that Ctrl-C reaches only this process, which then ends them.

    Args:
        emulator: each worker has its own sibling of it, because one emulator is too slow for several workers; their
            resources end with it, so that workers can be killed. None at an endpoint.
    """

    def __init__(self, emulator: EmbeddedLocalStack | None) -> None:
        self._emulator = emulator
        self._signal = signal.SIGTERM if emulator is None else signal.SIGKILL
        self._processes: list[int] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_sessionstart(self) -> Generator[None, None, None]:
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            return (yield)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    @pytest.hookimpl(trylast=True)
    def pytest_configure_node(self, node: Any) -> None:
        if self._emulator is not None:
            emulator = self._emulator.sibling(len(self._processes))
            emulator.launch()
            node.workerinput["pca_events"] |= {"folder": str(emulator.folder), "alone": True}
        self._processes.append(node.gateway._rinfo().pid)
        node.workerinput[CLEANS_UP] = self._signal == signal.SIGTERM

    def pytest_keyboard_interrupt(self) -> None:
        for process in self._processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, self._signal)
