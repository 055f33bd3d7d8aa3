"""What an error means for a delivery: its code, and whether another attempt is made."""

import pytest
import requests
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError, NameResolutionError

from pca_events.eventbridge.failures import failure_of, failure_of_status
from pca_events.eventbridge.target_input import InvalidInput


def answer(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "SendMessage")


def unresolved() -> requests.ConnectionError:
    reason = NameResolutionError("nowhere.invalid", HTTPConnectionPool("nowhere.invalid"), OSError())  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(HTTPConnectionPool("nowhere.invalid"), "/", reason))


@pytest.mark.parametrize(
    ("error", "code", "retried"),
    [
        (answer("AccessDenied", 403), "NO_PERMISSIONS", False),
        (answer("AWS.SimpleQueueService.NonExistentQueue"), "NO_RESOURCE", False),
        (answer("ResourceNotFoundException"), "NO_RESOURCE", False),
        (answer("InvalidParameterValue"), "INVALID_PARAMETER", False),
        (answer("ThrottlingException"), "THROTTLING", True),
        (answer("InternalError", 500), "INTERNAL_ERROR", True),
        (ReadTimeoutError(endpoint_url="http://one"), "TIMEOUT", True),
        (requests.ReadTimeout(), "TIMEOUT", True),
        (EndpointConnectionError(endpoint_url="http://one"), "CONNECTION_FAILURE", True),
        (requests.ConnectionError("refused"), "CONNECTION_FAILURE", True),
        (unresolved(), "CONNECTION_FAILURE", False),
        (requests.exceptions.InvalidURL(), "SDK_CLIENT_ERROR", False),
        (InvalidInput("x"), "INVALID_JSON", False),
        (NotImplementedError("a pro feature"), "", False),
        (KeyError("x"), "INTERNAL_ERROR", False),
    ],
)
def test_an_error_has_a_code_and_may_be_tried_again(error: Exception, code: str, retried: bool) -> None:
    failure = failure_of(error)
    assert (failure.code, failure.retried) == (code, retried)


@pytest.mark.parametrize("status", [401, 407, 409, 429, 500, 502, 503, 599])
def test_these_statuses_are_tried_again(status: int) -> None:
    assert failure_of_status(status, "POST http://one").retried


@pytest.mark.parametrize("status", [400, 403, 404, 410, 422])
def test_other_statuses_are_not(status: int) -> None:
    failure = failure_of_status(status, "POST http://one")
    assert not failure.retried
    assert failure.message == f"POST http://one answered {status}"


def test_a_target_may_say_when_to_come_again() -> None:
    assert failure_of_status(503, "x", "120").not_before == 120
    assert failure_of_status(503, "x", "-1").not_before == -1
    assert failure_of_status(503, "x", "Fri, 27 Nov 2026 10:00:00 GMT").not_before is None
    assert failure_of_status(503, "x").not_before is None
