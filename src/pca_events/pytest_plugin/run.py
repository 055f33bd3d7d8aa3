"""Runs the suite in this process, undisturbed by the settings and plugins of whoever calls."""

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pca_events.backends import Backend
from pca_events.harness import Mode
from pca_events.locations import locate
from pca_events.pytest_plugin import BACKEND
from pca_events.pytest_plugin.outcomes import Listener, Recorder
from pca_events.report import RunReport

_PLUGINS = ("pytest_bdd.plugin", "pca_events.pytest_plugin")


def run_suite(
    backend: Backend,
    listener: Listener,
    select: Sequence[str] = (),
    mode: Mode = "direct",
    messages: Path | None = None,
) -> RunReport:
    """Run every scenario on the backend and return what was found.

    Args:
        backend: where the scenarios run.
        listener: is told of each scenario as it ends.
        mode: how events are brought in.
        select: further words for pytest, such as `-k` and an expression.
        messages: the file that the run is written to as Cucumber Messages; none if not given.
    """
    report = RunReport(backend.name, mode)
    bindings = locate("bindings")
    words = [str(bindings), f"--rootdir={bindings}", "-c", os.devnull, "--import-mode=importlib"]
    words += ["-p", "no:terminal", "-p", "no:cacheprovider", "--mode", mode, "--require-acc", *select]
    if messages is not None:
        words.append(f"--cucumber-messages={messages.absolute()}")
    for plugin in _PLUGINS:
        words += ["-p", plugin]
    with _undisturbed(), contextlib.redirect_stderr(io.StringIO()) as said:
        status = pytest.main(words, plugins=[_Given(backend), Recorder(report, listener)])
    if status in (pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR):
        report.broken.append(said.getvalue().strip())
    return report


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
    """Gives the run a backend that is there already."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[BACKEND] = self._backend
        config.option.tbstyle = "native"  # only the closing message is reported; this makes it soonest
