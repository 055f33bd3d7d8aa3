"""Handles Ctrl-C (SIGINT), SIGTERM and SIGHUP: end the process at once, or raise so that resources are removed."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

INTERRUPTED = 130
"""The exit status of a command that was interrupted."""

_SAME_REQUEST = 1.0  # seconds
ENDS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that ask a command to end: Ctrl-C, a request, and the end of its terminal."""


class Interrupted(KeyboardInterrupt):
    """One of `ENDS` was received."""


def die_at_once() -> None:
    """End the process with status 130 on any of the signals, without a message: it owns no resources to remove."""
    handle(_die)


def raise_interrupts() -> None:
    """Raise `Interrupted` in the main thread on any of the signals, once.

    Signals within a second count as the same request, so that they cannot interrupt the removal of resources; a later
    signal ends the process at once.
    """
    _request.received, _request.held, _request.waiting = None, False, False
    handle(_interrupt)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Delay interrupts during work that must not be left incomplete; they are raised at its end."""
    _request.held = True
    try:
        yield
    finally:
        _request.held = False
        if _request.waiting:
            _request.waiting = False
            raise Interrupted


@contextlib.contextmanager
def handlers_restored() -> Iterator[None]:
    """Restore the handlers of the signals afterwards, and whether one of them was received."""
    before = {number: signal.getsignal(number) for number in ENDS}
    received = _request.received
    try:
        yield
    finally:
        _request.received = received
        with contextlib.suppress(ValueError, TypeError):
            for number, handler in before.items():
                signal.signal(number, handler)


def _die(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


def handle(handler: Callable[[int, FrameType | None], None]) -> None:
    """Call this on any of the signals instead; the end of the terminal stays ignored under nohup."""
    # Only the main thread may set handlers; other threads keep the current ones.
    with contextlib.suppress(ValueError):
        for number in ENDS:
            if number in (signal.SIGINT, signal.SIGTERM) or signal.getsignal(number) != signal.SIG_IGN:
                signal.signal(number, handler)


def was_interrupted() -> bool:
    """Whether one of the signals was received since `raise_interrupts`, even if other code caught the exception."""
    return _request.received is not None


class _Request:
    """The request to end: when it was first received, and whether it is delayed."""

    def __init__(self) -> None:
        self.received: float | None = None
        self.held = False
        self.waiting = False


_request = _Request()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if _request.received is None:
        _request.received = time.monotonic()
        if not _request.held:
            raise Interrupted
        _request.waiting = True
    elif time.monotonic() - _request.received > _SAME_REQUEST:
        os._exit(INTERRUPTED)


@contextlib.contextmanager
def signals_blocked() -> Iterator[None]:
    """Start children that do not receive SIGINT and SIGTERM before they can handle them."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
