"""A run that leaves something behind is red, and says what and how to remove it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pca_events.backends import Backend
from pca_events.harness import RunId, Session
from pca_events.harness.resources.inventory import find

LEAKING = """
import pytest
from pca_events.harness.resources import Queue

@pytest.fixture
def leak(pca_connection):
    Queue(pca_connection.run.new_name()).create(pca_connection, {})

def test_that_passes(leak):
    pass
"""


def run(folder: Path, backend: Backend, *words: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text('pytest_plugins = ["pca_events.pytest_plugin.suite"]')
    (folder / "test_leak.py").write_text(LEAKING)
    line = [sys.executable, "-m", "pytest", "-q", "--pca-endpoint-url", backend.endpoint_url, *words]
    return subprocess.run(line, cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
def test_a_leak_fails_the_run(tmp_path: Path, pca_backend: Backend) -> None:
    ran = run(tmp_path, pca_backend)
    _said_and_swept(ran, pca_backend)


@pytest.mark.slow
def test_a_leak_of_a_worker_fails_the_run(tmp_path: Path, pca_backend: Backend) -> None:
    ran = run(tmp_path, pca_backend, "-n", "2")
    _said_and_swept(ran, pca_backend)


def _said_and_swept(ran: "subprocess.CompletedProcess[str]", backend: Backend) -> None:
    assert ran.returncode == 1, ran.stdout
    assert "1 passed" in ran.stdout
    (line,) = [line for line in ran.stdout.splitlines() if line.startswith("LEAK ")]
    assert "aws sqs delete-queue --queue-url" in ran.stdout
    session = Session(backend, RunId())
    (left,) = find(session, line.rpartition(":")[2])
    left.resource.delete(session)
