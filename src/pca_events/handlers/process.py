"""The process of a handler, with the variables that it may see, supervised; what it prints is read and bounded."""

import contextlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler
from pca_events.handlers.runtime_api import MOST_RESPONSE, Message
from pca_events.handlers.supervisor import MOST_PROCESSES, TOO_MANY_PROCESSES

_TAIL = 4_000  # characters of the output that are kept
_LAST_OUTPUT = 1.0  # seconds that what is printed may take through the pipe; it is there at once
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "NODE_PATH", "JAVA_HOME", "GOPATH")
_NO_AWS = {
    "AWS_ACCESS_KEY_ID": "111122223333",
    "AWS_SECRET_ACCESS_KEY": "any",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",  # nothing reaches AWS by accident
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


class HandlerProcess:
    """A supervised process; what it prints is read and bounded."""

    def __init__(
        self, handler: Handler, words: list[str], variables: Mapping[str, str], messages: "SimpleQueue[Message]",
        *, reads: bool = False,
    ) -> None:  # fmt: skip
        self._limit = handler.limits.output
        self.tails = {"stdout": deque[str](), "stderr": deque[str]()}
        self._open = set(self.tails)
        self._read_more = threading.Condition()
        self.stdout = bytearray()
        self._printed = 0
        self._messages = messages
        self._writer: threading.Thread | None = None
        lifeline, self._alive = os.pipe()
        supervisor = str(Path(__file__).with_name("supervisor.py"))
        try:
            self._popen = subprocess.Popen(  # noqa: S603
                [sys.executable, "-I", "-S", supervisor, str(lifeline), str(handler.limits.memory << 20), *words],
                cwd=handler.folder,
                env=dict(variables),
                stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[lifeline],
                start_new_session=True,
            )
        finally:
            os.close(lifeline)
        self._readers = [threading.Thread(target=self._read, args=(name,), daemon=True) for name in self.tails]
        for reader in self._readers:
            reader.start()
        self._ender = threading.Thread(target=self._await_end, daemon=True)
        self._ender.start()

    def _read(self, name: str) -> None:
        stream = getattr(self._popen, name)
        most = self._limit + (MOST_RESPONSE if name == "stdout" and self._popen.stdin else 0)
        while _readable(stream, None):
            with self._read_more:
                if block := stream.read1(1 << 16):
                    self._keep(name, block)
                flooded = bool(block) and self._printed > most
                if flooded or not block:
                    self._open.discard(name)
                self._read_more.notify_all()
            if flooded:
                self._messages.put(Message("flooded"))
                self.end()
            if flooded or not block:
                return

    def _keep(self, name: str, block: bytes) -> None:
        self._printed += len(block)
        if name == "stdout" and len(self.stdout) <= MOST_RESPONSE:
            self.stdout += block
        tail = self.tails[name]
        tail.append(block[-_TAIL:].decode("utf-8", "replace"))
        while sum(map(len, tail)) - len(tail[0]) > _TAIL:
            tail.popleft()

    def _await_output(self) -> None:
        """Wait until what was printed so far is read."""
        with self._read_more:
            self._read_more.wait_for(lambda: not any(map(self._has_output, self._open)), _LAST_OUTPUT)

    def _has_output(self, name: str) -> bool:
        return _readable(getattr(self._popen, name), 0)

    def _await_end(self) -> None:
        status = self._popen.wait()
        for reader in self._readers:
            reader.join()
        for stream in (self._popen.stdout, self._popen.stderr):
            if stream is not None:
                stream.close()
        self._messages.put(Message("ended", body=str(status).encode()))

    def write(self, payload: bytes) -> None:
        """Write the standard input of the process in the background; the process need not read it."""
        self._writer = threading.Thread(target=self._write, args=(payload,), daemon=True)
        self._writer.start()

    def _write(self, payload: bytes) -> None:
        if self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.write(payload)
            with contextlib.suppress(OSError):
                self._popen.stdin.close()

    def renew(self) -> None:
        """Begin a new invocation: its output counts from zero."""
        self._printed = 0
        for tail in self.tails.values():
            tail.clear()
        self.stdout.clear()

    def output(self) -> str:
        """Return the end of what was printed so far."""
        self._await_output()
        return "".join("".join(tail) for tail in self.tails.values())[-_TAIL:]

    def end(self) -> None:
        """End the process and everything that it started; may be called again."""
        alive, self._alive = self._alive, -1
        if alive >= 0:
            os.close(alive)

    def wait(self) -> None:
        """Wait until the process has ended."""
        self._ender.join()
        if self._writer is not None:
            self._writer.join()


def _readable(stream: Any, milliseconds: int | None) -> bool:
    """Wait until a stream can be read, which it can at its end, too."""
    poll = select.poll()
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(milliseconds))


def environment_of(variables: Mapping[str, str] | None) -> dict[str, str]:
    """Return the environment variables of a handler: its own, and none of the caller's credentials or AWS settings.

    Python leaves no `__pycache__` in the handler's folder, which is read-only on AWS Lambda.
    """
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    fixed = {"AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | _NO_AWS | fixed | dict(variables or {})


def require_posix() -> None:
    """Raise BadInput where handlers cannot be run: their processes need pipes and process groups of POSIX."""
    if os.name != "posix":
        raise BadInput("handlers run on Linux and macOS")


def ending_of(status: int) -> str:
    """Return why a process ended, from the exit status of its supervisor."""
    if status == TOO_MANY_PROCESSES:
        return f"it started more than {MOST_PROCESSES} processes"
    if status > 128:
        with contextlib.suppress(ValueError):
            return f"ended by {signal.Signals(status - 128).name}"
    return f"exit status {status}"
