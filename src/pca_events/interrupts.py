"""Handles Ctrl-C (SIGINT) and SIGTERM: end the process at once, or raise an exception so that resources are removed."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from types import FrameType

INTERRUPTED = 130
"""The exit status of a command that was interrupted."""

_SAME_REQUEST = 1.0  # seconds
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """SIGINT or SIGTERM was received."""


def die_at_once() -> None:
    """End the process with status 130 on either signal, without a message: it owns no resources to remove."""
    _handle(_die)


def raise_interrupts() -> None:
    """Raise `Interrupted` in the main thread on either signal, once.

    Signals within a second count as the same request, so that they cannot interrupt the removal of resources; a later
    signal ends the process at once.
    """
    _request.received, _request.held, _request.waiting = None, False, False
    _handle(_interrupt)


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
    """Restore the handlers of both signals afterwards."""
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, TypeError):
            for number, handler in before.items():
                signal.signal(number, handler)


def _handle(handler: Callable[[int, FrameType | None], None]) -> None:
    # Only the main thread may set handlers; other threads keep the current ones.
    with contextlib.suppress(ValueError):
        for number in _SIGNALS:
            signal.signal(number, handler)


def _die(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


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
