"""What the SARIF Multitool of Microsoft, with the rules of GitHub too, makes of the reports of `check`."""

import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from reports import checked, finding, realistic
from required import cannot_run

from pca_events.check.formats import FORMATS
from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Skipped, SourceLocation, Unreadable

TOP = Path(__file__).parents[2]
HOSTILE = "[a](b) <script>| \x1b[2J \udc80 100% é 日本 ``` \\"

Judge = Callable[[dict[str, Any]], list[tuple[str, str]]]


@pytest.fixture(scope="session")
def multitool(node_modules: Path) -> Path:
    """The program of the package, which is one for Linux on x86-64."""
    if sys.platform != "linux" or platform.machine() != "x86_64":
        cannot_run("the SARIF Multitool from npm is a program for Linux on x86-64")
    program = node_modules / "@microsoft" / "sarif-multitool-linux" / "Sarif.Multitool"
    if not os.access(program, os.X_OK):
        program.chmod(0o755)
    return program


@pytest.fixture
def judge(multitool: Path, tmp_path: Path) -> Judge:
    """The rule and the words of each error and warning about a log.

    Its notes ask for what a report has not: snippets of code, version control, numbers instead of names.
    """

    def found(log: dict[str, Any]) -> list[tuple[str, str]]:
        (tmp_path / "log.sarif").write_text(json.dumps(log))
        line = [str(multitool), "validate", "log.sarif", "--output", "found.sarif", "--rule-kind", "Sarif;Ghas"]
        ran = subprocess.run(
            [*line, "--level", "Error;Warning", "--log", "ForceOverwrite"],
            cwd=tmp_path,
            env={**os.environ, "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"},
            capture_output=True,
            text=True,
        )
        assert "Analysis completed successfully." in ran.stdout, ran.stdout + ran.stderr
        results = json.loads((tmp_path / "found.sarif").read_text("utf-8-sig"))["runs"][0].get("results", [])
        return [(result["ruleId"], str(result["message"])) for result in results]

    return found


def log_of(report: CheckReport) -> dict[str, Any]:
    log: dict[str, Any] = json.loads(FORMATS["sarif"](report))
    return log


def hostile() -> CheckReport:
    place = SourceLocation(f"{HOSTILE}.tf", 3)
    rule = checked(HOSTILE, finding("error", "never-fires", HOSTILE, HOSTILE, place.file, 3), at=(place.file, 3))
    return CheckReport(
        [rule], unreadable=[Unreadable(place, HOSTILE)], skipped=[Skipped(place, HOSTILE, HOSTILE)], files_read=1
    )


@pytest.mark.slow
@pytest.mark.parametrize("report", [realistic(), CheckReport(), hostile()], ids=["realistic", "empty", "hostile"])
def test_the_multitool_takes_a_report(judge: Judge, report: CheckReport) -> None:
    assert judge(log_of(report)) == []


@pytest.mark.slow
def test_the_multitool_takes_a_report_of_every_mistake(judge: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(TOP)
    log = log_of(check(read_paths(["examples/mistakes"])))
    assert len(log["runs"][0]["results"]) > 70
    assert judge(log) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        (lambda run: run["tool"]["driver"].pop("informationUri"), "SARIF2005"),
        (lambda run: run["tool"]["driver"]["notifications"][0].pop("help"), "GH2012"),
        (lambda run: run["results"][0].update(ruleIndex=99), "SARIF1009"),
    ],
)
def test_the_multitool_finds_what_is_wrong(judge: Judge, fault: Callable[[Any], object], rule: str) -> None:
    log = log_of(realistic())
    fault(log["runs"][0])
    assert rule in {found.partition("/")[0] for found, _ in judge(log)}
