"""The suite, through the LocalStack that docker-compose.yml starts, with our EventBridge and with LocalStack's own."""

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from required import cannot_run
from scenario_count import scenario_count

pytestmark = pytest.mark.slow

TOP = Path(__file__).parents[2]


def compose(*words: str, port: int, **settings: str) -> None:
    command = ["docker", "compose", "--project-name", f"pca-events-{port}", *words]
    subprocess.run(command, cwd=TOP, check=True, env={**os.environ, "LOCALSTACK_PORT": str(port), **settings})


def verify(*words: str) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "pca_events", "verify", *words]
    return subprocess.run(line, capture_output=True, text=True)


@contextmanager
def composed(**settings: str) -> Iterator[str]:
    """The URL of the LocalStack of the compose file."""
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
        compose("up", "--build", "--wait", "--quiet-pull", port=port, **settings)
        yield f"http://127.0.0.1:{port}"
    finally:
        compose("down", "--volumes", "--rmi", "local", port=port)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with composed() as url:
        yield url


def test_every_scenario_passes_through_the_compose_file(endpoint: str) -> None:
    ran = verify("--endpoint-url", endpoint)
    count = scenario_count()
    ending = f"{count} scenarios, mode service: {count} passed, 0 failed, 0 skipped in "
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert ran.stdout.splitlines()[-1].startswith(ending), ran.stdout


def test_the_image_alone_selects_the_corrected_eventbridge(endpoint: str) -> None:
    image = f"pca-events-{endpoint.rpartition(':')[2]}-localstack"
    words = ["docker", "image", "inspect", "--format", "{{json .Config.Env}}", image]
    settings = json.loads(subprocess.run(words, capture_output=True, check=True, text=True).stdout)
    assert "PROVIDER_OVERRIDE_EVENTS=pca" in settings


def test_the_stock_eventbridge_skips_the_known_differences() -> None:
    with composed(PROVIDER_OVERRIDE_EVENTS="default") as url:
        ran = verify("--endpoint-url", url, "lifecycle/changes", "--tags", "@needs_disabled_rule")
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    first, *_, last = ran.stdout.splitlines()
    assert first == f"pca-events verify on LocalStack 4.13.1, at {url}, mode direct"
    assert " 0 passed, 0 failed, " in last, ran.stdout
    assert "known difference from AWS: a disabled rule still delivers events" in ran.stdout


@pytest.mark.parametrize(
    ("example", "said"),
    [("all_events.py", "CRL Generation failure Failed to generate CRL."), ("terraform_order.py", "Authority DELETED")],
)
def test_the_examples_of_operations_run_on_it(endpoint: str, example: str, said: str) -> None:
    line = [sys.executable, str(TOP / "examples" / "operations" / example), endpoint]
    ran = subprocess.run(line, capture_output=True, text=True)
    assert (ran.returncode, said in ran.stdout) == (0, True), ran.stdout + ran.stderr
