"""Compares the version with the rule: it is a major one if an event that met its contract now violates it.

`python tests/package/version_rule.py [REVISION]` takes the events of the release before, or of a git revision, as that
version generates them: each documented event in each partition. `tox -e version` runs it.
"""

import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pca_events import __version__, contract
from pca_events.events import PARTITIONS

TOP = Path(__file__).parents[2]
_SEEDS = ("1", "2")


def events_of(revision: str) -> Iterator[dict[str, Any]]:
    """Generate the documented events of a git revision in each partition, with the code of that revision."""
    with tempfile.TemporaryDirectory() as name:
        archive = _git("archive", "--format=tar", revision, "src", "samples", "schemas")
        with tarfile.open(fileobj=io.BytesIO(archive)) as packed:
            packed.extractall(name, filter="data")
        for partition in PARTITIONS:
            for seed in _SEEDS:
                words = [sys.executable, "-m", "pca_events", "sample", "all", "--partition", partition, "--seed", seed]
                environment = {**os.environ, "PYTHONPATH": str(Path(name, "src"))}
                ran = subprocess.run(words, cwd=name, env=environment, check=True, capture_output=True, text=True)
                yield from map(json.loads, ran.stdout.splitlines())


def violations(events: Iterable[dict[str, Any]]) -> list[str]:
    """Return the violations of the present contract: one for each detail-type and path."""
    found: dict[tuple[str, str], str] = {}
    for event in events:
        for violation in contract.violations(event):
            place = (event["detail-type"], violation.path)
            found.setdefault(place, f"{event['detail-type']}: {violation}")
    return sorted(found.values())


def judged(before: str, after: str, broken: list[str]) -> tuple[int, str]:
    """Return the exit status and the verdict on a version.

    Args:
        before: the earlier version, such as ``1.4.2``.
        after: the version to judge.
        broken: the violations in events that met the earlier contract.
    """
    if not broken:
        return 0, f"{after}: every event of {before} meets its contract\n"
    lines = "".join(f"  {line}\n" for line in broken)
    if _major(after) > _major(before):
        return 0, f"{after} is a major version after {before}, and events of {before} violate its contract:\n{lines}"
    return 1, f"events of {before} violate the contract of {after}, which must be {_major(before) + 1}.0.0:\n{lines}"


def _major(version: str) -> int:
    return int(version.removeprefix("v").partition(".")[0])


def previous() -> str | None:
    """Return the tag of the release before this commit, or None."""
    words = [_program(), "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"]
    ran = subprocess.run(words, cwd=TOP, capture_output=True, text=True)
    return ran.stdout.strip() or None


def _git(*words: str) -> bytes:
    return subprocess.run([_program(), *words], cwd=TOP, check=True, capture_output=True).stdout


def _program() -> str:
    return shutil.which("git") or sys.exit("git is not installed; it has the release before")


def main(words: list[str]) -> int:
    """Judge the version of this checkout."""
    revision = words[0] if words else previous()
    if revision is None:
        sys.stdout.write(f"{__version__}: no earlier release to compare with\n")
        return 0
    text = _git("show", f"{revision}:src/pca_events/__init__.py").decode()
    before = text.partition('__version__ = "')[2].partition('"')[0]
    status, verdict = judged(before, __version__, violations(events_of(revision)))
    sys.stdout.write(verdict)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
