"""A handler that is called in this process, with a context like that of AWS Lambda, so that a debugger stops in it."""

import json
import time
import traceback
import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from pca_events.handlers.entry import Limits
from pca_events.handlers.environment import FUNCTION, Outcome
from pca_events.wording import printable

_MOST_OUTPUT = 4_000  # characters of a traceback


class Context:
    """The context of one invocation, with the members of AWS Lambda's context for Python.

    Attributes:
        identity: None, as for every event of EventBridge.
        client_context: None, as above.
    """

    def __init__(self, limits: Limits) -> None:
        self.aws_request_id = str(uuid.uuid4())
        self.invoked_function_arn = FUNCTION
        self.function_name = FUNCTION.rpartition(":")[2]
        self.function_version = "$LATEST"
        self.memory_limit_in_mb = str(limits.memory)
        self.log_group_name = f"/aws/lambda/{self.function_name}"
        self.log_stream_name = "local"
        self.identity = None
        self.client_context = None
        self._deadline = time.monotonic() + limits.seconds

    def get_remaining_time_in_millis(self) -> int:
        """Return the milliseconds until the time limit; the handler is not ended then."""
        return max(0, int((self._deadline - time.monotonic()) * 1000))


class InProcess:
    """Calls a function for each invocation. It has this process's variables, and no limits."""

    def __init__(self, function: Callable[[Any, Any], Any], limits: Limits | None = None) -> None:
        self._function = function
        self._limits = limits or Limits()

    def invoke(self, payload: bytes) -> Outcome:
        """Call the function; an exception is an outcome, with the end of its traceback as output."""
        try:
            answer = self._function(json.loads(payload), Context(self._limits))
        except SystemExit as ended:
            return Outcome("exited", error=f"exit status {ended.code}")
        except Exception as error:
            return Outcome("raised", error=_told(error), output=traceback.format_exc()[-_MOST_OUTPUT:])
        try:
            return Outcome("returned", json.loads(json.dumps(answer, default=_as_json)))
        except (TypeError, ValueError) as error:
            return Outcome("raised", error=f"Runtime.MarshalError: Unable to marshal response: {error}")

    def close(self) -> None:
        """Do nothing."""


def _told(error: Exception) -> str:
    return printable(f"{type(error).__name__}: {error}"[:500])


def _as_json(value: object) -> float:
    """Write a Decimal as a number, as AWS Lambda's runtime does."""
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
