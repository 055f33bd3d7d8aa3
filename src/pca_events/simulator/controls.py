"""What a test controls in the simulator: its clock, failures, and the path of the events to the bus.

Events are duplicated, delayed or dropped as planned, then sent.
"""

import itertools
import json
import logging
import queue
import threading
import uuid
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pca_events.moving_clock import MovingClock

FAILURE_TAG = "pca-events:fail"
"""The key of the tag; its value is, for example, `IssueCertificate=2`, several separated by spaces."""

OPERATIONS = (
    "CreateCertificateAuthority",
    "IssueCertificate",
    "CreateCertificateAuthorityAuditReport",
    "CRL",
    "CRL-S3",
)
"""What can be planned to fail: three operations, the generation of a CRL, and its upload to S3."""

_ANY = ""


class PlannedFailures:
    """How many of the next operations fail: for one CA, or for any."""

    def __init__(self) -> None:
        self._left: Counter[tuple[str, str]] = Counter()
        self._lock = threading.Lock()
        self._of_this_call = threading.local()

    def plan(self, operation: str, count: int, authority: str = _ANY) -> None:
        """Plan that the next `count` calls of the operation fail, for the CA with this ARN or for any."""
        with self._lock:
            self._left[operation, authority] = count

    def take(self, operation: str, authority: str) -> bool:
        """Return whether the operation fails this time, and use up that failure."""
        made: Counter[str] | None = getattr(self._of_this_call, "counts", None)
        if made and made[operation] > 0:
            made[operation] -= 1
            return True
        with self._lock:
            for key in ((operation, authority), (operation, _ANY)):
                if self._left[key] > 0:
                    self._left[key] -= 1
                    return True
        return False

    @contextmanager
    def of_new_authority(self, counts: Mapping[str, int]) -> Iterator[Counter[str]]:
        """Plan failures of this thread's calls, for a CA that has no ARN yet; yields the remaining counts."""
        self._of_this_call.counts = Counter(counts)
        try:
            yield self._of_this_call.counts
        finally:
            del self._of_this_call.counts

    def shown(self) -> list[dict[str, Any]]:
        """Return what is planned, as the control API shows it."""
        with self._lock:
            planned = sorted((key, count) for key, count in self._left.items() if count > 0)
        return [
            {"operation": operation, "count": count} | ({"certificateAuthorityArn": arn} if arn else {})
            for (operation, arn), count in planned
        ]

    def clear(self, authority: str | None = None) -> None:
        """Cancel what is planned for one CA, or everything."""
        with self._lock:
            for key in list(self._left):
                if authority is None or key[1] == authority:
                    del self._left[key]


LOG = logging.getLogger(__name__)
_MOST_ENTRIES = 10  # PutEvents takes no more in one call
_PATIENCE = 10.0  # seconds until the bus must have accepted the queued events
_KEPT = 1_000  # events of an account that are kept
_KEPT_IN_ALL = 100_000  # the account that has sent nothing for the longest time loses its oldest ones

Put = Callable[[str, str, list[dict[str, Any]]], list[str]]
"""Sends PutEvents entries to the default bus of an account and Region; returns the ids of the events."""


@dataclass(frozen=True)
class OutgoingEvent:
    """One event on its way: the account and Region it belongs to, and the entry of PutEvents."""

    account: str
    region: str
    entry: dict[str, Any]


class EventSender:
    """Sends events to the bus in order, up to ten per call, in a separate thread."""

    def __init__(self, put: Put) -> None:
        self._put = put
        self._waiting: queue.SimpleQueue[OutgoingEvent] = queue.SimpleQueue()
        self._given: OrderedDict[str, deque[dict[str, Any]]] = OrderedDict()
        self._kept = 0
        self._count: Counter[str] = Counter()
        self._on_their_way: Counter[str] = Counter()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Start the thread."""
        threading.Thread(target=self._run, name="acm-pca-events", daemon=True).start()

    def send(self, sent: OutgoingEvent) -> None:
        """Queue one event."""
        with self._changed:
            self._on_their_way[sent.account] += 1
        self._waiting.put(sent)

    def given(self, account: str, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of an account that the bus has accepted, after waiting for those in the queue.

        Args:
            account: whose events.
            after: the number of events that the caller already knows; these are omitted.

        Returns:
            The complete events, oldest first, and the total number of accepted events.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._on_their_way[account], _PATIENCE)
            kept, count = self._given.get(account, ()), self._count[account]
            return list(itertools.islice(kept, max(0, after - (count - len(kept))), None)), count

    def _run(self) -> None:
        while True:
            batch = [self._waiting.get()]
            while len(batch) < _MOST_ENTRIES and not self._waiting.empty():
                batch.append(self._waiting.get())
            for account, region in dict.fromkeys((sent.account, sent.region) for sent in batch):
                entries = [sent.entry for sent in batch if (sent.account, sent.region) == (account, region)]
                self._give(account, region, entries)

    def _give(self, account: str, region: str, entries: list[dict[str, Any]]) -> None:
        ids: list[str] = []
        try:
            ids = self._put(account, region, entries)
        except Exception as error:
            LOG.error("%d events of ACM PCA were not accepted by the bus: %r", len(entries), error)  # noqa: TRY400
        with self._changed:
            self._on_their_way[account] -= len(entries)
            given = zip(ids, entries if ids else (), strict=True)
            self._count[account] += len(ids)
            self._keep(account, [_event(account, region, event_id, entry) for event_id, entry in given])
            self._changed.notify_all()

    def _keep(self, account: str, events: list[dict[str, Any]]) -> None:
        kept = self._given.setdefault(account, deque(maxlen=_KEPT))
        self._kept -= len(kept)
        kept.extend(events)
        self._kept += len(kept)
        self._given.move_to_end(account)
        while self._kept > _KEPT_IN_ALL:
            longest = next(iter(self._given))
            self._given[longest].popleft()
            self._kept -= 1
            if not self._given[longest]:
                del self._given[longest]


def _event(account: str, region: str, event_id: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": account,
        "time": entry["Time"].strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": region,
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }


DeliveryFault = Literal["drop", "delay", "duplicate"]
DELIVERY_FAULTS: tuple[DeliveryFault, ...] = get_args(DeliveryFault)
"""What can happen to an event; if several are planned, in this order."""

_SOURCE = "aws.acm-pca"


class EventDelivery:
    """Forwards the events of one account to the bus.

    Args:
        account: whose events they are.
        clock: sets the time of the events, and when a delayed one is due.
        sender: sends them to the bus.
    """

    def __init__(self, account: str, clock: MovingClock, sender: EventSender) -> None:
        self._account = account
        self._clock = clock
        self._sender = sender
        self._late: list[tuple[datetime, OutgoingEvent]] = []
        self._planned: Counter[DeliveryFault] = Counter()
        self._delay = timedelta(minutes=1)
        self._lock = threading.Lock()

    def plan(self, counts: dict[DeliveryFault, int], delay: timedelta | None = None) -> None:
        """Plan faults of the next events.

        Args:
            counts: how many events each fault affects.
            delay: the delay of delayed events, by the simulator's clock.
        """
        with self._lock:
            for fault, count in counts.items():
                self._planned[fault] = count
            self._delay = self._delay if delay is None else delay

    def shown(self) -> dict[str, Any]:
        """Return what is planned and how many events are delayed, as the control API shows it."""
        with self._lock:
            planned: dict[str, Any] = {fault: self._planned[fault] for fault in DELIVERY_FAULTS}
            return {**planned, "delay_seconds": self._delay.total_seconds(), "held_back": len(self._late)}

    def given(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of the account that the bus has accepted, as `EventSender.given` does."""
        return self._sender.given(self._account, after)

    def clear(self) -> None:
        """Cancel the planned faults, and send the delayed events."""
        with self._lock:
            self._planned.clear()
            late, self._late = self._late, []
        for _, sent in late:
            self._sender.send(sent)

    def send(self, region: str, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Send an event to the bus, unless a fault is planned."""
        entry = {
            "Source": _SOURCE,
            "DetailType": detail_type,
            "Time": self._clock.now(),
            "Resources": resources,
            "Detail": json.dumps(detail),
        }
        sent = OutgoingEvent(self._account, region, entry)
        with self._lock:
            fault = next((each for each in DELIVERY_FAULTS if self._planned[each] > 0), None)
            if fault:
                self._planned[fault] -= 1
            if fault == "delay":
                self._late.append((self._clock.now() + self._delay, sent))
        if fault == "duplicate":
            sent = _with_id(sent)
            self._sender.send(sent)
        if fault in (None, "duplicate"):
            self._sender.send(sent)

    def held_back(self) -> list[tuple[datetime, OutgoingEvent]]:
        """Return the delayed events, and when each is due."""
        with self._lock:
            return list(self._late)

    def hold_back(self, late: list[tuple[datetime, OutgoingEvent]]) -> None:
        """Delay events until they are due."""
        with self._lock:
            self._late += late

    def release(self) -> None:
        """Send the delayed events that are due."""
        now = self._clock.now()
        with self._lock:
            due = [sent for when, sent in self._late if when <= now]
            self._late = [(when, sent) for when, sent in self._late if when > now]
        for sent in due:
            self._sender.send(sent)


def _with_id(sent: OutgoingEvent) -> OutgoingEvent:
    """Set the id of an event, so that both copies have the same."""
    return replace(sent, entry={**sent.entry, "EventId": str(uuid.uuid4())})
