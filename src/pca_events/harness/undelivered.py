"""What became of the deliveries of a scenario on our EventBridge: attempts, dead letters, replays, planned faults."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from pca_events import catalog
from pca_events.backends.control_clients import DeliveryControls, has_traces, trace_lines, trace_of
from pca_events.catalog import Event
from pca_events.errors import BusSilent, Unexpected
from pca_events.harness.resources import Archive, Queue
from pca_events.harness.scenario_bus import DEAD_LETTERS, RULE_UNDER_TEST, ScenarioBus
from pca_events.pattern import EventPattern

FATES: dict[str, dict[str, Any]] = {
    "fail": {"fault": "fail"},
    "are lost": {"fault": "drop"},
    "are made twice": {"fault": "duplicate"},
    "are delayed by 1 hour": {"fault": "delay", "delay_seconds": 3600},
    "are shuffled": {"fault": "shuffle"},
}
"""What can happen to the next deliveries of the rule under test, as the control API of our EventBridge takes it."""

_DEADLINE = 10.0  # seconds until what was planned must have happened
_PENDING = ("retried at", "delayed until", "held back")
_FORWARDED = "delivered as event "


@dataclass(frozen=True)
class DeadLetter:
    """A message in a dead-letter queue.

    Attributes:
        event: the body.
        attributes: the values of the message attributes, by name.
    """

    event: Event
    attributes: Mapping[str, str] = field(default_factory=dict)


def plan_faults(bus: ScenarioBus, fate: str, count: int) -> None:
    """Plan what happens to the next deliveries of the rule under test."""
    rule = bus.backend.rule_arn(bus.name, RULE_UNDER_TEST)
    DeliveryControls(bus.backend).plan(count=count, rule=rule, **FATES[fate])


def advance_clock(bus: ScenarioBus, seconds: int) -> None:
    """Advance the clock of the scenario's account, once the bus has handled all published events."""
    bus.deliveries()
    DeliveryControls(bus.backend).advance(seconds)


def settled(bus: ScenarioBus, event_id: str) -> list[dict[str, Any]]:
    """Return the rules in the trace of an event, once no retry and no other delivery is planned.

    The rules of the buses that the event was forwarded to follow.

    Raises:
        BusSilent: something is still planned at the deadline.
    """
    rules: list[dict[str, Any]] = _until(
        lambda: trace_of(bus.backend, event_id)["rules"],
        lambda found: not any(last["next"].startswith(_PENDING) for last in _last_attempts(found)),
        lambda found: "\n  ".join(["a delivery is still planned:", *trace_lines(found)]),
    )
    answers = [last["answer"] for last in _last_attempts(rules)]
    forwarded = [answer.removeprefix(_FORWARDED) for answer in answers if answer.startswith(_FORWARDED)]
    return rules + [rule for other in forwarded for rule in settled(bus, other)]


def expect_in_trace(bus: ScenarioBus, event_id: str, words: str) -> None:
    """Expect that a line of the trace of an event contains certain words; `*` stands for any words.

    Raises:
        Unexpected: no line does; the text contains the trace.
    """
    lines = trace_lines(settled(bus, event_id))
    pattern = EventPattern.parse({"line": [{"wildcard": f"*{words}*"}]})
    if not any(pattern.matches({"line": [line.strip()]}) for line in lines):
        raise Unexpected("\n  ".join([f'the trace of the event does not contain "{words}"; it is:', *lines]))


def expect_not_archived_again(bus: ScenarioBus, event_id: str) -> None:
    """Expect that the last time an event was on the bus, by a replay, no archive has kept it.

    Raises:
        Unexpected: an archive has kept it; the text contains the trace.
    """
    rules = settled(bus, event_id)
    if any(":archive/" in last["arn"] for last in _last_attempts(rules)):
        raise Unexpected("\n  ".join(["the replayed event was archived again:", *trace_lines(rules)]))


def expect_attempts(bus: ScenarioBus, event_id: str, wanted: int) -> None:
    """Expect that a certain number of attempts was made to deliver an event for the rule under test.

    Raises:
        Unexpected: there were more or fewer; the text contains the trace.
    """
    rules = [rule for rule in settled(bus, event_id) if rule["name"] == RULE_UNDER_TEST]
    found = sum(len(target["attempts"]) for rule in rules for target in rule["targets"])
    if found != wanted:
        lines = [f"the rule under test: wanted {wanted} attempts to deliver the event, found {found}"]
        raise Unexpected("\n  ".join([*lines, *trace_lines(rules)]))


def dead_letters(bus: ScenarioBus) -> list[DeadLetter]:
    """Return what the dead-letter queue of the scenario has received, once no delivery is planned."""
    for event_id in bus.published:
        settled(bus, event_id)
    url = bus.session.queue_url(cast(Queue, bus.applied[DEAD_LETTERS]).name)
    answer = bus.session.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
    return [_dead_letter(bus, message) for message in answer.get("Messages", ())]


def _dead_letter(bus: ScenarioBus, message: dict[str, Any]) -> DeadLetter:
    attributes = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
    return DeadLetter(bus.session.mode.incoming_event(json.loads(message["Body"])), attributes)


def expect_attribute(bus: ScenarioBus, letter: DeadLetter, name: str, condition: list[Any]) -> None:
    """Expect that an attribute of a dead letter meets a condition of an event pattern.

    Raises:
        Unexpected: it does not; the text contains the trace of the event.
    """
    if not EventPattern.parse({name: condition}).matches(letter.attributes):
        found = json.dumps(letter.attributes.get(name))
        lines = [f"the attribute {name} of the dead letter: wanted {json.dumps(condition)}, found {found}"]
        raise Unexpected("\n  ".join([*lines, *trace_lines(settled(bus, letter.event["id"]))]))


def replay(bus: ScenarioBus, only: str = "") -> None:
    """Replay the archive of the scenario, once it has received all published events, and wait for the end.

    Args:
        bus: of the scenario.
        only: the name of the only rule that the replay is for.
    """
    bus.deliveries()
    rules = [bus.backend.rule_arn(bus.name, only)] if only else []
    name = bus.replay(cast(Archive, bus.applied["archive"]), rules)
    _until(
        lambda: bus.session.events.describe_replay(ReplayName=name)["State"],
        lambda state: state in ("COMPLETED", "FAILED", "CANCELLED"),
        lambda state: f"the replay {name} is still {state}",
    )


def replayed_events(bus: ScenarioBus) -> list[str]:
    """Return the ids of the documented events that the target has received by a replay, sorted."""
    for event_id in bus.published:
        settled(bus, event_id)
    received = [delivery.event for delivery in bus.deliveries() if isinstance(delivery.event, dict)]
    return sorted(catalog.id_of(event) for event in received if "replay-name" in event)


def expect_input(bus: ScenarioBus, wanted: Any) -> None:
    """Expect that the target has received a value instead of a whole event, and no other.

    Raises:
        Unexpected: it has not; the text names the rule, both values, and on our EventBridge the trace.
    """
    received = [delivery.event for delivery in bus.deliveries() if delivery.event != bus.seen.get(delivery.event_id)]
    if received != [wanted]:
        found = ", ".join(map(json.dumps, received)) or "nothing"
        lines = [f"the rule under test sent its target another input: wanted {json.dumps(wanted)}, found {found}"]
        if has_traces(bus.backend):
            lines += [line for event_id in bus.published for line in trace_lines(settled(bus, event_id))]
        raise Unexpected("\n  ".join(lines))


def _last_attempts(rules: list[dict[str, Any]]) -> list[dict[str, str]]:
    attempts = (target["attempts"] for rule in rules for target in rule["targets"])
    return [each[-1] for each in attempts if each]


def _until(ask: Callable[[], Any], done: Callable[[Any], bool], otherwise: Callable[[Any], str]) -> Any:
    """Ask until the answer is final."""
    deadline = time.monotonic() + _DEADLINE
    while not done(answer := ask()):
        if time.monotonic() > deadline:
            raise BusSilent(otherwise(answer))
    return answer
