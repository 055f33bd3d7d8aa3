"""One backend, the clients that reach it and nothing else, and the handling of every call.

botocore's own retries wait for seconds, which suits AWS; between two local processes, fractions of a second are enough.
"""

import json
import os
import random
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pca_events.backends import ACCOUNT, CORRECTED, LOCALSTACK, REGION
from pca_events.errors import BackendGone, BadAnswer
from pca_events.regions import partition_of

_MOST_TRIES = 6
_FIRST_DELAY = 0.05  # maximum seconds before the second attempt; the maximum doubles for each further one
_LONGEST_DELAY = 1.0  # seconds
_BAD_IN_A_ROW = 3  # bad responses after which no more calls are made
_SHOWN = 200  # characters of a response that are quoted

_SERVER_ERROR = 500
_NOT_IMPLEMENTED = 501
_THROTTLED = frozenset(
    {
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
_OWN_FAULT = "exception while calling"
_NOT_REPEATABLE = ("CreateArchive", "CreateCertificate", "Import", "Issue", "Receive", "Revoke", "Start")
"""Prefixes of operations that must not be repeated after a lost response."""

_MUST_HOLD = {
    "CreateQueue": ("QueueUrl",),
    "CreateTopic": ("TopicArn",),
    "DescribeEventBus": ("Arn", "Name"),
    "DescribeRule": ("Name",),
    "GetQueueUrl": ("QueueUrl",),
    "ListEventBuses": ("EventBuses",),
    "ListRules": ("Rules",),
    "ListTargetsByRule": ("Targets",),
    "PutEvents": ("Entries",),
    "PutTargets": ("FailedEntryCount",),
    "TestEventPattern": ("Result",),
    "CreateCertificateAuthority": ("CertificateAuthorityArn",),
    "IssueCertificate": ("CertificateArn",),
}
"""Members that a successful response must contain; AWS's models make them optional, but the harness needs them."""

_EACH_MUST_HOLD = {"ReceiveMessage": ("Messages", "Body")}
"""Members that each item of a list must contain."""


class ApiCalls:
    """Monitors the calls of all clients of one backend in one process.

    Attributes:
        gone: why no more calls are made; empty while the backend answers.
    """

    def __init__(self) -> None:
        self.gone = ""
        self._bad = 0

    def resume(self) -> None:
        """Make calls again, although the backend has stopped answering: for what is expected to answer badly."""
        self.gone, self._bad = "", 0

    def watch(self, client: Any) -> None:
        """Monitor the calls of a boto3 client.

        In addition to boto3's exceptions, its calls raise:
            BadAnswer: the response is a server error after all attempts, truncated, or lacks a required member.
            BackendGone: the backend has stopped answering; nothing was sent.
        """
        events = client.meta.events
        events.register("provide-client-params.*.*", self._before)
        events.register("needs-retry.*.*", self._delay)
        events.register("before-parse.*.*", self._check)
        events.register("after-call.*.*", self._answered)
        events.register("after-call-error.*.*", self._failed)

    def _before(self, **_: Any) -> None:
        if self.gone:
            raise BackendGone(self.gone)

    def _delay(
        self, operation: Any, attempts: int, response: Any, caught_exception: Exception | None, **_: Any
    ) -> float | None:
        """Return how many seconds to wait before the next attempt; None for no further attempt."""
        if attempts >= _MOST_TRIES or not _may_pass(operation.name, response, caught_exception):
            return None
        longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempts - 1))
        return random.uniform(0, longest)  # noqa: S311

    def _check(self, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
        """Reject a successful response that lacks what the harness relies on."""
        status, name = response_dict["status_code"], operation_model.name
        body = response_dict["body"]
        if status >= 300 or operation_model.service_model.protocol != "json":
            return
        problem = _problem(name, body)
        if problem:
            raise BadAnswer(f"{name} answered {status} with {problem}: {_quoted(body)}")

    def _answered(self, model: Any, http_response: Any, parsed: dict[str, Any], **_: Any) -> None:
        status = http_response.status_code
        if status < _SERVER_ERROR or status == _NOT_IMPLEMENTED:
            self._bad = 0
            return
        tries = parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0) + 1
        error = BadAnswer(f"{model.name} answered {status} {_tries(tries)}: {_quoted(http_response.content)}")
        self._count(str(error))
        if not _is_deterministic(parsed):
            raise error

    def _failed(self, exception: Exception, **words: Any) -> None:
        from botocore.exceptions import BotoCoreError, ConnectTimeoutError, EndpointConnectionError
        from botocore.parsers import ResponseParserError

        operation = str(words.get("event_name", "")).rpartition(".")[2]
        if isinstance(exception, BackendGone):
            return
        if isinstance(exception, BadAnswer):
            self._count(str(exception))
        elif isinstance(exception, EndpointConnectionError | ConnectTimeoutError):
            self.gone = f"{operation}: {_cause(exception)}"
            raise BackendGone(self.gone) from exception
        elif isinstance(exception, BotoCoreError | ResponseParserError):
            error = BadAnswer(f"{operation} received an incomplete answer: {_cause(exception)}")
            self._count(str(error))
            raise error from exception

    def _count(self, what: str) -> None:
        self._bad += 1
        if self._bad >= _BAD_IN_A_ROW:
            self.gone = f"{self._bad} bad answers in a row, the last: {what}"


def _may_pass(operation: str, response: Any, error: Exception | None) -> bool:
    """Whether a repeated call may succeed and does no harm."""
    from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, EndpointConnectionError

    if error is not None:
        if isinstance(error, ConnectionClosedError):
            return not operation.startswith(_NOT_REPEATABLE)
        return isinstance(error, EndpointConnectionError | ConnectTimeoutError)
    http, parsed = response
    if http.status_code >= _SERVER_ERROR:
        return http.status_code != _NOT_IMPLEMENTED and not _is_deterministic(parsed)
    return parsed.get("Error", {}).get("Code") in _THROTTLED


def _is_deterministic(parsed: dict[str, Any]) -> bool:
    """Whether LocalStack reports an internal fault, which the same request would cause again."""
    return str(parsed.get("Error", {}).get("Message", "")).startswith(_OWN_FAULT)


def _problem(operation: str, body: bytes) -> str:
    """Describe what is wrong with the JSON of a successful response; empty if nothing is."""
    if not body:
        return f'no "{_MUST_HOLD[operation][0]}"' if operation in _MUST_HOLD else ""
    try:
        answer = json.loads(body)
    except ValueError:
        return "invalid JSON"
    if not isinstance(answer, dict):
        return "JSON that is not an object"
    if missing := [member for member in _MUST_HOLD.get(operation, ()) if member not in answer]:
        return f'no "{missing[0]}"'
    members, member = _EACH_MUST_HOLD.get(operation, ("", ""))
    if any(member not in each for each in answer.get(members) or ()):
        return f'a member of "{members}" without "{member}"'
    return ""


def _quoted(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    return (text[:_SHOWN] + "...") if len(text) > _SHOWN else text or "(nothing)"


def _tries(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _cause(error: Exception) -> str:
    return str(getattr(error, "kwargs", {}).get("error") or error)


_PATIENCE = 15  # seconds for one answer; the longest poll of a queue takes 5


@dataclass(frozen=True)
class Backend:
    """What answers the AWS API.

    Attributes:
        name: for display, with its version: `LocalStack 4.13.1, embedded`.
        product: the name in the ledger of divergences: `localstack`, or `corrected-localstack` with our EventBridge.
        version: of the product, as it reports it.
        endpoint_url: where every client of this backend sends its calls.
        account: the AWS account that owns the resources.
        region: the AWS Region of the resources.
        api_calls: monitors the calls of this process's clients.
    """

    name: str
    product: str
    version: str
    endpoint_url: str
    account: str = ACCOUNT
    region: str = REGION
    api_calls: ApiCalls = field(default_factory=ApiCalls, compare=False, repr=False)

    @property
    def is_localstack(self) -> bool:
        """Whether it is a LocalStack, stock or corrected."""
        return self.product in (LOCALSTACK, CORRECTED)

    @property
    def partition(self) -> str:
        """The partition of the Region, as in ARNs."""
        return partition_of(self.region)

    def client(self, service: str, path: str = "") -> Any:
        """Return a boto3 client of the service that can reach this backend only.

        Args:
            service: as boto3 names it.
            path: where the backend serves the API of the service, if not at its root.

        Ambient AWS settings (credentials, profile, `AWS_ENDPOINT_URL`, proxies) are ignored.
        """
        from botocore.config import Config

        config = Config(
            proxies={},
            connect_timeout=5,
            read_timeout=_PATIENCE,
            user_agent="pca-events",  # botocore would compute a long one for each call
            retries={"mode": "standard", "total_max_attempts": 1},  # the retries are those of ApiCalls
        )
        session = _session_class()(
            aws_access_key_id=self.account,
            aws_secret_access_key="never-sent-to-aws",  # noqa: S106
            region_name=self.region,
        )
        client = session.client(service, endpoint_url=f"{self.endpoint_url}{path}", config=config)
        self.api_calls.watch(client)
        return client

    def queue_arn(self, name: str) -> str:
        """Return the ARN of the SQS queue of that name in this account and Region."""
        return f"arn:{self.partition}:sqs:{self.region}:{self.account}:{name}"

    def topic_arn(self, name: str) -> str:
        """Return the ARN of the SNS topic of that name in this account and Region."""
        return f"arn:{self.partition}:sns:{self.region}:{self.account}:{name}"

    def log_group_arn(self, name: str) -> str:
        """Return the ARN of the CloudWatch log group of that name in this account and Region."""
        return f"arn:{self.partition}:logs:{self.region}:{self.account}:log-group:{name}"

    def archive_arn(self, name: str) -> str:
        """Return the ARN of the archive of that name in this account and Region."""
        return f"arn:{self.partition}:events:{self.region}:{self.account}:archive/{name}"

    def bus_arn(self, name: str) -> str:
        """Return the ARN of the event bus of that name in this account and Region."""
        return f"arn:{self.partition}:events:{self.region}:{self.account}:event-bus/{name}"

    def rule_arn(self, bus: str, name: str) -> str:
        """Return the ARN of the rule of that name on a custom event bus in this account and Region."""
        return f"arn:{self.partition}:events:{self.region}:{self.account}:rule/{bus}/{name}"


@cache
def _session_class() -> Any:
    """Return localstack-client's Session class, on one boto3 session that reads no AWS setting of this process.

    localstack-client itself would use boto3's default session and let `AWS_ENDPOINT_URL` win over its arguments; boto3
    fails on an unknown `AWS_PROFILE` even if credentials are passed.
    """
    import boto3
    from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
    from botocore.session import Session as BotocoreSession
    from localstack_client.session import Session

    no_settings = {
        name: (None, None, default, conversion)
        for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
    }
    nowhere = (None, None, os.devnull, None)
    isolated = BotocoreSession({**no_settings, "config_file": nowhere, "credentials_file": nowhere})
    boto3_session = boto3.Session(botocore_session=isolated)

    class IsolatedSession(Session):  # type: ignore[misc]
        def client(self, service_name: str, **options: Any) -> Any:
            return boto3_session.client(service_name, **{**options, **self.common_protected_kwargs})

    return IsolatedSession
