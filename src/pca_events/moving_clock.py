"""The clock of an account inside LocalStack: it runs with real time, and can be moved forward."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class MovingClock:
    """A clock in UTC that never goes back.

    Attributes:
        on_advance: called after the clock was moved, in the thread that moved it.
    """

    def __init__(self) -> None:
        self.on_advance: list[Callable[[], None]] = []
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self._ahead

    @property
    def ahead(self) -> timedelta:
        """How much later its time is than real time."""
        return self._ahead

    def advance(self, by: timedelta) -> None:
        """Advance the time.

        Raises:
            ValueError: the time would be out of range.
        """
        with self._lock:
            ahead = self._ahead + by
            try:
                # A CA may be valid for a century, which must stay in the range of dates.
                datetime.now(UTC) + ahead + timedelta(days=365 * 200)
            except OverflowError as error:
                raise ValueError("it is out of the range of dates") from error
            self._ahead = ahead
        for call in self.on_advance:
            call()


_clocks: dict[str, MovingClock] = {}
_lock = threading.Lock()


def clock_of(account: str) -> MovingClock:
    """Return the clock of an account, which every service of this process shares."""
    with _lock:
        return _clocks.setdefault(account, MovingClock())
