"""The baseline: its entries, suppressed findings, stale entries and updates."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from checking import Project, rule

NEVER, TARGET = "never-fires", "no-target"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder with one rule that has an error and a warning."""
    made = Project(tmp_path)
    made.write("infra/rules.tf", rule())
    return made


def update(project: Project, *words: str) -> str:
    """Write the baseline of the rules in `infra`, and return the message."""
    ran = project.check(*words, "infra", "--baseline", "known.json", "--update-baseline")
    assert ran.returncode == 0, ran.stderr
    return ran.stderr


def entries(project: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((project.folder / "known.json").read_text())["findings"]
    return found


def left(project: Project, *words: str, within: str = ".") -> list[str]:
    return [found.split()[-1] for found in project.codes(*words, within=within)]


def test_a_baseline_lists_findings_and_suppresses_them(project: Project) -> None:
    assert update(project) == "known.json: 2 added, 0 removed, 0 kept\n"
    assert entries(project)[0] == {
        "file": "infra/rules.tf",
        "rule": "aws_cloudwatch_event_rule.audit",
        "code": NEVER,
        "about": 'detail.result "failed"',
    }
    ran = project.check("infra", "--baseline", "known.json")
    assert (ran.returncode, "2 in the baseline" in ran.stdout, "never fires" in ran.stdout) == (0, True, False)
    told = json.loads(project.check("infra", "--baseline", "known.json", "--format", "json").stdout)
    assert (told["baselined"], told["ignored"], told["suppressions"]) == (2, 0, [])


def test_lines_and_layout_do_not_matter(project: Project) -> None:
    update(project)
    project.write("infra/rules.tf", "# moved\n\n\n" + rule().replace("{ result", "{\n\n result"))
    assert left(project, "infra", "--baseline", "known.json") == []


EDITS = [
    ('"failed"', '"fialed"', NEVER),
    ('"failed"', '"failed", "error"', NEVER),
    ("detail = { result", "detail = { outcome", NEVER),
    ('"aws.acm-pca"]', '"aws.acm-pca"], detail-typ = ["x"]', NEVER),
    ('"aws_cloudwatch_event_rule" "audit"', '"aws_cloudwatch_event_rule" "other"', NEVER),
]


@pytest.mark.parametrize(("old", "new", "code"), EDITS)
def test_another_mistake_in_the_same_rule_is_reported(project: Project, old: str, new: str, code: str) -> None:
    update(project)
    project.write("infra/rules.tf", rule().replace(old, new))
    assert code in left(project, "infra", "--baseline", "known.json")
    assert project.check("infra", "--baseline", "known.json").returncode == 1


def test_each_baseline_entry_suppresses_one_finding(project: Project) -> None:
    target = """\
resource "aws_cloudwatch_event_target" "%s" {
  rule = aws_cloudwatch_event_rule.audit.name
  arn  = "arn:aws:sqs:eu-central-1:111122223333:alarms"
}
"""
    project.write("infra/rules.tf", rule(result="failure") + target % "one")
    update(project)
    assert [entry["code"] for entry in entries(project)] == ["no-dead-letter-queue"]
    project.write("infra/rules.tf", rule(result="failure") + target % "one" + target % "two")
    assert left(project, "infra", "--baseline", "known.json").count("no-dead-letter-queue") == 1
    project.write("known.json", json.dumps({"version": 2, "findings": [entries(project)[0]] * 2}))
    assert left(project, "infra", "--baseline", "known.json").count("baseline-stale") == 1


def test_stale_entries_are_listed_with_their_line_and_removed(project: Project) -> None:
    update(project)
    project.write("infra/rules.tf", rule(result="failure"))
    ran = project.check("infra", "--baseline", "known.json")
    assert (ran.returncode, "no longer has never-fires" in ran.stdout, "known.json:4" in ran.stdout) == (0, True, True)
    assert project.codes("infra", "--baseline", "known.json") == ["known.json:4 baseline-stale"]
    assert project.check("infra", "--baseline", "known.json", "--fail-on", "note").returncode == 1
    project.write("infra/more.tf", rule("more"))
    assert update(project) == "known.json: 2 added, 1 removed, 1 kept\n"
    assert left(project, "infra", "--baseline", "known.json") == []


def test_a_rule_that_is_gone_is_stale(project: Project) -> None:
    update(project)
    (project.folder / "infra/rules.tf").unlink()
    assert left(project, "infra", "--baseline", "known.json") == ["baseline-stale"] * 2


def test_unchecked_entries_are_not_reported_as_stale(project: Project) -> None:
    project.write("other/rules.tf", rule("other"))
    update(project, "other")
    assert {entry["file"] for entry in entries(project)} == {"infra/rules.tf", "other/rules.tf"}
    project.write("infra/rules.tf", rule(result="failure"))
    assert left(project, "other", "--baseline", "known.json") == []
    assert left(project, "infra/rules.tf:1", "--baseline", "known.json") == []
    assert update(project) == "known.json: 0 added, 1 removed, 3 kept\n"
    project.write("infra/rules.tf", 'resource "aws_cloudwatch_event_rule" "audit" {')
    ran = project.check("infra", "--baseline", "known.json", "--format", "github")
    assert (ran.returncode, "stale" in ran.stdout) == (2, False)


@pytest.mark.parametrize("pattern", ["var.pattern", 'jsonencode({ source = ["aws.ec2"] })'])
def test_an_entry_for_an_unjudged_rule_is_not_reported_as_stale(project: Project, pattern: str) -> None:
    update(project)
    project.write(
        "infra/rules.tf", f'resource "aws_cloudwatch_event_rule" "audit" {{\n  event_pattern = {pattern}\n}}\n'
    )
    assert left(project, "infra", "--baseline", "known.json") == []


def test_the_folder_in_which_the_command_runs_does_not_matter(project: Project) -> None:
    update(project)
    assert left(project, ".", "--baseline", "../known.json", within="infra") == []
    assert left(project, str(project.folder), "--baseline", "known.json") == []


def test_notes_are_in_the_baseline_only_if_they_fail_the_check(project: Project) -> None:
    project.write(
        "infra/rules.tf", rule(result="failure").replace('"aws.acm-pca"]', '"aws.acm-pca"], account = ["111122223333"]')
    )
    update(project)
    assert [entry["code"] for entry in entries(project)] == [TARGET]
    assert update(project, "--fail-on", "note") == "known.json: 1 added, 0 removed, 1 kept\n"
    assert left(project, "infra", "--baseline", "known.json") == []


def test_levels_count_before_the_baseline_is_written(project: Project) -> None:
    project.write("pca-events.toml", 'baseline = "known.json"\n[levels]\nno-target = "off"\n')
    assert project.check("infra", "--update-baseline").returncode == 0
    assert [entry["code"] for entry in entries(project)] == [NEVER]
    assert project.check("infra").returncode == 0
    assert project.check("infra", "--no-config").returncode == 1


def test_findings_about_suppressions_are_never_in_the_baseline(project: Project) -> None:
    project.write("infra/rules.tf", f"# pca-events: ignore no-target\n{rule()}")
    update(project)
    assert left(project, "infra", "--baseline", "known.json") == ["ignore-without-reason"]


def bad_files() -> Iterator[tuple[str, str]]:
    """Texts that are not baselines, with the message for each."""
    yield '{"known": []}', "known.json is from an older version"
    yield "[]", 'known.json is not a baseline: expected an object with "version": 2'
    yield '{"version": 3, "findings": []}', "known.json is not a baseline"
    yield "{", "known.json:1 is not valid JSON"
    yield '{\n"version": 2, "findings": [\n{"file": "a", "rule": "b", "code": "c"}]}', "known.json:3 entry 1 of the"
    yield '{"version": 2}', "known.json:1 entry 1 of the baseline needs file, rule, code, about"
    yield '{"version": 2, "findings": [3]}', "known.json:1 entry 1"
    yield '{"version": 2, "findings": [' + "[" * 5_000, "known.json"
    yield "\0", "known.json is binary"


@pytest.mark.parametrize(("text", "words"), list(bad_files()))
def test_an_invalid_baseline_is_reported_in_one_line(project: Project, text: str, words: str) -> None:
    project.write("known.json", text)
    ran = project.check("infra", "--baseline", "known.json")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith(f"pca-events: {words}")


def test_an_old_baseline_is_written_again(project: Project) -> None:
    project.write("known.json", '{"known": []}')
    assert update(project) == "known.json: 2 added, 0 removed, 0 kept\n"
    assert update(project) == "known.json: 0 added, 0 removed, 2 kept\n"


def test_the_error_for_a_missing_baseline_says_how_to_write_it(project: Project) -> None:
    ran = project.check("infra", "--baseline", "none.json")
    assert ran.stderr == (
        "pca-events: none.json cannot be read: No such file or directory; --update-baseline writes it\n"
    )
    ran = project.check("infra", "--update-baseline")
    assert (ran.returncode, "--update-baseline needs a file" in ran.stderr) == (2, True)
    for words in (["infra/rules.tf:1"], ["-"]):
        ran = project.check(*words, "--baseline", "known.json", "--update-baseline", given="")
        assert (ran.returncode, "takes files and folders" in ran.stderr) == (2, True)


@pytest.mark.parametrize("place", ["infra", "/dev/full", "infra/rules.tf/x", "/proc/x/known.json"])
def test_a_baseline_that_cannot_be_written_is_found_before_the_work(project: Project, place: str) -> None:
    ran = project.check("infra", "--baseline", place, "--update-baseline")
    assert (ran.returncode, ran.stdout, ran.stderr.count("\n")) == (2, "", 1)
    assert ran.stderr.startswith(f"pca-events: {place} ")
