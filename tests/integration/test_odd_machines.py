"""The verdicts are the same with another locale or time zone, few files, no network, and a read-only checkout."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fuzzing import FACTOR

from pca_events.backends import Backend

TOP = Path(__file__).parents[2]
SUITE = [sys.executable, "-m", "pca_events", "verify"]
VERIFY = [*SUITE, "envelope", "-n", "1"]
LOOPBACK = "ip link set lo up 2>/dev/null || ifconfig lo up; "
READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0" && exec "$@"'


def verdict(words: list[str], **variables: str) -> str:
    """The last line of a run, without its time."""
    ran = subprocess.run(
        words, capture_output=True, cwd=TOP, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **variables}
    )
    lines = ran.stdout.decode("utf-8", "replace").splitlines()
    assert ran.returncode == 0, (lines[-5:], ran.stderr[-500:])
    return lines[-1].rpartition(" in ")[0]


BY_NIGHT = pytest.mark.skipif(FACTOR == 1, reason="runs in tox -e nightly")


@pytest.fixture(scope="module")
def usual() -> str:
    """The verdict without any condition."""
    return verdict(VERIFY)


@pytest.mark.parametrize(
    "variables",
    [
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"TZ": "Pacific/Kiritimati"},
        pytest.param({"TZ": "Pacific/Niue"}, marks=BY_NIGHT),
        pytest.param({"TZ": "No/Such/Place"}, marks=BY_NIGHT),
        pytest.param({"PYTHONHASHSEED": "4294967295", "PYTHONOPTIMIZE": "1"}, marks=BY_NIGHT),
    ],
    ids=["no UTF-8", "UTC+14", "UTC-11", "no such time zone", "no assertions"],
)
def test_the_environment_changes_no_verdict(variables: dict[str, str], usual: str, pca_backend: Backend) -> None:
    assert verdict([*VERIFY, "--endpoint-url", pca_backend.endpoint_url], **variables) == usual


@pytest.mark.skipif(sys.platform == "win32", reason="there is no shell of POSIX")
def test_few_open_files_and_a_low_priority_change_no_verdict(usual: str) -> None:
    assert verdict(["nice", "-n", "19", "sh", "-c", 'ulimit -n 64; exec "$@"', "sh", *VERIFY]) == usual


@pytest.mark.slow
def test_the_python_of_the_path_changes_no_verdict(tmp_path: Path, pca_backend: Backend) -> None:
    words = [*SUITE, "consumers/examples", "--scenario", "crl-alerting", "--endpoint-url", pca_backend.endpoint_url]
    usual = verdict(words)
    assert " 0 skipped" in usual
    assert verdict(words, PATH=str(tmp_path)) == usual, "without python"
    (tmp_path / "python").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "python").chmod(0o755)
    assert verdict(words, PATH=str(tmp_path)) == usual, "with a python that has no packages"


def _isolated(*options: str) -> list[str]:
    """The command that starts another in namespaces of its own; skips the test if that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, *options, "true"], capture_output=True).returncode:
        pytest.skip("this user may not create namespaces")
    return [unshare, *options]


def test_no_network_but_loopback_changes_no_verdict(usual: str) -> None:
    if shutil.which("ip") is None and shutil.which("ifconfig") is None:
        pytest.skip("neither ip nor ifconfig is installed, which switches loopback on")
    assert verdict([*_isolated("-n"), "sh", "-c", f'{LOOPBACK}exec "$@"', "sh", *VERIFY]) == usual


@BY_NIGHT
def test_a_read_only_checkout_changes_no_verdict(usual: str) -> None:
    assert verdict([*_isolated("-m"), "sh", "-c", READ_ONLY, str(TOP), *VERIFY]) == usual
