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
from pca_events.errors import BusSilent, PlanNotEmpty
from pca_events.harness.bus_pool import EVERYTHING, WITNESS, BusPool, PooledBus
from pca_events.harness.events import CatchAllRule, Delivery, Inbox, Publisher, keeps_id, note, tested_deliveries
from pca_events.harness.resources import Archive, EventBus, LogGroup, Queue, QueuePolicy, Resource, Rule, Target, Topic
from pca_events.harness.resources import plan as planning
from pca_events.harness.resources.plan import Change, Configuration
from pca_events.harness.session import Pattern, Session

RULE_UNDER_TEST = "rule-under-test"
"""The label of the rule under test."""

DEAD_LETTERS = "dead-letters"
"""The label of a dead-letter queue, whose messages are not deliveries of a rule."""

Firing = tuple[str, str]
"""The label of a rule and the id of an event that it fired on."""

_DEADLINE = 10.0  # seconds until the catch-all rule must have received what was published
_GRACE = 3.0  # seconds more for an expected event; EventBridge may deliver late


class ScenarioBus:
    """An event bus with a queue, used as a context manager: clean on entry, and proven clean or gone on exit.

    The rule under test (`put_rule_under_test`) forwards complete events. Other rules (`put_observer_rule`) send a note
    of their label and the event's id to the same queue.

    Silence is proven by order, not by time: the rules of one event run one after another in the order in which they
    were put, so once the catch-all rule, put last, has received an event, every other rule has been evaluated.

    Args:
        session: the connection to the backend.
        scenario: the name of the scenario; written to the tags of the rules.
        patience: seconds until the catch-all rule must have received what was published; 10 by default.
        bus_pool: where the bus is taken from, and given back to; without one it is created, and destroyed again.

    Attributes:
        session: the connection to the backend.
        name: of the bus and of its queue; every other name of the scenario begins with it.
        applied: the configuration that was applied last, by label.
        patterns: of the rules that the scenario put, by label.
        plans: the changes of each apply.
    """

    def __init__(
        self, session: Session, scenario: str, patience: float | None = None, bus_pool: BusPool | None = None
    ) -> None:
        self.session = session
        self.applied: Configuration = {}
        self.patterns: dict[str, Pattern] = {}
        self.plans: list[list[Change]] = []
        self._pool = bus_pool
        self._tags = session.run.tags(scenario)
        self._patience = _DEADLINE if patience is None else patience
        self._occupy(PooledBus(session) if bus_pool is None else bus_pool.take())
        self._watched = ""
        self._rules: dict[str, None] = {}
        self._made: dict[str, Resource] = {}
        self._standing: dict[str, Pattern] = {}
        self._keeps_ids = True

    def _occupy(self, pooled: PooledBus) -> None:
        self._pooled = pooled
        self.name = pooled.name
        self.applied = pooled.configuration()
        self._inbox = Inbox(self.session, pooled.earlier)
        self._publisher = Publisher(self.session, pooled.name)
        self._catch_all = CatchAllRule(self.session, pooled, self._patience)

    def __enter__(self) -> "ScenarioBus":
        if self._pool is None:
            self._pooled.make(self._tags)
        return self

    def __exit__(self, *_: object) -> None:
        if self.session.backend.api_calls.gone:  # nothing can be removed any more
            return
        if self._pool is None or self._publisher.may_surprise or not self._keeps_ids:
            self._pooled.destroy()
            return
        self._pooled.earlier.update(self.published)
        if self._standing and self.patterns == self._standing:
            self._pooled.standing = {**self._standing, WITNESS: EVERYTHING}
        self._pool.give_back(self._pooled, self._rules, self._made.values())

    @property
    def backend(self) -> Backend:
        """The backend of this bus."""
        return self.session.backend

    @property
    def published(self) -> dict[str, Event]:
        """Every event that was published, by the id that the bus stamped on it."""
        return self._publisher.published

    @property
    def published_again(self) -> bool:
        """Whether PutEvents was retried after a lost answer; then events also arrive with ids that are not known."""
        return self._publisher.published_again

    @property
    def seen(self) -> dict[str, Event]:
        """The published events as the bus handled them, as the catch-all rule received them, by id."""
        return self._catch_all.seen

    @property
    def arrivals(self) -> list[Delivery]:
        """Everything received from the queues of the rules, in the order of arrival, with duplicates."""
        return self._inbox.arrivals

    @property
    def received(self) -> list[Delivery]:
        """Everything received from the queues of the rules, without duplicates."""
        return self._inbox.received

    def put_rule_under_test(self, label: str, pattern: Pattern) -> None:
        """Put the rule under test: its target receives each event that matches, unchanged."""
        self._watched = label
        self.create("rule", Rule(self.name, label, pattern))
        self.create("target", self.default_target(label))

    def put_observer_rule(self, label: str, pattern: Pattern, inputs: Sequence[str] = ()) -> None:
        """Put a rule whose target receives a note of each event that matches, with the strings at these JSON paths."""
        self.create(f"rule {label}", Rule(self.name, label, pattern))
        self.create(f"target {label}", Target(self.name, label, self.queue_arn(), note(label, inputs)))

    def put_observer_rules(self, patterns: Mapping[str, Pattern]) -> None:
        """Put an observer rule for each pattern; they stay on the bus for the next scenario that asks for them."""
        if self._pool is not None and not self._rules:
            self._standing = dict(patterns)
            self._occupy(self._pool.exchange(self._pooled, patterns))
            if self._pooled.standing:
                self.patterns.update(patterns)
                return
        for label, pattern in patterns.items():
            self.put_observer_rule(label, pattern)

    def default_target(self, rule: str) -> Target:
        """Return the target that forwards a rule's complete events to the scenario's own queue."""
        return Target(self.name, rule, self.queue_arn())

    def queue_arn(self, queue: str | None = None) -> str:
        """Return the ARN of a queue of this scenario, its own by default."""
        return self.backend.queue_arn(queue or self.name)

    def plan(self, wanted: Configuration | None = None) -> list[Change]:
        """Return the changes needed to reach a configuration, by default the one applied last."""
        return planning.needed(planning.plan(self.session, self.applied, self.applied if wanted is None else wanted))

    def apply(self, wanted: Configuration) -> list[Change]:
        """Apply a configuration, and prove that the backend has it: a new plan is empty, also after applying it again.

        Returns:
            The changes that were made.

        Raises:
            PlanNotEmpty: the backend differs from the applied configuration.
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

    def delete_out_of_band(self, label: str) -> None:
        """Delete a resource out of band."""
        resource = self.applied[label]
        resource.delete(self.session)
        self._note_change(resource)

    def change_out_of_band(self, wanted: Configuration) -> None:
        """Change to another configuration out of band."""
        self._change(self.plan(wanted))

    def modify_out_of_band(self, resource: Resource) -> None:
        """Update a resource out of band."""
        resource.update(self.session)
        self._note_change(resource)

    def publish(self, *events: Event) -> list[str]:
        """Publish the events and return the id that the bus stamps on each, in the same order.

        In the mode pattern-only, nothing is published: TestEventPattern returns which rules would fire.

        Raises:
            PublishError: the bus rejected an entry.
        """
        if not self.session.mode.delivers:
            return self._match(events)
        if self._catch_all.put_last(self._publisher, self._tags):
            self._rules[WITNESS] = None
        return self._publisher.publish(events)

    def deliveries(self, expected: Collection[Firing] = ()) -> list[Delivery]:
        """Return what every rule except the catch-all rule has sent, once the bus has handled all published events.

        Args:
            expected: the rules that must fire, each with an event; these are waited for a little longer,
                since EventBridge may deliver late.

        Raises:
            BusSilent: the catch-all rule did not receive every event before the deadline.
        """
        if not self.session.mode.delivers:
            return list(self.received)
        self._catch_all.wait_for(self._publisher)
        deadline = time.monotonic() + _GRACE
        while not self._drain().issuperset(expected) and (patience := deadline - time.monotonic()) > 0:
            self._inbox.poll(self._queues()[-1], self._watched, patience)
        return list(self.received)

    def _drain(self) -> set[Firing]:
        for queue in self._queues():
            self._inbox.drain(queue, self._watched)
        return {(delivery.rule, delivery.event_id) for delivery in self.received}

    def _match(self, events: Sequence[Event]) -> list[str]:
        """Ask TestEventPattern, for each event and each rule on the bus, whether the rule would fire."""
        stamped = {str(uuid.uuid4()): event for event in events}
        self.published.update(stamped)
        self.received.extend(tested_deliveries(self.session, self.name, stamped))
        return list(stamped)

    def outcome(self) -> dict[str, Any]:
        """Return the name of the bus, `plans` (one for each apply) and `received`, for the artifacts."""
        return {
            "bus": self.name,
            "plans": [[str(change) for change in plan] for plan in self.plans],
            "received": [asdict(delivery) for delivery in self.received],
        }

    def arrived(self) -> Event:
        """Return the first whole event that arrives indirectly, through a topic or another bus, perhaps with a new id.

        Raises:
            BusSilent: it did not arrive before the deadline.
        """
        return self._first(lambda _: True)

    def replay(self, archive: Archive, only: Sequence[str] = ()) -> str:
        """Start a replay to this bus of every published event in an archive, to the rules with these ARNs or to all."""
        first = min(event["time"] for event in self.published.values())
        self.session.events.start_replay(
            ReplayName=(name := self.session.run.new_name()),  # a replay stays in the account, and so does its name
            EventSourceArn=self.backend.archive_arn(archive.name),
            EventStartTime=datetime.fromisoformat(first) - timedelta(minutes=1),
            EventEndTime=datetime.now(UTC) + timedelta(minutes=1),
            Destination={"Arn": self.backend.bus_arn(self.name), "FilterArns": list(only)},
        )
        return name

    def replayed(self) -> Event:
        """Return the first event that arrives by a replay.

        Raises:
            BusSilent: none arrived before the deadline.
        """
        return self._first(lambda event: "replay-name" in event)

    def logged(self, group: str) -> list[Event]:
        """Return the events in a log group."""
        answer = self.session.logs.filter_log_events(logGroupName=group)
        return [self.session.mode.incoming_event(json.loads(line["message"])) for line in answer["events"]]

    def _first(self, wanted: Callable[[Event], bool]) -> Event:
        """Wait at the last queue, which receives indirect deliveries."""
        deadline = time.monotonic() + self._patience
        self.deliveries()
        while True:
            for delivery in self.received:
                if isinstance(delivery.event, dict) and wanted(delivery.event):
                    return delivery.event
            patience = deadline - time.monotonic()
            if patience <= 0:
                raise BusSilent(f"what was waited for did not arrive in {self._patience:.0f} s")
            self._inbox.poll(self._queues()[-1], self._watched, patience)

    def create(self, label: str, resource: Resource) -> None:
        """Create a resource, and add it to the configuration under a label that is not in use yet."""
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
        """Record the effect of a change on the order of the rules and on the next scenario."""
        if isinstance(resource, Rule) and resource.bus == self.name:
            self._rules[resource.name] = None
            self.patterns[resource.name] = resource.pattern
            self._catch_all.is_last &= not new
        elif isinstance(resource, Target):
            self._keeps_ids &= keeps_id(resource)
        elif isinstance(resource, EventBus | Queue | QueuePolicy | Topic | LogGroup | Archive | Rule):
            self._catch_all.is_last = False
            self._made[resource.key] = resource

    def _queues(self) -> list[str]:
        return [each.name for label, each in self.applied.items() if isinstance(each, Queue) and label != DEAD_LETTERS]
