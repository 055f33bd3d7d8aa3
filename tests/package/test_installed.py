"""The package as it is installed: complete, light, and at work in an empty folder."""

import shutil
import subprocess
import sys
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from scenario_count import scenario_count
from whole_run import Verified, verified

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.locations import Kind, locate

__all__ = ["verified"]

TOP = Path(__file__).parents[2]
MOST_PACKAGES = 40


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        ("features", "features"),
        ("samples", "samples"),
        ("schemas", "schemas"),
        ("bindings", "tests/contract"),
        ("examples", "examples/consumers"),
        ("example_rules", "examples/infrastructure"),
        ("example_mistakes", "examples/mistakes"),
        ("finding_pages", "docs/findings"),
    ],
)
def test_everything_that_the_suite_needs_is_installed(kind: Kind, folder: str) -> None:
    def files(top: Path) -> dict[str, bytes]:
        return {
            file.relative_to(top).as_posix(): file.read_bytes()
            for file in top.rglob("*")
            if file.is_file() and file.suffix != ".pyc"
        }

    assert files(locate(kind)) == files(TOP / folder)


@pytest.mark.slow
def test_verify_works_in_an_empty_folder(verified: Verified) -> None:
    assert (verified.ran.returncode, verified.ran.stderr) == (0, "")
    assert all(f"\n{event.id} " in verified.ran.stdout for event in catalog.documented_events())
    assert list(verified.folder.iterdir()) == []


def test_the_base_package_has_few_dependencies() -> None:
    needed: set[str] = set()
    waiting = ["pca-events"]
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += [r.name for r in map(Requirement, distribution(name).requires or []) if _applies(r)]
    assert len(needed) < MOST_PACKAGES, sorted(needed)
    assert "localstack-core" not in needed


def _applies(requirement: Requirement) -> bool:
    return requirement.marker is None or requirement.marker.evaluate({"extra": ""})


@pytest.mark.slow
def test_the_example_of_a_custom_suite_works(pca_backend: Backend, tmp_path: Path) -> None:
    suite = shutil.copytree(TOP / "examples" / "own_suite", tmp_path / "own_suite")
    words = [sys.executable, "-m", "pytest", "-q", "--pca-endpoint-url", pca_backend.endpoint_url]
    ran = subprocess.run(words, cwd=suite, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"{scenario_count('events/crl_generation') + 3} passed" in ran.stdout, "our scenarios and three of the suite"
