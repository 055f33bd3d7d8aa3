"""Commands as separate processes with a separate folder for temporary files, and what they leave behind."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO

import psutil


@dataclass
class Started:
    """A command that is running.

    Attributes:
        process: the command itself.
        temporary: where it and its children put what is temporary.
    """

    process: "subprocess.Popen[str]"
    temporary: Path

    def family(self) -> list[psutil.Process]:
        """Every process that works for the command: its children, and the emulator, which is in another session."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                within = Path(process.environ().get("TMPDIR", "/")).is_relative_to(self.temporary)
                if within and process.pid != self.process.pid:
                    found.append(process)
        return found

    def end(self, number: signal.Signals) -> "Ended":
        """Send a signal, and wait for the end of the command."""
        self.process.send_signal(number)
        began = time.monotonic()
        out, error = self.process.communicate(timeout=30)
        seconds = time.monotonic() - began
        psutil.wait_procs(self.family(), timeout=2)
        alive = [" ".join(process.cmdline()) for process in self.family() if process.status() != psutil.STATUS_ZOMBIE]
        left = sorted(file.name for file in self.temporary.iterdir())
        return Ended(self.process.returncode, out, error, seconds, alive, left)

    def await_line(self, beginning: str, stream: "IO[str] | None" = None) -> str:
        """Read the output of the command until a line begins with this text, and return the line."""
        lines = stream or self.process.stdout
        assert lines is not None
        for line in lines:
            if line.startswith(beginning):
                return line
        raise AssertionError(f"no line begins with {beginning}: {self.process.communicate()}")


@dataclass(frozen=True)
class Ended:
    """A command that has ended: exit status, outputs, how long it took after the signal, what it left behind."""

    status: int
    out: str
    error: str
    seconds: float
    alive: list[str]
    left: list[str]


@contextlib.contextmanager
def started(
    temporary: Path,
    *words: str,
    prefix: tuple[str, ...] = (),
    environment: Mapping[str, str | None] = MappingProxyType({}),
) -> Iterator[Started]:
    """Start `pca-events` with these words, in a separate session; it is always terminated at the end.

    Args:
        temporary: its folder for temporary files.
        words: the command line.
        prefix: the beginning of the line, for a command that starts this one.
        environment: the variables to set, or to unset if they are None.
    """
    temporary.mkdir(exist_ok=True)
    line = [*prefix, sys.executable, "-m", "pca_events", *words]
    variables = {**os.environ, **environment, "TMPDIR": str(temporary), "PYTHONUNBUFFERED": "1"}
    given = {name: value for name, value in variables.items() if value is not None}
    process = subprocess.Popen(
        line, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    running = Started(process, temporary)
    try:
        yield running
    finally:
        for each in running.family():
            with contextlib.suppress(psutil.Error):
                each.kill()
        process.kill()
        process.communicate()
