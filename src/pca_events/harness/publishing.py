"""Events published to the bus of a scenario, and the catch-all rule that shows when the bus has handled them."""

import json
import time
from collections.abc import Sequence
from typing import Any

from pca_events.catalog import Event
from pca_events.errors import BadAnswer, BusSilent, PublishError
from pca_events.harness.bus_pool import EVERYTHING, WITNESS, PooledBus
from pca_events.harness.inbox import Inbox
from pca_events.harness.resources import Rule, Tags, Target
from pca_events.harness.session import Session

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
        answer = self._session.events.put_events(Entries=[self._entry(event) for event in batch])
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
