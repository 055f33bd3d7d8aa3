"""A consumer between the queue and its own state."""

from typing import Any

import pytest
from pca_events.examples import Careful, Naive
from pytest_bdd import given, parsers, then, when

from pca_events.catalog import Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.disorder import deliver
from pca_events.harness.expectations import expect, expect_equal

CONSUMERS: dict[str, type[Careful] | type[Naive]] = {"careful": Careful, "naive": Naive}


@given(parsers.parse("the {kind} consumer"), target_fixture="consumer_kind")
def consumer(kind: str) -> type[Careful] | type[Naive]:
    """Take one of the example consumers."""
    return CONSUMERS[kind]


@when(parsers.parse("the consumer gets what arrives {disorder}"), target_fixture="states")
def consume(
    bus: ScenarioBus, published: dict[str, Event], consumer_kind: type[Careful] | type[Naive], disorder: str
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Feed one consumer in order, and another of its kind in disorder; return what each has come to."""
    if not bus.session.mode.delivers:
        pytest.skip("pattern-only: nothing is delivered that could be consumed")
    expected = {(RULE_UNDER_TEST, stamped) for stamped in published}
    received = [delivery.event for delivery in bus.deliveries(expected) if delivery.event is not None]
    received.sort(key=lambda event: (event["time"], event["id"]))
    undisturbed, disturbed = consumer_kind(), consumer_kind()
    deliver(received, undisturbed.handle, "as received", bus.session.run.seed)
    deliver(received, disturbed.handle, disorder, bus.session.run.seed)
    return undisturbed.state(), disturbed.state()


@then("it comes to the same state as without")
def same_state(states: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    """Compare both states; an empty one shows nothing."""
    undisturbed, disturbed = states
    expect(bool(undisturbed), "the consumer kept no state, so nothing is shown")
    expect_equal(disturbed, undisturbed, "the state of the consumer after the disorder")


@then("it comes to another state than without")
def another_state(states: tuple[dict[Any, Any], dict[Any, Any]]) -> None:
    """Expect that the disorder has done harm, which shows that there was one."""
    undisturbed, disturbed = states
    expect(undisturbed != disturbed, f"the disorder did no harm: the state is {undisturbed} both times")
