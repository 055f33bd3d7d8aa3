"""What a client makes of a server that throttles, fails, or answers with something else."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pca_events.backends import Backend
from pca_events.errors import BackendGone, BadAnswer

Answers = Callable[[list[tuple[int, bytes]]], Backend]
OK = (200, b'{"Rules": []}')
THROTTLED = (400, b'{"__type": "ThrottlingException", "message": "Rate exceeded"}')
DOWN = (503, b"<html>down</html>")
OWN_FAULT = (500, b'{"__type": "InternalError", "message": "exception while calling events.ListRules: x"}')


@pytest.fixture
def answers() -> Iterator[Answers]:
    """Start a server with these responses, one after another and then always the last; return it as a backend."""
    servers: list[HTTPServer] = []

    def start(planned: list[tuple[int, bytes]]) -> Backend:
        left = list(planned)

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                status, body = left.pop(0) if len(left) > 1 else left[0]
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Answer)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return Backend("none", "localstack", "0", f"http://127.0.0.1:{server.server_port}")

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("passing", [THROTTLED, DOWN], ids=["throttled", "down"])
def test_a_transient_error_is_retried(answers: Answers, passing: tuple[int, bytes]) -> None:
    backend = answers([passing] * 5 + [OK])
    answer = backend.client("events").list_rules()
    assert (answer["Rules"], answer["ResponseMetadata"]["RetryAttempts"]) == ([], 5)


def test_a_persistent_error_is_reported_after_the_last_attempt(answers: Answers) -> None:
    with pytest.raises(ClientError, match="ThrottlingException"):
        answers([THROTTLED]).client("events").list_rules()
    with pytest.raises(BadAnswer, match="ListRules answered 503 6 times: <html>down</html>"):
        answers([DOWN]).client("events").list_rules()


def test_an_internal_fault_of_localstack_is_not_retried(answers: Answers) -> None:
    with pytest.raises(ClientError, match="exception while calling") as told:
        answers([OWN_FAULT]).client("events").list_rules()
    assert told.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", 'ListRules answered 200 with no "Rules": \\(nothing\\)'),
        (b"{}", 'ListRules answered 200 with no "Rules": {}'),
        (b'{"Rules": [', 'ListRules answered 200 with invalid JSON: {"Rules": \\['),
        (b"[1]", "ListRules answered 200 with JSON that is not an object: \\[1\\]"),
        (b"x" * 900, f"ListRules answered 200 with invalid JSON: {'x' * 200}\\.\\.\\.$"),
    ],
)
def test_an_unusable_response(answers: Answers, body: bytes, said: str) -> None:
    with pytest.raises(BadAnswer, match=said):
        answers([(200, body)]).client("events").list_rules()


def test_after_three_invalid_responses_in_a_row_no_more_requests_are_sent(answers: Answers) -> None:
    backend = answers([(200, b"no")])
    client: Any = backend.client("events")
    for _ in range(3):
        with pytest.raises(BadAnswer):
            client.list_rules()
    with pytest.raises(BackendGone, match="3 bad answers in a row, the last: ListRules answered 200 with invalid JSON"):
        client.list_rules()
    with pytest.raises(BackendGone):
        backend.client("sqs").list_queues()


def test_a_valid_response_resets_the_count(answers: Answers) -> None:
    client = answers([(200, b"no"), (200, b"no"), OK, (200, b"no"), (200, b"no"), OK]).client("events")
    for bad in (True, True, False, True, True, False):
        if bad:
            with pytest.raises(BadAnswer):
                client.list_rules()
        else:
            assert client.list_rules()["Rules"] == []


def test_a_missing_backend_is_reported_immediately() -> None:
    backend = Backend("none", "localstack", "0", "http://127.0.0.1:9")
    with pytest.raises(BackendGone, match=r"ListRules: .*refused"):
        backend.client("events").list_rules()
    assert backend.api_calls.gone
