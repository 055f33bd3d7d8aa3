"""The distribution of tests to workers, and the forbidden lines in the log of the run's emulator."""

from typing import Any

import pytest

from pca_events.pytest_plugin import EMULATOR

_COMPLAINTS = pytest.StashKey[list[str]]()
_MUST_NOT_SAY = (
    "Traceback (most recent call last)",
    "failed in the simulator",
    "a scheduled task of ACM PCA failed",
    "were not accepted by the bus",
)
TOGETHER = {
    "tests/browser/": "verified",
    "tests/package/test_installed.py::test_verify_works": "verified",
    "tests/exports/": "npm",
    "tests/suite/test_project.py": "bound",
    "tests/integration/test_messages.py": "messages",
    "tests/unit/pytest_plugin/test_messages_evidence.py": "evidence",
    "tests/unit/site/test_site_files.py": "site",
    "tests/unit/site/test_site_status.py": "site",
}
"""Tests that run in one worker, because they share an expensive fixture: prefixes of node IDs, and the fixture."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Give `--dist loadgroup` its groups, which the marks of xdist 3.8 no longer do on pytest 9.2 (its issue 1386)."""
    if config.getoption("dist") != "loadgroup":
        return None
    from xdist.scheduler import LoadScopeScheduling

    scheduler = LoadScopeScheduling(config, log)
    scheduler._split_scope = _group_of
    return scheduler


def _group_of(nodeid: str) -> str:
    return next((group for start, group in TOGETHER.items() if nodeid.startswith(start)), nodeid)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the slow tests, so that no worker runs one alone at the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Read the log after all workers have finished; a traceback or an error of the simulator fails the run."""
    log = session.config.stash[EMULATOR].log
    if hasattr(session.config, "workerinput") or not log.exists():
        return
    lines = log.read_text(errors="replace").splitlines()
    found = [f"{number}: {line}" for number, line in enumerate(lines, 1) if any(said in line for said in _MUST_NOT_SAY)]
    session.config.stash[_COMPLAINTS] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the forbidden lines of the log."""
    for line in config.stash.get(_COMPLAINTS, []):
        terminalreporter.write_line(f"EMULATOR LOG {line}", red=True)
