"""The emulator's own process: LocalStack, which ends when the process that it serves has ended.

Run as `python -m pca_events.backends.guard OWNER_PID FOLDER`, in a process group of its own. The owner may be
killed in any way: the operating system tells of its end.
"""

import os
import shutil
import signal
import sys
import threading
from functools import partial

import psutil


def main() -> None:
    """Run LocalStack until it ends, or until the owner does."""
    owner, folder = psutil.Process(int(sys.argv[1])), sys.argv[2]
    threading.Thread(target=_end_with, args=(owner, folder), daemon=True).start()

    _listen_on_loopback_only()
    from localstack.runtime.main import main as run_localstack

    run_localstack()


def _listen_on_loopback_only() -> None:
    # LocalStack 4.13.1 takes the port of GATEWAY_LISTEN and forgets its host: it would listen on 0.0.0.0.
    from twisted.internet import endpoints

    endpoints.TCP4ServerEndpoint = partial(endpoints.TCP4ServerEndpoint, interface="127.0.0.1")


def _end_with(owner: psutil.Process, folder: str) -> None:
    owner.wait()
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
