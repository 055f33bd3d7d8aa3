"""How AWS rejects a call: by operation and error code, and by nothing that merely looks like it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pca_events.errors import BackendError

_CREDENTIAL_ERROR_CODES = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)

_BY_RESOURCE = "resource-based policy"
"""In the message of an AccessDeniedException of a caller whose credentials are good."""

_NOT_FOUND_CODES = (
    "ResourceNotFoundException",
    "AWS.SimpleQueueService.NonExistentQueue",
    "QueueDoesNotExist",
    "NotFound",
)


@dataclass(frozen=True)
class AwsError:
    """The error with which a backend rejected a call.

    Attributes:
        operation: the AWS operation: `PutRule`.
        code: the error code: `InvalidEventPatternException`.
        message: the backend's text, which differs between backends.
    """

    operation: str
    code: str
    message: str


def aws_error_of(call: Callable[[], Any]) -> AwsError | None:
    """Make a call and return its AWS error, or None if it succeeded.

    A failed entry in a successful PutEvents response counts as an error.

    Raises:
        BackendError: the credentials were rejected, so the call itself was not judged.
        botocore.exceptions.BotoCoreError: no connection, no answer in time, or parameters that never left this
            process; none of these is an AWS error.
    """
    try:
        answer = call()
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code in _CREDENTIAL_ERROR_CODES and _BY_RESOURCE not in message:
            raise BackendError(f"{error.operation_name} was refused for its credentials ({code})") from error
        return AwsError(error.operation_name, code, message)
    for entry in answer.get("Entries", []) if isinstance(answer, dict) else []:
        if "ErrorCode" in entry:
            return AwsError("PutEvents", entry["ErrorCode"], entry.get("ErrorMessage", ""))
    return None


def describe_aws_error(error: BaseException) -> str:
    """Describe an AWS error: operation, code and message; empty for any other exception."""
    if not isinstance(error, ClientError):
        return ""
    said = error.response.get("Error", {})
    tries = error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
    often = f" {tries} times" if tries > 1 else ""
    return f"{error.operation_name} was refused{often} with {said.get('Code')}: {said.get('Message', '')}"


def or_none(operation: Any, **words: Any) -> Any:
    """Call the operation; return None if its resource does not exist."""
    try:
        return operation(**words)
    except ClientError as error:
        if error.response["Error"]["Code"] in _NOT_FOUND_CODES:
            return None
        raise
