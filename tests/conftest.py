"""The distribution of tests to workers, and the forbidden lines in the log of the run's emulator."""

import os
import random
import signal
import zlib
from collections.abc import Generator
from typing import Any

import pytest

from pca_events.pytest_plugin import EMULATOR

_COMPLAINTS = pytest.StashKey[list[str]]()
_MUST_NOT_SAY = (
    "Traceback (most recent call last)",
    "failed in the simulator",
    "a scheduled task of ACM PCA failed",
    "were not accepted by the bus",
    "EventBridge could not ",
)
TOGETHER = {
    "tests/browser/": "verified",
    "tests/package/test_installed.py::test_verify_works": "verified",
    "tests/exports/": "npm",
    "tests/suite/test_project.py": "bound",
    "tests/integration/test_acm_certificates.py": "services",
    "tests/integration/test_cloudformation_stacks.py": "services",
    "tests/integration/test_functions.py": "functions",
    "tests/integration/test_messages.py": "messages",
    "tests/integration/test_more_services.py": "services",
    "tests/integration/test_pattern_localstack.py": "stock",
    "tests/unit/pytest_plugin/test_messages_evidence.py": "evidence",
    "tests/unit/site/test_site_files.py": "site",
    "tests/unit/site/test_site_status.py": "site",
}
"""Tests that run in one worker, because they share an expensive fixture: prefixes of node IDs, and the fixture."""


_CPU_SECONDS = 120.0
"""What a test that is not slow may take of the processor, in the longest a hundredth: the end of what never ends."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """End a test whose work does not end, such as an input of quadratic cost, where the system has a timer for it."""
    if not hasattr(signal, "setitimer") or any(item.iter_markers("slow")) or any(item.iter_markers("fuzz")):
        return (yield)

    def expired(*_: object) -> None:
        pytest.fail(f"the test used {_CPU_SECONDS:g} seconds of the processor, and had not ended")

    before = signal.signal(signal.SIGPROF, expired)
    signal.setitimer(signal.ITIMER_PROF, _CPU_SECONDS)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


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


@pytest.fixture
def own_account(request: pytest.FixtureRequest) -> str:
    """An account that no other test uses: its clock, its planned faults, and what the end of a scenario removes."""
    return f"9{zlib.crc32(request.node.nodeid.encode()):011d}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Start with the slow tests, so that no worker runs one alone at the end; or with any, as PCA_TEST_ORDER seeds."""
    if seed := os.environ.pop("PCA_TEST_ORDER", None):  # not for the runs that tests start
        random.Random(seed).shuffle(items)
    elif hasattr(config, "workerinput"):
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
