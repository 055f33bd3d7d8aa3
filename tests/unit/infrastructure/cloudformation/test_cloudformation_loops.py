"""`Fn::ForEach` in CloudFormation templates: its output, line numbers and unknown values."""

import textwrap

import pytest

from pca_events.infrastructure import yaml_reader
from pca_events.infrastructure.cloudformation.intrinsics import MOST_VALUES
from pca_events.infrastructure.cloudformation.nested import read_template
from pca_events.infrastructure.model import Reading, Unknown


def read(text: str) -> Reading:
    (document,) = yaml_reader.load(textwrap.dedent(text), "t.yaml").documents
    return read_template(document, "t.yaml")


RULE = "{Type: AWS::Events::Rule, Properties: {EventPattern: {source: [aws.acm-pca], detail: {result: [%s]}}}}"


def results(text: str) -> dict[str, object]:
    reading = read(text)
    assert reading.unreadable == []
    return {rule.name: rule.pattern["detail"]["result"][0] for rule in reading.rules}


@pytest.mark.parametrize(
    "collection",
    ["[success, failure]", "!Ref Results", "!FindInMap [By, Stage, results]", "!Split [',', 'success,failure']"],
)
def test_a_loop_creates_a_rule_for_each_item(collection: str) -> None:
    found = results(f"""
        Parameters: {{Results: {{Type: CommaDelimitedList, Default: 'success, failure'}}}}
        Mappings: {{By: {{Stage: {{results: [success, failure]}}}}}}
        Resources:
          Fn::ForEach::Rules:
            - Result
            - {collection}
            - For${{Result}}: {RULE % "!Ref Result"}
    """)
    assert found == {"Forsuccess": "success", "Forfailure": "failure"}


def test_nested_loops() -> None:
    found = results(f"""
        Mappings: {{Of: {{Ca: {{results: [success]}}, Crl: {{results: [success, failure]}}}}}}
        Resources:
          Fn::ForEach::Kinds:
            - Kind
            - [Ca, Crl]
            - Fn::ForEach::Results:
                - Result
                - !FindInMap [Of, !Ref Kind, results]
                - "${{Kind}}${{Result}}": {RULE % "'${Kind}/${Result}'"}
    """)
    assert found == {"Casuccess": "Ca/success", "Crlsuccess": "Crl/success", "Crlfailure": "Crl/failure"}


def test_loops_in_properties_and_conditions() -> None:
    reading = read("""
        Conditions:
          Fn::ForEach::Of: [Stage, [dev, prod], {"Is${Stage}": !Equals [!Ref Stage, prod]}]
        Resources:
          R:
            Type: AWS::Events::Rule
            Condition: Isprod
            Properties:
              EventPattern:
                source: [aws.acm-pca]
                detail:
                  Fn::ForEach::Fields: [Field, [result, reason], {"${Field}": ["x-&{Field}"]}]
    """)
    (rule,) = reading.rules
    assert rule.enabled is True
    assert rule.pattern["detail"] == {"result": ["x-result"], "reason": ["x-reason"]}


def test_a_key_drops_characters_that_a_logical_id_cannot_contain() -> None:
    found = results(f"""
        Resources:
          Fn::ForEach::Rules: [Ip, [10.0.0.1], {{"R&{{Ip}}": {RULE % "'${Ip}'"}}}]
    """)
    assert found == {"R10001": "10.0.0.1"}


def test_an_unknown_collection_gives_one_rule_with_unknown_values() -> None:
    found = results(f"""
        Parameters: {{Results: {{Type: CommaDelimitedList}}}}
        Resources:
          Fn::ForEach::Rules: [Result, !Ref Results, {{"R${{Result}}": {RULE % "!Sub '${Result}'"}}}]
    """)
    assert found == {"R${Result}": Unknown("${Result}")}


def test_expanded_rules_have_lines_of_the_file() -> None:
    first, second = read("""\
        Resources:
          Fn::ForEach::Rules:
            - Name
            - [A, B]
            - R${Name}:
                Type: AWS::Events::Rule
                Properties:
                  EventPattern:
                    source: [aws.acm-pca]
    """).rules
    assert [str(rule.place) for rule in (first, second)] == ["t.yaml:5", "t.yaml:5"]
    assert first.lines["source"] == 9


@pytest.mark.parametrize("loop", ["[x, [a], []]", "x", "[x, [a]]", "[[x], [a], {}]"])
def test_an_invalid_loop_is_reported(loop: str) -> None:
    (fault,) = read(f"Resources:\n  Fn::ForEach::Rules: {loop}\n").unreadable
    assert str(fault.place) == "t.yaml:2"
    assert fault.message.startswith("Fn::ForEach::Rules must be a list of")


@pytest.mark.slow
def test_loops_beyond_the_limit_are_reported_immediately() -> None:
    inner = RULE % "a"
    for level in range(8):
        inner = f'{{"Fn::ForEach::L{level}": [I{level}, {list("abcdefghij")}, {{"${{I{level}}}X": {inner}}}]}}'
    (fault,) = read(f"Resources: {inner}").unreadable
    assert f"more than {MOST_VALUES:,} values" in fault.message
