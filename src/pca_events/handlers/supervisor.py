"""Runs a handler's process so that nothing of it is left: started as a script, with the standard library only.

`python supervisor.py LIFELINE MEMORY WORD...` starts the words as a process with at most MEMORY bytes of data. It ends
that process and everything that it started as soon as it ends, as it starts too many processes, on SIGTERM, or once the
other end of the pipe LIFELINE is closed, which the end of the owner does, whatever its cause. On Linux, processes that
have left their process group are found as well.
"""

import contextlib
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

MOST_PROCESSES = 64
TOO_MANY_PROCESSES = 113
"""The exit status if the handler started more than `MOST_PROCESSES` processes."""

_LOOK_EVERY = 0.1  # seconds between two counts of the processes
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER = 1, 36  # linux/prctl.h


def main() -> None:
    """Supervise; exit with the status of the process, or 128 and the number of the signal that ended it."""
    lifeline, memory = int(sys.argv[1]), int(sys.argv[2])
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    for ending in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(ending, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles Ctrl-C
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGCHLD})
    _control(_PR_SET_CHILD_SUBREAPER, 1)
    handler = subprocess.Popen(  # noqa: S603
        sys.argv[3:],
        start_new_session=True,
        preexec_fn=lambda: _limit(memory),
    )
    os.close(0)  # otherwise a pipe to the handler would stay open
    status = _wait(handler, lifeline, waking)
    _end_all(handler)
    os._exit(status)


def _wait(handler: "subprocess.Popen[bytes]", lifeline: int, waking: int) -> int:
    while True:
        ready, _, _ = select.select([lifeline, waking], [], [], _LOOK_EVERY)
        if waking in ready and signal.SIGTERM in os.read(waking, 64):
            return 128 + signal.SIGTERM
        if (status := handler.poll()) is not None:
            return status if status >= 0 else 128 - status
        if lifeline in ready:
            return 128 + signal.SIGTERM
        if len(_descendants()) > MOST_PROCESSES:
            return TOO_MANY_PROCESSES


def _end_all(handler: "subprocess.Popen[bytes]") -> None:
    """Kill every process that is left, until there is none."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(handler.pid, signal.SIGKILL)
    while left := _descendants():
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(-1, 0)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
    with contextlib.suppress(ChildProcessError):
        os.waitpid(handler.pid, 0)


def _descendants() -> list[int]:
    """Return the processes below this one; empty if the operating system does not list them."""
    found: list[int] = []
    waiting = [os.getpid()]
    while waiting:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                children = [int(word) for word in (task / "children").read_text().split()]
                found += children
                waiting += children
    return found


def _control(option: int, value: int) -> None:
    """Set an option of this process on Linux."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _limit(memory: int) -> None:
    import resource

    _control(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
