"""The clocks of this machine and of an emulator need not agree: either may be days ahead of the other, or behind."""

import email.utils
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from fuzzing import FACTOR
from processes import started
from required import cannot_run

from pca_events.backends import Backend, EmbeddedLocalStack

DAY = 86_400
SOURCE = Path(__file__).with_name("other_clock.c")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="a clock is moved with LD_PRELOAD, which Linux has"),
]


@pytest.fixture(scope="module")
def moved_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that moves the clock of a process by the seconds in AHEAD."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        cannot_run("no C compiler is installed, which builds the library that moves a clock")
    library = tmp_path_factory.mktemp("clock") / "other_clock.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE)], check=True)
    return library


class OtherClock(EmbeddedLocalStack):
    """An emulator whose own clock is wrong, as in a virtual machine that slept."""

    variables: dict[str, str]

    def _environment(self, port: int) -> dict[str, str]:
        return super()._environment(port) | self.variables


@pytest.fixture
def other_emulator(moved_clock: Path, ahead: int) -> Iterator[Backend]:
    """An emulator that is `ahead` seconds ahead."""
    emulator = OtherClock.of_this_process()
    emulator.variables = _variables(moved_clock, ahead)
    try:
        yield emulator.start()
    finally:
        emulator.stop()


def _variables(library: Path, ahead: int) -> dict[str, str]:
    return {"LD_PRELOAD": str(library), "AHEAD": str(ahead)}


def _assert_all_pass(folder: Path, backend: Backend, *words: str, **variables: str) -> None:
    command = ("verify", "-n", "1", *words, "--endpoint-url", backend.endpoint_url)
    with started(folder, *command, environment=variables) as ran:
        out, error = ran.process.communicate(timeout=900)
    assert (ran.process.returncode, error) == (0, ""), out
    assert re.search(r"[1-9]\d* passed, 0 failed, 0 skipped", out), out


@pytest.mark.parametrize("ahead", [3 * DAY, -3 * DAY])
def test_the_suite_runs_with_another_clock(tmp_path: Path, pca_backend: Backend, moved_clock: Path, ahead: int) -> None:
    _assert_all_pass(tmp_path, pca_backend, "operations/issue_certificate", **_variables(moved_clock, ahead))


@pytest.mark.parametrize(
    ("ahead", "features"),
    [
        (400 * DAY, ("routing/forwarding", "operations/revoke_certificate")),
        pytest.param(-3 * DAY, (), marks=pytest.mark.skipif(FACTOR == 1, reason="runs in tox -e nightly")),
        pytest.param(400 * DAY, (), marks=pytest.mark.skipif(FACTOR == 1, reason="runs in tox -e nightly")),
    ],
    ids=["400 days ahead", "whole suite, 3 days behind", "whole suite, 400 days ahead"],
)
def test_the_suite_runs_on_an_emulator_with_another_clock(
    tmp_path: Path, other_emulator: Backend, ahead: int, features: tuple[str, ...]
) -> None:
    answer = requests.get(f"{other_emulator.endpoint_url}/_localstack/health", timeout=30)
    told = email.utils.parsedate_to_datetime(answer.headers["Date"]).timestamp()
    assert abs(told - time.time() - ahead) < DAY
    _assert_all_pass(tmp_path, other_emulator, *features)
