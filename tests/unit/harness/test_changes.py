"""The changes of a configuration in words."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from pca_events import catalog
from pca_events.errors import BadInput
from pca_events.harness import ScenarioBus
from pca_events.harness.changes import changed
from pca_events.harness.resources import Queue, QueuePolicy, Rule, Target
from pca_events.harness.resources.plan import Configuration
from pca_events.harness.scenario_bus import DEAD_LETTERS


@pytest.fixture
def bus() -> ScenarioBus:
    """A bus with a rule and its target, which calls no backend."""
    applied: Configuration = {
        "queue": Queue("bus"),
        "policy": QueuePolicy("bus"),
        "rule": Rule("bus", "rule-under-test", catalog.documented("ca-creation-failure").pattern),
        "target": Target("bus", "rule-under-test", "arn:bus"),
    }
    return cast(ScenarioBus, SimpleNamespace(name="bus", applied=applied, queue_arn=lambda name="bus": f"arn:{name}"))


def _options(bus: ScenarioBus, *changes: str) -> dict[str, Any]:
    for change in changes:
        bus.applied = changed(bus, change)
    return cast(Target, bus.applied["target"]).options


def test_an_unknown_change_is_an_error(bus: ScenarioBus) -> None:
    with pytest.raises(BadInput, match='unknown change "the rule sleeps"'):
        changed(bus, "the rule sleeps")


def test_a_change_leaves_the_applied_configuration_alone(bus: ScenarioBus) -> None:
    before = dict(bus.applied)
    changed(bus, "the rule is disabled")
    assert bus.applied == before


def test_options_of_a_target_add_up(bus: ScenarioBus) -> None:
    found = _options(
        bus,
        "the target gets a dead-letter queue",
        "the target allows 2 retries",
        "the target allows retries for 60 seconds",
    )
    assert found == {
        "DeadLetterConfig": {"Arn": "arn:bus-dead"},
        "RetryPolicy": {"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
    }
    assert bus.applied[DEAD_LETTERS] == Queue("bus-dead")


def test_a_template_may_contain_braces_and_quotes(bus: ScenarioBus) -> None:
    found = _options(bus, 'the target gets the template {"of": "<kind> of {x}"}')
    assert found["InputTransformer"]["InputTemplate"] == '{"of": "<kind> of {x}"}'


def test_a_missing_policy_can_be_put_again(bus: ScenarioBus) -> None:
    bus.applied = changed(bus, "the policy of the queue is missing")
    assert "policy" not in bus.applied
    assert changed(bus, "the policy of the queue is as documented")["policy"] == QueuePolicy("bus")


def test_the_policy_of_a_dead_letter_queue_differs_from_that_of_the_queue(bus: ScenarioBus) -> None:
    bus.applied = changed(bus, "the target gets a dead-letter queue")
    found = changed(bus, "the policy of the dead-letter queue denies EventBridge the action")
    assert found["policy"] == QueuePolicy("bus")
    assert found["dead-letters-policy"] == QueuePolicy("bus-dead", "denies EventBridge the action")
