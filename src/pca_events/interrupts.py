"""What Ctrl-C (SIGINT) and SIGTERM do: end the process at once, or raise an exception so that resources are removed."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

INTERRUPTED = 130
"""The exit status of a command that was interrupted."""

_SAME_WISH = 1.0  # seconds
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """SIGINT or SIGTERM was received."""


def die_at_once() -> None:
    """End the process with status 130 on either signal, without a message: it owns nothing that must be removed."""
    _handle(_die)


def raise_interrupts() -> None:
    """Raise `Interrupted` in the main thread on either signal, once.

    What follows within a second is taken for the same wish, so that it cannot break into the removing of resources;
    what comes later ends the process at once.
    """
    first: list[float] = []

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        if not first:
            first.append(time.monotonic())
            raise Interrupted
        if time.monotonic() - first[0] > _SAME_WISH:
            os._exit(INTERRUPTED)

    _handle(interrupt)


@contextlib.contextmanager
def handlers_restored() -> Iterator[None]:
    """Restore the handlers of both signals afterwards."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, TypeError):
            for number, handler in before.items():
                signal.signal(number, handler)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    # Only the main thread may set handlers; elsewhere those that are set stay.
    with contextlib.suppress(ValueError):
        for number in _SIGNALS:
            signal.signal(number, handler)


def _die(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)
