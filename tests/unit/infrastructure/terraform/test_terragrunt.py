"""Terragrunt inputs: of included files, of files that are read, and of the unit itself."""

from pathlib import Path
from typing import Any

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Rule, Unknown

MODULE = """
variable "source_name" {}
variable "result" {}
resource "aws_cloudwatch_event_rule" "r" {
  event_pattern = jsonencode({ source = [var.source_name], detail = { result = [var.result] } })
}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")


def put(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)


def rules() -> list[Rule]:
    reading = read_paths(["."])
    assert reading.unreadable == []
    return reading.rules


def asked(unit: str, **files: str) -> tuple[Any, Any]:
    """The source and result in the pattern of a module's rule, with these inputs."""
    put("modules/rule/main.tf", MODULE)
    put("live/a/terragrunt.hcl", f'terraform {{\n source = "../../modules/rule"\n}}\n{unit}')
    for name, text in files.items():
        put(name.replace("__", "/") + ".hcl", text)
    (rule,) = rules()
    return rule.pattern["source"][0], rule.pattern["detail"]["result"][0]


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ('find_in_parent_folders("root.hcl")', "live__root"),
        ('find_in_parent_folders("root.hcl")', "root"),
        ("find_in_parent_folders()", "live__terragrunt"),
        ('"../../root.hcl"', "root"),
        ('"${get_terragrunt_dir()}/../root.hcl"', "live__root"),
        ('"${dirname(find_in_parent_folders("root.hcl"))}/common/a.hcl"', "live__common__a"),
    ],
)
def test_inputs_of_an_included_file(path: str, file: str) -> None:
    more = {"live__root": ""} if "common" in file else {}
    held = 'locals {\n from = "aws.acm-pca"\n}\ninputs = {\n source_name = local.from\n result = "x"\n}\n'
    unit = f'include "root" {{\n path = {path}\n}}\ninputs = {{\n result = "failure"\n}}\n'
    assert asked(unit, **{file: held}, **more) == ("aws.acm-pca", "failure")


def test_a_unit_without_inputs_with_the_module_of_the_included_file() -> None:
    put("modules/rule/main.tf", MODULE)
    put("root.hcl", 'terraform {\n source = "../modules/rule"\n}\ninputs = {\n source_name = "a"\n result = "b"\n}\n')
    put("live/terragrunt.hcl", 'include {\n path = find_in_parent_folders("root.hcl")\n}\n')
    (rule,) = rules()
    assert rule.pattern == {"source": ["a"], "detail": {"result": ["b"]}}


def test_locals_of_another_file() -> None:
    other = 'locals {\n word = "failure"\n}\ninputs = {\n source_name = "aws.acm-pca"\n}\n'
    unit = """
    locals {
      other = read_terragrunt_config(find_in_parent_folders("other.hcl"))
    }
    inputs = {
      source_name = local.other.inputs.source_name
      result      = local.other.locals.word
    }
    """
    assert asked(unit, live__other=other) == ("aws.acm-pca", "failure")
    unit = 'include "o" {\n path = "../other.hcl"\n expose = true\n}\ninputs = {\n result = include.o.locals.word\n}\n'
    assert asked(unit, live__other=other) == ("aws.acm-pca", "failure")


@pytest.mark.parametrize(
    ("strategy", "pattern"),
    [
        ("shallow", {"detail": {"result": ["failure"]}}),
        ("deep", {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}),
        ("no_merge", {"detail": {"result": ["failure"]}}),
    ],
)
def test_merge_strategies(strategy: str, pattern: dict[str, Any]) -> None:
    put("root.hcl", 'inputs = {\n event_pattern = { source = ["aws.acm-pca"] }\n}\n')
    put(
        "live/terragrunt.hcl",
        f'include "root" {{\n path = "../root.hcl"\n merge_strategy = "{strategy}"\n}}\n'
        'terraform {\n source = "x"\n}\n'
        'inputs = {\n event_pattern = { detail = { result = ["failure"] } }\n}\n',
    )
    (rule,) = rules()
    assert rule.pattern == pattern


@pytest.mark.parametrize(
    "path", ['"../../../outside.hcl"', '"lost.hcl"', 'find_in_parent_folders("lost.hcl")', "get_env()", '"../.."']
)
def test_files_outside_the_tree_are_not_included(path: str) -> None:
    put("../outside.hcl", 'inputs = {\n source_name = "b"\n}\n')
    source, result = asked(f'include "r" {{\n path = {path}\n}}\ninputs = {{\n result = "a"\n}}\n')
    assert (source, result) == (Unknown("var.source_name"), "a")


def test_files_that_include_each_other_do_not_loop() -> None:
    others = "".join(f' x{n} = read_terragrunt_config("../f{n}.hcl").inputs\n' for n in range(60))
    for n in range(60):
        put(f"live/f{n}.hcl", f'include {{\n path = "./f{(n + 1) % 60}.hcl"\n}}\ninputs = {{\n{others}}}\n')
    unit = 'include {\n path = "../f0.hcl"\n}\ninputs = {\n source_name = "a"\n result = "b"\n}\n'
    assert asked(unit) == ("a", "b")
