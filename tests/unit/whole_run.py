"""One run of the whole suite by `pca-events verify`, for all tests of a process that look at such a run."""

import functools
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest


class Verified(NamedTuple):
    """A run of `pca-events verify` in an empty folder, on a separate LocalStack."""

    ran: "subprocess.CompletedProcess[str]"
    folder: Path
    messages: Path
    site: Path


@pytest.fixture(scope="session")
def verified(tmp_path_factory: pytest.TempPathFactory) -> Verified:
    """The run, created for the first test that uses it."""
    return _run(tmp_path_factory.getbasetemp())


@functools.cache
def _run(top: Path) -> Verified:
    folder, results = top / "empty", top / "verified"
    folder.mkdir()
    results.mkdir()
    messages, site = results / "run.ndjson", results / "site"
    command = str(Path(sys.executable).parent / "pca-events")
    words = [command, "verify", "--messages", str(messages), "--site", str(site)]
    return Verified(subprocess.run(words, cwd=folder, capture_output=True, text=True), folder, messages, site)
