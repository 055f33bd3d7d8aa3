"""Nested templates, archives, pipes, and keys outside `Properties`."""

import textwrap

import pytest

from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.cloudformation.nested import read_template, read_template_body
from pca_events.infrastructure.model import Reading, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Text


def read(text: str) -> Reading:
    (document,) = yaml_reader.load(textwrap.dedent(text), "t.yaml").documents
    return read_template(document, "t.yaml")


@pytest.mark.parametrize("kind", ["StackSet", "Stack"])
def test_a_nested_template_is_read_with_lines_of_the_file(kind: str) -> None:
    (rule,) = read(f"""\
        Resources:
          Everywhere:
            Type: AWS::CloudFormation::{kind}
            Properties:
              TemplateBody: |
                Resources:
                  Failed:
                    Type: AWS::Events::Rule
                    Properties:
                      EventPattern:
                        source: [aws.acm-pca]
    """).rules
    assert (rule.name, str(rule.place), rule.lines["source"]) == ("Everywhere/Failed", "t.yaml:7", 11)


def test_a_partly_unknown_template() -> None:
    (rule,) = read("""\
        Resources:
          S:
            Type: AWS::CloudFormation::StackSet
            Properties:
              TemplateBody: !Sub |
                Resources:
                  R:
                    Type: AWS::Events::Rule
                    Properties: {EventPattern: {source: [aws.acm-pca], account: ["${Account}"]}}
    """).rules
    assert rule.pattern["source"] == ["aws.acm-pca"]
    assert isinstance(rule.pattern["account"][0], Unknown)


@pytest.mark.parametrize(
    "body",
    [
        '{"Resources": {"R": {"Type": "AWS::Events::Rule", "Properties": {"EventPattern": {"source": ["a"]}}}}}',
        "Resources:\n  R: {Type: 'AWS::Events::Rule', Properties: {EventPattern: {source: [a]}}}\n",
    ],
)
def test_a_template_that_is_a_value_in_other_code(body: str) -> None:
    (unplaced,) = read_template_body(body, SourceLocation("main.tf", 7), "s/").rules
    assert (unplaced.name, str(unplaced.place), unplaced.lines["source"]) == ("s/R", "main.tf:7", 7)
    (placed,) = read_template_body(Text(body, 4), SourceLocation("main.tf", 3), "s/").rules
    assert placed.place.line >= 4


def test_a_document_that_is_not_a_template_has_no_rules() -> None:
    assert read_template_body("a: b", SourceLocation("f", 1), "") == Reading()
    assert read_template_body(Unknown("var.x"), SourceLocation("f", 1), "") == Reading()
    (fault,) = read_template_body("a: [", SourceLocation("f", 9), "").unreadable
    assert fault.place == SourceLocation("f", 9)


def test_an_archive_has_a_pattern_and_a_bus() -> None:
    (archive,) = read("""
        Resources:
          Bus: {Type: AWS::Events::EventBus, Properties: {Name: pki}}
          Kept:
            Type: AWS::Events::Archive
            Properties: {SourceArn: !GetAtt Bus.Arn, EventPattern: {source: [aws.acm-pca]}}
    """).rules
    assert (archive.kind, archive.name, archive.targets) == ("archive", "Kept", None)
    assert isinstance(archive.bus, Reference)
    assert archive.bus.resource == "Bus"


PIPE = """
Resources:
  Of:
    Type: AWS::Pipes::Pipe
    Properties:
      DesiredState: STOPPED
      SourceParameters:
        FilterCriteria:
          Filters:
            - Pattern: %s
"""


@pytest.mark.parametrize("pattern", ['\'{"source": ["a"]}\'', '\'{"body": {"source": ["a"]}}\''])
def test_a_filter_of_a_pipe(pattern: str) -> None:
    (rule,) = read(PIPE % pattern).rules
    assert (rule.kind, rule.name, rule.pattern, rule.enabled) == ("pipe", "Of/filter-1", {"source": ["a"]}, False)
    assert rule.lines == {"source": 10}


def test_other_and_unknown_filters_of_pipes() -> None:
    assert read(PIPE % '\'{"eventName": ["INSERT"]}\'') == Reading()
    (skipped,) = read(PIPE % "!Ref Pattern").skipped
    assert skipped.what == "a filter of pipe Of that depends on !Ref Pattern"


@pytest.mark.parametrize(
    "resource",
    [
        "Type: AWS::Serverless::Function, Properties: {}, Events: {E: {Type: EventBridgeRule, Properties: {}}}",
        "Type: AWS::Serverless::Function, Properties: {Events: {E: {Type: CloudWatchEvent, Pattern: {source: [a]}}}}",
        "Type: AWS::Events::Rule, EventPattern: {source: [a]}",
    ],
)
def test_keys_outside_properties_are_reported(resource: str) -> None:
    reading = read(f"Resources:\n  R: {{{resource}}}\n")
    assert reading.rules == []
    (fault,) = reading.unreadable
    assert fault.place == SourceLocation("t.yaml", 2)
    assert fault.message.endswith("is outside Properties, where it has no effect; move it into Properties")


def test_an_error_in_a_nested_template_has_the_line_of_the_file() -> None:
    (fault,) = read("""\
        Resources:
          S:
            Type: AWS::CloudFormation::StackSet
            Properties:
              TemplateBody: |
                Resources:
                  R: {Type: AWS::Events::Rule
                  X: [
    """).unreadable
    assert fault.place.line in (8, 9)
