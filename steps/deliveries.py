"""The events that are published, and the events that the targets receive."""

import copy
from collections.abc import Iterable

import pytest
from pytest_bdd import parsers, then, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import STAMPED, Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.expectations import expect_equal, expect_firings, expect_unchanged
from pca_events.harness.scenario_bus import Firing

Published = dict[str, Event]
"""The events that a scenario has published, by the id that the bus stamped on each."""


@when(parsers.parse('the event "{event_id}" is published'), target_fixture="pca_published")
def publish_sample(pca_bus: ScenarioBus, event_id: str) -> Published:
    """Publish the sample of a documented or a never-sent event."""
    return _publish(pca_bus, catalog.entry(event_id).event)


@when("the event is published", target_fixture="pca_published")
def publish_event(pca_bus: ScenarioBus, pca_event: Event) -> Published:
    """Publish the scenario's event."""
    return _publish(pca_bus, pca_event)


@when("each documented event is published", target_fixture="pca_published")
def publish_each(pca_bus: ScenarioBus) -> Published:
    """Publish the samples of all documented events."""
    return _publish(pca_bus, *(event.event for event in catalog.documented_events()))


@then("the target receives the event", target_fixture="pca_received")
def target_receives(pca_bus: ScenarioBus, pca_published: Published) -> Event:
    """Expect the published event and no other."""
    expect_firings(pca_bus, _by_the_rule_under_test(pca_published))
    if not pca_bus.session.mode.delivers:
        pytest.skip("mode pattern-only: the pattern matches; no event is delivered")
    received: Event = pca_bus.received[0].event
    return received


@then("the target receives all published events")
def target_receives_each(pca_bus: ScenarioBus, pca_published: Published) -> None:
    """Expect all published events, in any order."""
    expect_firings(pca_bus, _by_the_rule_under_test(pca_published))


@then(parsers.parse('the target receives only the events with result "{result}"'))
def target_receives_those(pca_bus: ScenarioBus, pca_published: Published, result: str) -> None:
    """Expect these published events and no other, in any order."""
    expected = [stamped for stamped, event in pca_published.items() if event["detail"]["result"] == result]
    expect_firings(pca_bus, _by_the_rule_under_test(expected))


@then(parsers.parse('the target receives only the control event "{event_id}"'))
def target_receives_only_control(pca_bus: ScenarioBus, event_id: str) -> None:
    """Publish a control event that the rule must match, and expect no other event."""
    _expect_only(pca_bus, catalog.entry(event_id).event)


@then(parsers.parse('the target receives nothing unless "{path}" is {value}'))
def target_receives_nothing_unless(pca_bus: ScenarioBus, pca_published: Published, path: str, value: str) -> None:
    """Publish the same event with one value changed as the control event, and expect no other event."""
    (event,) = pca_published.values()
    control = copy.deepcopy(event)
    json_path.put(control, path, phrases.value(value))
    _expect_only(pca_bus, control)


@then(parsers.parse('only the rule for "{event_id}" fires'))
def only_one_rule_fires(pca_bus: ScenarioBus, pca_published: Published, event_id: str) -> None:
    """Expect one rule to fire on the event; as controls, every other rule must fire on its own event."""
    (stamped,) = pca_published
    expect_firings(pca_bus, {(event_id, stamped)} | _controls(pca_bus, besides=event_id))


@then("no rule fires on it, but each fires on its own event")
def no_rule_fires(pca_bus: ScenarioBus) -> None:
    """Expect no rule to fire on the event; as controls, every rule must fire on its own event."""
    expect_firings(pca_bus, _controls(pca_bus))


@then("the received event equals the published event except for the stamped fields")
def received_unchanged(pca_bus: ScenarioBus, pca_received: Event, pca_published: Published) -> None:
    """Compare the received event with the published event, field by field."""
    (sent,) = pca_published.values()
    expect_unchanged(pca_bus, pca_received, sent)


@then(parsers.parse('the received "{path}" is {value}'))
def received_value(pca_received: Event, path: str, value: str) -> None:
    """Compare one value of the received event."""
    expect_equal(json_path.get(pca_received, path), phrases.value(value), f"the received {path}")


@then("the bus has stamped id, account, region and version")
def received_stamps(pca_received: Event, pca_published: Published, pca_bus: ScenarioBus) -> None:
    """Expect the id that PutEvents returned, the account and Region of the backend, and version 0."""
    (stamped,) = pca_published
    wanted = dict(zip(STAMPED, (stamped, pca_bus.backend.account, pca_bus.backend.region, "0"), strict=True))
    expect_equal({field: pca_received.get(field) for field in STAMPED}, wanted, "the stamped fields")


def _publish(bus: ScenarioBus, *events: Event) -> Published:
    return dict(zip(bus.publish(*events), events, strict=True))


def _expect_only(bus: ScenarioBus, control: Event) -> None:
    expect_firings(bus, _by_the_rule_under_test(bus.publish(control)))


def _by_the_rule_under_test(stamped: Iterable[str]) -> set[Firing]:
    return {(RULE_UNDER_TEST, event_id) for event_id in stamped}


def _controls(bus: ScenarioBus, besides: str | None = None) -> set[Firing]:
    """Publish every documented event except one, and return the firings that this must cause."""
    others = [event for event in catalog.documented_events() if event.id != besides]
    ids = bus.publish(*(event.event for event in others))
    return {(event.id, stamped) for event, stamped in zip(others, ids, strict=True)}
