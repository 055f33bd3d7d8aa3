"""Why a delivery failed: the error code for the dead-letter queue, and whether EventBridge tries again.

The codes are those that the EventBridge User Guide lists for dead-letter queues. Which one AWS uses in which case is
documented for few of them.
"""

from dataclasses import dataclass
from typing import Any

import requests
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, HTTPClientError, ReadTimeoutError
from botocore.exceptions import ConnectionError as NoConnection
from urllib3.exceptions import NameResolutionError

from pca_events.eventbridge.target_input import InvalidInput

_DENIED = ("AccessDenied", "AccessDeniedException", "AuthorizationError", "AWS.SimpleQueueService.AccessDenied")
_THROTTLED = ("Throttling", "ThrottlingException", "TooManyRequestsException", "RequestThrottled")
_GONE = ("NonExistentQueue", "QueueDoesNotExist", "NotFound", "ResourceNotFoundException", "StateMachineDoesNotExist")
_SERVER_ERROR = 500
_RETRIED_STATUSES = (401, 407, 409, 429)


@dataclass(frozen=True)
class Failure(Exception):
    """An attempt that failed.

    Attributes:
        code: as the attribute ERROR_CODE of the dead-letter queue; empty if LocalStack lacks the target.
        message: as ERROR_MESSAGE.
        retried: whether another attempt may succeed.
        not_before: seconds until then that the target asks for; negative if it wants no other attempt.
    """

    code: str
    message: str
    retried: bool = False
    not_before: float | None = None

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


def failure_of(error: Exception) -> Failure:
    """Return what an error of a target means for its delivery."""
    match error:
        case Failure():
            return error
        case InvalidInput():
            return Failure("INVALID_JSON", str(error))
        case ClientError():
            return _of_answer(error.response)
        case ConnectTimeoutError() | ReadTimeoutError() | requests.Timeout():
            return Failure("TIMEOUT", "the target did not answer in time", retried=True)
        case requests.ConnectionError() | NoConnection() | HTTPClientError():
            return Failure("CONNECTION_FAILURE", str(error), retried=not _has_no_address(error))
        case NotImplementedError():
            return Failure("", f"LocalStack does not deliver to this target: {error}")
        case BotoCoreError() | requests.RequestException():
            return Failure("SDK_CLIENT_ERROR", str(error))
    return Failure("INTERNAL_ERROR", repr(error))


def failure_of_status(status: int, what: str, retry_after: str | None = None) -> Failure:
    """Return what the status of an HTTP target means: 401, 407, 409, 429 and 5xx are retried."""
    retried = status in _RETRIED_STATUSES or status >= _SERVER_ERROR
    code = "THROTTLING" if status == 429 else "ERROR_FROM_TARGET"
    return Failure(code, f"{what} answered {status}", retried, _seconds(retry_after))


def _of_answer(answer: Any) -> Failure:
    """Return what the answer of an AWS service means."""
    code, text = answer["Error"].get("Code", ""), answer["Error"].get("Message", "")
    status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 400)
    message = f"{code}: {text}"
    if code in _DENIED:
        return Failure("NO_PERMISSIONS", message)
    if any(gone in code for gone in _GONE):
        return Failure("NO_RESOURCE", message)
    if code in _THROTTLED:
        return Failure("THROTTLING", message, retried=True)
    if status >= _SERVER_ERROR:
        return Failure("INTERNAL_ERROR", message, retried=True)
    return Failure("INVALID_PARAMETER", message)


def _has_no_address(error: Exception) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NameResolutionError)


def _seconds(retry_after: str | None) -> float | None:
    try:
        return None if retry_after is None else float(retry_after)
    except ValueError:
        return None
