"""A pool of worker processes for large inputs."""

import contextlib
import os
import signal
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Result = TypeVar("Result")


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def pool(jobs: int) -> "ProcessPoolExecutor":
    """Return a pool of worker processes, which leave Ctrl-C to this process.

    They are forked if the platform supports it, so they share the loaded modules and start at once.
    """
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    method = "fork" if "fork" in multiprocessing.get_all_start_methods() else None
    return ProcessPoolExecutor(jobs, multiprocessing.get_context(method), initializer=_leave_interrupts_to_the_parent)


def result_of(future: "Future[Result]") -> Result | None:
    """Return the result of a future, or None if its worker died."""
    from concurrent.futures import BrokenExecutor

    with contextlib.suppress(BrokenExecutor):
        return future.result()
    return None


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
