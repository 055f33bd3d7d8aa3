"""The scenarios with a bus in the two modes that work on AWS; other tests run all of them in the mode service."""

import subprocess
import sys

import pytest
from fuzzing import FACTOR

from pca_events.backends import Backend


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["alias", "pattern-only"])
def test_the_suite_passes_in_the_mode(pca_backend: Backend, mode: str) -> None:
    words = [sys.executable, "-m", "pca_events", "verify", "--endpoint-url", pca_backend.endpoint_url, "--mode", mode]
    words += [
        "-n",
        "1",
        "--tags",
        "@backend and not @operations",
    ]  # the others do not depend on the mode
    if mode == "pattern-only" and FACTOR == 1:  # by night all: the conditions of patterns are those of every mode
        words += ["routing", "envelope", "events"]
    ran = subprocess.run(words, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stdout
    assert f"mode {mode}" in ran.stdout.splitlines()[0]
    last = ran.stdout.splitlines()[-1]
    assert f"scenarios, mode {mode}: " in last
    assert ", 0 failed, " in last
    if mode == "alias":  # pattern-only shows no delivery
        assert ", 1 skipped in " in last, ran.stdout
        assert "1 skipped: in the mode alias, no event is published as an AWS service publishes it" in ran.stdout
