"""The Runtime API of AWS Lambda for one execution environment: what `awslambdaric` and other runtimes call.

It listens on loopback. Source: "Using the Lambda runtime API" in the developer guide of AWS Lambda.
"""

import contextlib
import json
import threading
import time
import uuid
from dataclasses import dataclass, field
from queue import SimpleQueue
from typing import Literal

from pca_events.loopback_server import LoopbackServer, Requests

MOST_RESPONSE = 6 * 1024 * 1024
"""The most bytes that a function may return: the quota of AWS Lambda."""

_ROOT = "/2018-06-01/runtime"


@dataclass
class Invocation:
    """One invocation.

    Attributes:
        payload: the JSON text that the handler receives.
        arn: the ARN of the function.
        seconds: the time that the handler has.
        trace: what a traced handler does at which point; empty otherwise. See `traced`.
        released: set once a paused handler may go on.
    """

    payload: bytes
    arn: str
    seconds: float
    trace: dict[str, str] = field(default_factory=dict)
    released: threading.Event = field(default_factory=threading.Event)
    id: str = field(default_factory=lambda: str(uuid.uuid4()))


@dataclass(frozen=True)
class Message:
    """What happened in an environment.

    Attributes:
        kind: `ready` is a request for the next invocation, `ended` the end of the process, `flooded` too much output.
        body: the response, the error, the points of a trace, or the exit status.
    """

    kind: Literal["ready", "response", "error", "init error", "points", "paused", "ended", "flooded", "timed out"]
    invocation: str = ""
    body: bytes = b""


class RuntimeApi:
    """The server of one environment.

    Attributes:
        was_asked: whether the runtime has asked for an invocation, which it does once it has imported the handler.
    """

    def __init__(self, messages: "SimpleQueue[Message]") -> None:
        self.messages = messages
        self.was_asked = False
        self._next: SimpleQueue[Invocation | None] = SimpleQueue()
        self._current: Invocation | None = None
        self._server = LoopbackServer(type("RuntimeApi", (_Requests,), {"api": self}))

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return self._server.address

    def offer(self, invocation: Invocation) -> None:
        """Make an invocation the next one."""
        self._next.put(invocation)

    def close(self) -> None:
        """Stop the server."""
        self._next.put(None)
        if self._current is not None:
            self._current.released.set()
        self._server.close()

    def take(self) -> Invocation | None:
        """Wait for the next invocation; None once the server is closed."""
        self._current = self._next.get()
        return self._current

    def current(self, invocation: str) -> Invocation | None:
        """Return the current invocation if it has this id."""
        return self._current if self._current is not None and self._current.id == invocation else None


class _Requests(Requests):
    api: RuntimeApi

    def do_GET(self) -> None:  # noqa: N802
        if self.path == f"{_ROOT}/invocation/next":
            self.api.was_asked = True
            self.api.messages.put(Message("ready"))
            invocation = self.api.take()
            if invocation is None:
                self.close_connection = True
                return
            self._answer(200, invocation.payload, _headers(invocation))
        elif self.path.startswith("/trace/") and (traced := self.api.current(self.path[7:])):
            self._answer(200, json.dumps(traced.trace).encode(), {})
        else:
            self._answer(404, b"{}", {})

    def do_POST(self) -> None:  # noqa: N802
        words = self.path.strip("/").split("/")
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            length = 0
        if length > MOST_RESPONSE:
            body = f"Response payload size exceeded maximum allowed payload size ({MOST_RESPONSE} bytes)."
            error = {"errorType": "Function.ResponseSizeTooLarge", "errorMessage": body}
            self.api.messages.put(Message("error", words[-2], json.dumps(error).encode()))
            self.close_connection = True
            self._answer(413, b"{}", {})
            return
        body_read = self.rfile.read(length)
        if self.path == f"{_ROOT}/init/error":
            self.api.messages.put(Message("init error", body=body_read))
        elif words[0] == "trace" and (paused := self.api.current(words[1])):
            self.api.messages.put(Message("paused" if words[2] == "paused" else "points", words[1], body_read))
            if words[2] == "paused":
                paused.released.wait()
        elif len(words) > 3 and words[-1] in ("response", "error"):
            self.api.messages.put(Message("response" if words[-1] == "response" else "error", words[-2], body_read))
        self._answer(202, b'{"status":"OK"}', {})

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        with contextlib.suppress(OSError):  # the handler has ended
            self.send_response(status)
            for name, value in (
                {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
            ).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)


def _headers(invocation: Invocation) -> dict[str, str]:
    root = f"1-{int(time.time()):08x}-{uuid.uuid4().hex[:24]}"
    return {
        "Lambda-Runtime-Aws-Request-Id": invocation.id,
        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + invocation.seconds) * 1000)),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.arn,
        "Lambda-Runtime-Trace-Id": f"Root={root};Parent={uuid.uuid4().hex[:16]};Sampled=0",
        "Lambda-Runtime-Client-Context": "",
        "Lambda-Runtime-Cognito-Identity": "",
    }
