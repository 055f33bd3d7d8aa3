"""Runs the suite, in this process or in workers, undisturbed by the settings and plugins of whoever calls."""

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
from pca_events.harness import Mode
from pca_events.interrupts import Interrupted
from pca_events.locations import locate
from pca_events.pytest_plugin import BACKEND, CLEANS_UP, EMULATOR
from pca_events.pytest_plugin.outcomes import Listener, Recorder
from pca_events.pytest_plugin.selection import example_of, feature_name, scenario_of, title_of
from pca_events.suite_report import RunReport

_PLUGINS = ("pytest_bdd.plugin", "pca_events.pytest_plugin")
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
    mode: Mode = "direct",
    messages: Path | None = None,
    workers: int = 0,
) -> RunReport:
    """Run every scenario on the backend and return what was found.

    Args:
        backend: where the scenarios run; an embedded LocalStack that was launched may still be starting.
        listener: is told of each scenario as it ends.
        mode: how events are brought in.
        select: further words for pytest, such as `-k` and an expression.
        messages: the file that the run is written to as Cucumber Messages; none if not given.
        workers: how many processes share the scenarios; below 2 they run in this one.
    """
    name = backend.launch().name if isinstance(backend, EmbeddedLocalStack) else backend.name
    report = RunReport(name, mode)
    words = ["--mode", mode, "--require-acc", *select]
    if messages is not None:
        words.append(f"--cucumber-messages={messages.absolute()}")
    plugins: list[object] = [_Given(backend), Recorder(report, listener)]
    if workers > 1:
        words += ["-p", "xdist.plugin", "-n", str(workers), "--dist", "worksteal", "--max-worker-restart", "0"]
        if isinstance(backend, Backend):
            words += ["--endpoint-url", backend.endpoint_url]
        plugins.append(_Workers(backend if isinstance(backend, EmbeddedLocalStack) else None))
    report.broken += _main(words, plugins)[1]
    return report


@dataclass
class SuiteListing:
    """What would be run.

    Attributes:
        scenarios: feature and title of each, in the order of the suite.
        total: how many there are, those that are not selected included.
        broken: what kept pytest from collecting.
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
        """Note every scenario that is selected."""
        for item in session.items:
            if (template := scenario_of(item)) is not None:
                row = example_of(item)
                title = title_of(template.render(row), row)
                self.scenarios.append((feature_name(template.feature.filename), title))


def list_suite(select: Sequence[str] = ()) -> SuiteListing:
    """Return the scenarios that `run_suite` would run; nothing is run.

    Args:
        select: further words for pytest, as for `run_suite`.

    Raises:
        Interrupted: as pytest was, which handles it by itself.
    """
    listed = SuiteListing()
    status, broken = _main(["--collect-only", *select], [listed])
    if status == pytest.ExitCode.INTERRUPTED and not broken:
        raise Interrupted
    listed.broken += broken
    return listed


def _main(words: Sequence[str], plugins: list[object]) -> tuple[int, list[str]]:
    """Run pytest on features; return its status, and what kept it from doing so."""
    bindings = locate("bindings")
    fixed = [str(bindings), f"--rootdir={bindings}", "-c", os.devnull, "--import-mode=importlib"]
    fixed += ["-p", "no:terminal", "-p", "no:cacheprovider"]
    # Both collect garbage ten times over, after each run, for warnings that nobody would see.
    fixed += ["-p", "no:unraisableexception", "-p", "no:threadexception"]
    for plugin in _PLUGINS:
        fixed += ["-p", plugin]
    with _undisturbed(), contextlib.redirect_stderr(io.StringIO()) as said:
        status = pytest.main([*fixed, *words], plugins=plugins)
    if status in _READ:
        return status, []
    return status, [said.getvalue().strip().removeprefix("ERROR: ") or f"pytest ended with status {int(status)}"]


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the caller's pytest settings and plugins out, for as long as the suite runs."""
    before = dict(os.environ)
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(name, None)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Given:
    """Gives the run a backend that is there already, or is about to be."""

    def __init__(self, backend: Backend | EmbeddedLocalStack) -> None:
        self._backend = backend

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        if isinstance(self._backend, EmbeddedLocalStack):
            config.stash[EMULATOR] = self._backend
        else:
            config.stash[BACKEND] = self._backend
        config.option.tbstyle = "native"  # only the closing message is reported; this makes it soonest


class _Workers:
    """Starts xdist's workers so that Ctrl-C reaches this process alone, which then ends them.

    Args:
        emulator: of which each worker has a sibling of its own, because one emulator is busy with two workers; then
            nothing that they make outlives the run, so that they can be killed. None at an endpoint.
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
