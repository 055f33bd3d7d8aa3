"""One scenario's event bus: its rules, its queue, and what arrived there."""

import json
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events.backends import Backend
from pca_events.catalog import Event
from pca_events.errors import BusSilent, PlanNotEmpty, PublishError
from pca_events.harness import modes
from pca_events.harness import plan as planning
from pca_events.harness.inventory import destroy
from pca_events.harness.plan import Change, Configuration
from pca_events.harness.resources import Archive, EventBus, Queue, QueuePolicy, Resource, Rule, Target
from pca_events.harness.session import Pattern, Session

RULE_UNDER_TEST = "rule-under-test"
"""The label of the rule that a scenario is about."""

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
        event: what was received in the event's place, where the rule passes events on; else None.
        queue: the name of the queue that received it.
        inputs: what a note says beside that, by name.
    """

    rule: str
    event_id: str
    event: Event | None = None
    queue: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)


class ScenarioBus:
    """An event bus with a queue, used as a context manager: made on entry, destroyed and proven gone on exit.

    The rule under test (`watch`) passes events on whole. Further rules (`log`) and the witness send the same queue
    a note of their label and the event's id.

    Silence is proven by order, not by time: the rules of one event run one after another in the order in which they
    were put, so once the witness, put last, has noted an event, every other rule has had its turn.

    Args:
        session: the connection to the backend.
        scenario: what the bus is for; written on everything as a tag.
        patience: seconds until the witness must have what was published; 10 if not given.

    Attributes:
        session: the connection to the backend.
        name: of the bus and of its queue; every other name of the scenario begins with it.
        applied: the configuration that the scenario has reached, by label.
        plans: what each apply took.
        received: everything that came out of the queues, the notes of the witness included.
    """

    def __init__(self, session: Session, scenario: str, patience: float | None = None) -> None:
        self.session = session
        self.name = session.run.new_name()
        self.applied: Configuration = {}
        self.plans: list[list[Change]] = []
        self.received: list[Delivery] = []
        self._tags = session.run.tags(scenario)
        self._patience = _DEADLINE if patience is None else patience
        self._watched = ""
        self._witness_is_last = False
        self._published: set[str] = set()

    def __enter__(self) -> "ScenarioBus":
        try:
            for label, resource in self._own().items():
                resource.create(self.session, self._tags)
                self.applied[label] = resource
        except BaseException:
            destroy(self.session, self.name)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        destroy(self.session, self.name)

    @property
    def backend(self) -> Backend:
        """What answers for this bus."""
        return self.session.backend

    def watch(self, label: str, pattern: Pattern) -> None:
        """Put the rule under test: its target receives each event that matches, unchanged."""
        self._watched = label
        self._put("rule", Rule(self.name, label, pattern))
        self._put("target", self.default_target(label))

    def log(self, label: str, pattern: Pattern, inputs: Sequence[str] = ()) -> None:
        """Put a rule whose target receives a note of each event that matches, with the texts at these JSON paths."""
        names = {f"input{number}": path for number, path in enumerate(inputs)}
        body = {"rule": label, "id": "<id>", "inputs": {path: f"<{name}>" for name, path in names.items()}}
        note = {"InputPathsMap": {"id": "$.id", **names}, "InputTemplate": json.dumps(body)}
        self._put(f"rule {label}", Rule(self.name, label, pattern))
        self._put(f"target {label}", Target(self.name, label, self.queue_arn(), {"InputTransformer": note}))

    def default_target(self, rule: str) -> Target:
        """Return the target that passes a rule's events on whole to the scenario's own queue."""
        return Target(self.name, rule, self.queue_arn())

    def queue_arn(self, queue: str | None = None) -> str:
        """Return the ARN of a queue of this scenario, its own by default."""
        return self.backend.queue_arn(queue or self.name)

    def plan(self, wanted: Configuration | None = None) -> list[Change]:
        """Return what it takes to reach a configuration, or to come back to the one applied last."""
        changes = planning.plan(self.session, self.applied, self.applied if wanted is None else wanted)
        return planning.needed(changes)

    def apply(self, wanted: Configuration) -> list[Change]:
        """Reach a configuration, and prove it: read anew, nothing is left to do, and doing it again changes nothing.

        Returns:
            What it took.

        Raises:
            PlanNotEmpty: the backend does not hold what was applied.
        """
        took = self.plan(wanted)
        self.plans.append(took)
        planning.apply(self.session, took, self._tags)
        self.applied = dict(wanted)
        self._witness_is_last = False
        for again in ([], [Change(label, "update", None, resource) for label, resource in wanted.items()]):
            planning.apply(self.session, again, self._tags)
            if left := self.plan():
                raise PlanNotEmpty(f"{self.name} is not as applied: {', '.join(map(str, left))}")
        return took

    def lose(self, label: str) -> None:
        """Delete a resource behind the configuration's back."""
        self.applied[label].delete(self.session)
        self._witness_is_last = False

    def elsewhere(self, resource: Resource) -> None:
        """Bring a resource to a value behind the configuration's back."""
        resource.update(self.session)

    def publish(self, *events: Event) -> list[str]:
        """Publish the events and return the id that the bus stamps on each, in the same order.

        In the mode pattern-only nothing is published: TestEventPattern says which rules would fire.

        Raises:
            PublishError: the bus refused an entry.
        """
        if self.session.mode == "pattern-only":
            return self._match(events)
        self._put_witness_last()
        stamped: list[str] = []
        for batch in _batches(events, _MOST_ENTRIES):
            answer = self.session.events.put_events(Entries=[self._entry(event) for event in batch])
            for given, event in zip(answer["Entries"], batch, strict=True):
                if "EventId" not in given:
                    why = f"{given['ErrorCode']}: {given.get('ErrorMessage', '')}"
                    raise PublishError(f"{why} for {json.dumps(event)}")
                stamped.append(given["EventId"])
        self._published.update(stamped)
        return stamped

    def deliveries(self) -> list[Delivery]:
        """Return what every rule but the witness has sent, once the bus has handled all that was published.

        Raises:
            BusSilent: the witness did not receive every event before the deadline.
        """
        self._await_witness()
        for queue in self._queues():
            while self._receive(queue, wait=0):
                pass
        return [delivery for delivery in self.received if delivery.rule != _WITNESS]

    def _match(self, events: Sequence[Event]) -> list[str]:
        """Ask TestEventPattern, for each event and each rule on the bus, whether the rule would fire."""
        rules = self.session.events.list_rules(EventBusName=self.name)["Rules"]
        stamped = []
        for event in events:
            stamped.append(str(uuid.uuid4()))
            for rule in rules:
                if rule["State"] == "ENABLED" and self._would_match(rule["EventPattern"], event):
                    self.received += self._would_deliver(rule["Name"], stamped[-1])
        return stamped

    def _would_match(self, pattern: str, event: Event) -> bool:
        answer = self.session.events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))
        return bool(answer["Result"])

    def _would_deliver(self, rule: str, stamped: str) -> list[Delivery]:
        targets = self.session.events.list_targets_by_rule(Rule=rule, EventBusName=self.name)["Targets"]
        return [Delivery(rule, stamped, queue=target["Arn"].rpartition(":")[2]) for target in targets]

    def came_of_it(self) -> dict[str, Any]:
        """Return the bus's name, `plans` (one for each apply) and `received`, for the evidence."""
        return {
            "bus": self.name,
            "plans": [[str(change) for change in plan] for plan in self.plans],
            "received": [asdict(delivery) for delivery in self.received],
        }

    def arrived(self) -> Event:
        """Return the first event that arrives whole by a longer way, through a topic or another bus.

        Its id need not be the one that was stamped first: another bus may stamp its own.

        Raises:
            BusSilent: it did not arrive before the deadline.
        """
        return self._first(lambda _: True)

    def replay(self, archive: Archive) -> None:
        """Start a replay, onto this bus, of what an archive has kept in the last hour."""
        now = datetime.now(UTC)
        self.session.events.start_replay(
            ReplayName=self.name,
            EventSourceArn=self.backend.archive_arn(archive.name),
            EventStartTime=now - timedelta(hours=1),
            EventEndTime=now + timedelta(minutes=1),
            Destination={"Arn": self.backend.bus_arn(self.name)},
        )

    def replayed(self) -> Event:
        """Return the first event that arrives by a replay.

        Raises:
            BusSilent: none arrived before the deadline.
        """
        return self._first(lambda event: "replay-name" in event)

    def logged(self, group: str) -> list[Event]:
        """Return the events that a log group holds."""
        answer = self.session.logs.filter_log_events(logGroupName=group)
        return [modes.true_event(json.loads(line["message"])) for line in answer["events"]]

    def _first(self, wanted: Callable[[Event], bool]) -> Event:
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            for delivery in self.deliveries():
                if delivery.event is not None and wanted(delivery.event):
                    return delivery.event
        raise BusSilent(f"what was waited for did not arrive in {self._patience:.0f} s")

    def _own(self) -> Configuration:
        """What every scenario has: the bus, the queue and its policy."""
        return {"bus": EventBus(self.name), "queue": Queue(self.name), "policy": QueuePolicy(self.name)}

    def _put(self, label: str, resource: Rule | Target) -> None:
        resource.create(self.session, self._tags)
        self.applied[label] = resource
        self._witness_is_last = False

    def _put_witness_last(self) -> None:
        if self._witness_is_last:
            return
        if self._published:
            self._await_witness()
            Rule(self.name, _WITNESS, _EVERYTHING).delete(self.session)
        self.log(_WITNESS, _EVERYTHING)
        for label in (f"rule {_WITNESS}", f"target {_WITNESS}"):
            del self.applied[label]
        self._witness_is_last = True

    def _await_witness(self) -> None:
        deadline = time.monotonic() + self._patience
        while unseen := self._published - self._sent_by(_WITNESS):
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(
                    f"the witness on bus {self.name} did not receive {len(unseen)} of {len(self._published)} events "
                    f"in {self._patience:.0f} s: the bus is dead, or a broken rule starves it (see the emulator's log)"
                )
            self._receive(self.name, wait=min(_LONGEST_POLL, int(patience) + 1))

    def _entry(self, event: Event) -> dict[str, Any]:
        if self.session.mode == "alias":
            event = modes.alias_event(event)
            if modes.reserved(event):
                raise PublishError(f"NotAuthorizedForSourceException: {event['source']} belongs to AWS")
        return {
            "EventBusName": self.name,
            "Source": event["source"],
            "DetailType": event["detail-type"],
            "Time": event["time"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"]),
        }

    def _sent_by(self, rule: str) -> set[str]:
        return {delivery.event_id for delivery in self.received if delivery.rule == rule}

    def _queues(self) -> list[str]:
        return [resource.name for resource in self.applied.values() if isinstance(resource, Queue)]

    def _receive(self, queue: str, wait: int) -> bool:
        answer = self.session.sqs.receive_message(
            QueueUrl=self.session.queue_url(queue), MaxNumberOfMessages=10, WaitTimeSeconds=wait
        )
        messages = answer.get("Messages", [])
        for message in messages:
            body = json.loads(message["Body"])
            if "rule" in body:
                self.received.append(Delivery(body["rule"], body["id"], None, queue, body["inputs"]))
            else:
                self.received.append(Delivery(self._watched, body.get("id", ""), modes.true_event(body), queue))
        return bool(messages)


def _batches(events: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [events[start : start + size] for start in range(0, len(events), size)]
