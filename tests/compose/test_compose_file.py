"""The suite, through the LocalStack that docker-compose.yml starts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from required import cannot_run

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]


def compose(*words: str, port: int) -> None:
    command = ["docker", "compose", "--project-name", f"pca-events-{port}", *words]
    subprocess.run(command, cwd=TOP, check=True, env={**os.environ, "LOCALSTACK_PORT": str(port)})


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    if shutil.which("docker") is None:
        cannot_run("Docker is not installed")
    for words in (["docker", "version"], ["docker", "compose", "version"]):
        asked = subprocess.run(words, capture_output=True, text=True)
        if asked.returncode:
            cannot_run(f"`{' '.join(words)}` fails: {(asked.stderr or asked.stdout).strip().splitlines()[-1]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        compose("up", "--build", "--wait", "--quiet-pull", port=port)
        yield f"http://127.0.0.1:{port}"
    finally:
        compose("down", "--volumes", "--rmi", "local", port=port)


def test_the_suite_passes_through_the_compose_file(endpoint: str) -> None:
    line = [sys.executable, "-m", "pca_events", "verify", "--endpoint-url", endpoint]
    ran = subprocess.run(line, stdout=subprocess.PIPE, text=True)
    assert ran.returncode == 0, ran.stdout
    assert "has no ACM PCA" not in ran.stdout


@pytest.mark.parametrize(
    ("example", "said"),
    [("all_events.py", "CRL Generation failure Failed to generate CRL."), ("terraform_order.py", "Authority DELETED")],
)
def test_the_examples_of_operations_run_on_it(endpoint: str, example: str, said: str) -> None:
    line = [sys.executable, str(TOP / "examples" / "operations" / example), endpoint]
    ran = subprocess.run(line, capture_output=True, text=True)
    assert (ran.returncode, said in ran.stdout) == (0, True), ran.stdout + ran.stderr
