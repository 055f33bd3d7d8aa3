"""One scenario's event bus: its rules, what is published there, and what arrives."""

import json
import time
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events.backends import Backend
from pca_events.catalog import Event
from pca_events.errors import BadAnswer, BusSilent, PlanNotEmpty, PublishError
from pca_events.harness import modes
from pca_events.harness.bus_pool import EVERYTHING, WITNESS, Lane, Lanes
from pca_events.harness.inbox import Delivery, Inbox, note
from pca_events.harness.resources import Archive, EventBus, LogGroup, Queue, QueuePolicy, Resource, Rule, Target, Topic
from pca_events.harness.resources import plan as planning
from pca_events.harness.resources.plan import Change, Configuration
from pca_events.harness.session import Pattern, Session

RULE_UNDER_TEST = "rule-under-test"
"""The label of the rule that a scenario is about."""

Firing = tuple[str, str]
"""The label of a rule and the id of an event that it fired on."""

_DEADLINE = 10.0  # seconds until the catch-all rule must have received what was published
_GRACE = 3.0  # seconds more for an expected event; EventBridge may deliver late
_LONGEST_POLL = 5  # seconds that one ReceiveMessage waits; it returns as soon as there is a message
_MOST_ENTRIES = 10  # PutEvents takes no more in one call


class ScenarioBus:
    """An event bus with a queue, used as a context manager: clean on entry, and proven clean or gone on exit.

    The rule under test (`watch`) passes events on whole. Further rules (`log`) send the same queue a note of their
    label and the event's id.

    Silence is proven by order, not by time: the rules of one event run one after another in the order in which they
    were put, so once the catch-all rule, put last, has passed on an event, every other rule has had its turn.

    Args:
        session: the connection to the backend.
        scenario: what the bus is for; written on the rules as a tag.
        patience: seconds until the catch-all rule must have what was published; 10 if not given.
        lanes: where the bus is taken from, and given back to; without them it is made, and destroyed again.

    Attributes:
        session: the connection to the backend.
        name: of the bus and of its queue; every other name of the scenario begins with it.
        applied: the configuration that the scenario has reached, by label.
        patterns: of the rules that the scenario has put, by label.
        plans: what each apply took.
        published: every event that was published, by the id that the bus stamped on it.
        published_again: whether PutEvents was called again because an answer was lost; then events come by ids too that
            it did not tell.
        seen: the same events as the bus handled them, in the words of the catch-all rule.
    """

    def __init__(
        self, session: Session, scenario: str, patience: float | None = None, lanes: Lanes | None = None
    ) -> None:
        self.session = session
        self.applied: Configuration = {}
        self.patterns: dict[str, Pattern] = {}
        self.plans: list[list[Change]] = []
        self.published: dict[str, Event] = {}
        self.published_again = False
        self.seen: dict[str, Event] = {}
        self._lanes = lanes
        self._occupy(Lane(session) if lanes is None else lanes.take())
        self._tags = session.run.tags(scenario)
        self._patience = _DEADLINE if patience is None else patience
        self._watched = ""
        self._rules: dict[str, None] = {}
        self._witness_is_last = False
        self._surprises = False  # whether events may arrive by ids that are not known
        self._made: dict[str, Resource] = {}
        self._standing: dict[str, Pattern] = {}

    def _occupy(self, lane: Lane) -> None:
        self._lane = lane
        self.name = lane.name
        self.applied = lane.configuration()
        self._inbox = Inbox(self.session, lane.earlier)
        self._witnessed = Inbox(self.session, lane.earlier)

    def __enter__(self) -> "ScenarioBus":
        if self._lanes is None:
            self._lane.make(self._tags)
        return self

    def __exit__(self, *_: object) -> None:
        if self.session.backend.api_calls.gone:  # whatever is left, nobody can be asked to remove it
            return
        if self._lanes is None or self._surprises:
            self._lane.destroy()
            return
        self._lane.earlier.update(self.published)
        if self._standing and self.patterns == self._standing:
            self._lane.standing = {**self._standing, WITNESS: EVERYTHING}
        self._lanes.give_back(self._lane, self._rules, self._made.values())
        self.session.makes.clear()

    @property
    def backend(self) -> Backend:
        """What answers for this bus."""
        return self.session.backend

    @property
    def received(self) -> list[Delivery]:
        """Everything that came out of the queues of the rules, without duplicates."""
        return self._inbox.received

    def watch(self, label: str, pattern: Pattern) -> None:
        """Put the rule under test: its target receives each event that matches, unchanged."""
        self._watched = label
        self._put("rule", Rule(self.name, label, pattern))
        self._put("target", self.default_target(label))

    def log(self, label: str, pattern: Pattern, inputs: Sequence[str] = ()) -> None:
        """Put a rule whose target receives a note of each event that matches, with the texts at these JSON paths."""
        self._put(f"rule {label}", Rule(self.name, label, pattern))
        self._put(f"target {label}", Target(self.name, label, self.queue_arn(), note(label, inputs)))

    def log_each(self, patterns: Mapping[str, Pattern]) -> None:
        """Put a rule for each pattern, as `log` does; they stay on the bus for the next scenario that asks for them."""
        if self._lanes is not None and not self._rules:
            self._standing = dict(patterns)
            self._occupy(self._lanes.exchange(self._lane, patterns))
            if self._lane.standing:
                self.patterns.update(patterns)
                self._witness_is_last = True
                return
        for label, pattern in patterns.items():
            self.log(label, pattern)

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
        self._change(took)
        self.applied = dict(wanted)
        for again in ([], [Change(label, "update", None, resource) for label, resource in wanted.items()]):
            planning.apply(self.session, again, self._tags)
            if left := self.plan():
                raise PlanNotEmpty(f"{self.name} is not as applied: {', '.join(map(str, left))}")
        return took

    def lose(self, label: str) -> None:
        """Delete a resource out of band."""
        resource = self.applied[label]
        resource.delete(self.session)
        self._note_change(resource)

    def elsewhere(self, resource: Resource) -> None:
        """Bring a resource to a value out of band."""
        resource.update(self.session)
        self._note_change(resource)

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
            stamped += self._put_events(batch)
        self.published.update(zip(stamped, events, strict=True))
        return stamped

    def deliveries(self, expected: Collection[Firing] = ()) -> list[Delivery]:
        """Return what every rule but the catch-all has sent, once the bus has handled all that was published.

        Args:
            expected: which rules are to have fired on which events; each of these is waited for a little longer,
                since EventBridge may deliver late.

        Raises:
            BusSilent: the catch-all rule did not receive every event before the deadline.
        """
        if self.session.mode == "pattern-only":
            return list(self.received)
        if self._await_witness():
            self._drain()
        deadline = time.monotonic() + _GRACE
        while not self._fired().issuperset(expected) and (patience := deadline - time.monotonic()) > 0:
            self._inbox.receive(self._queues()[-1], self._watched, wait=min(_LONGEST_POLL, int(patience) + 1))
            self._drain()
        return list(self.received)

    def _drain(self) -> None:
        for queue in self._queues():
            self._inbox.drain(queue, self._watched)

    def _put_events(self, batch: Sequence[Event]) -> list[str]:
        wanted = [self._entry(event) for event in batch]
        self._surprises = True  # until the answer is there
        answer = self.session.events.put_events(Entries=wanted)
        entries = answer["Entries"]
        for given, event in zip(entries, batch, strict=False):
            if "ErrorCode" in given:
                raise PublishError(f"{given['ErrorCode']}: {given.get('ErrorMessage', '')} for {json.dumps(event)}")
        stamped = [given["EventId"] for given in entries if "EventId" in given]
        if len(stamped) != len(batch):
            raise BadAnswer(f"PutEvents answered 200 with {len(stamped)} ids for {len(batch)} events: {entries}")
        self.published_again |= answer.get("ResponseMetadata", {}).get("RetryAttempts", 0) > 0
        self._surprises = self.published_again
        return stamped

    def _fired(self) -> set[Firing]:
        return {(delivery.rule, delivery.event_id) for delivery in self.received}

    def _match(self, events: Sequence[Event]) -> list[str]:
        """Ask TestEventPattern, for each event and each rule on the bus, whether the rule would fire."""
        rules = self.session.events.list_rules(EventBusName=self.name)["Rules"]
        stamped = []
        for event in events:
            stamped.append(str(uuid.uuid4()))
            self.published[stamped[-1]] = event
            for rule in rules:
                if rule["State"] == "ENABLED" and self._would_match(rule["EventPattern"], event):
                    self.received.extend(self._would_deliver(rule["Name"], stamped[-1]))
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
        """Wait at the end of the longest way, which is the queue that was made last."""
        deadline = time.monotonic() + self._patience
        self.deliveries()
        while True:
            for delivery in self.received:
                if isinstance(delivery.event, dict) and wanted(delivery.event):
                    return delivery.event
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(f"what was waited for did not arrive in {self._patience:.0f} s")
            self._inbox.receive(self._queues()[-1], self._watched, wait=min(_LONGEST_POLL, int(patience) + 1))

    def _put(self, label: str, resource: Rule | Target) -> None:
        resource.create(self.session, self._tags)
        self.applied[label] = resource
        self._note_change(resource, new=True)

    def _change(self, changes: Sequence[Change]) -> None:
        planning.apply(self.session, changes, self._tags)
        for change in changes:
            resource = change.after or change.before
            if resource is not None:
                self._note_change(resource, new=change.action in ("create", "replace"))

    def _note_change(self, resource: Resource, *, new: bool = False) -> None:
        """Note what a change means for the order of the rules, and for whoever uses the bus next."""
        if isinstance(resource, Rule) and resource.bus == self.name:
            self._rules[resource.name] = None
            self.patterns[resource.name] = resource.pattern
            self._witness_is_last = self._witness_is_last and not new
        elif isinstance(resource, EventBus | Queue | QueuePolicy | Topic | LogGroup | Archive | Rule):
            self._witness_is_last = False
            self._made[resource.key] = resource

    def _put_witness_last(self) -> None:
        if self._witness_is_last:
            return
        witness = Rule(self.name, WITNESS, EVERYTHING)
        if WITNESS in self._rules or WITNESS in self._lane.standing:
            self._await_witness()
            witness.delete(self.session)
        witness.create(self.session, self._tags)
        self._rules[WITNESS] = None
        target = Target(self.name, WITNESS, self.queue_arn(self._lane.witness_queue))
        target.create(self.session, self._tags)
        self._witness_is_last = True

    def _await_witness(self) -> bool:
        """Receive until the catch-all rule has passed on every event; return whether any was new since then."""
        before = len(self.seen)
        deadline = time.monotonic() + self._patience
        while unseen := self.published.keys() - self.seen.keys():
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(
                    f"the catch-all rule on bus {self.name} did not receive {len(unseen)} of {len(self.published)} "
                    f"events in {self._patience:.0f} s: the bus is dead, or a broken rule starves it "
                    "(see the emulator's log)"
                )
            self._witnessed.receive(self._lane.witness_queue, WITNESS, wait=min(_LONGEST_POLL, int(patience) + 1))
            witnessed = (delivery for delivery in self._witnessed.received if isinstance(delivery.event, dict))
            self.seen = {delivery.event_id: delivery.event for delivery in witnessed}
        return len(self.seen) > before

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

    def _queues(self) -> list[str]:
        return [resource.name for resource in self.applied.values() if isinstance(resource, Queue)]


def _batches(events: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [events[start : start + size] for start in range(0, len(events), size)]
