"""An HTTP proxy in front of a LocalStack that passes every call through, but for the faults that a test adds."""

import contextlib
import json
import os
import re
import socket
import struct
import sys
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

_SCOPE = re.compile(r"Credential=(\d*)[^/]*/\d+/[^/]+/([^/]+)/aws4_request")
_OF_ONE_CONNECTION = {"connection", "content-length", "expect", "keep-alive", "transfer-encoding"}
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Call:
    """One request of a client.

    Attributes:
        method: the HTTP method.
        path: with its query.
        headers: by lower-case name.
        body: as it was sent.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def service(self) -> str:
        """The service that the request is signed for, such as `sqs`; empty if it is not signed."""
        found = _SCOPE.search(self.headers.get("authorization", ""))
        return found[2] if found else ""

    @property
    def operation(self) -> str:
        """`PutEvents` and the like; for S3 and unsigned requests the method and the path."""
        if target := self.headers.get("x-amz-target"):
            return target.rpartition(".")[2]
        if self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
            return parse_qs(self.body.decode())["Action"][0]
        return f"{self.method} {urlsplit(self.path).path}"

    @cached_property
    def json(self) -> Any:
        """The body of a JSON protocol; not to be changed."""
        return json.loads(self.body)

    @property
    def queue(self) -> str:
        """The name of the queue that an SQS call is about."""
        return str(self.json["QueueUrl"].rpartition("/")[2])

    def saying(self, **members: Any) -> "Call":
        """Return the call with other members in its JSON body."""
        return replace(self, body=json.dumps({**self.json, **members}).encode())


@dataclass(frozen=True)
class Answer:
    """One response.

    Attributes:
        status: the HTTP status.
        headers: by lower-case name; Content-Length only in the answer to a HEAD.
        body: all of it.
        sent: how many bytes of the body are sent before the connection is closed; all if not given.
    """

    status: int
    headers: dict[str, str]
    body: bytes
    sent: int | None = None

    @cached_property
    def json(self) -> Any:
        """The body of a JSON protocol; not to be changed."""
        return json.loads(self.body)

    def saying(self, body: Any) -> "Answer":
        """Return the answer with another JSON body."""
        return replace(self, body=json.dumps(body).encode())


Forward = Callable[[Call], Answer]
Fault = Callable[[Call, Forward], Answer]
"""What happens to a call: it may change the call, forward it any number of times, and change the answer."""


class ConnectionLost(Exception):
    """Raised by a fault: the client's connection is reset instead of being answered."""


class BackendGone(Exception):
    """Raised by a fault: this and every other connection is reset, and no further one is taken."""


class FaultProxy:
    """A proxy on a free port of 127.0.0.1, used as a context manager.

    Args:
        upstream_url: the endpoint of the LocalStack behind it.

    Attributes:
        url: where clients send their calls.
        calls: how many calls of each operation have come, those that met with a fault included.
        made: the names of the event buses and queues that were created through it, in order.
        published: the events that the upstream has accepted, by id, as a rule's target receives them.
    """

    def __init__(self, upstream_url: str) -> None:
        self.calls: Counter[str] = Counter()
        self.made: list[str] = []
        self.published: dict[str, dict[str, Any]] = {}
        self._upstream = urlsplit(upstream_url).netloc
        self._faults: list[Fault] = []
        self._errors: list[BaseException] = []
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._gone = False
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "FaultProxy":
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.vanish()
        if self._errors:
            raise ExceptionGroup("the proxy itself failed", [e for e in self._errors if isinstance(e, Exception)])

    def add(self, *faults: Fault) -> None:
        """Add faults; a call meets them in the order in which they were added."""
        self._faults.extend(faults)

    def clear(self) -> None:
        """Remove all faults."""
        self._faults.clear()

    def vanish(self) -> None:
        """Reset every connection and refuse further ones, like an endpoint whose process was killed."""
        with self._lock:
            if self._gone:
                return
            self._gone = True
            open_ones = list(self._connections)
        self._server.socket.shutdown(socket.SHUT_RDWR)  # refuses from now on; server_close only follows
        for connection in open_ones:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: Call, upstream: HTTPConnection) -> Answer:
        """Return the response for a client, for the handler of its connection."""
        with self._lock:
            self.calls[call.operation] += 1
        return self._through(tuple(self._faults), call, upstream)

    def _through(self, faults: tuple[Fault, ...], call: Call, upstream: HTTPConnection) -> Answer:
        if faults:
            return faults[0](call, lambda passed: self._through(faults[1:], passed, upstream))
        upstream.request(call.method, call.path, call.body or None, call.headers)
        given = upstream.getresponse()
        headers = _lasting(given.getheaders())
        if call.method == "HEAD":
            headers["content-length"] = given.getheader("content-length") or "0"
        answer = Answer(given.status, headers, given.read())
        if answer.status == 200:
            self._note(call, answer)
        return answer

    def _note(self, call: Call, answer: Answer) -> None:
        if call.operation == "PutEvents":
            for entry, given in zip(call.json["Entries"], answer.json["Entries"], strict=True):
                if "EventId" in given:
                    self.published[given["EventId"]] = _delivered(entry, given["EventId"], call)
        if call.operation == "CreateEventBus":
            self.made.append(call.json["Name"])
        if call.operation == "CreateQueue":
            self.made.append(call.json["QueueName"])

    def opened(self, connection: socket.socket) -> None:
        """Note a client's connection."""
        with self._lock:
            self._connections.add(connection)

    def closed(self, connection: socket.socket) -> None:
        """Forget a client's connection."""
        with self._lock:
            self._connections.discard(connection)

    def failed(self, error: BaseException | None) -> None:
        """Keep an error of the proxy's own; that a client has hung up is none."""
        if error is not None and not self._gone and not isinstance(error, ConnectionError):
            self._errors.append(error)

    def connect(self) -> HTTPConnection:
        """Return a new connection to the LocalStack."""
        return HTTPConnection(self._upstream, timeout=60)


def _lasting(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers if name.lower() not in _OF_ONE_CONNECTION}


def _delivered(entry: dict[str, Any], event_id: str, call: Call) -> dict[str, Any]:
    signed = _SCOPE.search(call.headers["authorization"])
    return {
        "version": "0",
        "id": event_id,
        "detail-type": entry["DetailType"],
        "source": entry["Source"],
        "account": signed[1] if signed else "",
        "time": datetime.fromtimestamp(entry["Time"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "us-east-1",
        "resources": entry["Resources"],
        "detail": json.loads(entry["Detail"]),
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: object) -> None:
        self.proxy.failed(sys.exception())


class _Handler(BaseHTTPRequestHandler):
    """One connection of a client, with a separate one to the LocalStack."""

    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._upstream = self.server.proxy.connect()
        self.server.proxy.opened(self.connection)

    def finish(self) -> None:
        self.server.proxy.closed(self.connection)
        self._upstream.close()
        with contextlib.suppress(OSError):
            super().finish()

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        call = Call(self.command, self.path, _lasting(self.headers.items()), body)
        try:
            self._send(self.server.proxy.answer(call, self._upstream))
        except ConnectionLost:
            self._reset()
        except BackendGone:
            self._reset()
            self.server.proxy.vanish()

    def _send(self, answer: Answer) -> None:
        head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('Unknown',))[0]}"]
        head += [f"{name}: {value}" for name, value in answer.headers.items()]
        if self.command != "HEAD":
            head.append(f"content-length: {len(answer.body)}")
        self.wfile.write("\r\n".join([*head, "", ""]).encode("latin-1") + answer.body[: answer.sent])
        if answer.sent is not None:
            self.close_connection = True

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        os.close(self.connection.detach())  # close() would wait for rfile, and shutdown() would say goodbye

    def log_message(self, *_: object) -> None: ...
