"""A bus that scenarios use one after another: reused if clean, otherwise destroyed."""

from collections.abc import Iterator
from typing import Any

import pytest

from pca_events import catalog
from pca_events.errors import Leak
from pca_events.harness import RunId, ScenarioBus, Session
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.expectations import expect_firings
from pca_events.harness.resources import Archive, Queue, QueuePolicy, Resource, Rule, Target
from pca_events.harness.resources.inventory import find

CREATED = catalog.documented("ca-creation-success")
FAILED = catalog.documented("ca-creation-failure")
EACH = {event.id: event.pattern for event in catalog.documented_events()}


@pytest.fixture
def session(pca_connection: Session) -> Session:
    """A separate run, so that its remaining resources can be listed."""
    return Session(pca_connection.backend, RunId())


@pytest.fixture
def bus_pool(session: Session) -> Iterator[BusPool]:
    """BusPool, of which nothing is left in the end."""
    made = BusPool(session, "gw7")
    yield made
    made.close()
    assert find(session, session.run.prefix) == []


def use(session: Session, bus_pool: BusPool) -> str:
    """Run a small scenario, and return the name of its bus."""
    with ScenarioBus(session, "small", bus_pool=bus_pool) as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        stamped = bus.publish(CREATED.event)
        expect_firings(bus, {("rule", event_id) for event_id in stamped})
        assert len(bus.received) == 1
    return bus.name


def test_the_next_scenario_finds_the_bus_clean(session: Session, bus_pool: BusPool) -> None:
    first = use(session, bus_pool)
    assert session.rules(first) == []
    assert use(session, bus_pool) == first


def test_late_events_of_an_earlier_scenario_are_ignored(session: Session, bus_pool: BusPool) -> None:
    with ScenarioBus(session, "leaves a message", bus_pool=bus_pool) as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        bus.publish(CREATED.event)
        bus._catch_all.wait_for(bus._publisher)  # the event is in the queue, and nobody receives it
    assert use(session, bus_pool) == bus.name


@pytest.mark.parametrize(
    "options",
    [
        {"InputPath": "$.detail"},
        {"Input": '{"alarm": true}'},
        {"InputTransformer": {"InputPathsMap": {"result": "$.detail.result"}, "InputTemplate": '{"result": <result>}'}},
    ],
    ids=lambda options: next(iter(options)),
)
def test_a_late_part_of_an_event_never_reaches_the_next_scenario(
    options: dict[str, Any], session: Session, bus_pool: BusPool
) -> None:
    with ScenarioBus(session, "leaves a part", bus_pool=bus_pool) as bus:
        bus.put_rule_under_test("rule", CREATED.pattern)
        bus.modify_out_of_band(Target(bus.name, "rule", bus.queue_arn(), options))
        bus.publish(CREATED.event)
        bus._catch_all.wait_for(bus._publisher)  # the part is in the queue, and nobody receives it
    assert use(session, bus_pool) != bus.name


@pytest.mark.parametrize("label", ["bus", "queue", "policy"])
def test_a_bus_that_lost_a_resource_is_not_reused(session: Session, bus_pool: BusPool, label: str) -> None:
    with ScenarioBus(session, "loses", bus_pool=bus_pool) as bus:
        bus.delete_out_of_band(label)
    assert use(session, bus_pool) != bus.name


def test_a_bus_with_a_restored_queue_is_reused(session: Session, bus_pool: BusPool) -> None:
    with ScenarioBus(session, "heals", bus_pool=bus_pool) as bus:
        bus.delete_out_of_band("queue")
        bus.apply(bus.applied)
    assert use(session, bus_pool) == bus.name


def test_resources_added_by_a_scenario_are_removed(session: Session, bus_pool: BusPool) -> None:
    with ScenarioBus(session, "adds", bus_pool=bus_pool) as bus:
        more: dict[str, Resource] = {"queue-2": Queue(f"{bus.name}-2"), "policy-2": QueuePolicy(f"{bus.name}-2")}
        archive = Archive(bus.name, bus.name, CREATED.pattern)
        bus.apply({**bus.applied, **more, "archive": archive})
    assert {found.kind for found in find(session, bus.name)} == {"queues", "buses"}
    assert use(session, bus_pool) == bus.name


def test_a_rule_that_the_scenario_did_not_record_is_removed(session: Session, bus_pool: BusPool) -> None:
    with ScenarioBus(session, "forgets", bus_pool=bus_pool) as bus:
        Rule(bus.name, "forgotten", CREATED.pattern).create(session, {})
    assert session.rules(bus.name) == []
    assert use(session, bus_pool) == bus.name


def test_a_rule_that_cannot_be_removed_is_a_leak(
    session: Session, bus_pool: BusPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    bus = ScenarioBus(session, "leaks", bus_pool=bus_pool)
    bus.put_rule_under_test("rule", CREATED.pattern)
    deleted: list[str] = []
    delete = Rule.delete

    def fails_twice(rule: Rule, session: Session) -> None:
        deleted.append(rule.name)
        if len(deleted) > 2:
            delete(rule, session)

    monkeypatch.setattr(Rule, "delete", fails_twice)
    with pytest.raises(Leak, match=rf"1 resources of {bus.name} are left"):
        bus.__exit__()
    assert find(session, bus.name) == []


def test_rules_for_each_event_stay(session: Session, bus_pool: BusPool) -> None:
    names = []
    for _ in range(2):
        with ScenarioBus(session, "each", bus_pool=bus_pool) as bus:
            bus.put_observer_rules(EACH)
            (stamped,) = bus.publish(FAILED.event)
            expect_firings(bus, {(FAILED.id, stamped)})
        names.append(bus.name)
    assert names[0] == names[1]
    assert {rule["Name"] for rule in session.rules(bus.name) or ()} == {*EACH, "witness"}
    assert use(session, bus_pool) != bus.name, "whoever puts a rule of its own gets a bus without rules"


def test_standing_rules_must_be_unchanged(session: Session, bus_pool: BusPool) -> None:
    with ScenarioBus(session, "each", bus_pool=bus_pool) as bus:
        bus.put_observer_rules(EACH)
        bus.publish(FAILED.event)
        bus.deliveries()
        Rule(bus.name, FAILED.id, CREATED.pattern).update(session)
    assert session.rules(bus.name) is None
