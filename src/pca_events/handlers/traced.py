"""The function that AWS Lambda's runtime calls in a traced environment: it calls the handler and watches its lines.

A point is a line of a file below the handler's folder, before it is executed, or the return from a function there. Each
invocation has a plan: list its points, end the process at one (`crash`), or wait there until it is released (`pause`).
It runs in the process of the handler, so it imports only the standard library.
"""

import http.client
import importlib
import json
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import cache
from types import FrameType
from typing import Any

_ROOT = os.path.realpath(os.environ.get("LAMBDA_TASK_ROOT", ".")) + os.sep
_OTHERS = (f"{os.sep}site-packages{os.sep}", f"{os.sep}.venv{os.sep}", f"{os.sep}lib{os.sep}python")
_LONGEST = 2_000


@cache
def wrapped() -> Callable[..., Any]:
    """Return the handler, which is imported on the first call."""
    module, _, function = os.environ["PCA_EVENTS_WRAPPED"].rpartition(".")
    found: Callable[..., Any] = getattr(importlib.import_module(module), function)
    return found


def handler(event: Any, context: Any) -> Any:
    """Call the handler as its invocation plans."""
    called = wrapped()
    plan = _ask("GET", f"/trace/{context.aws_request_id}")
    watch = _Watch(context.aws_request_id, plan.get("action", ""), plan.get("point", ""))
    threading.settrace(watch.called)
    sys.settrace(watch.called)
    try:
        return called(event, context)
    finally:
        sys.settrace(None)
        threading.settrace(None)
        if watch.action == "list":
            _ask("POST", f"/trace/{context.aws_request_id}/points", list(watch.points))


def probe(event: Any, context: Any) -> Any:  # noqa: ARG001
    """Call a function without arguments: the probe of a state."""
    return wrapped()()


class _Watch:
    def __init__(self, invocation: str, action: str, point: str) -> None:
        self.action = action
        self.points: dict[str, None] = {}
        self._invocation = invocation
        self._point = point

    def called(self, frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG002
        file = frame.f_code.co_filename
        own = file.startswith(_ROOT) and not any(part in file[len(_ROOT) - 1 :] for part in _OTHERS)
        return self._passed if own and frame.f_code.co_name != "<module>" else None

    def _passed(self, frame: FrameType, event: str, argument: Any) -> Any:  # noqa: ARG002
        if event in ("line", "return"):
            name = f"{frame.f_code.co_filename[len(_ROOT) :]}:{frame.f_lineno}{' return' if event == 'return' else ''}"
            self._reach(name)
        return self._passed

    def _reach(self, point: str) -> None:
        if point in self.points or len(self.points) >= _LONGEST:
            return
        self.points[point] = None
        if point != self._point:
            return
        if self.action == "crash":
            os.kill(os.getpid(), signal.SIGKILL)
        elif self.action == "pause":
            _ask("POST", f"/trace/{self._invocation}/paused", [])


def _ask(method: str, path: str, body: Any = None) -> Any:
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    try:
        connection.request(method, path, None if body is None else json.dumps(body).encode())
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
