"""Holds the log of the run's emulator to what it must not say."""

import pytest

from pca_events.pytest_plugin import EMULATOR

_COMPLAINTS = pytest.StashKey[list[str]]()
_MUST_NOT_SAY = (
    "Traceback (most recent call last)",
    "went wrong in the simulator",
    "could not do what was due",
    "did not reach the bus",
)


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
