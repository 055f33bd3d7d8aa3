"""Other processes that take a part of the reading, where there is much of it."""

import contextlib
import os
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Result = TypeVar("Result")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pool(jobs: int) -> "ProcessPoolExecutor":
    """Return so many processes, which leave Ctrl-C to this one.

    They are forked where there is fork: they then share what is loaded, and start at once.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_leave_interrupts_to_the_parent)


def result_of(future: "Future[Result]") -> Result | None:
    """Return what another process has come to, or None where that process has died."""
    from concurrent.futures import BrokenExecutor

    with contextlib.suppress(BrokenExecutor):
        return future.result()
    return None


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
