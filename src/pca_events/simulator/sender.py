"""Gives events to the buses, from a thread of its own, so that no caller waits for EventBridge."""

import itertools
import json
import logging
import queue
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LOG = logging.getLogger(__name__)
_MOST_ENTRIES = 10  # PutEvents takes no more in one call
_PATIENCE = 10.0  # seconds in which what is on its way must have been given to the bus
_KEPT = 1_000  # events of an account that can be looked at afterwards

Put = Callable[[str, str, list[dict[str, Any]]], list[str]]
"""Gives entries of PutEvents to the default bus of an account and Region; returns the ids of the events."""


@dataclass(frozen=True)
class Sent:
    """One event on its way: the account and Region it belongs to, and the entry of PutEvents."""

    account: str
    region: str
    entry: dict[str, Any]


class Sender:
    """Takes events, and gives them to the bus in the order in which they come, up to ten at once."""

    def __init__(self, put: Put) -> None:
        self._put = put
        self._waiting: queue.SimpleQueue[Sent] = queue.SimpleQueue()
        self._given: defaultdict[str, deque[dict[str, Any]]] = defaultdict(lambda: deque(maxlen=_KEPT))
        self._count: Counter[str] = Counter()
        self._on_their_way: Counter[str] = Counter()
        self._changed = threading.Condition()

    def start(self) -> None:
        """Begin."""
        threading.Thread(target=self._run, name="acm-pca-events", daemon=True).start()

    def send(self, sent: Sent) -> None:
        """Take one event."""
        with self._changed:
            self._on_their_way[sent.account] += 1
        self._waiting.put(sent)

    def given(self, account: str, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of an account that the bus has taken; those on their way are waited for.

        Args:
            account: whose events.
            after: how many of them the caller knows already; these are left out.

        Returns:
            The events, whole, the oldest first; and how many the bus has taken in all.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._on_their_way[account], _PATIENCE)
            kept, count = self._given[account], self._count[account]
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
            LOG.error("%d events of ACM PCA did not reach the bus: %r", len(entries), error)  # noqa: TRY400
        with self._changed:
            self._on_their_way[account] -= len(entries)
            given = zip(ids, entries if ids else (), strict=True)
            self._count[account] += len(ids)
            self._given[account].extend(_event(account, region, event_id, entry) for event_id, entry in given)
            self._changed.notify_all()


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
