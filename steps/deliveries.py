"""What is published, and what arrives at the targets."""

import pytest
from pytest_bdd import parsers, then, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import STAMPED, Event
from pca_events.harness import ScenarioBus

Published = dict[str, Event]
"""What a scenario has published, by the id that the bus stamped on it."""


@when(parsers.parse('the event "{event_id}" is published'), target_fixture="published")
def publish_sample(bus: ScenarioBus, event_id: str) -> Published:
    """Publish the sample of a documented event, or of one that is never sent."""
    return _publish(bus, catalog.entry(event_id).event)


@when("the event is published", target_fixture="published")
def publish_event(bus: ScenarioBus, event: Event) -> Published:
    """Publish the scenario's event."""
    return _publish(bus, event)


@when("each documented event is published", target_fixture="published")
def publish_each(bus: ScenarioBus) -> Published:
    """Publish the samples of all documented events."""
    return _publish(bus, *(event.event for event in catalog.documented_events()))


@then("the target receives the event", target_fixture="received")
def target_receives(bus: ScenarioBus, published: Published) -> Event:
    """Expect what was published, once, and nothing else."""
    deliveries = bus.deliveries()
    assert [delivery.event_id for delivery in deliveries] == list(published)
    if bus.session.mode == "pattern-only":
        pytest.skip("pattern-only: the pattern matches; nothing is delivered that could be looked at")
    assert deliveries[0].event is not None
    return deliveries[0].event


@then("the target receives each of them")
def target_receives_each(bus: ScenarioBus, published: Published) -> None:
    """Expect everything that was published, in any order."""
    assert sorted(delivery.event_id for delivery in bus.deliveries()) == sorted(published)


@then(parsers.parse('the target receives only those with result "{result}"'))
def target_receives_those(bus: ScenarioBus, published: Published, result: str) -> None:
    """Expect those published events, and no other, in any order."""
    expected = [stamped for stamped, event in published.items() if event["detail"]["result"] == result]
    assert sorted(delivery.event_id for delivery in bus.deliveries()) == sorted(expected)


@then(parsers.parse('the target receives nothing but the control "{event_id}"'))
def target_receives_only_control(bus: ScenarioBus, event_id: str) -> None:
    """Publish a control that the rule must catch, and expect it alone."""
    _expect_only(bus, catalog.entry(event_id).event)


@then(parsers.parse('the target receives nothing, unless "{path}" is {value}'))
def target_receives_nothing_unless(bus: ScenarioBus, published: Published, path: str, value: str) -> None:
    """Publish, as the control, the same event but for one value, and expect the control alone."""
    (control,) = published.values()
    json_path.put(control, path, phrases.value(value))
    _expect_only(bus, control)


@then(parsers.parse('only the rule for "{event_id}" fires'))
def only_one_rule_fires(bus: ScenarioBus, published: Published, event_id: str) -> None:
    """Expect the event at one rule; as controls, every other rule must fire on its own event."""
    (stamped,) = published
    controls = _controls(bus, besides=event_id)
    assert _fired(bus) == {(event_id, stamped)} | controls


@then("no rule fires, though each fires on its own event")
def no_rule_fires(bus: ScenarioBus) -> None:
    """Expect the event at no rule; as controls, every rule must fire on its own event."""
    controls = _controls(bus)
    assert _fired(bus) == controls


@then("the received event equals the published one but for the stamped fields")
def received_unchanged(received: Event, published: Published) -> None:
    """Compare what was received with what was published, field by field."""
    (sent,) = published.values()
    assert _unstamped(received) == _unstamped(sent)


@then(parsers.parse('the received "{path}" is {value}'))
def received_value(received: Event, path: str, value: str) -> None:
    """Compare one value of the received event."""
    assert json_path.get(received, path) == phrases.value(value)


@then("the bus has stamped id, account, region and version")
def received_stamps(received: Event, published: Published, bus: ScenarioBus) -> None:
    """Expect the id that PutEvents answered, the account and Region of the backend, and version 0."""
    (stamped,) = published
    expected = (stamped, bus.backend.account, bus.backend.region, "0")
    assert tuple(received[field] for field in STAMPED) == expected


def _publish(bus: ScenarioBus, *events: Event) -> Published:
    return dict(zip(bus.publish(*events), events, strict=True))


def _expect_only(bus: ScenarioBus, control: Event) -> None:
    expected = bus.publish(control)
    assert [delivery.event_id for delivery in bus.deliveries()] == expected


def _controls(bus: ScenarioBus, besides: str | None = None) -> set[tuple[str, str]]:
    """Publish every documented event but one, and return which rule must fire on which."""
    others = [event for event in catalog.documented_events() if event.id != besides]
    ids = bus.publish(*(event.event for event in others))
    return {(event.id, stamped) for event, stamped in zip(others, ids, strict=True)}


def _fired(bus: ScenarioBus) -> set[tuple[str, str]]:
    return {(delivery.rule, delivery.event_id) for delivery in bus.deliveries()}


def _unstamped(event: Event) -> Event:
    return {field: value for field, value in event.items() if field not in STAMPED}
