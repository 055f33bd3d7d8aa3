"""What is to happen at a later time by the clock of the world."""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import datetime

Task = Callable[[], None]


class Agenda:
    """Tasks by the time from which they are due. A task looks again whether it is still wanted."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Task]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, due: datetime, task: Task) -> None:
        """Note a task."""
        with self._lock:
            heapq.heappush(self._entries, (due, next(self._numbers), task))

    def run(self, now: datetime) -> None:
        """Run what is due, earliest first. What a task adds waits for the next run: a retry cannot turn in place."""
        with self._lock:
            due = []
            while self._entries and self._entries[0][0] <= now:
                due.append(heapq.heappop(self._entries)[2])
        for task in due:
            task()
