"""A page as one session with `pca-events localstack`: its Python, curl and `watch`, in the order of the page.

`python tests/suite/page_session.py docs/eventbridge.md` prints the page again, with the present output. A `python`
block may be followed by a `text` block with its output. `pca-events watch` ends after the block that follows it. Ids
and times differ between sessions: an id of the page stands for one id, and every time is equal to every other.
"""

import contextlib
import json
import os
import re
import select
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

from shown import TOP, is_shown

_BLOCK = re.compile(
    r"```console\n\$ (?P<line>.*)\n(?P<shown>(?:.*\n)*?)```\n"
    r"|```python\n(?P<code>(?:.*\n)*?)```\n(?:\n```text\n(?P<text>(?:.*\n)*?)```\n)?"
)
_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")
_TIME = re.compile(r"\b(?:\d{4}-\d\d-\d\dT)?\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)?")
_URL = "http://127.0.0.1:4566"
_PATIENCE = 60.0  # seconds; what is waited for comes at once on a machine with nothing else to do
_PYTHON = """
import contextlib, io, json, sys
names = {}
for line in sys.stdin:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(json.loads(line), names)
    print(json.dumps(printed.getvalue()), flush=True)
"""


class Step(NamedTuple):
    """A block of the page, what it shows, and what was printed."""

    block: str
    shown: str
    printed: str

    @property
    def agrees(self) -> bool:
        """Whether the page shows what was printed."""
        return is_shown(_TIME.sub("TIME", self.shown), _TIME.sub("TIME", self.printed))


class _Reader:
    """The lines of a process, read with a deadline."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout is not None
        self._stream: IO[str] = process.stdout
        self.text = ""

    def read_until(self, ending: str, count: int = 1) -> None:
        """Read until a text occurs so many times, or to the end."""
        deadline = time.monotonic() + _PATIENCE
        while self.text.count(ending) < count:
            ready, _, _ = select.select([self._stream], [], [], max(0.0, deadline - time.monotonic()))
            assert ready, f"no {ending!r} in {self.text!r}"
            if not (chunk := os.read(self._stream.fileno(), 65_536)):
                return
            self.text += chunk.decode()


class PageSession:
    """Runs the blocks of a page on an emulator of its own."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._url = f"http://127.0.0.1:{probe.getsockname()[1]}"
        self._ids: dict[str, str] = {}
        self._ends = contextlib.ExitStack()
        self._watching: tuple[str, str, subprocess.Popen[str], _Reader] | None = None

    def __enter__(self) -> "PageSession":
        self.emulator = self._started(sys.executable, "-m", "pca_events", "localstack", "--port", self._url[-5:])
        self._python = self._started(sys.executable, "-c", _PYTHON, stdin=subprocess.PIPE)
        self._started_text = _Reader(self.emulator)
        self._started_text.read_until("Ctrl-C")
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.close()

    def steps(self, page: str) -> Iterator[Step]:
        """Run every block of a page, and yield what it shows and what it printed."""
        for found in _BLOCK.finditer(page):
            if (found["line"] or "").startswith("pca-events watch"):
                self._watch(found["line"], found["shown"])
                continue
            block = found["line"] or found["code"]
            yield self._step(block, found["shown"] or found["text"] or "", self._run(found))
            if self._watching:
                yield self._watched(*self._watching)
                self._watching = None

    def _run(self, found: "re.Match[str]") -> str:
        if found["code"]:
            assert self._python.stdin is not None
            assert self._python.stdout is not None
            print(json.dumps(self._here(found["code"])), file=self._python.stdin, flush=True)
            return str(json.loads(self._python.stdout.readline() or '"the code failed"'))
        if found["line"] == "pca-events localstack":
            return self._started_text.text
        words = ["bash", "-c", f"set -o pipefail; {self._here(found['line'])}"]
        ran = subprocess.run(words, cwd=TOP, env=_environment(), capture_output=True, text=True)
        return ran.stdout + ran.stderr + ("" if ran.stdout.endswith("\n") else "\n")

    def _watch(self, line: str, shown: str) -> None:
        words = [sys.executable, "-m", *shlex.split(line.replace("pca-events", "pca_events", 1)), "--endpoint-url"]
        process = self._started(*words, self._url, stderr=subprocess.STDOUT)
        reader = _Reader(process)
        reader.read_until("watching")
        self._watching = (line, shown, process, reader)

    def _watched(self, line: str, shown: str, process: "subprocess.Popen[str]", reader: _Reader) -> Step:
        reader.read_until("\n", shown.count("\n") - 1)
        process.send_signal(signal.SIGINT)
        reader.read_until("deleted\n")
        return self._step(line, shown, reader.text)

    def _step(self, block: str, shown: str, printed: str) -> Step:
        """Give the ids of this session the ones that the page has in their place."""
        known = set(self._ids.values())
        new = [found for found in dict.fromkeys(_ID.findall(printed)) if found not in known]
        free = [found for found in dict.fromkeys(_ID.findall(shown)) if found not in self._ids]
        self._ids |= dict(zip(free, new, strict=False))
        for ours, real in self._ids.items():
            printed = printed.replace(real, ours)
        return Step(block, shown, printed.replace(self._url, _URL))

    def _here(self, text: str) -> str:
        for ours, real in self._ids.items():
            text = text.replace(ours, real)
        return text.replace(_URL, self._url)

    def _started(self, *words: str, **more: int) -> "subprocess.Popen[str]":
        process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=TOP, env=_environment(), **more)  # type: ignore[call-overload]
        self._ends.callback(_end, process)
        return process  # type: ignore[no-any-return]


def _end(process: "subprocess.Popen[str]") -> None:
    with process:
        process.terminate()


def _environment() -> dict[str, str]:
    """The environment with this Python first, at which no proxy stands before the loopback."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return {**os.environ, "PATH": path, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "COLUMNS": "100"}


def anew(page: str) -> str:
    """Return the page with the present output."""
    with PageSession() as session:
        for step in session.steps(page):
            if not step.agrees:
                console, python = f"$ {step.block}\n", f"```python\n{step.block}```\n\n```text\n"
                lead = console if console in page else python
                page = page.replace(lead + step.shown, lead + step.printed)
    return page


if __name__ == "__main__":
    sys.stdout.write(anew(Path(sys.argv[1]).read_text("utf-8")))
