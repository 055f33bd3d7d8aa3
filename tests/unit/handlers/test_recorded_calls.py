"""Calls to AWS as the state of a handler: which are the same if made again, and what the emulator cannot do."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection

import pytest

from pca_events.errors import BadInput
from pca_events.handlers.recorded_calls import RecordedCalls
from pca_events.loopback_server import LoopbackServer, Requests


class _Emulator(Requests):
    """Answers every call, but none to Kinesis."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fails = "Kinesis" in self.headers.get("X-Amz-Target", "")
        body = b'{"message": "exception while calling kinesis.PutRecord: no such program"}' if fails else b"{}"
        self.send_response(500 if fails else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_DELETE = _answer  # noqa: N815


@pytest.fixture
def calls() -> Iterator[RecordedCalls]:
    """Recorded calls to an emulator that accepts them."""
    emulator = LoopbackServer(_Emulator)
    made = RecordedCalls(f"http://{emulator.address}")
    yield made
    made.close()
    emulator.close()


def call(calls: RecordedCalls, method: str, path: str, body: str, target: str = "") -> None:
    service = "s3" if not target else target.partition("_")[0].lower()
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential=x/20261127/us-east-1/{service}/aws4_request, ..."}
    connection = HTTPConnection(calls.endpoint_url.removeprefix("http://"))
    connection.request(method, path, body, headers | ({"X-Amz-Target": target} if target else {}))
    connection.getresponse().read()
    connection.close()


def put(key: str, at: str) -> dict[str, object]:
    return {"TableName": "done", "Item": {"id": {"S": key}, "at": {"S": at}}}


UPDATE = {"TableName": "done", "Key": {"id": {"S": "1"}}, "UpdateExpression": "SET note = :note"}


@pytest.mark.parametrize(
    ("method", "path", "target", "first", "again", "count"),
    [
        ("PUT", "/out/event.json", "", "at 2026-11-27T10:00:00Z", "another request", 1),
        ("DELETE", "/out/event.json", "", "", "", 1),
        ("POST", "/", "DynamoDB_20120810.PutItem", put("1", "2026-11-27T10:00:00"), put("1", "2026-11-27T10:00:01"), 1),
        ("POST", "/", "DynamoDB_20120810.PutItem", put("1", "2026-11-27T10:00:00"), put("2", "2026-11-27T10:00:00"), 2),
        ("POST", "/", "DynamoDB_20120810.UpdateItem", UPDATE, UPDATE, 1),
        ("POST", "/", "DynamoDB_20120810.UpdateItem", *[UPDATE | {"UpdateExpression": "ADD alarms :one"}] * 2, 2),
        ("POST", "/", "AmazonSSM.PutParameter", {"Name": "last", "Value": "1"}, {"Name": "last", "Value": "1"}, 1),
        ("POST", "/", "AWSEvents.PutEvents", {"Entries": []}, {"Entries": []}, 2),
        ("POST", "/", "AmazonSQS.SendMessage", {"MessageBody": "a"}, {"MessageBody": "a"}, 2),
        ("POST", "/", "AmazonSQS.SendMessage", *[{"MessageBody": "a", "MessageDeduplicationId": "1"}] * 2, 1),
    ],
)  # fmt: skip
def test_a_call_that_is_idempotent_by_itself_is_one_item(
    calls: RecordedCalls, method: str, path: str, target: str, first: object, again: object, count: int
) -> None:
    for body in (first, again):
        call(calls, method, path, body if isinstance(body, str) else json.dumps(body), target)
    assert sum(calls.state().counts.values()) == count


def test_a_part_of_an_object_is_not_the_object(calls: RecordedCalls) -> None:
    call(calls, "PUT", "/out/event.json", "")
    call(calls, "PUT", "/out/event.json?tagging", "")
    assert calls.state().counts == {"s3 PutObject": 1, "s3 PutObjectTagging": 1}


def test_a_call_that_the_emulator_cannot_answer_ends_the_test(calls: RecordedCalls) -> None:
    call(calls, "POST", "/", "{}", "Kinesis_20131202.PutRecord")
    with pytest.raises(BadInput, match=r"cannot answer a call of the handler: kinesis PutRecord: .*no such program"):
        calls.state()


def test_a_client_that_asks_before_it_sends_a_body_is_answered(calls: RecordedCalls) -> None:
    host, port = calls.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as client:
        client.sendall(b"PUT /out/x HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(1000).startswith(b"HTTP/1.1 100 ")
        client.sendall(b"x")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 ")
