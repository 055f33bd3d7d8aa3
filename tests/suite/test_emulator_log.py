"""A run whose emulator logs a traceback, or an error of the simulator, is red."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"
LOGGING = """
from pca_events.pytest_plugin import EMULATOR

def test_that_passes(pytestconfig):
    log = pytestconfig.stash[EMULATOR].log
    log.parent.mkdir(exist_ok=True)
    log.write_text("ready\\n{line}\\n")
"""


def run(folder: Path, line: str) -> "subprocess.CompletedProcess[str]":
    (folder / "conftest.py").write_text('pytest_plugins = ["pca_events.pytest_plugin.suite"]')
    (folder / "tests").mkdir()
    shutil.copy(CONFTEST, folder / "tests")
    (folder / "tests" / "test_log.py").write_text(LOGGING.format(line=line))
    return subprocess.run([sys.executable, "-m", "pytest", "-q", "tests"], cwd=folder, capture_output=True, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("line", ["Traceback (most recent call last):", "acm-pca.X failed in the simulator: KeyError"])
def test_a_forbidden_line_in_the_log_fails_the_run(tmp_path: Path, line: str) -> None:
    ran = run(tmp_path, line)
    assert (ran.returncode, "1 passed" in ran.stdout) == (1, True), ran.stdout + ran.stderr
    assert f"EMULATOR LOG 2: {line}" in ran.stdout


def test_other_lines_do_not_match(tmp_path: Path) -> None:
    ran = run(tmp_path, "ERROR exception during call chain: no such bus")
    assert ran.returncode == 0, ran.stdout + ran.stderr
