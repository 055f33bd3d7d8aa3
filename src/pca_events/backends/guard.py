"""The emulator's own process: LocalStack, which ends when the process that it serves has ended.

Run as `python -m pca_events.backends.guard OWNER_PID FOLDER`, in a process group of its own. The owner may be
killed in any way: the operating system tells of its end.
"""

import contextlib
import os
import select
import shutil
import signal
import sys
import threading
from functools import partial

import psutil


def main() -> None:
    """Run LocalStack until it ends, or until the owner does."""
    owner, folder = int(sys.argv[1]), sys.argv[2]
    threading.Thread(target=_end_with, args=(owner, folder), daemon=True).start()

    _listen_on_loopback_only()
    from localstack.runtime.main import main as run_localstack

    run_localstack()  # type: ignore[no-untyped-call]


def _listen_on_loopback_only() -> None:
    # LocalStack 4.13.1 takes the port of GATEWAY_LISTEN and forgets its host: it would listen on 0.0.0.0.
    from twisted.internet import endpoints

    setattr(endpoints, "TCP4ServerEndpoint", partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1"))  # noqa: B010


def _end_with(owner: int, folder: str) -> None:
    with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
        _wait_for_end(owner)
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _wait_for_end(pid: int) -> None:
    """Wait until a process that is no child of this one has ended; a zombie counts as ended."""
    try:
        select.select([os.pidfd_open(pid)], [], [])
    except ProcessLookupError:
        raise
    except (AttributeError, OSError):  # macOS, or a container whose seccomp profile forbids pidfd_open
        psutil.Process(pid).wait()


if __name__ == "__main__":
    main()
