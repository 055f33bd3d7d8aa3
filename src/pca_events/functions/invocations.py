"""Invocations of functions: the environments that run them, and what they answer in the words of AWS Lambda."""

import base64
import contextlib
import json
import logging
import os
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from localstack import config
from localstack.aws.api.lambda_ import TooManyRequestsException
from localstack.aws.connect import connect_to

from pca_events.functions.names import LATEST, FunctionId
from pca_events.handlers.entry import Handler
from pca_events.handlers.environment import CommandEnvironment, LambdaEnvironment, Outcome

LOG = logging.getLogger(__name__)

_MOST_AT_ONCE = 16  # invocations that run at the same time
_MOST_IDLE = 8  # environments that wait for the next invocation
_MOST_FILES = 2_000  # of a handler's folder that are looked at for changes
_LOG_TAIL = 4_096  # bytes of LogResult


@dataclass(frozen=True)
class Ran:
    """An invocation that has ended.

    Attributes:
        payload: what the function returned, or the error as JSON.
        outcome: how it ended.
        log: the lines of its log.
    """

    payload: bytes
    outcome: Outcome
    log: str

    @property
    def failed(self) -> bool:
        """Whether AWS Lambda answers with a FunctionError."""
        return not self.outcome.succeeded

    @property
    def log_result(self) -> str:
        """The end of the log as LogResult has it: Base64 of at most 4 KB."""
        return base64.b64encode(self.log.encode()[-_LOG_TAIL:]).decode()


@dataclass
class _Environment:
    """An execution environment: its process, the code that it has loaded, and the stream of its log."""

    runs: LambdaEnvironment | CommandEnvironment
    code: int
    stream: str
    used: float = field(default_factory=time.monotonic)


class Environments:
    """Runs functions: each environment serves one invocation at a time, and is kept for the next one.

    Args:
        handlers: the functions.
        variables_of: what UpdateFunctionConfiguration has set for a function.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], variables_of: Callable[[FunctionId], Mapping[str, str]]
    ) -> None:
        self._handlers = handlers
        self._variables_of = variables_of
        self._idle: defaultdict[FunctionId, list[_Environment]] = defaultdict(list)
        self._lock = threading.Lock()
        self._free = threading.Semaphore(_MOST_AT_ONCE)

    def run(self, function: FunctionId, payload: bytes, request_id: str, *, waits: bool = False) -> Ran:
        """Invoke a function.

        Args:
            function: one that is here.
            payload: JSON.
            request_id: what the function sees as its `aws_request_id`.
            waits: whether to wait while too many invocations run.

        Raises:
            TooManyRequestsException: too many run.
        """
        if not self._free.acquire(blocking=waits):
            message = f"Rate Exceeded: this LocalStack runs {_MOST_AT_ONCE} invocations at once."
            reason = "ConcurrentInvocationLimitExceeded"
            raise TooManyRequestsException(message, Type="User", Reason=reason)
        try:
            with self._environment(function) as environment:
                return _invoke(function, environment, payload, request_id)
        finally:
            self._free.release()

    def close(self, function: FunctionId | None = None) -> None:
        """End the environments of a function, or of all, that are not in use; the next invocation starts new ones."""
        with self._lock:
            pools = [kept for of, kept in self._idle.items() if function in (None, of)]
            ended = [each for kept in pools for each in kept]
            for kept in pools:
                kept.clear()
        for each in ended:
            each.runs.close()

    @contextlib.contextmanager
    def _environment(self, function: FunctionId) -> Iterator[_Environment]:
        """Take an environment with the present code, and keep it for the next invocation."""
        handler = self._handlers[function.name]
        code, variables = _code(handler), self._variables_of(function)
        with self._lock:
            kept = self._idle[function]
            outdated = [each for each in kept if each.code != code]
            kept[:] = [each for each in kept if each.code == code]
            environment = kept.pop() if kept else None
        for each in outdated:
            LOG.info("function %s: its code has changed, and is loaded again", function.name)
            each.runs.close()
        environment = environment or _new_environment(function, handler, variables, code)
        try:
            yield environment
        finally:
            if self._variables_of(function) is variables:
                self._keep(function, environment)
            else:
                environment.runs.close()

    def _keep(self, function: FunctionId, environment: _Environment) -> None:
        environment.used = time.monotonic()
        with self._lock:
            self._idle[function].append(environment)
            everything = [(each, kept) for kept in self._idle.values() for each in kept]
            everything.sort(key=lambda pair: pair[0].used)
            surplus = everything[: max(0, len(everything) - _MOST_IDLE)]
            for each, kept in surplus:
                kept.remove(each)
        for each, _ in surplus:
            each.runs.close()


def _new_environment(function: FunctionId, handler: Handler, given: Mapping[str, str], code: int) -> _Environment:
    stream = f"{datetime.now(UTC):%Y/%m/%d}/[{LATEST}]{uuid.uuid4().hex}"
    variables = {
        **given,
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{config.GATEWAY_LISTEN[0].port}",
        "AWS_ACCESS_KEY_ID": function.account,
        "AWS_SECRET_ACCESS_KEY": "any",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
    }
    if handler.command:
        return _Environment(CommandEnvironment(handler, variables), code, stream)
    return _Environment(LambdaEnvironment(handler, variables, arn=function.arn), code, stream)


def _code(handler: Handler) -> int:
    """Return a number that changes with the Python files of a handler's folder; a command is started anew anyway."""
    if handler.command:
        return 0
    found: list[tuple[str, int, int]] = []
    for folder, folders, files in os.walk(handler.folder):
        folders[:] = sorted(each for each in folders if not each.startswith((".", "__pycache__", "node_modules")))
        for name in sorted(files):
            if name.endswith(".py") and len(found) < _MOST_FILES:
                with contextlib.suppress(OSError):
                    status = (Path(folder) / name).stat()
                    found.append((f"{folder}/{name}", status.st_mtime_ns, status.st_size))
    return hash(tuple(found))


def _invoke(function: FunctionId, environment: _Environment, payload: bytes, request_id: str) -> Ran:
    began = time.monotonic()
    runs = environment.runs
    if isinstance(runs, LambdaEnvironment):
        outcome = runs.finish(runs.begin(payload, request_id=request_id))
    else:
        outcome = runs.invoke(payload)
    took = (time.monotonic() - began) * 1000
    limits = runs.handler.limits
    report = f"Duration: {took:.2f} ms\tBilled Duration: {took:.0f} ms\tMemory Size: {limits.memory} MB"
    printed = outcome.output if not outcome.output or outcome.output.endswith("\n") else f"{outcome.output}\n"
    # The runtime itself has printed an exception.
    failed = f"{outcome}\n" if outcome.status not in ("returned", "raised") else ""
    log = (
        f"START RequestId: {request_id} Version: {LATEST}\n{printed}{failed}"
        f"END RequestId: {request_id}\nREPORT RequestId: {request_id}\t{report}\n"
    )
    LOG.info("function %s in %s, %s: %s", function.name, function.account, function.region, log.rstrip())
    _put_log(function, environment.stream, log)
    return Ran(_payload(outcome, request_id, limits.seconds), outcome, log)


def _payload(outcome: Outcome, request_id: str, seconds: float) -> bytes:
    """Return what Invoke answers; for an error without one of the runtime, that of AWS Lambda."""
    if outcome.succeeded:
        return json.dumps(outcome.value, ensure_ascii=False).encode()
    if outcome.body:
        return outcome.body
    kind, message = {
        "timed out": ("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds"),
        "exited": ("Runtime.ExitError", f"Runtime exited with error: {outcome.error}"),
        "did not start": ("Runtime.ExitError", f"Runtime exited with error: {outcome.error}"),
    }.get(outcome.status, ("Runtime.Unknown", str(outcome)))
    return json.dumps({"errorType": kind, "errorMessage": f"RequestId: {request_id} Error: {message}"}).encode()


def _put_log(function: FunctionId, stream: str, log: str) -> None:
    """Put the lines into CloudWatch Logs."""
    logs = connect_to(aws_access_key_id=function.account, region_name=function.region).logs
    names = {"logGroupName": f"/aws/lambda/{function.name}", "logStreamName": stream}
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": line} for line in log.splitlines() if line]
    try:
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=names["logGroupName"])
        with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_stream(**names)
        logs.put_log_events(**names, logEvents=events)
    except Exception as error:
        LOG.warning("the log of function %s is not in CloudWatch Logs: %r", function.name, error)
