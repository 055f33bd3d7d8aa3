"""The suite, through the LocalStack that docker-compose.yml starts."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]


def compose(*words: str, port: int) -> None:
    command = ["docker", "compose", "--project-name", f"pca-events-{port}", *words]
    subprocess.run(command, cwd=TOP, check=True, env={**os.environ, "LOCALSTACK_PORT": str(port)})


@pytest.fixture
def endpoint() -> Iterator[str]:
    if shutil.which("docker") is None:
        pytest.skip("Docker is not installed")
    for words in (["docker", "version"], ["docker", "compose", "version"]):
        asked = subprocess.run(words, capture_output=True, text=True)
        if asked.returncode:
            pytest.skip(f"`{' '.join(words)}` fails: {(asked.stderr or asked.stdout).strip().splitlines()[-1]}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    try:
        compose("up", "--build", "--wait", "--quiet-pull", port=port)
        yield f"http://127.0.0.1:{port}"
    finally:
        compose("down", "--volumes", "--rmi", "local", port=port)


def test_the_suite_passes_through_the_compose_file(endpoint: str) -> None:
    ran = subprocess.run([sys.executable, "-m", "pca_events", "verify", "--endpoint-url", endpoint])
    assert ran.returncode == 0
