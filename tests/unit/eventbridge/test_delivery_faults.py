"""Planned faults: which delivery they affect, and what is held back."""

import pytest
from localstack.http import Request

from pca_events.control_requests import BadRequest, read_body
from pca_events.eventbridge.delivery_faults import ANY_RULE, DeliveryFaults, PlannedFault
from pca_events.eventbridge.fault_controls import _MEMBERS, _planned

RULE = "arn:aws:events:eu-west-1:111122223333:rule/one"


def test_a_fault_affects_as_many_deliveries_of_its_rule_as_planned() -> None:
    faults = DeliveryFaults()
    faults.plan(PlannedFault("drop", RULE, 2))
    assert faults.take("arn:other", "drop") is None
    assert faults.take(RULE, "fail") is None
    taken = [faults.take(RULE, "drop", "fail") for _ in range(3)]
    assert [each is not None for each in taken] == [True, True, False]
    assert faults.shown() == []


def test_faults_apply_in_order_and_a_new_plan_replaces_an_old_one() -> None:
    faults = DeliveryFaults()
    faults.plan(PlannedFault("drop", ANY_RULE, 5))
    faults.plan(PlannedFault("fail", ANY_RULE, 1))
    faults.plan(PlannedFault("drop", ANY_RULE, 1))
    kinds = [(fault := faults.take(RULE, "drop", "fail")) and fault.fault for _ in range(3)]
    assert kinds == ["fail", "drop", None]


def test_shuffled_deliveries_are_held_until_there_are_enough_and_come_in_another_order() -> None:
    faults, made = DeliveryFaults(), list[int]()
    faults.plan(PlannedFault("shuffle", ANY_RULE, 3))
    taken = [faults.take(RULE, "shuffle") for _ in range(3)]
    calls = [lambda number=number: made.append(number) for number in range(3)]
    released = [faults.hold(fault, call) for fault, call in zip(taken, calls, strict=True) if fault]
    assert released[:2] == [[], []]
    for call in released[2]:
        call()
    assert sorted(made) == [0, 1, 2]
    assert made != [0, 1, 2]
    assert faults.take(RULE, "shuffle") is None
    assert faults.shown() == []


def test_held_deliveries_are_returned_when_faults_are_cancelled() -> None:
    faults = DeliveryFaults()
    faults.plan(PlannedFault("shuffle", ANY_RULE, 3))
    fault = faults.take(RULE, "shuffle")
    assert fault is not None
    assert faults.hold(fault, print) == []
    assert faults.shown() == [{"fault": "shuffle", "count": 2, "held_back": 1}]
    assert faults.clear() == [print]
    assert faults.shown() == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{}", "not a JSON object with members; write one with fault, count, rule, delay_seconds"),
        ("nonsense", "the body is not valid JSON"),
        ('{"what": 1}', '"what" is not a known member'),
        ('{"count": 1}', '"fault" is null; write one of drop, delay, duplicate, fail, shuffle'),
        ('{"fault": "drop", "count": -1}', '"count" is -1; write a whole number from 0'),
        ('{"fault": "drop", "rule": "one"}', '"rule" is "one"; write the ARN of a rule'),
        ('{"fault": "delay"}', '"delay_seconds" is needed with the fault delay'),
        ('{"fault": "drop", "delay_seconds": 1}', "allowed with no other"),
        ('{"fault": "delay", "delay_seconds": -1}', '"delay_seconds" is -1; write seconds'),
    ],
)
def test_a_request_that_is_wrong_says_what_to_write(body: str, says: str) -> None:
    request = Request("POST", "/", body=body)
    with pytest.raises(BadRequest) as refused:
        _planned(read_body(request, _MEMBERS))
    assert says in str(refused.value)


def test_a_delay_has_seconds_and_a_shuffle_two_deliveries_if_not_said_otherwise() -> None:
    delay = _planned({"fault": "delay", "delay_seconds": 1.5, "rule": RULE})
    assert (delay.seconds.total_seconds(), delay.left, delay.rule) == (1.5, 1, RULE)
    assert _planned({"fault": "shuffle"}).left == 2
