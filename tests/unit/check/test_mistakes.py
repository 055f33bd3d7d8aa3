"""Rules with mistakes people really make: each file of examples/mistakes gets the expected verdict and findings."""

import json
from pathlib import Path

import pytest

from pca_events.check.rules import check
from pca_events.check.suppressions.comments import without_ignored
from pca_events.infrastructure.files import read_paths

FOLDER = Path(__file__).parents[3] / "examples" / "mistakes"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))


def test_there_are_enough_scenarios() -> None:
    files = {file.name for file in FOLDER.iterdir()} - {"expected.json", "README.md"}
    assert files == set(EXPECTED)
    assert len(files) >= 40


@pytest.mark.parametrize("name", EXPECTED)
def test_a_mistake_is_found(name: str) -> None:
    report = without_ignored(check(read_paths([str(FOLDER / name)])))
    assert report.unreadable == []
    (checked,) = report.checked
    assert {
        "fires_on": checked.fires_on,
        "may_fire_on": checked.may_fire_on,
        "findings": sorted({finding.code for finding in checked.findings}),
    } == EXPECTED[name]
    assert all(finding.message and finding.remedy for finding in checked.findings)
