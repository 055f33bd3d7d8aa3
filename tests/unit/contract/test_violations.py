"""The contract beyond the scenarios: the messages of violations, and events that plain jsonschema would accept."""

import json

import pytest

from pca_events import catalog, contract
from pca_events.catalog import Event
from pca_events.contract.validator import expected


def changed(event_id: str, **fields: object) -> Event:
    return {**catalog.documented(event_id).event, **fields}


def test_a_violation_has_a_path_a_message_and_a_schema() -> None:
    (violation,) = contract.violations(changed("ca-creation-failure", detail={"result": "failed"}))
    assert str(violation) == (
        '$.detail.result: "failed" is never sent; documented values: "success", "failure" '
        "(schemas/events/ca-creation.schema.json)"
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            {"detail": {"result": "success", "reason": "x"}},
            '$.detail.reason: must be absent here, but is "x"',
        ),
        ({"detail": {"result": "failure"}}, "$.detail.reason: is missing"),
        ({"detail": []}, "$.detail: expected an object, found []"),
        ({"resources": []}, "$.resources: expected 1 entry, found 0"),
        ({"source": "aws.acmpca"}, '$.source: "aws.acmpca" is never sent; documented value: "aws.acm-pca"'),
        (
            {"time": "2019-02-30T00:00:00Z"},
            '$.time: expected a date and time that exists, found "2019-02-30T00:00:00Z"',
        ),
        ({"account": "1"}, '$.account: expected 12 digits, found "1"'),
    ],
)
def test_the_message_of_a_violation(fields: dict[str, object], words: str) -> None:
    (violation,) = contract.violations(changed("crl-generation-success", **fields))
    assert str(violation) == f"{words} (schemas/events/crl-generation.schema.json)"


def test_too_many_resources_are_one_violation() -> None:
    event = catalog.documented("crl-generation-success").event
    event["resources"] *= 3
    (violation,) = contract.violations(event)
    assert (violation.path, violation.message) == ("$.resources", "has 3 entries, more than documented")


@pytest.mark.parametrize("nonsense", [None, 7, "event", [], [{}]])
def test_a_value_that_is_not_an_object_is_one_violation(nonsense: object) -> None:
    assert [violation.path for violation in contract.violations(nonsense)] == ["$"]


def test_an_unknown_detail_type_is_validated_against_the_envelope() -> None:
    found = contract.violations({"detail-type": "ACM Private CA Expiry", "detail": {}})
    assert "$.detail-type" in [violation.path for violation in found]
    assert {violation.schema for violation in found} == {contract.ENVELOPE}


def test_a_detail_type_that_is_not_a_string_is_a_violation() -> None:
    assert [v.path for v in contract.violations(changed("ca-creation-success", **{"detail-type": []}))] == [
        "$.detail-type"
    ]


@pytest.mark.parametrize("field", ["id", "account", "time", "region"])
def test_a_trailing_line_feed_violates_the_contract(field: str) -> None:
    event = catalog.documented("ca-creation-success").event
    event[field] += "\n"
    assert [violation.path for violation in contract.violations(event)] == [f"$.{field}"]


def test_there_is_one_schema_for_each_detail_type() -> None:
    consts = [
        schema["properties"]["detail-type"]["const"]
        for path, schema in contract.schemas().items()
        if path.startswith("schemas/events/")
    ]
    assert sorted(consts) == sorted(catalog.detail_types())
    envelope = contract.schemas()[contract.ENVELOPE]
    assert envelope["properties"]["detail-type"]["enum"] == list(catalog.detail_types())


def test_the_time_needs_both_its_format_and_its_pattern() -> None:
    no_such_day, with_offset = "2019-02-30T00:00:00Z", "2019-02-28T00:00:00+01:00"
    pattern = contract.schemas()["schemas/types.schema.json"]["$defs"]["time"]["pattern"]
    assert contract.meets(changed("ca-creation-success", time="2019-02-28T00:00:00Z"))
    assert not contract.meets(changed("ca-creation-success", time=no_such_day)), "the format is not checked"
    assert not contract.meets(changed("ca-creation-success", time=with_offset)), f"{pattern} is not checked"


def test_validation_does_not_change_the_event() -> None:
    event = catalog.documented("crl-generation-failure-internal").event
    before = json.dumps(event)
    contract.violations(event)
    assert json.dumps(event) == before


def test_every_regular_expression_of_the_schemas_has_a_description() -> None:
    def patterns(node: object) -> set[str]:
        inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        own = {node["pattern"]} if isinstance(node, dict) and isinstance(node.get("pattern"), str) else set()
        return own.union(*map(patterns, inner))

    for pattern in patterns(contract.schemas()):
        assert expected(pattern)[0].isalnum(), pattern
