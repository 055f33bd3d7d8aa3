"""The changes of a scenario's configuration, as the features phrase them."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from pca_events import catalog
from pca_events.errors import BadInput
from pca_events.harness.resources import Archive, EventBus, LogGroup, Queue, QueuePolicy, Rule, Target, Topic
from pca_events.harness.resources.inventory import LOG_GROUPS
from pca_events.harness.resources.plan import Configuration
from pca_events.harness.scenario_bus import DEAD_LETTERS, RULE_UNDER_TEST, ScenarioBus

SECOND_QUEUE = "queue-2"
"""The label of the queue that a target is moved to."""


def changed(bus: ScenarioBus, change: str) -> Configuration:
    """Return the configuration after a change that is described in words.

    Raises:
        BadInput: the words are not a change.
    """
    for words, make in CHANGES.items():
        if found := re.fullmatch(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+?)", re.escape(words)), change):
            return make(bus, dict(bus.applied), **found.groupdict())
    raise BadInput(f'unknown change "{change}"; features/README.md lists the changes')


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
        options={"RoleArn": f"arn:{bus.backend.partition}:iam::{bus.backend.account}:role/events"},
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
    role = f"arn:{bus.backend.partition}:iam::{bus.backend.account}:role/events"
    target = Target(bus.name, "forward", bus.backend.bus_arn(f"{bus.name}-2"), {"RoleArn": role})
    pattern = cast(Rule, configuration["rule-2"]).pattern
    return {**configuration, "forward": Rule(bus.name, "forward", pattern), "forward-target": target}


def _to_log_group(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    group = LogGroup(f"{LOG_GROUPS}{bus.name}")
    target = replace(cast(Target, configuration["target"]), arn=bus.backend.log_group_arn(group.name))
    return {**_without(configuration, "target"), "log-group": group, "target": target}


def _to_third_bus(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    """Forward through two buses; the rule of the third sends to the queue of the scenario."""
    through = _through_bus(bus, configuration)
    name = f"{bus.name}-3"
    rule = replace(cast(Rule, through["rule-2"]), bus=name)
    second = replace(cast(Target, through["target"]), bus=f"{bus.name}-2", arn=bus.backend.bus_arn(name))
    third = Target(name, RULE_UNDER_TEST, bus.queue_arn())
    return {**through, "bus-3": EventBus(name), "rule-3": rule, "target-2": second, "target-3": third}


def _with_options(configuration: Configuration, **options: Any) -> Configuration:
    target = cast(Target, configuration["target"])
    return _with(configuration, "target", options={**target.options, **options})


def _with_retries(configuration: Configuration, limit: str, most: str) -> Configuration:
    policy = cast(Target, configuration["target"]).options.get("RetryPolicy", {})
    return _with_options(configuration, RetryPolicy={**policy, limit: int(most)})


def _with_dead_letters(bus: ScenarioBus, configuration: Configuration) -> Configuration:
    name = f"{bus.name}-dead"
    new: Configuration = {DEAD_LETTERS: Queue(name), _DEAD_LETTERS_POLICY: QueuePolicy(name)}
    return {**new, **_with_options(configuration, DeadLetterConfig={"Arn": bus.queue_arn(name)})}


def _with_policy(bus: ScenarioBus, configuration: Configuration, label: str, state: str) -> Configuration:
    if state == "is missing":
        return _without(configuration, label)
    if label not in configuration:
        configuration = {**configuration, label: QueuePolicy(bus.name)}
    return _with(configuration, label, state=state)


def _with_pattern(configuration: Configuration, **conditions: Any) -> Configuration:
    pattern = cast(Rule, configuration["rule"]).pattern
    return _with(configuration, "rule", pattern={**pattern, **conditions})


def _archived(bus: ScenarioBus, configuration: Configuration, pattern: dict[str, Any]) -> Configuration:
    return {**configuration, "archive": Archive(bus.name, bus.name, pattern)}


_DEAD_LETTERS_POLICY = "dead-letters-policy"

PATHS = {
    "kind": "$.detail-type",
    "result": "$.detail.result",
    "reason": "$.detail.reason",
    "time": "$.time",
    "ca": "$.resources[0]",
    "second": "$.resources[1]",
    "detail": "$.detail",
    "nowhere": "$.detail.nowhere",
}
"""The paths of the variables in a template."""

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
    "the bus gets an archive": lambda bus, now: _archived(bus, now, cast(Rule, now["rule"]).pattern),
    'the bus gets an archive for "{event}"': lambda bus, now, event: _archived(
        bus, now, catalog.documented(event).pattern
    ),
    "the rule excludes replays": lambda _, now: _with_pattern(now, **{"replay-name": [{"exists": False}]}),
    "the target is removed": lambda _, now: _without(now, "target"),
    "the target is moved to another queue": lambda bus, now: _moved(bus, now, "", {}),
    "the target is moved to a FIFO queue": lambda bus, now: _moved(
        bus, now, ".fifo", {"SqsParameters": {"MessageGroupId": "one"}}
    ),
    "the target is moved to a queue that does not exist": lambda bus, now: _with(
        now, "target", arn=bus.queue_arn(f"{bus.name}-missing")
    ),
    "the target is moved to a topic": lambda bus, now: _through_topic(bus, now),
    "the target is moved to another bus": lambda bus, now: _through_bus(bus, now),
    "the target is moved behind two other buses": lambda bus, now: _to_third_bus(bus, now),
    "the target is moved to a log group": lambda bus, now: _to_log_group(bus, now),
    "the target gets an input path": lambda _, now: _with(now, "target", options={"InputPath": "$.detail"}),
    "the target gets a constant input": lambda _, now: _with(now, "target", options={"Input": '{"alarm": true}'}),
    "the target gets an input transformer": lambda _, now: _with(
        now, "target", options={"InputTransformer": _TRANSFORMER}
    ),
    "the target gets the input path {path}": lambda _, now, path: _with_options(now, InputPath=path),
    "the target gets the constant {constant}": lambda _, now, constant: _with_options(now, Input=constant),
    "the target gets the template {template}": lambda _, now, template: _with_options(
        now, InputTransformer={"InputPathsMap": PATHS, "InputTemplate": template}
    ),
    "the target gets a dead-letter queue": lambda bus, now: _with_dead_letters(bus, now),
    "the target allows {count} retries": lambda _, now, count: _with_retries(now, "MaximumRetryAttempts", count),
    "the target allows retries for {seconds} seconds": lambda _, now, seconds: _with_retries(
        now, "MaximumEventAgeInSeconds", seconds
    ),
    "the policy of the queue {state}": lambda bus, now, state: _with_policy(bus, now, "policy", state),
    "the policy of the dead-letter queue {state}": lambda bus, now, state: _with_policy(
        bus, now, _DEAD_LETTERS_POLICY, state
    ),
    "the policy of the topic {state}": lambda bus, now, state: _with_policy(bus, now, "topic", state),
    "the policy of the log group {state}": lambda bus, now, state: _with_policy(bus, now, "log-group", state),
}
"""The changes of a configuration, as the features phrase them."""
