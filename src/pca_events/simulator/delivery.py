"""What may happen to the events of one account on their way to the bus: some come twice, late or never."""

import json
import threading
import uuid
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from pca_events.simulator.clock import Clock
from pca_events.simulator.sender import Sender, Sent

Mishap = Literal["drop", "delay", "duplicate"]
MISHAPS: tuple[Mishap, ...] = get_args(Mishap)
"""What may happen to an event; where several are planned, in this order."""

_SOURCE = "aws.acm-pca"


class Delivery:
    """Takes the events of one account, and hands them on.

    Args:
        account: whose events they are.
        clock: stamps the events, and says when a delayed one is due.
        sender: gives them to the bus.
    """

    def __init__(self, account: str, clock: Clock, sender: Sender) -> None:
        self._account = account
        self._clock = clock
        self._sender = sender
        self._late: list[tuple[datetime, Sent]] = []
        self._planned: Counter[Mishap] = Counter()
        self._delay = timedelta(minutes=1)
        self._lock = threading.Lock()

    def plan(self, counts: dict[Mishap, int], delay: timedelta | None = None) -> None:
        """Let mishaps happen to the next events: that many of each kind that is named.

        Args:
            counts: how many events each mishap is to meet.
            delay: how late the delayed ones come, by the simulator's clock.
        """
        with self._lock:
            for mishap, count in counts.items():
                self._planned[mishap] = count
            self._delay = self._delay if delay is None else delay

    def shown(self) -> dict[str, Any]:
        """Return what is planned and how many events are held back, as HTTP shows it."""
        with self._lock:
            planned: dict[str, Any] = {mishap: self._planned[mishap] for mishap in MISHAPS}
            return {**planned, "delay_seconds": self._delay.total_seconds(), "held_back": len(self._late)}

    def given(self, after: int = 0) -> tuple[list[dict[str, Any]], int]:
        """Return the last events of the account that the bus has taken, as `Sender.given` does."""
        return self._sender.given(self._account, after)

    def clear(self) -> None:
        """Plan no mishap any more, and let go of the events that are held back."""
        with self._lock:
            self._planned.clear()
            late, self._late = self._late, []
        for _, sent in late:
            self._sender.send(sent)

    def send(self, region: str, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Take an event; it reaches the bus soon, unless a mishap is planned."""
        entry = {
            "Source": _SOURCE,
            "DetailType": detail_type,
            "Time": self._clock.now(),
            "Resources": resources,
            "Detail": json.dumps(detail),
        }
        sent = Sent(self._account, region, entry)
        with self._lock:
            mishap = next((each for each in MISHAPS if self._planned[each] > 0), None)
            if mishap:
                self._planned[mishap] -= 1
            if mishap == "delay":
                self._late.append((self._clock.now() + self._delay, sent))
        if mishap == "duplicate":
            sent = _with_id(sent)
            self._sender.send(sent)
        if mishap in (None, "duplicate"):
            self._sender.send(sent)

    def release(self) -> None:
        """Let go of the delayed events that are due by the clock."""
        now = self._clock.now()
        with self._lock:
            due = [sent for when, sent in self._late if when <= now]
            self._late = [(when, sent) for when, sent in self._late if when > now]
        for sent in due:
            self._sender.send(sent)


def _with_id(sent: Sent) -> Sent:
    """Fix the id of an event, so that both copies have the same; LocalStack reads it from the trace header."""
    return replace(sent, entry={**sent.entry, "TraceHeader": json.dumps({"original_id": str(uuid.uuid4())})})
