"""Calls that may run at the same time, and a pause between all of them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_PATIENCE = 10.0  # seconds; an operation takes some milliseconds


class Gate:
    """Lets calls in, except while somebody pauses them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._paused = False
        self._of_this_thread = threading.local()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Make a call, after a pause if there is one; a call within a call is part of it."""
        depth: int = getattr(self._of_this_thread, "depth", 0)
        if not depth:
            with self._changed:
                self._changed.wait_for(lambda: not self._paused)
                self._inside += 1
        self._of_this_thread.depth = depth + 1
        try:
            yield
        finally:
            self._of_this_thread.depth = depth
            if not depth:
                with self._changed:
                    self._inside -= 1
                    self._changed.notify_all()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Wait until no call is in progress, and let none begin meanwhile.

        Raises:
            TimeoutError: one does not end.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
            self._paused = True
        try:
            with self._changed:
                if not self._changed.wait_for(lambda: not self._inside, _PATIENCE):
                    raise TimeoutError("an operation of AWS Private CA does not end")
            yield
        finally:
            with self._changed:
                self._paused = False
                self._changed.notify_all()
