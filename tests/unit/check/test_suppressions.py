"""Comments that suppress findings, and findings about comments."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from given import Run

from pca_events.check.report import CheckReport
from pca_events.check.rules import check
from pca_events.check.suppressions.comments import IgnoreComments, without_ignored
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import SourceLocation

TERRAFORM = """\
resource "aws_cloudwatch_event_rule" "%s" {
  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = ["%s"] } })%s
}
"""
Checked = Callable[[str], CheckReport]


def terraform(result: str = "failed", inside: str = "", name: str = "audit") -> str:
    """A rule without a target that never fires if the result is never sent."""
    return TERRAFORM % (name, result, inside)


@pytest.fixture
def checked(tmp_path: Path) -> Checked:
    """Checks a text as a file of Terraform."""

    def made(text: str) -> CheckReport:
        (tmp_path / "rules.tf").write_text(text)
        reading = read_paths([str(tmp_path)])
        return without_ignored(check(reading), reading)

    return made


def found(report: CheckReport) -> list[str]:
    return sorted(finding.code for finding in report.findings)


@pytest.mark.parametrize(
    ("comment", "kept", "ignored"),
    [
        ("# pca-events: ignore never-fires kept for a future release", ["no-target"], 1),
        ("// pca-events: ignore no-target the target is in another stack", ["never-fires"], 1),
        ("# pca-events: ignore no-target, never-fires it is a template", [], 2),
        ("#pca-events: ignore no-target,never-fires: it is a template", [], 2),
        ("# see TICKET-1 # pca-events: ignore no-target -- by hand", ["never-fires"], 1),
        ("# pca-events: ignore no-target", ["ignore-without-reason", "never-fires", "no-target"], 0),
        ("# pca-events: ignore no-target --", ["ignore-without-reason", "never-fires", "no-target"], 0),
        ("# pca-events: ignore", ["ignore-empty", "never-fires", "no-target"], 0),
        ("# pca-events:", ["ignore-empty", "never-fires", "no-target"], 0),
        ("# pca-events: ignroe no-target by hand", ["ignore-unknown", "never-fires", "no-target"], 0),
        ("# pca-events: see the runbook", ["never-fires", "no-target"], 0),
        ("# pca-events: ignore no-targets by hand", ["ignore-unknown", "never-fires", "no-target"], 0),
        ("# pca-events: ignore no-target,no-targets by hand", ["ignore-unknown", "never-fires"], 1),
        ("# pca-events: ignore fifo-queue by hand", ["ignore-unused", "never-fires", "no-target"], 0),
        ("# pca-events: ignore fifo-queue,no-target by hand", ["ignore-unused", "never-fires"], 1),
        ("# pca-events: ignore ignore-unused,no-target x", ["ignore-unused", "never-fires"], 1),
    ],
)
def test_a_comment_suppresses_what_it_names(checked: Checked, comment: str, kept: list[str], ignored: int) -> None:
    above = checked(f"{comment}\n# The team is on call.\n{terraform()}")
    assert (found(above), above.ignored) == (kept, ignored)
    inside = checked(terraform(inside=f" {comment}"))
    assert (found(inside), inside.ignored) == (kept, ignored)


def test_an_unknown_code_is_reported_at_the_comment(checked: Checked) -> None:
    report = checked(f"{terraform('failure')}\n# pca-events: ignore never-fire soon\n{terraform(name='other')}")
    (unknown,) = [finding for finding in report.findings if finding.code == "ignore-unknown"]
    assert unknown.place.line == 5
    assert '"never-fire" is not the code of a finding' in unknown.message
    assert unknown.remedy == 'did you mean "never-fires"?'


def test_a_comment_that_is_not_beside_a_rule_is_reported_with_its_location(checked: Checked) -> None:
    report = checked(f"# pca-events: ignore no-target far away\n\n{terraform('failure')}")
    (alone,) = report.suppressions
    assert [(finding.code, finding.place.line) for finding in alone.findings] == [("ignore-unused", 1)]
    assert "is not beside a rule" in alone.findings[0].message
    assert report.as_json()["suppressions"][0]["code"] == "ignore-unused"
    assert "no-target" in found(report)


def test_a_comment_that_suppresses_a_finding_of_one_instance_is_used(checked: Checked) -> None:
    text = (
        'resource "aws_cloudwatch_event_rule" "each" {\n'
        "  # pca-events: ignore never-fires one of them is for later\n"
        '  for_each      = toset(["failed", "failure"])\n'
        '  event_pattern = jsonencode({ source = ["aws.acm-pca"], detail = { result = [each.value] } })\n}\n'
    )
    assert found(checked(text)) == ["no-target", "no-target"]


@pytest.mark.parametrize("pattern", ['jsonencode({ source = ["aws.ec2"] })', "var.pattern"])
def test_a_comment_beside_an_unjudged_rule_is_not_reported_as_unused(checked: Checked, pattern: str) -> None:
    comment = "# pca-events: ignore no-target made elsewhere\n"
    rule = f'resource "aws_cloudwatch_event_rule" "x" {{\n  event_pattern = {pattern}\n}}\n'
    assert found(checked(comment + rule)) == []


def test_a_comment_in_a_partly_read_file_is_not_reported_as_unused(checked: Checked) -> None:
    report = checked(f"# pca-events: ignore fifo-queue the queue\n{terraform('failure')}\nresource {{{{\n")
    assert report.unreadable
    assert "ignore-unused" not in found(report)


@pytest.mark.parametrize(
    "line",
    [
        'description = "# pca-events: ignore no-target,never-fires made elsewhere"',
        'description = "it\'s # pca-events: ignore no-target,never-fires made elsewhere"',
    ],
)
def test_a_quoted_string_is_not_a_comment(checked: Checked, line: str) -> None:
    assert found(checked(terraform(inside=f"\n  {line}"))) == ["never-fires", "no-target"]


def test_an_apostrophe_before_a_comment_does_not_hide_it(tmp_path: Path) -> None:
    (tmp_path / "t.yaml").write_text(
        "Resources:\n  Crl:\n    Type: AWS::Events::Rule\n    Properties:\n"
        "      Description: it's the CRL # pca-events: ignore no-target made by hand\n"
        "      EventPattern: {source: [aws.acm-pca], detail: {result: [failure]}}\n"
    )
    reading = read_paths([str(tmp_path)])
    report = without_ignored(check(reading), reading)
    assert (found(report), report.ignored) == ([], 1)


def test_a_string_like_a_comment_in_json_suppresses_nothing(tmp_path: Path) -> None:
    pattern = json.dumps({"source": ["aws.acm-pca"], "detail": {"result": ["failed"]}})
    words = "# pca-events: ignore never-fires it is for the future"
    rules = [{"Name": f"r{number}", "EventPattern": pattern, "Description": words} for number in range(3)]
    (tmp_path / "rules.json").write_text(json.dumps({"Rules": rules}))
    reading = read_paths([str(tmp_path / "rules.json")])
    assert found(without_ignored(check(reading), reading)).count("never-fires") == 3


def test_comments_are_searched_once_per_file(tmp_path: Path) -> None:
    comment = "# pca-events: ignore no-target made elsewhere\n"
    text = "".join(f"{comment if number % 2 else ''}rule {number} {'x' * 1_000}\n" for number in range(4_000))
    (tmp_path / "rules.tf").write_text(text)
    lines = [number for number, line in enumerate(text.splitlines(), 1) if line.startswith("rule")]
    comments = IgnoreComments()
    comments.beside(SourceLocation(str(tmp_path / "rules.tf"), 1), 1)
    (tmp_path / "rules.tf").unlink()
    beside = [len(comments.beside(SourceLocation(str(tmp_path / "rules.tf"), line), line)) for line in lines]
    assert beside == [0, 1] * 2_000


def test_the_report_counts_what_is_ignored(command: Run, tmp_path: Path) -> None:
    (tmp_path / "rules.tf").write_text(f"# pca-events: ignore no-target,never-fires a template\n{terraform()}")
    assert "2 ignored" in command("check", str(tmp_path)).stdout
    told = json.loads(command("check", str(tmp_path), "--format", "json").stdout)
    assert (told["ignored"], told["baselined"], told["suppressions"]) == (2, 0, [])
