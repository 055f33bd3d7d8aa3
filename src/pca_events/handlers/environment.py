"""Execution environments: processes that run a handler, one invocation at a time, within its limits."""

import contextlib
import importlib.util
import json
import re
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Any, Literal, Protocol

from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler
from pca_events.handlers.process import HandlerProcess, ending_of, environment_of, require_posix
from pca_events.handlers.runtime_api import Invocation, Message, RuntimeApi
from pca_events.wording import printable

Status = Literal[
    "returned",
    "reported a failure",
    "raised",
    "timed out",
    "exited",
    "printed too much",
    "did not start",
    "not delivered",
]

FUNCTION = "arn:aws:lambda:us-east-1:111122223333:function:handler"
"""The ARN of a function that has no other."""

_ERROR = re.compile(r"(Uncaught )?[\w.]*(Error|Exception)\b")
_START = 10.0  # seconds for the imports of a handler: the limit of AWS Lambda


@dataclass(frozen=True)
class Outcome:
    """The result of one invocation.

    Attributes:
        value: what the handler returned, as JSON; the text if a command printed something else.
        error: why it did not return, such as `KeyError: 'reason'`; empty if it returned.
        output: the end of what it printed.
        points: the points that a traced invocation passed.
        body: the response or the error as the runtime sent it; empty if it sent none.
    """

    status: Status
    value: Any = None
    error: str = ""
    output: str = ""
    points: tuple[str, ...] = ()
    body: bytes = b""

    @property
    def succeeded(self) -> bool:
        """Whether the handler returned."""
        return self.status == "returned"

    def __str__(self) -> str:
        return self.status if not self.error else f"{self.status}: {self.error}"


class Environment(Protocol):
    """Runs a handler, one invocation at a time."""

    def invoke(self, payload: bytes) -> Outcome:
        """Invoke the handler; a failure is an outcome, never an exception."""

    def close(self) -> None:
        """End its process, and everything that it started."""


class LambdaEnvironment:
    """Runs a Python function under `awslambdaric`, AWS's own runtime, in a process that serves many invocations."""

    def __init__(
        self, handler: Handler, variables: Mapping[str, str] | None = None, *, arn: str = FUNCTION, wrapper: str = ""
    ) -> None:
        """Prepare it; the process starts with the first invocation.

        Args:
            variables: environment variables of the function.
            arn: the ARN of the function, with its name, account and Region.
            wrapper: a function, `module.function`, that the runtime calls instead, and that calls the handler.

        Raises:
            BadInput: `awslambdaric` is not installed, or the system cannot run it.
        """
        if importlib.util.find_spec("awslambdaric") is None:
            raise BadInput("awslambdaric is not installed; install pca-events with the extra [handlers]")
        require_posix()
        self.handler = handler
        self._arn = arn
        region, name = arn.split(":")[3], arn.split(":")[6]
        self._api: RuntimeApi | None = None
        self._process: HandlerProcess | None = None
        self._messages: SimpleQueue[Message] = SimpleQueue()
        entry = f"{handler.module}.{handler.function}"
        self._variables = environment_of(variables) | {
            "AWS_LAMBDA_FUNCTION_NAME": name,
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(handler.limits.memory),
            "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{name}",
            "AWS_LAMBDA_LOG_STREAM_NAME": (variables or {}).get("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "LAMBDA_TASK_ROOT": str(handler.folder),
            "_HANDLER": wrapper or entry,
            "PCA_EVENTS_WRAPPED": entry,
        }
        self._variables.setdefault("PYTHONUNBUFFERED", "1")

    def invoke(self, payload: bytes) -> Outcome:
        """Invoke the function; see `Environment`."""
        return self.finish(self.begin(payload))

    def begin(
        self,
        payload: bytes,
        *,
        seconds: float | None = None,
        trace: dict[str, str] | None = None,
        request_id: str = "",
    ) -> Invocation:
        """Begin an invocation, with a new request id unless one is given; `finish` waits for its end."""
        seconds = self.handler.limits.seconds if seconds is None else seconds
        invocation = Invocation(payload, self._arn, seconds, trace or {})
        if request_id:
            invocation.id = request_id
        if self._ended():
            self.close()
        if self._process is None:
            self._start()
        else:
            self._process.renew()
        if self._api is not None:
            self._api.offer(invocation)
        return invocation

    def _ended(self) -> bool:
        """Whether the process has ended since the last invocation."""
        kinds = []
        with contextlib.suppress(Empty):
            while True:
                kinds.append(self._messages.get_nowait().kind)
        return "ended" in kinds or "flooded" in kinds

    def _start(self) -> None:
        self._messages = SimpleQueue()
        self._api = RuntimeApi(self._messages)
        variables = self._variables | {"AWS_LAMBDA_RUNTIME_API": self._api.address}
        words = [sys.executable, "-m", "awslambdaric", self._variables["_HANDLER"]]
        self._process = HandlerProcess(self.handler, words, variables, self._messages)

    def reached(self, seconds: float) -> bool:
        """Wait until a traced handler is paused; False if it ended or the time is over, and `finish` knows why."""
        deadline = time.monotonic() + seconds
        kept: list[Message] = []
        with contextlib.suppress(Empty):
            while not kept or kept[-1].kind in ("ready", "points"):
                message = self._messages.get(timeout=max(deadline - time.monotonic(), 0.001))
                if message.kind == "paused":
                    break
                kept.append(message)
        for message in kept:
            self._messages.put(message)
        return not kept or kept[-1].kind == "ready"

    def finish(self, invocation: Invocation) -> Outcome:
        """Wait for the end of an invocation, and end the process if the time is over."""
        deadline = time.monotonic() + invocation.seconds + _START
        points: tuple[str, ...] = ()
        while True:
            try:
                message = self._messages.get(timeout=max(deadline - time.monotonic(), 0.001))
            except Empty:
                message = Message("timed out")
            if message.kind == "ready":
                deadline = min(deadline, time.monotonic() + invocation.seconds)
            elif message.kind == "points":
                points = tuple(json.loads(message.body))
            elif message.invocation == invocation.id and message.kind in ("response", "error"):
                return self._answered(message, points)
            elif message.kind in ("timed out", "init error", "ended", "flooded"):
                return self._ended_by(message, invocation)

    def _answered(self, message: Message, points: tuple[str, ...]) -> Outcome:
        output = self._output()
        if message.kind == "response":
            return Outcome("returned", _value_of(message.body), output=output, points=points, body=message.body)
        outcome = Outcome("raised", error=_error_of(message.body), output=output, points=points, body=message.body)
        if "ResponseSizeTooLarge" in outcome.error:  # which ends the runtime
            self.close()
        return outcome

    def _ended_by(self, message: Message, invocation: Invocation) -> Outcome:
        output = self._output()
        if message.kind == "init error":
            outcome = Outcome("did not start", error=_error_of(message.body), output=output, body=message.body)
        elif message.kind == "timed out":
            outcome = Outcome("timed out", error=f"after {invocation.seconds:g} s", output=output)
        elif message.kind == "flooded":
            outcome = _flooded(self.handler, output)
        else:
            outcome = Outcome("exited", error=ending_of(int(message.body)), output=output)
        if message.kind != "init error" and self._api is not None and not self._api.was_asked:
            seconds = f"after {invocation.seconds + _START:g} s"
            why = seconds if message.kind == "timed out" else outcome.error + _last_line(self._process)
            error = f"its module {outcome.status} while it was imported: {why}"
            outcome = replace(outcome, status="did not start", error=error)
        self.close()
        return outcome

    def _output(self) -> str:
        return self._process.output() if self._process is not None else ""

    def close(self) -> None:
        """End the process; the next invocation starts another one."""
        process, self._process = self._process, None
        api, self._api = self._api, None
        if process is not None:
            process.end()
            process.wait()
        if api is not None:
            api.close()


class CommandEnvironment:
    """Runs a command for each invocation: the event on standard input, the result on standard output, exit status 0."""

    def __init__(self, handler: Handler, variables: Mapping[str, str] | None = None) -> None:
        """Prepare it.

        Raises:
            BadInput: the system cannot run it.
        """
        require_posix()
        self.handler = handler
        self._variables = environment_of(variables)
        self._process: HandlerProcess | None = None

    def invoke(self, payload: bytes) -> Outcome:
        """Run the command; see `Environment`."""
        messages: SimpleQueue[Message] = SimpleQueue()
        self._process = HandlerProcess(self.handler, list(self.handler.command), self._variables, messages, reads=True)
        self._process.write(payload)
        try:
            message = messages.get(timeout=self.handler.limits.seconds)
            if message.kind == "flooded":
                return _flooded(self.handler, self._process.output())
            if message.body != b"0":
                return Outcome(
                    "exited",
                    error=ending_of(int(message.body)) + _last_line(self._process),
                    output=self._process.output(),
                )
            printed_out = bytes(self._process.stdout)
            return Outcome("returned", _value_of(printed_out), output=self._process.output(), body=printed_out)
        except Empty:
            error = f"after {self.handler.limits.seconds:g} s"
            return Outcome("timed out", error=error, output=self._process.output())
        finally:
            self.close()

    def close(self) -> None:
        """End the command."""
        process, self._process = self._process, None
        if process is not None:
            process.end()
            process.wait()


def environment_for(
    handler: Handler, variables: Mapping[str, str] | None = None
) -> "LambdaEnvironment | CommandEnvironment":
    """Return an environment for a handler.

    Raises:
        BadInput: it cannot be run here.
    """
    return CommandEnvironment(handler, variables) if handler.command else LambdaEnvironment(handler, variables)


def _last_line(process: HandlerProcess | None) -> str:
    """Return the last error that a process printed, or else its last line, to follow why it ended."""
    printed = "".join(process.tails["stderr"]).strip().splitlines() if process is not None else []
    errors = [line for line in printed if _ERROR.match(line)]  # Node prints its version after them
    return f"; {printable((errors or printed)[-1][:500])}" if printed else ""


def _flooded(handler: Handler, output: str) -> Outcome:
    return Outcome("printed too much", error=f"more than {handler.limits.output:,} bytes", output=output)


def _error_of(body: bytes) -> str:
    try:
        error = json.loads(body)
        kind, message = error.get("errorType") or "error", error.get("errorMessage") or ""
    except (ValueError, AttributeError, RecursionError):
        return printable(body[:200].decode("utf-8", "replace"))
    return printable(f"{kind}: {message}"[:500])


def _value_of(body: bytes) -> Any:
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
