"""A consumer that turns the events from the queue into its own state."""

from typing import Any

import pytest
from pca_events.examples import Careful, Naive
from pytest_bdd import given, parsers, then, when

from pca_events.catalog import Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.events import deliver
from pca_events.harness.expectations import expect, expect_equal
from pca_events.harness.undelivered import settled

CONSUMERS: dict[str, type[Careful] | type[Naive]] = {"careful": Careful, "naive": Naive}


@given(parsers.parse("the {kind} consumer"), target_fixture="pca_consumer_kind")
def consumer(kind: str) -> type[Careful] | type[Naive]:
    """Take one of the example consumers."""
    return CONSUMERS[kind]


@when(parsers.parse("the consumer receives the events {disorder}"), target_fixture="pca_states")
def consume(
    pca_bus: ScenarioBus, pca_published: dict[str, Event], pca_consumer_kind: type[Careful] | type[Naive], disorder: str
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Deliver the events to one consumer in order and to another out of order; return both final states."""
    if not pca_bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    expected = {(RULE_UNDER_TEST, stamped) for stamped in pca_published}
    received = [delivery.event for delivery in pca_bus.deliveries(expected) if delivery.event is not None]
    received.sort(key=lambda event: (event["time"], event["id"]))
    undisturbed, disturbed = pca_consumer_kind(), pca_consumer_kind()
    deliver(received, undisturbed.handle, "as received", pca_bus.session.run.seed)
    deliver(received, disturbed.handle, disorder, pca_bus.session.run.seed)
    return undisturbed.state(), disturbed.state()


@when("the consumer reads its queue", target_fixture="pca_states")
def consume_queue(
    pca_bus: ScenarioBus, pca_published: dict[str, Event], pca_consumer_kind: type[Careful] | type[Naive]
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Deliver the published events to one consumer in order, and to another what arrived; return both final states."""
    for stamped in pca_published:
        settled(pca_bus, stamped)
    pca_bus.deliveries()
    undisturbed, disturbed = pca_consumer_kind(), pca_consumer_kind()
    in_order = sorted(pca_bus.seen.values(), key=lambda event: (event["time"], event["id"]))
    deliver(in_order, undisturbed.handle, "as received", pca_bus.session.run.seed)
    arrived = [delivery.event for delivery in pca_bus.arrivals if delivery.event is not None]
    expect(bool(arrived), "the queue is empty, so the comparison proves nothing")
    deliver(arrived, disturbed.handle, "as received", pca_bus.session.run.seed)
    return undisturbed.state(), disturbed.state()


@then("it ends in the same state as with ordered delivery")
def same_state(pca_states: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    """Compare the states; an empty state proves nothing."""
    undisturbed, disturbed = pca_states
    expect(bool(undisturbed), "the consumer stored no state, so the comparison proves nothing")
    expect_equal(disturbed, undisturbed, "the state of the consumer after out-of-order delivery")


@then("it ends in a different state than with ordered delivery")
def another_state(pca_states: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    """Expect a different state, which proves that the delivery really was disturbed; an empty one proves nothing."""
    undisturbed, disturbed = pca_states
    expect(undisturbed != disturbed, f"the state is the same as with ordered delivery: {undisturbed}")
