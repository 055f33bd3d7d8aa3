"""What arrives in the queues of one scenario: whole events, and notes of which rule fired on which event."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pca_events.catalog import Event
from pca_events.harness.modes import PublishingMode
from pca_events.harness.session import Session

_NOTE = "pca-events:note"
"""The only key of a note; neither an event nor a part of one contains it."""

_MAX_MESSAGES = 10  # the maximum of one ReceiveMessage call
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message
_IN_ORDER = "localstack"
"""The product whose queues return everything that was sent before, unless a batch is full."""


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


class Inbox:
    """Receives from the queues of one scenario.

    EventBridge and SQS may deliver twice: a repeated delivery with the same rule and content is counted and ignored.
    Deliveries of events that an earlier scenario published on the same bus are ignored, too.

    Args:
        session: the connection to the backend.
        earlier: the ids of the events that earlier scenarios published; may grow.

    Attributes:
        received: all other deliveries, in the order of arrival.
        duplicates: the number of repeated deliveries.
    """

    def __init__(self, session: Session, earlier: set[str]) -> None:
        self.received: list[Delivery] = []
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
        most = _MAX_MESSAGES if self._session.backend.product == _IN_ORDER else 1
        return len(messages) >= most

    def poll(self, queue: str, rule: str, patience: float) -> None:
        """Receive once, waiting at most five seconds, and not much longer than `patience`, for the first message."""
        self.receive(queue, rule, wait=min(_LONGEST_POLL, int(patience) + 1))

    def _take(self, delivery: Delivery) -> None:
        if delivery.event_id in self._earlier:
            return
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
