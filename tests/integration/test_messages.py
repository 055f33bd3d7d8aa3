"""Runs are written as Cucumber Messages: every status is distinguished, with and without workers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from message_suite import BASKET, STATUSES, envelopes_of, lay, run_pytest, without_chance

from pca_events.messages import Run, ScenarioRun, StepRun, read_messages
from pca_events.messages.envelopes import meta

WORDS = ["--pca-cucumber-messages", "out/run.ndjson", "-k", "not left_out"]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = lay(tmp_path_factory.mktemp("serial"), basket=BASKET, statuses=STATUSES)
    ran = run_pytest(folder, *WORDS)
    assert (ran.returncode, ran.stderr) == (1, "")
    return folder


@pytest.fixture(scope="module")
def run(suite: Path) -> Run:
    return read_messages(suite / "out" / "run.ndjson")


def scenarios(run: Run) -> Iterator[ScenarioRun]:
    for feature in run.features:
        yield from feature.scenarios


def named(run: Run, name: str) -> ScenarioRun:
    (found,) = [scenario for scenario in scenarios(run) if scenario.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "status", "phase", "steps", "reason"),
    [
        ("It passes", "passed", "steps", "passed passed passed", ""),
        ("A step fails", "failed", "steps", "passed failed skipped", "AssertionError: it fell over\n"),
        ("A number differs", "failed", "steps", "passed failed", "assert 0 == 1\n"),
        ("A step skips", "skipped", "steps", "passed skipped skipped", "closed on Sundays"),
        ("A fixture of a step skips", "skipped", "steps", "skipped", "absent today"),
        ("A marker skips", "skipped", "setup", "skipped", "not before spring"),
        ("A step is undefined", "undefined", "steps", "passed undefined skipped", "no step definition matches"),
        ("The setup fails", "failed", "setup", "skipped", "RuntimeError: no ground\nconftest.py:21: in ground"),
        ("The teardown fails", "failed", "teardown", "passed", "RuntimeError: a loose end\nconftest.py:27: in loose"),
        ("A step and the teardown fail", "failed", "steps", "passed failed", "assert 0 == 1\n"),
        ("It fails as expected", "expected failure", "steps", "passed expected", "expected failure: a known fault"),
        ("It passes unexpectedly", "passed", "steps", "passed", ""),
        ("It passes though it must not", "failed", "steps", "passed", "[XPASS(strict)] a known fault"),
        ("It is given up", "expected failure", "steps", "expected", "expected failure: hopeless"),
        ("It is left out", "not run", "steps", "not", ""),
    ],
)
def test_every_status_is_distinguished(run: Run, name: str, status: str, phase: str, steps: str, reason: str) -> None:
    scenario = named(run, name)
    assert (scenario.status, scenario.phase) == (status, phase)
    assert " ".join(step.status.split()[0] for step in scenario.steps) == steps
    assert scenario.reason.startswith(reason)
    assert bool(scenario.reason) == bool(reason)


def test_a_failure_shows_where_and_its_exception(suite: Path, run: Run) -> None:
    assert named(run, "A number differs").reason == (
        "assert 0 == 1\n +  where 0 = len([])\ntest_suite.py:26: in holds\n    assert len(basket) == count"
    )
    results = [
        m["testStepFinished"]["testStepResult"]
        for m in envelopes_of(suite / "out/run.ndjson")
        if "testStepFinished" in m
    ]
    (fell,) = [result for result in results if "fell over" in result.get("message", "")]
    assert fell["exception"]["type"] == "AssertionError"
    assert fell["exception"]["message"].startswith("it fell over")
    assert fell["exception"]["stackTrace"] == fell["message"]


def test_the_run_itself(run: Run) -> None:
    assert (run.backend, run.mode, run.success) == ("", "", False)
    assert run.implementation.startswith("pca-events ")
    assert run.finished is not None
    assert run.finished > run.started
    assert [feature.uri for feature in run.features] == ["features/basket.feature", "features/statuses.feature"]
    assert run.features[0].source == BASKET
    assert run.features[0].description == "A basket holds fruit.\n\nAnd no more."
    assert run.features[0].tags == ("@fruit",)


def test_rows_of_an_outline(run: Run) -> None:
    rows = [scenario for scenario in scenarios(run) if scenario.template == "<count> <fruit>"]
    assert [(row.examples, dict(row.row), row.line, row.name) for row in rows] == [
        ("a few", {"count": "1", "fruit": "apples"}, 18, "1 apples"),
        ("a few", {"count": "2", "fruit": "pears"}, 19, "2 pears"),
        ("many", {"count": "90", "fruit": "apples"}, 24, "90 apples"),
        ("many", {"count": "2", "fruit": "pears"}, 25, "2 pears"),
    ]
    assert {row.status for row in rows} == {"passed"}
    assert len({row.scenario_id for row in rows}) == 1
    assert {(row.keyword, row.scenario_line) for row in rows} == {("Scenario Outline", 11)}
    assert [row.tags for row in rows[1:3]] == [("@fruit", "@counted", "@few"), ("@fruit", "@counted", "@many")]


def test_steps_with_backgrounds_rule_doc_string_and_table(run: Run) -> None:
    scenario = named(run, "A label and a list")
    assert (scenario.rule, scenario.tags) == ("A basket is labelled", ("@fruit", "@ruled"))
    assert [(step.keyword, step.text, step.in_background) for step in scenario.steps] == [
        ("Given", "a basket", True),
        ("When", "1 apples are put in", True),
        ("When", "a label says", False),
        ("And", "2 pears are put in", False),
        ("Then", "it holds these", False),
    ]
    assert scenario.steps[2].doc_string == 'Fragile: "<b>" & ünïcödé\n  indented'
    assert scenario.steps[4].table == (("apples",), ("pears",))


def step(run: Run, scenario: str, number: int) -> StepRun:
    return named(run, scenario).steps[number]


def test_definitions_and_the_arguments_that_they_take(run: Run) -> None:
    put, shaken = step(run, "1 apples", 1), step(run, "It passes", 1)
    assert (put.definition, put.pattern) == ("test_suite.py:14", "{count:d} {fruit} are put in")
    assert [(argument.value, argument.start) for argument in put.arguments] == [("1", 0), ("apples", 2)]
    assert (put.text, put.template) == ("1 apples are put in", "<count> <fruit> are put in")
    assert [(argument.value, argument.start) for argument in shaken.arguments] == [("gently", 6), ("3", 24)]
    assert [argument.value for argument in step(run, "A step fails", 1).arguments] == ["wildly"]
    assert [step(run, name, 0).pattern for name in ("1 apples", "It passes")] == ["a basket", "an empty basket"]
    assert step(run, "A step is undefined", 1).definition == ""
    assert step(run, "A step is undefined", 2).definition == "test_suite.py:24"
    assert step(run, "A marker skips", 0).pattern == "an empty basket"


@pytest.mark.slow
def test_workers_make_the_same_file(suite: Path, tmp_path: Path) -> None:
    folder = lay(tmp_path / "workers", basket=BASKET, statuses=STATUSES)
    assert run_pytest(folder, "-n", "2", *WORDS).returncode == 1
    serial, parallel = (envelopes_of(place / "out" / "run.ndjson") for place in (suite, folder))
    assert [without_chance(message) for message in parallel] == [without_chance(message) for message in serial]
    workers = {m["testCaseStarted"].get("workerId") for m in parallel if "testCaseStarted" in m}
    assert workers <= {"gw0", "gw1"}


@pytest.mark.slow
@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["serial", "workers"])
def test_features_without_a_selected_test_are_included(tmp_path: Path, workers: list[str]) -> None:
    folder = lay(tmp_path, basket=BASKET)
    ran = run_pytest(folder, *workers, "--pca-cucumber-messages", "run.ndjson", "-k", "nothing_at_all")
    assert ran.returncode == 5
    found = list(scenarios(read_messages(folder / "run.ndjson")))
    assert [scenario.status for scenario in found] == ["not run"] * 5


@pytest.mark.slow
@pytest.mark.parametrize("words", [["-x"], ["-x", "-n", "1"]], ids=["serial", "workers"])
def test_scenarios_after_the_first_failure_are_not_run(tmp_path: Path, words: list[str]) -> None:
    folder = lay(tmp_path, statuses=STATUSES)
    assert run_pytest(folder, *words, "--pca-cucumber-messages", "run.ndjson").returncode in (1, 2)
    found = list(scenarios(read_messages(folder / "run.ndjson")))
    assert [scenario.status for scenario in found[:2]] == ["passed", "failed"]
    assert found[-1].status == "not run"


@pytest.mark.slow
def test_interrupted_scenarios_count_as_not_run(tmp_path: Path) -> None:
    feature = (
        "Feature: Stop\n  Scenario: First\n    Given a basket\n  Scenario: Then\n    When someone stops everything\n"
    )
    folder = lay(tmp_path, stop=feature)
    assert run_pytest(folder, "--pca-cucumber-messages", "run.ndjson").returncode == 2
    run = read_messages(folder / "run.ndjson")
    assert [scenario.status for scenario in scenarios(run)] == ["passed", "not run"]
    assert not run.success


@pytest.mark.slow
def test_a_failure_after_the_last_step_counts(tmp_path: Path) -> None:
    folder = lay(tmp_path, basket=BASKET)
    bound = (
        '\n\n@scenario("features/basket.feature", "A label and a list")\ndef test_more():\n    assert not "enough"\n'
    )
    (folder / "test_suite.py").write_text(
        (folder / "test_suite.py").read_text().replace('\n\nscenarios("features")', bound)
    )
    assert run_pytest(folder, "--pca-cucumber-messages", "run.ndjson").returncode == 1
    scenario = named(read_messages(folder / "run.ndjson"), "A label and a list")
    assert (scenario.status, {step.status for step in scenario.steps}) == ("failed", {"passed"})
    assert "test_suite.py:7: in test_more" in scenario.reason


@pytest.mark.slow
def test_a_worker_that_dies_fails_its_scenario(tmp_path: Path) -> None:
    feature = "Feature: Death\n  Scenario: First\n    Given a basket\n  Scenario: It dies\n    Given the end\n"
    folder = lay(tmp_path, death=feature)
    with (folder / "test_suite.py").open("a") as file:
        file.write('\n\n@given("the end")\ndef end():\n    import os\n    os._exit(3)\n')
    assert run_pytest(folder, "-n", "1", "--pca-cucumber-messages", "run.ndjson").returncode == 1
    died = named(read_messages(folder / "run.ndjson"), "It dies")
    assert died.status == "failed"
    assert "crashed while running" in died.reason


@pytest.mark.slow
def test_nothing_is_recorded_without_the_option(tmp_path: Path) -> None:
    folder = lay(tmp_path, statuses=STATUSES)
    (folder / "test_plugins.py").write_text(
        "def test_plugins(pytestconfig):\n"
        "    assert not [name for name, _ in pytestconfig.pluginmanager.list_name_plugin() if '-recording' in name]\n"
    )
    assert "1 passed" in run_pytest(folder, "test_plugins.py").stdout


def test_a_place_that_cannot_be_written_is_one_line_before_the_run(tmp_path: Path) -> None:
    folder = lay(tmp_path, basket=BASKET)
    (folder / "file").touch()
    ran = run_pytest(folder, "--pca-cucumber-messages", "file/run.ndjson")
    assert ran.returncode == 2
    (said,) = filter(None, ran.stderr.splitlines())
    assert said.endswith(f"/run.ndjson cannot be written, because {folder / 'file'} is not a folder; name another path")


@pytest.mark.slow
def test_a_file_that_becomes_unwritable_during_the_run(tmp_path: Path) -> None:
    folder = lay(tmp_path, basket=BASKET)
    with (folder / "conftest.py").open("a") as file:
        file.write(
            "\n\ndef pytest_runtest_teardown():\n    import shutil\n    shutil.rmtree('out', ignore_errors=True)\n"
        )
    ran = run_pytest(folder, "--pca-cucumber-messages", "out/run.ndjson")
    assert ran.returncode == 2
    assert "5 passed" in ran.stdout
    assert "out/run.ndjson cannot be written (No such file or directory); name a writable path" in ran.stdout


def test_the_ci_is_named_where_the_environment_does() -> None:
    assert meta({}).ci is None
    github = {"GITHUB_ACTIONS": "true", "GITHUB_SERVER_URL": "https://host", "GITHUB_REPOSITORY": "a/b"}
    ci = meta({**github, "GITHUB_RUN_ID": "7", "GITHUB_SHA": "f00"}).ci
    assert ci is not None
    assert ci.git is not None
    assert (ci.name, ci.url, ci.git.revision) == ("GitHub Actions", "https://host/a/b/actions/runs/7", "f00")
    on_gitlab = meta({"GITLAB_CI": "true", "CI_JOB_URL": "https://host/7"}).ci
    assert on_gitlab is not None
    assert on_gitlab.url == "https://host/7"
