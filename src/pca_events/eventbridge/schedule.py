"""Calls that are made when the clock of an account says so."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from datetime import datetime

from pca_events.moving_clock import clock_of

LOG = logging.getLogger(__name__)
_Planned = tuple[datetime, int, Callable[[], object]]


class Schedule:
    """Planned calls of every account; one thread waits for the next that is due, or for a clock that is advanced.

    Args:
        name: of the thread.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._planned: dict[str, list[_Planned]] = {}
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def at(self, account: str, due: datetime, call: Callable[[], object]) -> None:
        """Plan a call, which is made in the thread of the schedule and must not block it."""
        with self._changed:
            if account not in self._planned:
                self._planned[account] = []
                clock_of(account).on_advance.append(self._wake)
            heapq.heappush(self._planned[account], (due, next(self._numbers), call))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify()

    def _run(self) -> None:
        while True:
            for call in self._next_calls():
                try:
                    call()
                except Exception as error:
                    LOG.error("%s could not make a planned call: %r", self._name, error)  # noqa: TRY400

    def _next_calls(self) -> list[Callable[[], object]]:
        """Wait until calls are due, and return them."""
        with self._changed:
            while not (due := self._take_due()):
                self._changed.wait(self._seconds_to_next())
            return due

    def _take_due(self) -> list[Callable[[], object]]:
        due: list[_Planned] = []
        for account, planned in self._planned.items():
            now = clock_of(account).now()
            while planned and planned[0][0] <= now:
                due.append(heapq.heappop(planned))
        return [call for _, _, call in sorted(due, key=lambda entry: entry[:2])]

    def _seconds_to_next(self) -> float | None:
        waits = [
            (planned[0][0] - clock_of(account).now()).total_seconds()
            for account, planned in self._planned.items()
            if planned
        ]
        return max(0.0, min(waits)) if waits else None
