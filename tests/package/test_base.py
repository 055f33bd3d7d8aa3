"""The base package: few other packages, little room, and its commands without the packages of the extras."""

import os
import subprocess
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from base_commands import COMMANDS, TOP, ran
from packaging.requirements import Requirement

from pca_events.cli import EXTRAS

MOST_PACKAGES, MOST_BYTES = 12, 30_000_000
NAMES = [words[0] for _, words in COMMANDS]

# Like an installation of the base only, without the packages of the extras.
WITHOUT_EXTRAS = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Missing())
"""
# As Python on Windows: modules and functions of POSIX are not there.
WITHOUT_POSIX = """
import os, signal, sys

sys.modules.update(dict.fromkeys(["fcntl", "grp", "pwd", "resource", "termios"]))
for module, names in {
    os: ["O_NONBLOCK", "O_NOFOLLOW", "getuid", "geteuid", "killpg", "mkfifo", "sched_getaffinity", "getpgid", "setsid"],
    signal: ["SIGKILL", "SIGHUP", "SIGUSR1", "SIGPIPE", "SIGALRM", "pthread_sigmask", "setitimer"],
}.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
"""


def distributions(name: str) -> set[str]:
    """Every package that an installation of this one brings, itself included."""
    needed: set[str] = set()
    waiting = [name]
    while waiting:
        one = waiting.pop().lower()
        if one not in needed:
            needed.add(one)
            waiting += [r.name for r in map(Requirement, distribution(one).requires or []) if applies(r)]
    return needed


def applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


def size_of(name: str) -> int:
    files = distribution(name).files or []
    places = [Path(str(file.locate())) for file in files if not str(file).endswith(".pyc")]
    return sum(place.stat().st_size for place in places if place.is_file())


def installed(words: list[str], site: Path, customize: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a Python that was customized."""
    (site / "sitecustomize.py").write_text(customize)
    return ran(words, env={**os.environ, "PYTHONPATH": str(site)})


def test_the_base_is_small() -> None:
    needed = distributions("pca-events")
    assert len(needed) <= MOST_PACKAGES, sorted(needed)
    assert sum(map(size_of, needed)) <= MOST_BYTES


def test_its_pinned_requirements_are_the_same_packages() -> None:
    lines = (TOP / "requirements" / "base.txt").read_text("utf-8").splitlines()
    pinned = {line.partition("==")[0] for line in lines if "==" in line}
    assert distributions("pca-events") - {"pca-events"} <= pinned | {"pyyaml"}
    assert len(pinned) < MOST_PACKAGES


def test_the_packages_of_the_extras_are_those_that_a_command_asks_for() -> None:
    base = distributions("pca-events")
    for name in EXTRAS:
        try:
            assert distribution(name.replace("_", "-")).name.lower() not in base
        except PackageNotFoundError:
            assert name in ("_pytest", "gherkin", "localstack", "pact", "xdist")


@pytest.mark.parametrize(("status", "words"), COMMANDS, ids=NAMES)
def test_a_command_of_the_base_needs_no_extra(status: int, words: list[str], tmp_path: Path) -> None:
    found = installed(words, tmp_path, WITHOUT_EXTRAS.format(names=set(EXTRAS)))
    assert (found.returncode, found.stderr) == (status, "")
    assert found.stdout


@pytest.mark.parametrize(("status", "words"), COMMANDS, ids=NAMES)
def test_a_command_of_the_base_needs_no_posix(status: int, words: list[str], tmp_path: Path) -> None:
    found = installed(words, tmp_path, WITHOUT_POSIX)
    assert (found.returncode, found.stderr) == (status, "")
    assert found.stdout


@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["verify"], "localstack"),
        (["verify", "--list"], "suite"),
        (["calibrate"], "suite"),
        (["watch"], "suite"),
        (["sweep", "--endpoint-url", "http://127.0.0.1:1"], "suite"),
        (["check", "--endpoint-url", "http://127.0.0.1:1"], "suite"),
        (["site", "there"], "site"),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else words,
)
def test_a_command_that_needs_an_extra_names_it(words: list[str], extra: str, tmp_path: Path) -> None:
    found = installed(words, tmp_path, WITHOUT_EXTRAS.format(names=set(EXTRAS)))
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert f"the extra [{extra}]" in found.stderr


def test_the_embedded_localstack_says_that_it_needs_posix(tmp_path: Path) -> None:
    found = installed(["localstack"], tmp_path, WITHOUT_POSIX)
    assert found.returncode == 2
    assert "runs on Linux and macOS" in found.stderr
