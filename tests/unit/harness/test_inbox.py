"""Every message in the queues of a scenario is read, whatever it contains, and only once."""

import json
from typing import Any

import pytest

from pca_events import catalog
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.events import Inbox
from pca_events.harness.expectations import differences
from pca_events.harness.resources import Queue

EVENT = catalog.documented("ca-creation-success")
PAYLOADS: list[Any] = [
    {"rule": "mine", "id": 7},
    {"rule": "mine"},
    "a text",
    ["a", {"rule": "list"}],
    12,
    None,
    True,
    {},
    {"pca-events:note": "no note"},
    {"pca-events:note": {"rule": "half a note"}},
    {"pca-events:note": {"rule": "r", "id": "i"}, "and": "more"},
]


@pytest.fixture
def inbox(pca_connection: Session) -> Any:
    """Sends bodies to a queue, and returns what an inbox makes of them."""
    queue = Queue(pca_connection.run.new_name())
    queue.create(pca_connection, {})

    def receive(*bodies: str, earlier: tuple[str, ...] = ()) -> Inbox:
        url = pca_connection.queue_url(queue.name)
        for number, body in enumerate(bodies):
            pca_connection.sqs.send_message(QueueUrl=url, MessageBody=body, MessageAttributes={})
            assert number < 10, "one batch"
        made = Inbox(pca_connection, set(earlier))
        made.drain(queue.name, "rule")
        return made

    yield receive
    queue.delete(pca_connection)


@pytest.mark.parametrize("payload", PAYLOADS, ids=json.dumps)
def test_any_json_is_a_payload(inbox: Any, payload: Any) -> None:
    (delivery,) = inbox(json.dumps(payload)).received
    assert (delivery.rule, delivery.event) == ("rule", payload)


def test_a_pattern_that_is_not_json_is_a_string(inbox: Any) -> None:
    (delivery,) = inbox("<xml/>").received
    assert delivery.event == "<xml/>"


@pytest.mark.parametrize("payload", [{"rule": "mine", "id": 7}, "a text", ["a", 1]], ids=json.dumps)
def test_a_target_with_such_an_input_is_accepted(pca_connection: Session, payload: Any) -> None:
    with ScenarioBus(pca_connection, "payload") as bus:
        bus.put_rule_under_test("rule", EVENT.pattern)
        target = bus.default_target("rule")
        bus.modify_out_of_band(type(target)(target.bus, target.rule, target.arn, {"Input": json.dumps(payload)}))
        bus.publish(EVENT.event)
        assert [delivery.event for delivery in bus.deliveries()] == [payload]


def test_a_note_names_rule_and_event(inbox: Any) -> None:
    note = {"pca-events:note": {"rule": "mine", "id": "0a1b", "inputs": {"$.detail.result": "success"}}}
    (delivery,) = inbox(json.dumps(note)).received
    assert (delivery.rule, delivery.event_id, delivery.event) == ("mine", "0a1b", None)
    assert delivery.inputs == {"$.detail.result": "success"}


def test_duplicates_are_counted_and_left_out(inbox: Any) -> None:
    whole = json.dumps({**EVENT.event, "id": "0a1b"})
    other = json.dumps({**EVENT.event, "id": "0a1b", "time": "2026-01-01T00:00:00Z"})
    made = inbox(whole, whole, other)
    assert (len(made.received), made.duplicates) == (2, 1)


def test_events_of_earlier_scenarios_are_ignored(inbox: Any) -> None:
    note = {"pca-events:note": {"rule": "mine", "id": "old", "inputs": {}}}
    made = inbox(json.dumps({**EVENT.event, "id": "old"}), json.dumps(note), earlier=("old",))
    assert made.received == []


@pytest.mark.parametrize(
    ("wanted", "found", "said"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": "x"}, {"a": "y"}, ['$.a wanted "x", found "y"']),
        ({"a": {"b": 1}}, {"a": {}}, ["$.a.b is missing, wanted 1"]),
        ({}, {"a": [1]}, ["$.a was added: [1]"]),
        ({"a": "0"}, {"a": 0}, ['$.a wanted the string "0", found the number 0']),
        ({"a": True}, {"a": 1}, ["$.a wanted the boolean true, found the number 1"]),
        ({"a": None}, {"a": {}}, ["$.a wanted null, found the object {}"]),
        ({"a": [1, 2]}, {"a": [1]}, ["$.a[1] is missing, wanted 2"]),
        ({"a": [1]}, {"a": [2, 3]}, ["$.a[0] wanted 1, found 2", "$.a[1] was added: 3"]),
    ],
)
def test_differences_name_place_and_values(wanted: Any, found: Any, said: list[str]) -> None:
    assert list(differences(wanted, found)) == said
