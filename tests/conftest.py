"""How workers share the tests; and the log of the run's emulator, which is held to what it must not say."""

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
"""What one worker takes whole, because it shares an expensive fixture: beginnings of node ids, and what they share."""


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
    """Let workers begin with the slow tests, so that none of them is left to one worker in the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Read the log once every worker is through; a traceback, or an error of the simulator's own, is red."""
    log = session.config.stash[EMULATOR].log
    if hasattr(session.config, "workerinput") or not log.exists():
        return
    lines = log.read_text(errors="replace").splitlines()
    found = [f"{number}: {line}" for number, line in enumerate(lines, 1) if any(said in line for said in _MUST_NOT_SAY)]
    session.config.stash[_COMPLAINTS] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what the log says."""
    for line in config.stash.get(_COMPLAINTS, []):
        terminalreporter.write_line(f"EMULATOR LOG {line}", red=True)
