"""The configuration of a scenario: applied, changed, modified out of band and imported."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, cast

import pytest
from pytest_bdd import given, parsers, then, when

from pca_events import catalog
from pca_events.catalog import CatalogEntry, Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.expectations import expect, expect_contract_met, expect_equal
from pca_events.harness.resources import Archive, EventBus, LogGroup, Queue, QueuePolicy, Rule, Target, Topic
from pca_events.harness.resources.inventory import LOG_GROUPS
from pca_events.harness.resources.plan import Change, Configuration
from pca_events.harness.scenario_bus import Firing
from pca_events.pattern import EventPattern

SECOND_QUEUE = "queue-2"


@dataclass(frozen=True)
class Step:
    """One change of a configuration: its plan, the events before and after it, and the target input after it."""

    took: list[Change]
    before: list[str]
    after: list[str]
    inputs: list[Any]


@given(parsers.parse('an applied configuration for the event "{event_id}"'), target_fixture="subject")
def applied_configuration(bus: ScenarioBus, event_id: str) -> CatalogEntry:
    """Apply bus, queue, policy, a rule for the event, and its target."""
    subject = catalog.documented(event_id)
    bus.put_rule_under_test(RULE_UNDER_TEST, subject.pattern)
    expect_equal(_in_words(bus.plan()), _in_words([]), "the plan after the configuration was applied")
    return subject


@given(parsers.parse('a rule created out of band for the event "{event_id}"'), target_fixture="subject")
def rule_created_out_of_band(bus: ScenarioBus, event_id: str) -> CatalogEntry:
    """Put a rule and its target that are not part of the configuration."""
    subject = catalog.documented(event_id)
    bus.put_rule_under_test(RULE_UNDER_TEST, subject.pattern)
    for label in ("rule", "target"):
        del bus.applied[label]
    return subject


@when(parsers.parse('the rule is changed out of band to match "{event_id}"'))
def change_rule_out_of_band(bus: ScenarioBus, event_id: str) -> None:
    """Put another pattern without changing the configuration."""
    bus.modify_out_of_band(Rule(bus.name, RULE_UNDER_TEST, catalog.documented(event_id).pattern))


@when("the rule is imported")
def import_rule(bus: ScenarioBus, subject: CatalogEntry) -> None:
    """Add the definitions of the rule and its target to the configuration."""
    bus.applied["rule"] = Rule(bus.name, RULE_UNDER_TEST, subject.pattern)
    bus.applied["target"] = bus.default_target(RULE_UNDER_TEST)


@when(parsers.parse("the {label} is deleted out of band"))
def delete_out_of_band(bus: ScenarioBus, label: str) -> None:
    """Delete a resource without changing the configuration."""
    bus.delete_out_of_band(label)


@when("the archive is replayed")
def replay(bus: ScenarioBus) -> None:
    """Replay the archived events that were published so far."""
    bus.replay(cast(Archive, bus.applied["archive"]))


@then(parsers.parse('"{event_id}" is delivered again by the replay'))
def arrived_again(bus: ScenarioBus, event_id: str) -> None:
    """Expect the event with a replay-name before the deadline."""
    expect_equal(bus.replayed()["detail-type"], catalog.documented(event_id).detail_type, "the replayed detail-type")


@when("the configuration is applied again")
def apply_again(bus: ScenarioBus) -> None:
    """Apply the last applied configuration again."""
    bus.apply(bus.applied)


@when(parsers.parse("the configuration changes: {change}"), target_fixture="step")
def change_configuration(bus: ScenarioBus, subject: CatalogEntry, change: str) -> Step:
    """Publish an event with each result, apply the change, and publish them again."""
    before = _arrivals(bus, subject)
    took = bus.apply(_changed(bus, change))
    after = _arrivals(bus, subject)
    return Step(
        took, [words for words, _ in before], [words for words, _ in after], [received for _, received in after]
    )


@then(parsers.parse("the plan was to {plan}"))
def plan_was(step: Step, plan: str) -> None:
    """Compare the plan of the change."""
    expect_equal(_in_words(step.took), plan, "the plan of the change")


@then(parsers.parse("the plan is to {plan}"))
def plan_is(bus: ScenarioBus, plan: str) -> None:
    """Compare the plan that would restore the configuration."""
    expect_equal(_in_words(bus.plan()), plan, "the plan")


@then(parsers.parse('"{before}" arrives before the change and "{after}" after it'))
def arrived(step: Step, before: str, after: str) -> None:
    """Compare the events that arrived, and the queue of each."""
    expect_equal(_list(step.before), before, "the events before the change")
    expect_equal(_list(step.after), after, "the events after the change")


@when(parsers.parse("{change} before any event is published"))
def change_first(bus: ScenarioBus, change: str) -> None:
    """Apply a change without publishing any event."""
    bus.apply(_changed(bus, change))


@then("the event arrives at the new target", target_fixture="received")
def arrives(bus: ScenarioBus, published: dict[str, Event]) -> Event:
    """Wait, up to a deadline, for the event that another service forwards."""
    if not bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    group = bus.applied.get("log-group")
    if isinstance(group, LogGroup):
        bus.deliveries()
        logged = [event for event in bus.logged(group.name) if event.get("id") in published]
        expect(bool(logged), f"log group {group.name} does not contain the published event")
        return logged[0]
    return bus.arrived()


@then("the event arrives only after the change")
def arrived_after_the_change(bus: ScenarioBus, step: Step) -> None:
    """Expect no event before the change, and after it an event that another bus forwards, with any id."""
    expect_equal(_list(step.before), "nothing", "the events before the change")
    if not bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    expect_contract_met(bus.arrived(), "the forwarded event")


@then(parsers.parse("the target receives the input {target_input}"))
def target_receives_input(bus: ScenarioBus, step: Step, target_input: str) -> None:
    """Compare the JSON that the target received after the change."""
    if not bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    expect_equal(step.inputs, [json.loads(target_input)], "the input of the target after the change")


def _arrivals(bus: ScenarioBus, subject: CatalogEntry) -> list[tuple[str, Any]]:
    """Publish every event of the subject's detail-type; return each arrival in words with the input received."""
    kind = [event for event in catalog.documented_events() if event.detail_type == subject.detail_type]
    seen = len(bus.received)
    names = dict(zip(bus.publish(*(event.event for event in kind)), (event.id for event in kind), strict=True))
    arrivals = [
        (f"{names.get(delivery.event_id, '')}{_place(bus, delivery.queue)}", delivery.event)
        for delivery in bus.deliveries(_to_fire(bus, names))[seen:]
    ]
    return sorted(arrivals, key=lambda arrival: arrival[0])


def _to_fire(bus: ScenarioBus, published: Iterable[str]) -> set[Firing]:
    """Return the firings to wait for: those predicted by the pattern, if the target receives complete events."""
    rule, target = bus.applied.get("rule"), bus.applied.get("target")
    if not (isinstance(rule, Rule) and isinstance(target, Target)) or target.options or rule.state != "ENABLED":
        return set()
    pattern = EventPattern.parse(rule.pattern)
    return {(RULE_UNDER_TEST, stamped) for stamped in published if pattern.matches(bus.published[stamped])}


def _place(bus: ScenarioBus, queue: str) -> str:
    return "" if queue == bus.name else f" in {SECOND_QUEUE}"


def _in_words(changes: list[Change]) -> str:
    return ", ".join(map(str, changes)) or "change nothing"


def _list(arrived: list[str]) -> str:
    return ", ".join(arrived) or "nothing"


def _changed(bus: ScenarioBus, change: str) -> Configuration:
    """Return the configuration after a change that is described in words."""
    for words, make in CHANGES.items():
        parser = parsers.parse(words)
        if parser.is_matching(change):
            return make(bus, dict(bus.applied), **parser.parse_arguments(change))
    raise ValueError(f'unknown change "{change}"; features/README.md lists the changes')


def _with(configuration: Configuration, label: str, **values: Any) -> Configuration:
    return {**configuration, label: replace(cast(Any, configuration[label]), **values)}


def _without(configuration: Configuration, *labels: str) -> Configuration:
    return {label: resource for label, resource in configuration.items() if label not in labels}


def _asking_for(configuration: Configuration, *events: str) -> Configuration:
    (pattern, *others) = (catalog.documented(event).pattern for event in events)
    for other in others:
        pattern["detail"]["result"] += other["detail"]["result"]
    return _with(configuration, "rule", pattern=pattern)


def _reordered(configuration: Configuration) -> Configuration:
    pattern = cast(Rule, configuration["rule"]).pattern
    return _with(configuration, "rule", pattern=dict(reversed(pattern.items())))


def _renamed(configuration: Configuration) -> Configuration:
    name = f"{RULE_UNDER_TEST}-renamed"
    return _with(_with(configuration, "rule", name=name), "target", rule=name)


def _moved(bus: ScenarioBus, configuration: Configuration, suffix: str, options: dict[str, Any]) -> Configuration:
    name = f"{bus.name}-2{suffix}"
    target = replace(cast(Target, configuration["target"]), arn=bus.queue_arn(name), options=options)
    new: Configuration = {SECOND_QUEUE: Queue(name), "policy-2": QueuePolicy(name), "target": target}
    return {**_without(configuration, "target"), **new}


def _through_topic(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    moved = _moved(bus, configuration, "", {})
    topic = Topic(f"{bus.name}-topic", f"{bus.name}-2")
    target = replace(cast(Target, moved.pop("target")), arn=bus.backend.topic_arn(topic.name))
    return {**moved, "topic": topic, "target": target}


def _through_bus(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    moved = _moved(bus, configuration, "", {})
    name = f"{bus.name}-2"
    first = replace(
        cast(Target, moved.pop("target")),
        arn=bus.backend.bus_arn(name),
        options={"RoleArn": f"arn:aws:iam::{bus.backend.account}:role/events"},
    )
    rule = Rule(name, RULE_UNDER_TEST, cast(Rule, configuration["rule"]).pattern)
    second = Target(name, RULE_UNDER_TEST, bus.queue_arn(name))
    return {**moved, "bus-2": EventBus(name), "rule-2": rule, "target-2": second, "target": first}


def _on_another_bus(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    name = f"{bus.name}-2"
    rule = Rule(name, RULE_UNDER_TEST, cast(Rule, configuration["rule"]).pattern)
    target = Target(name, RULE_UNDER_TEST, bus.queue_arn())
    return {**_without(configuration, "rule", "target"), "bus-2": EventBus(name), "rule-2": rule, "target-2": target}


def _forwarded(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    role = f"arn:aws:iam::{bus.backend.account}:role/events"
    target = Target(bus.name, "forward", bus.backend.bus_arn(f"{bus.name}-2"), {"RoleArn": role})
    pattern = cast(Rule, configuration["rule-2"]).pattern
    return {**configuration, "forward": Rule(bus.name, "forward", pattern), "forward-target": target}


def _to_log_group(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    group = LogGroup(f"{LOG_GROUPS}{bus.name}")
    target = replace(cast(Target, configuration["target"]), arn=bus.backend.log_group_arn(group.name))
    return {**_without(configuration, "target"), "log-group": group, "target": target}


_TRANSFORMER = {
    "InputPathsMap": {"kind": "$.detail-type", "result": "$.detail.result", "time": "$.time"},
    "InputTemplate": '{"of": <kind>, "ended": <result>, "at": <time>}',
}
CHANGES: dict[str, Callable[..., Configuration]] = {
    "nothing": lambda _, now: now,
    "the keys of the pattern are reordered": lambda _, now: _reordered(now),
    'the pattern is changed to match "{one}" or "{other}"': lambda _, now, one, other: _asking_for(now, one, other),
    'the pattern is changed to match "{event}"': lambda _, now, event: _asking_for(now, event),
    "the rule gets a description": lambda _, now: _with(now, "rule", description="for the on-call team"),
    "the rule is disabled": lambda _, now: _with(now, "rule", state="DISABLED"),
    "the rule is enabled": lambda _, now: _with(now, "rule", state="ENABLED"),
    "the rule is renamed": lambda _, now: _renamed(now),
    "the rule is moved to another bus": lambda bus, now: _on_another_bus(bus, now),
    "the events are forwarded to the other bus": lambda bus, now: _forwarded(bus, now),
    "the rule is removed": lambda _, now: _without(now, "rule", "target"),
    "the bus gets an archive": lambda bus, now: {
        **now,
        "archive": Archive(bus.name, bus.name, cast(Rule, now["rule"]).pattern),
    },
    "the target is removed": lambda _, now: _without(now, "target"),
    "the target is moved to another queue": lambda bus, now: _moved(bus, now, "", {}),
    "the target is moved to a FIFO queue": lambda bus, now: _moved(
        bus, now, ".fifo", {"SqsParameters": {"MessageGroupId": "one"}}
    ),
    "the target is moved to a topic": lambda bus, now: _through_topic(bus, now),
    "the target is moved to another bus": lambda bus, now: _through_bus(bus, now),
    "the target is moved to a log group": lambda bus, now: _to_log_group(bus, now),
    "the target gets an input path": lambda _, now: _with(now, "target", options={"InputPath": "$.detail"}),
    "the target gets a constant input": lambda _, now: _with(now, "target", options={"Input": '{"alarm": true}'}),
    "the target gets an input transformer": lambda _, now: _with(
        now, "target", options={"InputTransformer": _TRANSFORMER}
    ),
}
"""The changes of a configuration, as the features phrase them."""
