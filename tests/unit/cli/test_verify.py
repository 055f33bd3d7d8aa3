"""`pca-events verify` of a part of the suite: the selection, the output and the files."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest
from given import Run
from scenario_count import features_in, scenario_count

from pca_events.backends import Backend
from pca_events.cli.verify.report import junit
from pca_events.pytest_plugin.suite.run import list_suite
from pca_events.suite_report import RunReport, ScenarioResult


def listed(*select: str) -> list[tuple[str, str]]:
    found = list_suite(select)
    assert found.broken == []
    return found.scenarios


@pytest.mark.parametrize(
    ("select", "parts", "tag"),
    [
        (["--pca-feature=routing/delivery"], ["routing/delivery"], ""),
        (["--pca-feature=features/routing/delivery.feature"], ["routing/delivery"], ""),
        (["--pca-feature=consumers", "--pca-feature=envelope"], ["consumers", "envelope"], ""),
        (
            ["--pca-tags=@never_sent", "--pca-feature=operations/other_operations"],
            ["operations/other_operations"],
            "never_sent",
        ),
    ],
)
def test_selection(select: Sequence[str], parts: Sequence[str], tag: str) -> None:
    found = listed(*select)
    assert len(found) == scenario_count(*parts, tag=tag) > 0
    assert {feature for feature, _ in found} == features_in(*parts)


@pytest.mark.parametrize(
    ("select", "features"),
    [
        (["--pca-scenario=RECEIVED TWICE"], ["operations/delivery.feature"]),
        (["--pca-scenario=is-disabled", "-kchanges"], []),
    ],
)
def test_selection_by_name(select: Sequence[str], features: Sequence[str]) -> None:
    assert [feature for feature, _ in listed(*select)] == features


def test_tags_are_those_of_features_rules_and_scenarios() -> None:
    both = listed("--pca-tags=@backend or not @backend", "--pca-feature=events")
    backend = listed("--pca-tags=@backend", "--pca-feature=events")
    others = listed("--pca-tags=not @backend", "--pca-feature=events")
    assert len(backend) == scenario_count("events", tag="backend") > 0
    assert len(backend) + len(others) == len(both) == scenario_count("events")


def test_a_title_contains_the_values_of_its_row() -> None:
    titles = [title for _, title in listed("--pca-feature=routing/patterns")]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize(
    ("select", "said"),
    [
        ("--pca-feature=rooting", 'there is no feature "rooting"; did you mean "routing"?'),
        ("--pca-feature=zzz", 'there is no feature "zzz"; known: calibration, consumers, consumers/at_least_once, '),
        ("--pca-tags=@bakend", 'no scenario has the tag "@bakend"; did you mean "@backend"?'),
        ("--pca-tags=@backend and (", '"@backend and (" is not a tag expression'),
    ],
)
def test_an_invalid_selection_is_rejected(select: str, said: str) -> None:
    (broken,) = list_suite([select]).broken
    assert broken.startswith(said)


def test_listing_runs_nothing(command: Run) -> None:
    ran = command("verify", "routing/delivery", "--tags", "@documented", "--list")
    assert (ran.returncode, ran.stderr) == (0, "")
    lines = ran.stdout.splitlines()
    assert lines[0] == "routing/delivery: A rule for the source alone receives all documented events"
    assert len(lines) == scenario_count("routing/delivery", tag="documented")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--scenario", "no such"), "no scenario matches --scenario no such, so nothing was verified"),
        (("@backend",), 'there is no feature "@backend"'),
        (("--workers", "0"), 'argument -n/--workers: "0" is not a number of workers; write 1 to 64, or auto'),
    ],
)
def test_an_invalid_selection_is_reported_in_one_line(command: Run, words: Sequence[str], said: str) -> None:
    ran = command("verify", *words, "--list")
    assert ran.returncode == 2
    assert said in ran.stderr.splitlines()[-1]
    assert "Traceback" not in ran.stderr


@pytest.fixture
def settings_of_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the caller's own pytest, and the variables of one that runs."""
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.setenv("PYTEST_DEBUG", "1")
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw9")


@pytest.mark.slow
@pytest.mark.usefixtures("settings_of_pytest")
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_partial_run_is_never_shown_as_complete(
    command: Run, pca_backend: Backend, tmp_path: Path, workers: str
) -> None:
    words = ("--endpoint-url", pca_backend.endpoint_url, "-n", workers, "--site", str(tmp_path / "site"))
    ran = command("verify", "envelope", "events/ca_creation", *words)
    assert (ran.returncode, ran.stderr) == (0, "")
    part, whole = scenario_count("envelope", "events/ca_creation"), scenario_count()
    assert f"{part} of {whole} scenarios, mode service: {part} passed, 0 failed, 0 skipped" in ran.stdout
    features = [line.split()[0] for line in ran.stdout.splitlines() if line.startswith("  ")]
    assert features == ["envelope", "events/ca_creation"]
    site = tmp_path / "site"
    assert f"{part} of {whole} run, none broken" in (site / "index.html").read_text("utf-8")
    badge = (site / "badge.svg").read_text("utf-8")
    assert f"{part} of {whole} run" in badge
    assert "#146c43" not in badge, "green"
    events = json.loads((site / "events.json").read_text("utf-8"))
    assert events["status"] == "not run"
    assert {event["status"] for event in events["events"]} == {"not run"}


@pytest.fixture
def broken(tmp_path: Path) -> str:
    """A folder whose sitecustomize breaks every contract."""
    (tmp_path / "sitecustomize.py").write_text(
        "from pca_events import contract\n"
        "contract.violations = lambda event: [contract.Violation('$.time', 'is late', 'no.json', 'x')]\n"
    )
    return str(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_first_failure_can_end_the_run(process: Run, broken: str, tmp_path: Path, workers: str) -> None:
    report = tmp_path / "junit.xml"
    ran: subprocess.CompletedProcess[str] = process(
        "verify", "events/ca_creation", "--tags", "not @backend", "-x", "-n", workers, "--junit", str(report),
        path=broken,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "\nstopped at the first failure, after " in ran.stdout
    assert f" of {scenario_count()} scenarios, mode service: " in ran.stdout
    suites = ElementTree.parse(report).getroot()  # noqa: S314
    assert [suite.get("name") for suite in suites] == ["events/ca_creation", "the run"]
    assert suites[0].find("testcase/failure").get("message", "").endswith("$.time: is late (no.json)")  # type: ignore[union-attr]


def test_junit_has_every_outcome_and_valid_xml() -> None:
    def result(verdict: str, reason: str) -> ScenarioResult:
        return ScenarioResult("a/b.feature", f"it {verdict} \x1b<", "", None, verdict, reason, 0.25)  # type: ignore[arg-type]

    report = RunReport("none", "direct", [result("passed", ""), result("failed", "one\ntwo"), result("skipped", "so")])
    report.leaks.append("arn:1\n  aws rm")
    root = ElementTree.fromstring(junit(report))  # noqa: S314
    suite, run = root
    assert {name: suite.get(name) for name in ("name", "tests", "failures", "skipped", "time")} == {
        "name": "a/b", "tests": "3", "failures": "1", "skipped": "1", "time": "0.750",
    }  # fmt: skip
    assert [case.get("name") for case in suite] == ["it passed ?<", "it failed ?<", "it skipped ?<"]
    assert run.find("testcase/error").text == "left behind: arn:1\n  aws rm"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--mode", "direct"), "rejects events with a source that begins with aws."),
        (("--mode", "service", "--stock"), "has no channel for AWS services"),
    ],
)
def test_a_mode_that_the_backend_lacks_is_one_message(process: Run, words: tuple[str, ...], message: str) -> None:
    ran = process("verify", "envelope", *words)
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert message in ran.stderr
