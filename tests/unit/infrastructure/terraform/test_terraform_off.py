"""`for_each` with conditions that are unknown or false by default; rules that are off are checked as if on."""

from pathlib import Path
from typing import Any

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Rule, SourceLocation, Unknown
from pca_events.infrastructure.terraform.source_files import ENCRYPTED

TABLES = """
variable "on" {
  default = false
}
variable "perhaps" {}
variable "table" {
  type    = map(object({ result = optional(string, "failure") }))
  default = { a = {}, b = { result = "success" } }
}
locals {
  table = { a = { result = "failure" }, b = { result = "success" } }
  off   = var.on ? local.table : {}
  open  = var.perhaps ? local.table : {}
  both  = merge(local.off, { c = { result = "x" } })
}
"""
RULE = """
resource "aws_cloudwatch_event_rule" "r" {
  for_each      = %s
  event_pattern = jsonencode({ source = [each.key], detail = { result = [each.value.result] } })
}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rules(**files: str) -> list[Rule]:
    """The rules of these files, which have no errors."""
    for name, text in files.items():
        path = Path(name.replace("__", "/") + ".tf")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    reading = read_paths(["."])
    assert reading.unreadable == []
    return reading.rules


def over(expression: str) -> dict[str, tuple[Any, str]]:
    """For each rule of a `for_each`, by key: the result in its pattern, and why it is off."""
    found = rules(main=TABLES + RULE % expression)
    return {
        rule.name.partition("[")[2]: (rule.pattern["detail"]["result"][0], rule.off)
        for rule in found
        if not isinstance(rule.pattern, Unknown)
    }


@pytest.mark.parametrize(
    "expression",
    [
        "var.on ? local.table : {}",
        "var.on == false ? {} : local.table",
        "local.off",
        "{ for key, value in local.table : key => value if var.on }",
        "merge(var.on ? local.table : {}, {})",
        "var.on ? var.table : {}",
    ],
)
def test_for_each_that_is_empty_by_default(expression: str) -> None:
    assert over(expression) == {'"a"]': ("failure", "var.on"), '"b"]': ("success", "var.on")}


@pytest.mark.parametrize(
    "expression",
    [
        "var.perhaps ? local.table : {}",
        "var.perhaps ? {} : local.table",
        "local.open",
        "merge({}, local.open)",
        "{ for key, value in local.open : key => value }",
        "module.elsewhere.enabled && var.perhaps ? var.table : {}",
    ],
)
def test_for_each_with_an_unknown_condition(expression: str) -> None:
    assert over(expression) == {'"a"]': ("failure", ""), '"b"]': ("success", "")}


def test_a_known_condition_keeps_its_branch_next_to_an_unknown_one() -> None:
    more = '{ z = { result = "z" } }'
    known = {'"a"]': ("failure", ""), '"b"]': ("success", "")}
    assert over(f"merge(local.open, var.on ? {more} : {{}})") == known
    assert over(f"merge(local.open, var.on ? {{}} : {more})") == known | {'"z"]': ("z", "")}
    assert over(f"merge(local.open, var.on == false ? {more} : {{}})") == known | {'"z"]': ("z", "")}


def test_resources_that_are_on_are_not_widened() -> None:
    assert over("local.both") == {'"c"]': ("x", "")}
    assert over("var.on ? local.both : local.table") == {'"a"]': ("failure", ""), '"b"]': ("success", "")}


def test_either_of_two_possible_tables_is_unknown() -> None:
    ((key, (result, off)),) = over("var.perhaps ? local.table : local.both").items()
    assert (key, off) == ('"*"]', "")
    assert isinstance(result, Unknown)


def test_a_set_and_a_table_passed_to_a_module() -> None:
    child = f'variable "table" {{\n default = {{}}\n}}\n{RULE % "var.table"}'
    call = 'module "m" {\n source = "./child"\n table  = var.perhaps ? local.table : {}\n}\n'
    found = rules(main=TABLES + call, child__main=child)
    assert [rule.name for rule in found] == [
        'module.m.aws_cloudwatch_event_rule.r["a"]',
        'module.m.aws_cloudwatch_event_rule.r["b"]',
    ]
    child = f'variable "on" {{}}\n{RULE % "toset(var.on ? [1] : [])"}'.replace("each.value.result", "each.value")
    found = rules(main='module "m" {\n source = "./child"\n on = false\n}\n', child__main=child)
    assert [rule.off for rule in found] == ["var.on"]


def test_tables_that_refer_to_each_other_terminate() -> None:
    links = "".join(f"  t{n} = var.perhaps ? merge(local.t{n + 1}, local.t{n + 1}) : {{}}\n" for n in range(40))
    text = f"{TABLES}locals {{\n{links}  t40 = var.perhaps ? local.t0 : local.table\n}}\n"
    ((_, rule),) = enumerate(rules(main=text + RULE % "local.t0"))
    assert rule.name == 'aws_cloudwatch_event_rule.r["*"]'


def test_references_between_resources_that_are_off_together() -> None:
    (rule,) = rules(
        main="""
        variable "on" {
          default = false
        }
        resource "aws_sqs_queue" "q" {
          count = var.on ? 1 : 0
        }
        data "aws_iam_policy_document" "q" {
          count = var.on ? 1 : 0
          statement {
            actions   = ["sqs:SendMessage"]
            resources = aws_sqs_queue.q[*].arn
            principals {
              type        = "Service"
              identifiers = ["events.amazonaws.com"]
            }
          }
        }
        resource "aws_sqs_queue_policy" "q" {
          count     = var.on ? 1 : 0
          queue_url = one(aws_sqs_queue.q[*].id)
          policy    = join("", data.aws_iam_policy_document.q[*].json)
        }
        resource "aws_cloudwatch_event_rule" "r" {
          count         = var.on ? 1 : 0
          event_pattern = jsonencode({ source = ["aws.acm-pca"] })
        }
        resource "aws_cloudwatch_event_target" "t" {
          count = var.on ? 1 : 0
          rule  = one(aws_cloudwatch_event_rule.r[*].name)
          arn   = one(aws_sqs_queue.q[*].arn)
        }
        """
    )
    (target,) = rule.targets or ()
    assert target.destination is not None
    (statement,) = target.destination.policy["Statement"]
    assert [held.resource for held in statement["Resource"]] == ["aws_sqs_queue.q[0]"]


def test_a_pattern_in_an_override_file_has_its_location() -> None:
    block = 'resource "aws_cloudwatch_event_rule" "r" {\n  event_pattern = "{\\"source\\":[\\"%s\\"]}"\n}\n'
    (rule,) = rules(main="\n\n" + block % "a", main_override="\n" + block % "b")
    assert (rule.pattern, rule.place, rule.last_line) == ({"source": ["b"]}, SourceLocation("main_override.tf", 3), 3)


def test_data_sources_of_templates_and_files() -> None:
    Path("p.tpl").write_text('{"source":["${from}"]}')
    Path("locked.json").write_bytes(b"\0GITCRYPT\0")
    text = "".join(
        f'resource "aws_cloudwatch_event_rule" "{name}" {{\n event_pattern = {held}\n}}\n'
        for name, held in {
            "inline": "data.template_file.inline.rendered",
            "file": "data.template_file.file.rendered",
            "plain": "data.local_file.plain.content",
            "text": 'templatestring(local.text, { from = "d" })',
            "lost": "data.local_file.lost.content",
            "outside": "data.local_file.outside.content",
            "locked": "data.local_file.locked.content",
            "size": "data.local_file.plain.id",
        }.items()
    )
    found = rules(
        main=text
        + """
        locals {
          text = "{\\"source\\":[\\"$${from}\\"]}"
        }
        data "template_file" "inline" {
          template = "{\\"source\\":[\\"$${from}\\"]}"
          vars     = { from = "a" }
        }
        data "template_file" "file" {
          template = file("${path.module}/p.tpl")
          vars     = { from = "b" }
        }
        data "local_file" "plain" {
          filename = "p.tpl"
        }
        data "local_file" "lost" {
          filename = "lost.json"
        }
        data "local_file" "outside" {
          filename = "/etc/hostname"
        }
        data "local_file" "locked" {
          filename = "locked.json"
        }
        """
    )
    patterns = {rule.name.rpartition(".")[2]: rule.pattern for rule in found}
    assert patterns == {
        "inline": {"source": ["a"]},
        "file": {"source": ["b"]},
        "plain": {"source": ["${from}"]},
        "text": {"source": ["d"]},
        "lost": Unknown("data.local_file.lost.content"),
        "outside": Unknown("data.local_file.outside.content"),
        "locked": Unknown(ENCRYPTED),
        "size": Unknown("data.local_file.plain.id"),
    }


@pytest.mark.parametrize(
    ("name", "value", "pattern"),
    [
        ("event_pattern", '"task_stopped"', Unknown('what the module makes of "task_stopped"')),
        ("event_rule_pattern_json", '"{"', "{"),
        ("event_pattern_detail_type", '"GuardDuty Finding"', None),
        ("event_pattern_source", "var.perhaps", None),
        ("event_patterns", "var.perhaps", Unknown("var.perhaps")),
    ],
)
def test_arguments_of_a_module_without_available_code(name: str, value: str, pattern: Any) -> None:
    found = rules(main=f'module "m" {{\n source = "a/b/aws"\n {name} = {value}\n}}\nvariable "perhaps" {{}}\n')
    assert [rule.pattern for rule in found] == ([] if pattern is None else [pattern])


def test_an_empty_pattern_is_ignored() -> None:
    block = 'resource "%s" "%s" {\n count = var.p == "" ? 0 : 1\n event_pattern = var.p\n}\n'
    kinds = ["aws_cloudwatch_event_rule", "aws_cloudwatch_event_archive", "awscc_events_rule"]
    text = 'variable "p" {\n default = ""\n}\n' + "".join(block % (kind, kind) for kind in kinds)
    assert rules(main=text) == []


def test_a_destination_with_an_empty_name_is_shown_by_its_address() -> None:
    (rule,) = rules(
        main='resource "aws_sns_topic" "t" {\n name = var.name\n}\nvariable "name" {\n default = ""\n}\n'
        'resource "aws_cloudwatch_event_rule" "r" {\n event_pattern = jsonencode({ source = ["x"] })\n}\n'
        'resource "aws_cloudwatch_event_target" "t" {\n rule = aws_cloudwatch_event_rule.r.name\n'
        " arn = aws_sns_topic.t.arn\n}\n"
    )
    (target,) = rule.targets or ()
    assert target.destination is not None
    assert target.destination.name == "aws_sns_topic.t"


def test_a_pattern_file_passed_to_a_module_has_no_lines_in_the_call() -> None:
    Path("p.tpl").write_text('{\n "source": ["x"]\n}')
    (rule,) = rules(main='\nmodule "m" {\n source = "a/b/aws"\n event_pattern = file("p.tpl")\n}\n')
    assert (rule.place, rule.pattern, rule.lines) == (SourceLocation("main.tf", 4), {"source": ["x"]}, {"source": 4})
