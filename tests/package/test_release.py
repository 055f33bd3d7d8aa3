"""The tools of a release: builds are compared, what was not audited fails, the version follows the rule."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import audit
import build_twice
import every_python
import pytest
import sbom
import version_rule
from required import cannot_run

from pca_events import __version__
from pca_events.catalog import documented, documented_events, never_sent

TOP = Path(__file__).parents[2]
CHANGELOG = (TOP / "CHANGELOG.md").read_text("utf-8")
PACKAGE = {"name": "one", "version": "1.0", "vulns": []}
VULNERABLE = {"name": "two", "version": "2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.1"]}]}
SKIPPED = {"name": "three", "skip_reason": "Dependency not found on PyPI and could not be audited: three (3.0)"}


def test_builds_with_other_bytes_or_other_files_differ(tmp_path: Path) -> None:
    for folder, files in (("1", {"a.whl": "a", "b.tar.gz": "b"}), ("2", {"a.whl": "A", "c.tar.gz": "b"})):
        (tmp_path / folder).mkdir()
        for name, text in files.items():
            (tmp_path / folder / name).write_text(text)
    found = build_twice.differences(tmp_path / "1", tmp_path / "2")
    assert [line.partition(":")[0] for line in found] == ["a.whl", "b.tar.gz", "c.tar.gz"]
    assert build_twice.differences(tmp_path / "1", tmp_path / "1") == []


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([PACKAGE], 0, "base.txt: 1 package, no known vulnerability\n"),
        ([PACKAGE, VULNERABLE], 1, "base.txt: two 2.0: PYSEC-1, fixed in 2.1\n"),
        (
            [PACKAGE, SKIPPED],
            2,
            "base.txt: 1 of 2 packages were not audited, because the service did not answer for them",
        ),
        ([VULNERABLE, SKIPPED], 1, "1 of 2 packages were not audited"),
    ],
)
def test_a_package_that_was_not_audited_is_an_error(packages: list[dict[str, Any]], status: int, said: str) -> None:
    ran = subprocess.CompletedProcess([], 0, json.dumps({"dependencies": packages}), "")
    found, report = audit.judged("base.txt", ran)
    assert found == status
    assert said in report


def test_an_audit_without_its_service_is_an_error() -> None:
    ran = subprocess.CompletedProcess([], 1, "", "WARNING\nERROR: Connection refused\n")
    assert audit.judged("base.txt", ran) == (
        2,
        "base.txt: not audited: pip-audit did not reach its service, or failed: ERROR: Connection refused\n",
    )


def test_the_pythons_that_are_tried_are_those_of_the_classifiers() -> None:
    assert every_python.supported() == ["3.11", "3.12", "3.13", "3.14"]
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert every_python.interpreter(here) == Path(sys.executable)
    assert every_python.interpreter("3.99") is None


def test_a_shim_without_its_python_is_not_an_interpreter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\necho 'command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    assert every_python.interpreter("3.99") is None
    installed = tmp_path / "pyenv" / "versions" / "3.99.1" / "bin" / "python"
    installed.parent.mkdir(parents=True)
    installed.write_text("#!/bin/sh\necho 3.99\n")
    installed.chmod(0o755)
    assert every_python.interpreter("3.99") == installed


def test_the_sbom_names_the_version() -> None:
    made = sbom.with_version((TOP / "pyproject.toml").read_text("utf-8"), "1.2.3")
    assert made.count('version = "1.2.3"\n') == 1
    assert "dynamic" not in made
    with pytest.raises(ValueError, match="does not have the line dynamic"):
        sbom.with_version(made, "1.2.3")


@pytest.mark.parametrize(
    ("before", "after", "broken", "status", "said"),
    [
        ("1.0.0", "1.1.0", [], 0, "1.1.0: every event of 1.0.0 meets its contract"),
        ("1.0.0", "1.1.0", ["$.detail.result"], 1, "which must be 2.0.0:\n  $.detail.result"),
        ("9.4.0", "10.0.0", ["$.detail.result"], 0, "10.0.0 is a major version after 9.4.0"),
    ],
)
def test_an_event_that_violates_its_contract_needs_a_major_version(
    before: str, after: str, broken: list[str], status: int, said: str
) -> None:
    found, verdict = version_rule.judged(before, after, broken)
    assert found == status
    assert said in verdict


def test_violations_are_reported_once_for_each_place() -> None:
    event = documented("ca-creation-success").event
    event["detail"]["result"] = "failed"
    assert len(version_rule.violations([event, event])) == 1
    assert version_rule.violations([documented("ca-creation-success").event]) == []


@pytest.mark.slow
def test_the_events_of_a_revision_are_those_that_its_code_generates() -> None:
    if shutil.which("git") is None or not (TOP / ".git").exists():
        cannot_run("git, or the repository of this project, is not here, and it has the earlier versions")
    events = list(version_rule.events_of("HEAD"))
    assert {event["detail-type"] for event in events} == {event.detail_type for event in documented_events()}
    assert {event["resources"][0].split(":")[1] for event in events} > {"aws", "aws-cn", "aws-us-gov"}


def test_every_snippet_names_the_tag_of_this_version() -> None:
    pages = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
    tag = re.compile(r"OWNER/pca-events(?:@|/|\n +rev: )v(\d+\.\d+\.\d+)")
    named = {(page.name, version) for page in pages for version in tag.findall(page.read_text("utf-8"))}
    assert {page for page, _ in named} == {"check-in-ci.md", "configuration.md", "tutorial.md"}
    assert {version for _, version in named} == {__version__}


def test_the_changelog_has_the_version_and_begins_each_release_with_its_contract() -> None:
    releases = re.findall(r"^## \[(.+?)\](?: - (\d{4}-\d\d-\d\d))?\n+(### \w+)?", CHANGELOG, re.MULTILINE)
    assert releases[0][:2] == ("Unreleased", "")
    assert releases[1][0] == __version__
    assert all(date and first == "### Contract" for _, date, first in releases[1:])


def test_the_contract_of_the_changelog_is_that_of_the_samples() -> None:
    section = CHANGELOG.partition("## [1.0.0]")[2].partition("### Added")[0]
    names = {event.detail_type.removeprefix("ACM Private CA ") for event in documented_events()}
    assert all(name in " ".join(section.split()) for name in names)
    assert (len(names), len(list(documented_events())), len(list(never_sent()))) == (5, 11, 2)
    assert all(
        word in section for word in ("Five detail-types", "Eleven documented events", "Never sent", "CloudTrail")
    )
