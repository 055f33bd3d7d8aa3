"""The simulator's clock: the real one, which tests can move on."""

import threading
from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time, in UTC; it never goes back."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the time."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move the time on.

        Raises:
            ValueError: the calendar ends before that.
        """
        with self._lock:
            ahead = self._ahead + by
            try:
                # A CA may be made for a century from now; there must be room for that.
                datetime.now(UTC) + ahead + timedelta(days=365 * 200)
            except OverflowError as error:
                raise ValueError("the calendar ends before that") from error
            self._ahead = ahead
