"""Snippets of `AWS::Include`, functions of the language extensions, and conditional rules."""

from pathlib import Path

import pytest

from pca_events.infrastructure.cloudformation import nested
from pca_events.infrastructure.files import read_paths
from pca_events.infrastructure.model import Reading, Rule, Unknown

PATTERN = {"source": ["aws.acm-pca"], "detail": {"result": ["failure"]}}
SNIPPET = "source: [aws.acm-pca]\ndetail:\n  result: [failure]\n"
INCLUDE = "Fn::Transform: {Name: AWS::Include, Parameters: {Location: %s}}"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tree").mkdir()
    monkeypatch.chdir(tmp_path / "tree")


def read(properties: str, more: str = "", **snippets: str) -> Reading:
    for name, text in snippets.items():
        Path(f"{name}.yaml").write_text(text)
    Path("template.yaml").write_text(
        f"Resources:\n  R:\n    Type: AWS::Events::Rule\n    Properties: {{{properties}}}\n{more}"
    )
    return read_paths(["template.yaml"])


def rule(properties: str, **snippets: str) -> Rule:
    reading = read(properties, **snippets)
    assert reading.unreadable == []
    (found,) = reading.rules
    return found


def test_a_snippet_is_the_pattern_or_part_of_the_properties() -> None:
    found = rule(f"EventPattern: {{{INCLUDE % 'snippet.yaml'}}}", snippet=SNIPPET)
    assert (found.pattern, found.lines["detail.result"]) == (PATTERN, 4)
    pattern = "EventPattern: {source: [aws.acm-pca], detail: {result: [failure]}}\nState: ENABLED\n"
    found = rule(f"{INCLUDE % './snippet.yaml'}, State: DISABLED", snippet=pattern)
    assert (found.pattern, found.enabled, found.lines["detail.result"]) == (PATTERN, True, 4)


def test_a_json_snippet_with_functions() -> None:
    Path("snippet.json").write_text('{"source": ["aws.acm-pca"], "region": [{"Ref": "AWS::Region"}]}')
    found = rule(f"EventPattern: {{{INCLUDE % 'snippet.json'}}}")
    assert found.pattern == {"source": ["aws.acm-pca"], "region": [Unknown("!Ref AWS::Region", meaning="region")]}


@pytest.mark.parametrize(
    "location", ["s3://bucket/snippet.yaml", "../outside.yaml", "lost.yaml", "list.yaml", "bad.json"]
)
def test_a_missing_snippet_is_unknown(location: str) -> None:
    Path("../outside.yaml").write_text(SNIPPET)
    Path("list.yaml").write_text("- a\n")
    Path("bad.json").write_text("{")
    assert isinstance(rule(f"EventPattern: {{{INCLUDE % location}}}").pattern, Unknown)


def test_snippets_beyond_the_limit_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nested, "MOST_VALUES", 8)
    more = f"  S:\n    Type: AWS::Events::Rule\n    Properties: {{EventPattern: {{{INCLUDE % 'snippet.yaml'}}}}}\n"
    first, second = read(f"EventPattern: {{{INCLUDE % 'snippet.yaml'}}}", more, snippet=SNIPPET).rules
    assert first.pattern == PATTERN
    assert isinstance(second.pattern, Unknown)


def test_functions_of_the_language_extensions() -> None:
    found = rule("EventPattern: {Fn::ToJsonString: {source: [aws.acm-pca], detail: {result: [failure]}}}")
    assert found.pattern == PATTERN
    table = "Mappings: {M: {a: {result: failure}}}\n"
    pattern = "EventPattern: {source: [aws.acm-pca], detail: {result: [!FindInMap [M, %s, result%s]]}}"
    for key, more, result in [
        ("a", ", {DefaultValue: other}", "failure"),
        ("b", ", {DefaultValue: other}", "other"),
        ("b", "", Unknown("!FindInMap [M, b, result]")),
    ]:
        (made,) = read(pattern % (key, more), table).rules
        assert made.pattern["detail"]["result"] == [result]


@pytest.mark.parametrize(("default", "off"), [("no", "condition IsOn"), ("yes", "")])
def test_a_rule_with_a_condition_that_is_false_by_default_is_off(default: str, off: str) -> None:
    Path("template.yaml").write_text(
        f"Parameters: {{On: {{Type: String, Default: '{default}'}}}}\n"
        "Conditions: {IsOn: !Equals [!Ref On, 'yes']}\nResources:\n"
        "  R:\n    Type: AWS::Events::Rule\n    Condition: IsOn\n    Properties: {EventPattern: {source: [x]}}\n"
        "  F:\n    Type: AWS::Serverless::Function\n    Condition: IsOn\n    Properties:\n      Events:\n"
        "        E: {Type: EventBridgeRule, Properties: {Pattern: {source: [x]}}}\n"
        "  U:\n    Type: AWS::Events::Rule\n    Condition: Elsewhere\n    Properties: {EventPattern: {source: [x]}}\n"
    )
    assert {rule.name: rule.off for rule in read_paths(["."]).rules} == {"R": off, "F/E": off, "U": ""}
