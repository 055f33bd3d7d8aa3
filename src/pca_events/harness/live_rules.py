"""The rules of a live event bus; and rules deployed to an event bus to see which events fire them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from pca_events.catalog import Event
from pca_events.errors import BackendError, InvalidPattern, PcaEventsError
from pca_events.harness.resources import Queue
from pca_events.harness.resources import Rule as PutRule
from pca_events.harness.resources import Target as PutTarget
from pca_events.harness.scenario_bus import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.session import Pattern, Session
from pca_events.infrastructure.embedded_json import asks_for_read_only_calls
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Target


def read_bus(session: Session, bus: str) -> Reading:
    """Read the rules of an event bus with their targets; scheduled rules are skipped.

    Raises:
        BackendError: there is no such event bus.
    """
    stored = session.rules(bus)
    if stored is None:
        raise BackendError(f'{session.backend.name} has no event bus "{bus}"')
    place = SourceLocation(f"{session.backend.name}, event bus {bus}", 1)
    return Reading([_rule(session, rule, bus, place) for rule in stored if rule.get("EventPattern")])


def _rule(session: Session, stored: dict[str, Any], bus: str, place: SourceLocation) -> Rule:
    listed = session.listed("events", "list_targets_by_rule", "Targets", Rule=stored["Name"], EventBusName=bus)
    targets = tuple(_target(target, place) for target in listed or ())
    enabled = stored.get("State") != "DISABLED"
    pattern = json.loads(stored["EventPattern"])
    return Rule(
        place,
        1,
        stored["Name"],
        pattern,
        bus=bus,
        enabled=enabled,
        targets=targets,
        read_only_calls=asks_for_read_only_calls(stored.get("State")),
    )


def _target(stored: dict[str, Any], place: SourceLocation) -> Target:
    arn = stored["Arn"]
    return Target(
        place,
        stored["Id"],
        kind="api-destination" if ":api-destination/" in arn else arn.split(":")[2] if arn.startswith("arn:") else "",
        arn=arn,
        handler=arn.rpartition(":")[2],
        input_path=stored.get("InputPath"),
        input_paths=stored.get("InputTransformer", {}).get("InputPathsMap", {}),
        input_template=stored.get("InputTransformer", {}).get("InputTemplate"),
        constant=stored.get("Input"),
        dead_letter="DeadLetterConfig" in stored,
        retry="RetryPolicy" in stored,
        role="RoleArn" in stored,
        message_group="MessageGroupId" in stored.get("SqsParameters", {}),
    )


_RULES_ON_A_BUS = 100  # AWS takes 300, LocalStack gets slower with each


@dataclass(frozen=True)
class Deployed:
    """A rule to be deployed.

    Attributes:
        inputs: the JSON paths of the strings that its targets read from an event.
    """

    pattern: Pattern
    inputs: tuple[str, ...] = ()


@dataclass
class Fired:
    """What fired a rule.

    Attributes:
        refused: whether the backend rejects the pattern.
        above_quota: whether the pattern is longer than the backend's quota, so that the rule was not put.
        missing: the missing inputs of each event that fired the rule, by the event's index.
    """

    refused: bool = False
    above_quota: bool = False
    missing: dict[int, frozenset[str]] = field(default_factory=dict)


def fired(session: Session, rules: Mapping[str, Deployed], events: Sequence[Event]) -> dict[str, Fired]:
    """Put each rule with a queue as its target, publish the events, and return which of them fired it.

    Args:
        session: the connection to the backend.
        rules: by a label of the caller's.
        events: published once for each hundred rules.
    """
    found: dict[str, Fired] = {}
    labels = list(rules)
    for start in range(0, len(labels), _RULES_ON_A_BUS):
        found |= _on_one_bus(
            session, {label: rules[label] for label in labels[start : start + _RULES_ON_A_BUS]}, events
        )
    return found


def _on_one_bus(session: Session, rules: Mapping[str, Deployed], events: Sequence[Event]) -> dict[str, Fired]:
    found: dict[str, Fired] = {}
    names: dict[str, str] = {}
    with ScenarioBus(session, "check --deploy") as bus:
        for number, (label, rule) in enumerate(rules.items()):
            found[label] = Fired()
            names[f"rule-{number}"] = label
            try:
                bus.put_observer_rule(f"rule-{number}", rule.pattern, rule.inputs)
            except InvalidPattern:
                found[label].refused = True
            except session.events.exceptions.LimitExceededException:
                found[label].above_quota = True
        index = {stamped: number for number, stamped in enumerate(bus.publish(*events))}
        for delivery in bus.deliveries():
            missing = frozenset(path for path, text in delivery.inputs.items() if not text)
            found[names[delivery.rule]].missing[index[delivery.event_id]] = missing
    return found


class RuleRejected(PcaEventsError):
    """A backend rejects a rule or its target."""


def received_texts(
    session: Session, pattern: Pattern, options: Mapping[str, Any], events: Sequence[Event]
) -> list[tuple[str, ...]]:
    """Put a rule with a target, publish events one by one, and return for each what the target received.

    Args:
        session: the connection to the backend.
        pattern: of the rule.
        options: of the target, as PutTargets has them: Input, InputPath, InputTransformer.
        events: the events.

    Returns:
        The texts for each event, in their order; none if the rule did not fire.

    Raises:
        RuleRejected: the backend rejects the pattern or the target.
    """
    with ScenarioBus(session, "verify-consumer") as bus:
        queue = Queue(f"{bus.name}-target", open=True)
        queue.create(session, session.run.tags("verify-consumer"))
        try:
            bus.create("rule", PutRule(bus.name, RULE_UNDER_TEST, pattern))
            target = PutTarget(bus.name, RULE_UNDER_TEST, bus.queue_arn(queue.name), dict(options))
            bus.create("target", target)
        except (InvalidPattern, ClientError) as error:
            queue.delete(session)
            raise RuleRejected(str(error)) from error
        try:
            return [_received_of(session, bus, queue, event) for event in events]
        finally:
            queue.delete(session)


def _received_of(session: Session, bus: ScenarioBus, queue: Queue, event: Event) -> tuple[str, ...]:
    bus.publish(event)
    bus.deliveries()  # the catch-all rule has received the event, so the target has as well
    texts: list[str] = []
    while True:
        url = session.queue_url(queue.name)
        found = session.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        if not found:
            return tuple(dict.fromkeys(texts))
        texts += [message["Body"] for message in found]
