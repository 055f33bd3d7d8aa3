"""The trial of retries: a target that fails once, and then accepts the event."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from urllib.request import ProxyHandler, Request, build_opener

from pca_events.backends import CORRECTED, Backend
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.aws_errors import or_none
from pca_events.harness.resources import Target
from pca_events.loopback_server import LoopbackServer, Requests

_TIMEOUT = 10.0  # seconds


@dataclass(frozen=True)
class FlakyTarget:
    """A target that fails once.

    Attributes:
        target: to be put.
        reached: whether the event has arrived.
    """

    target: Target
    reached: Callable[[], bool]


@contextmanager
def flaky_target(session: Session, bus: ScenarioBus, rule: str) -> Iterator[FlakyTarget]:
    """Yield a target of a rule that fails once.

    With the EventBridge of this package, which may run in a container that reaches no server of this process, it is the
    queue of the bus and a planned fault. Elsewhere it is an HTTP server. AWS does not reach it, and wants HTTPS.
    """
    if session.backend.product == CORRECTED:
        _plan_failure(bus.backend, bus.backend.rule_arn(bus.name, rule))
        yield FlakyTarget(bus.default_target(rule), lambda: bool(bus.arrived()))
        return
    with closing(_Server()) as server, _api_destination(session, bus.name, server.url) as arn:
        role = f"arn:aws:iam::{bus.backend.account}:role/{bus.name}"
        yield FlakyTarget(Target(bus.name, rule, arn, {"RoleArn": role}), server.accepted.is_set)


def _plan_failure(backend: Backend, rule_arn: str) -> None:
    url = f"{backend.endpoint_url}/_localstack/eventbridge/faults?account={backend.account}"
    body = json.dumps({"fault": "fail", "count": 1, "rule": rule_arn}).encode()
    with build_opener(ProxyHandler({})).open(Request(url, body), timeout=_TIMEOUT):  # noqa: S310
        pass


class _Server(LoopbackServer):
    """Answers the first request with 503, and every other with 200."""

    def __init__(self) -> None:
        self.asked, self.accepted = threading.Event(), threading.Event()
        super().__init__(_Answer)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{self.address}/"


class _Answer(Requests):
    server: _Server

    def do_POST(self) -> None:  # noqa: N802
        """Answer a request."""
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        again = self.server.asked.is_set()
        self.server.asked.set()
        self.send_response(200 if again else 503)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if again:
            self.server.accepted.set()


@contextmanager
def _api_destination(session: Session, name: str, url: str) -> Iterator[str]:
    """Create an API destination, and yield its ARN."""
    key = {"ApiKeyName": "x-trial", "ApiKeyValue": "retry"}
    connection = session.events.create_connection(
        Name=name, AuthorizationType="API_KEY", AuthParameters={"ApiKeyAuthParameters": key}
    )
    try:
        destination = session.events.create_api_destination(
            Name=name, ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=url, HttpMethod="POST"
        )
        yield destination["ApiDestinationArn"]
    finally:
        or_none(session.events.delete_api_destination, Name=name)
        or_none(session.events.delete_connection, Name=name)
