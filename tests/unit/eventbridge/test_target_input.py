"""What a target receives; the answers marked `recorded` were recorded on AWS (LocalStack's snapshots of its tests)."""

import json
from typing import Any

import pytest

from pca_events.eventbridge.target_input import InvalidInput, refusal_of, text_for

ACCOUNT = "111122223333"
QUEUE = "arn:aws:sqs:eu-west-1:111122223333:one"
RULE = "arn:aws:events:eu-west-1:111122223333:rule/bus/crl"
EVENT: dict[str, Any] = {
    "version": "0",
    "id": "17554ea1-9b10-e0ad-26bc-7797acd41391",
    "detail-type": "kind",
    "source": "shop",
    "account": "111122223333",
    "time": "2026-11-27T10:00:00Z",
    "region": "eu-west-1",
    "resources": ["arn:one"],
    "detail": {
        "payload": {"acc_id": "0a787ecb-4015", "sf_id": "baz"},
        "single": ["HIGH"],
        "multi": ["ACTIVE", "INACTIVE"],
        "valid": True,
        "no": False,
        "zero": 0,
        "nothing": None,
        "said": 'say "hi"',
        "rows": [{"a-b": 1}, {"a-b": 2}],
    },
}
PATHS = {
    "userId": "$.detail.payload.acc_id",
    "payload": "$.detail.payload",
    "missing": "$.detail.absent",
    "single": "$.detail.single",
    "multi": "$.detail.multi",
    "valid": "$.detail.valid",
    "no": "$.detail.no",
    "zero": "$.detail.zero",
    "nothing": "$.detail.nothing",
    "said": "$.detail.said",
    "kind": "$.detail-type",
    "second": "$.detail.rows[1].a-b",
    "all": "$.detail.multi[*]",
}


def received(**target: Any) -> str | None:
    return text_for({"Id": "one", **target}, EVENT, RULE, "2026-11-27T10:00:01Z")


def rendered(template: str) -> str | None:
    return received(InputTransformer={"InputPathsMap": PATHS, "InputTemplate": template})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ('"Event of <kind>, <userId>, <missing>"', '"Event of kind, 0a787ecb-4015, "'),  # recorded
        ('"{[/Check of <kind> type"', '"{[/Check of kind type"'),  # recorded
        ('"Payload of <payload>"', '"Payload of {acc_id:0a787ecb-4015,sf_id:baz}"'),  # recorded
        ('"<single> one\n<multi> more"', '"[HIGH] one\n[ACTIVE,INACTIVE] more"'),  # recorded
        ('"<userId> one"\n"<payload> two"', '"0a787ecb-4015 one"\n"{acc_id:0a787ecb-4015,sf_id:baz} two"'),  # recorded
        ('"Command is <valid>!"', '"Command is true!"'),  # recorded
        ('"<no> <zero>"', '"false 0"'),
        ('"instance \\"<userId>\\" is in <kind>"', '"instance \\"0a787ecb-4015\\" is in kind"'),  # documented
        ('"<aws.events.rule-name> triggered"', '"crl triggered"'),  # documented
        ('"<aws.events.event.ingestion-time>"', '"2026-11-27T10:00:01Z"'),
        ('"a < b > c"', '"a < b > c"'),
    ],
)
def test_a_text_template_is_filled(template: str, text: str) -> None:
    assert rendered(template) == text


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ('{"id" : <userId>}', {"id": "0a787ecb-4015"}),  # recorded
        ('{"id" : "<userId>"}', {"id": "0a787ecb-4015"}),  # recorded
        ('{"path": "users/<userId>/and/<userId>"}', {"path": "users/0a787ecb-4015/and/0a787ecb-4015"}),  # recorded
        ('{"bod": [<userId>, "fixed"]}', {"bod": ["0a787ecb-4015", "fixed"]}),  # recorded
        (
            '{"a": {"b": "x/<userId>"}, "c": <payload>}',
            {"a": {"b": "x/0a787ecb-4015"}, "c": EVENT["detail"]["payload"]},
        ),
        ('{"list": <single>}', {"list": ["HIGH"]}),  # recorded
        ('{"command": <missing>}', {"command": ""}),  # recorded
        ('{"a": <zero>, "b": <no>, "c": "<zero>"}', {"a": 0, "b": False, "c": "0"}),
        ('{"said": <said>}', {"said": 'say "hi"'}),
        (
            '{"text": "instance \\"<userId>\\" is in <kind>"}',
            {"text": 'instance "0a787ecb-4015" is in kind'},
        ),  # documented
        ('{"by": <aws.events.rule-arn>}', {"by": RULE}),  # documented
        ('{"all": <aws.events.event.json>}', {"all": EVENT}),  # recorded
        ('{"n": <second>}', {"n": 2}),
        ('{"n": <nothing>}', {"n": ""}),
        ("[<userId>, <zero>]", ["0a787ecb-4015", 0]),
        ('{"all": <all>}', {"all": ["ACTIVE", "INACTIVE"]}),
    ],
)
def test_a_json_template_is_filled(template: str, value: Any) -> None:
    text = rendered(template)
    assert text is not None
    assert json.loads(text) == value
    assert text == json.dumps(value, separators=(",", ":"))


def test_the_original_event_is_without_detail() -> None:
    text = rendered('{"of": <aws.events.event>}')
    expected = {name: value for name, value in EVENT.items() if name not in ("detail", "detail-type")}
    assert text is not None
    assert json.loads(text)["of"] == {**expected, "detailType": "kind"}  # recorded


@pytest.mark.parametrize("template", ['{"payload": "<payload>"}', '{"list": "<single>"}', '{"said": "<said>"}'])
def test_values_in_quotes_are_not_escaped(template: str) -> None:
    with pytest.raises(InvalidInput, match="the filled InputTemplate is not valid JSON"):
        rendered(template)


def test_an_input_path_selects_a_part() -> None:
    assert received(InputPath="$.detail.payload") == '{"acc_id":"0a787ecb-4015","sf_id":"baz"}'
    assert received(InputPath="$.detail.payload.sf_id") == '"baz"'
    assert received(InputPath="$.detail.zero") == "0"
    assert received(InputPath="$.detail.absent") is None
    assert received(InputPath="$.resources[7]") is None
    assert received(InputPath="$.detail.zero.deeper") is None


def test_a_constant_replaces_the_event_and_nothing_leaves_it_whole() -> None:
    assert received(Input='{ "alarm": true }') == '{"alarm":true}'
    assert json.loads(received() or "") == EVENT
    with pytest.raises(InvalidInput, match="Input is not valid JSON"):
        received(Input="alarm")


@pytest.mark.parametrize(
    "two",
    [
        {"Input": "{}", "InputPath": "$.detail"},
        {"InputPath": "$.detail", "InputTransformer": {"InputTemplate": '"x"'}},
        {"Input": "{}", "InputTransformer": {"InputTemplate": '"x"'}},
    ],
)
def test_two_kinds_of_input_are_rejected(two: dict[str, Any]) -> None:
    text = "Only one of Input, InputPath, or InputTransformer must be provided for target one."  # recorded
    assert refusal_of({"Id": "one", "Arn": QUEUE, **two}, ACCOUNT) == text


def test_an_unknown_placeholder_is_rejected() -> None:
    reserved = {"InputTemplate": '"<aws.events.rule-arn>"'}
    assert refusal_of({"Id": "one", "Arn": QUEUE, "InputTransformer": reserved}, ACCOUNT) is None
    wrong = {"InputPathsMap": PATHS, "InputTemplate": '"<kind> <what>"'}
    text = "InputTemplate for target one contains invalid placeholder what."  # recorded
    assert refusal_of({"Id": "one", "Arn": QUEUE, "InputTransformer": wrong}, ACCOUNT) == text


def test_some_services_need_a_role() -> None:
    arn = "arn:aws:states:eu-west-1:111122223333:stateMachine:one"
    assert refusal_of({"Id": "one", "Arn": arn}, ACCOUNT) == f"RoleArn is required for target {arn}."
    assert refusal_of({"Id": "one", "Arn": arn, "RoleArn": "arn:aws:iam::111122223333:role/one"}, ACCOUNT) is None
    assert refusal_of({"Id": "one", "Arn": QUEUE}, ACCOUNT) is None


def test_an_event_bus_of_another_account_needs_a_role() -> None:
    bus = "arn:aws:events:eu-west-1:444455556666:event-bus/central"
    assert refusal_of({"Id": "one", "Arn": bus}, ACCOUNT) == f"RoleArn is required for target {bus}."  # public logs
    assert refusal_of({"Id": "one", "Arn": bus}, "444455556666") is None
