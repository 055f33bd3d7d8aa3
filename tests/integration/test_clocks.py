"""The clocks of this machine and of an emulator need not agree: the suite runs days ahead of it, and days behind."""

import re
from pathlib import Path

import pytest
from processes import started

from pca_events.backends import Backend

LIBRARIES = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))


@pytest.mark.slow
@pytest.mark.skipif(not LIBRARIES, reason="there is no libfaketime: apt-get install faketime")
@pytest.mark.parametrize(
    ("ahead", "selected"),
    [
        ("+3d", ("operations/issue_certificate",)),
        ("-3d", ("routing/forwarding",)),
        ("-3d", ("calibration", "-k", "stamped or template")),
    ],
)
def test_the_suite_with_another_clock(
    tmp_path: Path, pca_backend: Backend, ahead: str, selected: tuple[str, ...]
) -> None:
    other_clock = {"LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME": ahead, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    words = ("verify", "-n", "1", *selected)
    with started(tmp_path, *words, "--endpoint-url", pca_backend.endpoint_url, environment=other_clock) as command:
        out, error = command.process.communicate(timeout=120)
    assert (command.process.returncode, error) == (0, ""), out
    assert re.search(r"[1-9]\d* passed, 0 failed, 0 skipped", out), out
