"""Events published to the bus of a scenario, and what arrives in its queues: whole events and notes."""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pca_events.catalog import Event
from pca_events.errors import BadAnswer, BusSilent, PublishError
from pca_events.harness.bus_pool import EVERYTHING, WITNESS, PooledBus
from pca_events.harness.resources import Rule, Tags, Target
from pca_events.harness.run import PublishingMode
from pca_events.harness.session import Session

_NOTE = "pca-events:note"
"""The only key of a note; neither an event nor a part of one contains it."""

_MAX_MESSAGES = 10  # the maximum of one ReceiveMessage call
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message


@dataclass(frozen=True)
class Delivery:
    """What one rule sent to its target for one event.

    Attributes:
        rule: the label of the rule.
        event_id: the id that the bus stamped on the event; empty if the target receives only a part of it.
        event: what the target received, any JSON; None for a note.
        queue: the name of the queue that received it.
        inputs: the other values of a note, by JSON path.
    """

    rule: str
    event_id: str
    event: Any = None
    queue: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


def note(rule: str, inputs: Sequence[str] = ()) -> dict[str, Any]:
    """Return the input transformer of a target that receives a note instead of each event.

    Args:
        rule: the label of the rule, which the note contains with the id of the event.
        inputs: JSON paths of strings in the event that it also contains.
    """
    names = {f"input{number}": path for number, path in enumerate(inputs)}
    body = {"rule": rule, "id": "<id>", "inputs": {path: f"<{name}>" for name, path in names.items()}}
    return {
        "InputTransformer": {
            "InputPathsMap": {"id": "$.id", **names},
            "InputTemplate": json.dumps({_NOTE: body}),
        }
    }


def keeps_id(target: Target) -> bool:
    """Whether each message in a queue that a target causes names its event by the id under which it was published.

    A part of an event has no id, a topic may wrap it, and another bus may stamp its own.
    """
    service = target.arn.split(":")[2]
    if service != "sqs":
        return service not in ("events", "sns")
    template = target.options.get("InputTransformer", {}).get("InputTemplate", "")
    return _NOTE in template or not any(name.startswith("Input") for name in target.options)


class Inbox:
    """Receives from the queues of one scenario.

    EventBridge and SQS may deliver twice: a repeated delivery with the same rule and content is counted and ignored.
    Deliveries of events that an earlier scenario published on the same bus are ignored, too.

    Args:
        session: the connection to the backend.
        earlier: the ids of the events that earlier scenarios published; may grow.

    Attributes:
        received: all other deliveries, in the order of arrival.
        arrivals: the same, and the repeated deliveries.
        duplicates: the number of repeated deliveries.
    """

    def __init__(self, session: Session, earlier: set[str]) -> None:
        self.received: list[Delivery] = []
        self.arrivals: list[Delivery] = []
        self.duplicates = 0
        self._session = session
        self._earlier = earlier
        self._known: set[tuple[str, str, str, str]] = set()

    def drain(self, queue: str, rule: str) -> None:
        """Receive everything that is in a queue.

        Args:
            queue: its name.
            rule: the label of the rule that sends it whole events, or parts of them.
        """
        while self.receive(queue, rule, wait=0):
            pass

    def receive(self, queue: str, rule: str, wait: int) -> bool:
        """Receive once, waiting at most `wait` seconds for the first message; return whether more may be there."""
        url = self._session.queue_url(queue)
        answer = self._session.sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=_MAX_MESSAGES, WaitTimeSeconds=wait
        )
        messages = answer.get("Messages", [])
        for message in messages:
            self._take(_delivery(message["Body"], queue, rule, self._session.mode))
        most = _MAX_MESSAGES if self._session.backend.is_localstack else 1
        return len(messages) >= most

    def poll(self, queue: str, rule: str, patience: float) -> None:
        """Receive once, waiting at most five seconds, and not much longer than `patience`, for the first message."""
        self.receive(queue, rule, wait=min(_LONGEST_POLL, int(patience) + 1))

    def _take(self, delivery: Delivery) -> None:
        if delivery.event_id in self._earlier:
            return
        self.arrivals.append(delivery)
        content = json.dumps([delivery.event, delivery.inputs], sort_keys=True)
        key = (delivery.queue, delivery.rule, delivery.event_id, content)
        if key in self._known:
            self.duplicates += 1
        else:
            self._known.add(key)
            self.received.append(delivery)


def _delivery(body: str, queue: str, rule: str, mode: PublishingMode) -> Delivery:
    """Parse a message: a note has the key of a note, anything else is what a target receives."""
    try:
        read = json.loads(body)
    except ValueError:
        read = body
    if isinstance(read, dict) and set(read) == {_NOTE} and {"rule", "id"} <= set(noted := read[_NOTE]):
        return Delivery(noted["rule"], noted["id"], None, queue, noted.get("inputs", {}))
    if isinstance(read, dict):
        read = mode.incoming_event(read)
        return Delivery(rule, str(read.get("id", "")), read, queue)
    return Delivery(rule, "", read, queue)


def tested_deliveries(session: Session, bus: str, events: Mapping[str, Event]) -> Iterator[Delivery]:
    """Yield what the enabled rules of a bus would deliver for events by id, as TestEventPattern answers."""
    rules = [rule for rule in session.rules(bus) or () if rule["State"] == "ENABLED"]
    for event_id, event in events.items():
        for rule in rules:
            answer = session.events.test_event_pattern(EventPattern=rule["EventPattern"], Event=json.dumps(event))
            if answer["Result"]:
                targets = session.events.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus)["Targets"]
                for target in targets:
                    yield Delivery(rule["Name"], event_id, queue=target["Arn"].rpartition(":")[2])


Disorder = Callable[[Sequence[Event], random.Random], list[Event]]


def _shuffled(events: Sequence[Event], chance: random.Random) -> list[Event]:
    return chance.sample(list(events), len(events))


DISORDERS: dict[str, Disorder] = {
    "as received": lambda events, _: list(events),
    "each twice": lambda events, _: [event for event in events for _ in range(2)],
    "all again at the end": lambda events, _: [*events, *events],
    "in reverse": lambda events, _: list(reversed(events)),
    "shuffled": _shuffled,
    "three times and shuffled": lambda events, chance: _shuffled([*events, *events, *events], chance),
}
"""Each kind of disorder by name; EventBridge rules out none of them."""


def deliver(events: Sequence[Event], handler: Callable[[Event], object], kind: str, seed: str) -> None:
    """Call the handler in this process, as Lambda would, once for each event that the disorder yields.

    Args:
        events: as they were received.
        handler: is called with one event at a time, each a copy of its own.
        kind: a name of `DISORDERS`.
        seed: of the random order.
    """
    for event in DISORDERS[kind](events, random.Random(seed)):  # noqa: S311
        handler(dict(event))


_MAX_ENTRIES = 10  # the maximum of one PutEvents call


class Publisher:
    """Publishes events to one bus.

    Args:
        session: the connection to the backend.
        bus: the name of the event bus.

    Attributes:
        published: every event, by the id that the bus stamped on it.
        published_again: whether PutEvents was retried because an answer was lost; then events also arrive with ids
            that no answer contained.
        may_surprise: whether events may arrive with ids that are not known.
    """

    def __init__(self, session: Session, bus: str) -> None:
        self.published: dict[str, Event] = {}
        self.published_again = False
        self.may_surprise = False
        self._session = session
        self._bus = bus

    def publish(self, events: Sequence[Event]) -> list[str]:
        """Call PutEvents, and return the id that the bus stamps on each event, in the same order.

        Raises:
            PublishError: the bus rejected an entry.
            BadAnswer: the answer does not have an id for each event.
        """
        stamped: list[str] = []
        for start in range(0, len(events), _MAX_ENTRIES):
            stamped += self._put_events(events[start : start + _MAX_ENTRIES])
        self.published.update(zip(stamped, events, strict=True))
        return stamped

    def _put_events(self, batch: Sequence[Event]) -> list[str]:
        self.may_surprise = True  # until the answer is there
        answer = self._session.channel.put_events(Entries=[self._entry(event) for event in batch])
        entries = answer["Entries"]
        for entry, event in zip(entries, batch, strict=False):
            if "ErrorCode" in entry:
                raise PublishError(f"{entry['ErrorCode']}: {entry.get('ErrorMessage', '')} for {json.dumps(event)}")
        stamped = [entry["EventId"] for entry in entries if "EventId" in entry]
        if len(stamped) != len(batch):
            raise BadAnswer(f"PutEvents answered 200 with {len(stamped)} ids for {len(batch)} events: {entries}")
        self.published_again |= answer.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        self.may_surprise = self.published_again
        return stamped

    def _entry(self, event: Event) -> dict[str, Any]:
        event = self._session.mode.outgoing_event(event)
        return {
            "EventBusName": self._bus,
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Time": event["time"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"]),
        }


class CatchAllRule:
    """The rule that receives every event, after all other rules of the bus.

    The rules of one event run one after another in the order in which they were put. Once this rule, put last, has
    received an event, every other rule has been evaluated.

    Args:
        session: the connection to the backend.
        bus: the bus with its queues.
        patience: seconds until the rule must have received what was published.

    Attributes:
        seen: every event as the bus handled it, by its id.
        is_last: whether the rule was put after all other rules.
    """

    def __init__(self, session: Session, bus: PooledBus, patience: float) -> None:
        self.seen: dict[str, Event] = {}
        self.is_last = bool(bus.standing)
        self._session = session
        self._bus = bus
        self._patience = patience
        self._is_put = WITNESS in bus.standing
        self._inbox = Inbox(session, bus.earlier)

    def put_last(self, publisher: Publisher, tags: Tags) -> bool:
        """Put the rule after all others, unless it is the last already; return whether it was put."""
        if self.is_last:
            return False
        rule = Rule(self._bus.name, WITNESS, EVERYTHING)
        if self._is_put:
            self.wait_for(publisher)
            rule.delete(self._session)
        rule.create(self._session, tags)
        queue = self._session.backend.queue_arn(self._bus.witness_queue)
        Target(self._bus.name, WITNESS, queue).create(self._session, tags)
        self.is_last = self._is_put = True
        return True

    def wait_for(self, publisher: Publisher) -> bool:
        """Receive until the rule has received every published event; return whether any was new.

        Raises:
            BusSilent: it did not receive every event before the deadline.
        """
        before = len(self.seen)
        deadline = time.monotonic() + self._patience
        while unseen := publisher.published.keys() - self.seen.keys():
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(
                    f"the catch-all rule on bus {self._bus.name} did not receive {len(unseen)} of "
                    f"{len(publisher.published)} events in {self._patience:.0f} s: the bus is dead, or a broken rule "
                    "starves it (see the emulator's log)"
                )
            self._inbox.poll(self._bus.witness_queue, WITNESS, patience)
            received = (delivery for delivery in self._inbox.received if isinstance(delivery.event, dict))
            self.seen = {delivery.event_id: delivery.event for delivery in received}
        return len(self.seen) > before
