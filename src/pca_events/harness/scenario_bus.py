"""One scenario's event bus: its rules, its queue, and what arrived there."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pca_events.backends import Backend
from pca_events.catalog import Event
from pca_events.errors import BusSilent, PublishError
from pca_events.harness.destroy import destroy
from pca_events.harness.session import Pattern, Session

_WITNESS = "witness"
_EVERYTHING: Pattern = {"source": [{"exists": True}]}
_DEADLINE = 10.0  # seconds until the witness must have received what was published
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message
_MOST_ENTRIES = 10  # PutEvents takes no more in one call


@dataclass(frozen=True)
class Delivery:
    """One event that one rule sent to its target.

    Attributes:
        rule: the label of the rule.
        event_id: the id that the bus stamped on the event.
        event: the event as received, where the rule passes it on whole; else None.
    """

    rule: str
    event_id: str
    event: Event | None = None


class ScenarioBus:
    """An event bus with one queue, used as a context manager: made on entry, destroyed and proven gone on exit.

    The rule under test (`watch`) passes events on whole. Further rules (`log`) and the witness send the same queue
    a note of their label and the event's id.

    Silence is proven by order, not by time: the rules of one event run one after another in the order in which they
    were put, so once the witness, put last, has noted an event, every other rule has had its turn.
    """

    def __init__(self, session: Session, scenario: str) -> None:
        self.name = session.run.new_name()
        self._session = session
        self._tags = session.run.tags(scenario)
        self._queue_url = ""
        self._watched = ""
        self._witness_is_last = False
        self._published: set[str] = set()
        self._deliveries: list[Delivery] = []

    def __enter__(self) -> "ScenarioBus":
        try:
            self._make()
        except BaseException:
            destroy(self._session, self.name)
            raise
        return self

    @property
    def backend(self) -> Backend:
        """What answers for this bus."""
        return self._session.backend

    def __exit__(self, *_: object) -> None:
        destroy(self._session, self.name)

    def watch(self, label: str, pattern: Pattern) -> None:
        """Put the rule under test: its target receives each event that matches, unchanged."""
        self._watched = label
        self._put_rule(label, pattern, {})

    def log(self, label: str, pattern: Pattern) -> None:
        """Put a rule whose target receives a note of each event that matches."""
        note = {"InputPathsMap": {"id": "$.id"}, "InputTemplate": f'{{"rule": "{label}", "id": <id>}}'}
        self._put_rule(label, pattern, {"InputTransformer": note})

    def publish(self, *events: Event) -> list[str]:
        """Publish the events and return the id that the bus stamps on each, in the same order.

        Raises:
            PublishError: the bus refused an entry.
        """
        self._put_witness_last()
        stamped: list[str] = []
        for batch in _batches(events, _MOST_ENTRIES):
            answer = self._session.events.put_events(Entries=[self._entry(event) for event in batch])
            for given, event in zip(answer["Entries"], batch, strict=True):
                if "EventId" not in given:
                    raise PublishError(f"{given['ErrorCode']}: {given.get('ErrorMessage', '')} for {json.dumps(event)}")
                stamped.append(given["EventId"])
        self._published.update(stamped)
        return stamped

    def deliveries(self) -> list[Delivery]:
        """Return what every rule but the witness has sent, once the bus has handled all that was published.

        Raises:
            BusSilent: the witness did not receive every event before the deadline.
        """
        self._await_witness()
        while self._receive(wait=0):
            pass
        return [delivery for delivery in self._deliveries if delivery.rule != _WITNESS]

    def _await_witness(self) -> None:
        deadline = time.monotonic() + _DEADLINE
        while unseen := self._published - self._sent_by(_WITNESS):
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(
                    f"the witness on bus {self.name} did not receive {len(unseen)} of {len(self._published)} events in "
                    f"{_DEADLINE:.0f} s: the bus is dead, or a broken rule starves it (see the emulator's log)"
                )
            self._receive(wait=min(_LONGEST_POLL, int(patience) + 1))

    def _make(self) -> None:
        backend = self._session.backend
        self._session.events.create_event_bus(
            Name=self.name, Tags=[{"Key": key, "Value": value} for key, value in self._tags.items()]
        )
        policy = {
            "Version": "2012-10-17",
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": "events.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": backend.queue_arn(self.name),
            },
        }
        answer = self._session.sqs.create_queue(
            QueueName=self.name, Attributes={"Policy": json.dumps(policy)}, tags=self._tags
        )
        self._queue_url = answer["QueueUrl"]

    def _put_rule(self, label: str, pattern: Pattern, target: dict[str, Any]) -> None:
        events, backend = self._session.events, self._session.backend
        events.put_rule(Name=label, EventBusName=self.name, EventPattern=self._session.checked(pattern))
        queue = {"Id": "queue", "Arn": backend.queue_arn(self.name), **target}
        answer = events.put_targets(Rule=label, EventBusName=self.name, Targets=[queue])
        if answer["FailedEntryCount"]:
            raise PublishError(f"PutTargets refused the queue of rule {label}: {answer['FailedEntries']}")
        self._witness_is_last = False

    def _put_witness_last(self) -> None:
        if self._witness_is_last:
            return
        if self._published:
            self._await_witness()
            where = {"Rule": _WITNESS, "EventBusName": self.name}
            self._session.events.remove_targets(**where, Ids=["queue"])
            self._session.events.delete_rule(Name=_WITNESS, EventBusName=self.name)
        self.log(_WITNESS, _EVERYTHING)
        self._witness_is_last = True

    def _entry(self, event: Event) -> dict[str, Any]:
        return {
            "EventBusName": self.name,
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Time": event["time"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"]),
        }

    def _sent_by(self, rule: str) -> set[str]:
        return {delivery.event_id for delivery in self._deliveries if delivery.rule == rule}

    def _receive(self, wait: int) -> bool:
        answer = self._session.sqs.receive_message(
            QueueUrl=self._queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=wait
        )
        messages = answer.get("Messages", [])
        for message in messages:
            body = json.loads(message["Body"])
            if "rule" in body:
                self._deliveries.append(Delivery(body["rule"], body["id"]))
            else:
                self._deliveries.append(Delivery(self._watched, body["id"], body))
        return bool(messages)


def _batches(events: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [events[start : start + size] for start in range(0, len(events), size)]
