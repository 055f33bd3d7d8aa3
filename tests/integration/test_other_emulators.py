"""The ledgers of MiniStack and of moto servers are right, and MiniStack runs the suite; for this, install them."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pca_events.backends import MINISTACK, MOTO, Backend, identify
from pca_events.errors import BackendError

pytestmark = pytest.mark.slow

_PATIENCE = 30.0  # seconds until an emulator answers
_LOOK_EVERY = 0.1  # seconds
_VERSIONS = {MINISTACK: "1.5.33", MOTO: "5.2.5"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=[MINISTACK, MOTO])
def emulator(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Backend]:
    """An emulator that is installed."""
    command = shutil.which({MINISTACK: "ministack", MOTO: "moto_server"}[request.param])
    # The server of moto needs Flask, which LocalStack's copy of moto comes without.
    if command is None or (request.param == MOTO and find_spec("flask_cors") is None):
        pytest.skip(f"{request.param} {_VERSIONS[request.param]} is not installed; docs/calibration.md says how")
    port = free_port()
    line = [command] if request.param == MINISTACK else [command, "-H", "127.0.0.1", "-p", str(port)]
    settings = {"BIND_HOST": "127.0.0.1", "GATEWAY_PORT": str(port), "MOTO_ACCOUNT_ID": "111122223333"}
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(line, env={**os.environ, **settings}, stdout=log, stderr=log)
    try:
        yield started(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def started(process: "subprocess.Popen[bytes]", url: str) -> Backend:
    """Return an emulator once it answers."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            return identify(url)
        except BackendError:
            assert time.monotonic() < deadline
        try:
            process.wait(_LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail("the emulator ended before it answered")


def ran(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, "-m", "pca_events", *words], capture_output=True, text=True)


def test_the_ledger_is_right(emulator: Backend) -> None:
    done = ran("calibrate", "--endpoint-url", emulator.endpoint_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 that are not in the ledger, 0 in the ledger that are no longer there" in done.stdout


def test_the_suite_passes_except_for_known_differences(emulator: Backend) -> None:
    """A moto server is rejected before it starts."""
    done = ran("verify", "--endpoint-url", emulator.endpoint_url)
    if emulator.product == MOTO:
        assert done.returncode == 2
        assert "is a moto server, which cannot run the suite" in done.stderr
    else:
        assert done.returncode == 0, done.stdout + done.stderr
        assert ", 0 failed, " in done.stdout
