"""Serverless services with several files, stage parameters and state machines."""

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, Unknown

FUNCTIONS = """\
onCrl:
  handler: a.b
  events:
    - eventBridge:
        pattern:
          source: [aws.acm-pca]
          detail: {result: [failure]}
"""
PATTERN = "source: [aws.acm-pca]\n"
ONE = "functions:\n  f:\n    events:\n      - eventBridge:\n          pattern: %s\n"

Read = Callable[..., Reading]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    folder = tmp_path / "tree"
    folder.mkdir()
    monkeypatch.chdir(folder)

    def read_service(service: str, files: dict[str, str] | None = None) -> Reading:
        whole = {"serverless.yml": f"service: x\nprovider: {{name: aws}}\n{service}", **(files or {})}
        for name, text in whole.items():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, "utf-8")
        return read_paths(["."])

    return read_service


def only(reading: Reading) -> Rule:
    assert (reading.unreadable, reading.skipped) == ([], [])
    (rule,) = reading.rules
    return rule


@pytest.mark.parametrize(
    ("service", "files"),
    [
        ("functions: ${file(functions.yml)}", {"functions.yml": FUNCTIONS}),
        ("functions: ${file(./a/f.yml)}", {"a/f.yml": FUNCTIONS}),
        ("functions: ${file(all.yml):parts.0}", {"all.yml": f"parts:\n-\n{textwrap.indent(FUNCTIONS, '  ')}"}),
        ("functions:\n  - ${file(functions.yml)}", {"functions.yml": FUNCTIONS}),
        ("functions:\n  onCrl: ${file(f.yml):onCrl}", {"f.yml": FUNCTIONS}),
    ],
)
def test_functions_are_read_from_the_file_with_its_lines(read: Read, service: str, files: dict[str, str]) -> None:
    rule = only(read(service, files))
    (name,) = files
    assert (rule.name, rule.place.file) == ("onCrl/rule-1", name.removeprefix("./"))
    text = files[name].splitlines()
    assert "eventBridge" in text[rule.place.line - 1]
    assert "result" in text[rule.lines["detail.result"] - 1]


@pytest.mark.parametrize(
    ("variable", "files"),
    [
        ("${file(p.yml)}", {"p.yml": PATTERN}),
        ("${file(p.json)}", {"p.json": '{"source": ["aws.acm-pca"]}'}),
        ("${file(p.json):a.b}", {"p.json": '{"a": {"b": {"source": ["aws.acm-pca"]}}}'}),
        ("'${file(missing.yml), file(p.yml)}'", {"p.yml": PATTERN}),
        ("${file(p.${self:provider.name}.yml)}", {"p.aws.yml": PATTERN}),
    ],
)
def test_a_pattern_from_a_file(read: Read, variable: str, files: dict[str, str]) -> None:
    rules = [rule for rule in read(ONE % variable, files).rules if rule.name == "f/rule-1"]
    assert [rule.pattern for rule in rules] == [{"source": ["aws.acm-pca"]}]
    assert rules[0].lines == {}


def test_resources_from_files_in_a_list(read: Read) -> None:
    rule = "R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: ['${self:provider.name}']}}}"
    found = only(read("resources:\n  - ${file(r.yml)}\n", {"r.yml": f"Resources:\n  {rule}\n"}))
    assert (str(found.place), found.pattern) == ("r.yml:2", {"source": ["aws"]})


def test_resources_without_a_known_service_have_unknown_variables(read: Read) -> None:
    text = "Resources: {R: {Type: AWS::Events::Rule, Properties: {EventPattern: {source: ['x-${self:custom.s}']}}}}\n"
    rule = only(read("functions: {}", {"r.yml": text}))
    assert rule.pattern == {"source": [Unknown("${self:custom.s}", ("x-", None))]}


def test_values_from_programs_are_not_read(read: Read) -> None:
    (skipped,) = read("functions: ${file(f.js):all}\n").skipped
    assert (str(skipped.place), skipped.what) == ("serverless.yml:3", "functions: ${file(f.js):all}")
    assert "serverless package" in skipped.remedy


@pytest.mark.parametrize("name", ["../outside.yml", "link.yml", "/proc/self/environ", "/etc/hostname"])
def test_nothing_outside_the_tree_is_opened(read: Read, name: str, tmp_path: Path) -> None:
    (tmp_path / "outside.yml").write_text(FUNCTIONS)
    Path("link.yml").symlink_to(tmp_path / "outside.yml")
    reading = read(f"functions: ${{file({name})}}\n")
    assert reading.rules == []
    assert any(f"{name} is outside the checked tree" in fault.message for fault in reading.unreadable)


def test_files_that_refer_to_each_other_terminate(read: Read) -> None:
    files = {"a.yml": "x: ${file(b.yml):x}\n", "b.yml": "x: ${file(a.yml):x}\n"}
    rule = read(ONE % "${file(a.yml):x}", files).rules[0]
    assert isinstance(rule.pattern, Unknown)


@pytest.mark.parametrize("text", ["a: [", "a: &x [*x]\n", "{"])
def test_a_file_that_cannot_be_parsed_is_reported(read: Read, text: str) -> None:
    name = "f.json" if text == "{" else "f.yml"
    reading = read(f"functions: ${{file({name})}}\n", {name: text})
    assert reading.rules == []
    assert any(name in f"{fault.place} {fault.message}" for fault in reading.unreadable)


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ("params: {default: {s: aws.x}, dev: {s: aws.acm-pca}}", "aws.acm-pca"),
        ("params: {default: {s: aws.acm-pca}, prod: {s: aws.x}}", "aws.acm-pca"),
        ("stages: {default: {params: {s: aws.acm-pca}}}", "aws.acm-pca"),
        ("stages: {dev: {params: {s: aws.acm-pca}}, default: {params: {s: aws.x}}}", "aws.acm-pca"),
        ("params: {default: {t: acm-pca, s: 'aws.${param:t}'}}", "aws.acm-pca"),
        ("params: {prod: {s: aws.x}}", Unknown("${param:s}")),
        ("params: {dev: {s: '${param:s}'}}", Unknown("${param:s}")),
    ],
)
def test_parameters_of_the_stage(read: Read, params: str, expected: Any) -> None:
    rule = only(read(f"{params}\n" + ONE % "{source: ['${param:s}']}"))
    assert rule.pattern == {"source": [expected]}


def test_the_stage_of_the_provider_decides(read: Read) -> None:
    service = "service: x\nprovider: {name: aws, stage: \"${opt:stage, 'prod'}\"}\nparams: {prod: {s: live}}\n"
    rule = only(read("", {"serverless.yml": service + ONE % "{source: ['${param:s}', '${sls:stage}']}"}))
    assert rule.pattern == {"source": ["live", "prod"]}


@pytest.mark.parametrize(
    "event", ["eventBridge: {event: %s}", "eventBridge: {pattern: %s}", "cloudwatchEvent: {event: %s}"]
)
def test_the_rules_of_state_machines(read: Read, event: str) -> None:
    written = event % "{source: [aws.acm-pca]}"
    rule = only(read(f"functions: {{}}\nstepFunctions: {{stateMachines: {{m: {{events: [{{{written}}}]}}}}}}\n"))
    assert rule.pattern == {"source": ["aws.acm-pca"]}
    assert rule.targets is not None
    assert (rule.targets[0].kind, rule.targets[0].handler) == ("states", "m")


def test_environment_variables_are_never_read(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE", "aws.acm-pca")
    assert only(read(ONE % "{source: ['${env:SOURCE}']}")).pattern == {"source": [Unknown("${env:SOURCE}")]}
