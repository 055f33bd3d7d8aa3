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
    _wish.expressed, _wish.held, _wish.waiting = None, False, False
    _handle(_interrupt)


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Do within what must not be left half done: an interrupt that comes meanwhile is raised at the end."""
    _wish.held = True
    try:
        yield
    finally:
        _wish.held = False
        if _wish.waiting:
            _wish.waiting = False
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
    # Only the main thread may set handlers; elsewhere those that are set stay.
    with contextlib.suppress(ValueError):
        for number in _SIGNALS:
            signal.signal(number, handler)


def _die(_number: int, _frame: FrameType | None) -> None:
    os._exit(INTERRUPTED)


class _Wish:
    """That the command ends: when it was first expressed, and whether it has to wait."""

    def __init__(self) -> None:
        self.expressed: float | None = None
        self.held = False
        self.waiting = False


_wish = _Wish()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    if _wish.expressed is None:
        _wish.expressed = time.monotonic()
        if not _wish.held:
            raise Interrupted
        _wish.waiting = True
    elif time.monotonic() - _wish.expressed > _SAME_WISH:
        os._exit(INTERRUPTED)
