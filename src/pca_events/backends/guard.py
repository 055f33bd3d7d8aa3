"""A small process that ends LocalStack together with the process that it serves.

Run as `python -m pca_events.backends.guard OWNER_PID FOLDER`, in a session of its own. It starts LocalStack as its
child, in another session, and ends it at once when the owner has ended for any reason, or on SIGTERM.
The emulator cannot delay this, whatever it is doing.
"""

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

_LOOK_EVERY = 0.2  # seconds between two checks, if the operating system cannot signal the end of a process
_EMULATOR = "pca_events.backends.emulator"


def main() -> None:
    """Run the emulator until it ends, until its owner does, or until SIGTERM; exit with the emulator's status."""
    owner, folder = int(sys.argv[1]), Path(sys.argv[2])
    waking, woken = os.pipe()
    os.set_blocking(woken, False)
    for ending in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(ending, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the owner handles Ctrl-C
    signal.set_wakeup_fd(woken, warn_on_full_buffer=False)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})
    words = [sys.executable, "-m", _EMULATOR, str(os.getpid())]
    emulator = subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    unneeded = _wait(owner, waking, emulator)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(emulator.pid, signal.SIGKILL)
    status = emulator.wait()
    if unneeded:
        shutil.rmtree(folder, ignore_errors=True)
    sys.exit(0 if unneeded else abs(status))


def _wait(owner: int, waking: int, emulator: "subprocess.Popen[bytes]") -> bool:
    """Wait until the owner or the emulator ends, or for SIGTERM; return whether the folder is no longer needed."""
    ended = _pidfd(owner)
    has_ended = _observer(owner) if ended is None else bool
    watched = [waking] if ended is None else [waking, ended]
    while True:
        ready, _, _ = select.select(watched, [], [], _LOOK_EVERY if ended is None else None)
        if waking in ready and signal.SIGTERM in os.read(waking, 64):
            return True
        if ended in ready or has_ended():
            return True
        if emulator.poll() is not None:
            return False


def _pidfd(pid: int) -> int | None:
    """Return a descriptor that becomes readable when the process ends; None if the system has none."""
    try:
        return os.pidfd_open(pid)
    except (AttributeError, OSError):  # macOS, a container without it, or a process that has ended already
        return None


def _observer(pid: int) -> Callable[[], bool]:
    """Return what tells whether a process that is not a child of this one has ended; a zombie has."""
    import psutil

    try:
        owner = psutil.Process(pid)
    except psutil.NoSuchProcess:
        return lambda: True

    def has_ended() -> bool:
        try:
            return not owner.is_running() or owner.status() == psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return True

    return has_ended


if __name__ == "__main__":
    main()
