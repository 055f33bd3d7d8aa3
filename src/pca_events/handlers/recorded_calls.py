"""The calls that a handler makes to AWS, passed on to an emulator and recorded."""

import contextlib
import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

from pca_events.errors import BadInput
from pca_events.handlers.state import State, without_times
from pca_events.loopback_server import LoopbackServer, Requests
from pca_events.wording import printable

_SERVICE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/(?P<service>[^/]+)/aws4_request")
_READS = re.compile(r"(Get|List|Describe|Head|Receive|Query|Scan|BatchGet|Lookup|Search|Select|Test|Validate|Preview)")
_TOKEN = re.compile(
    r'"?(?:MessageDeduplicationId|ClientRequestToken|ClientToken|IdempotencyToken|IdempotencyKey)"?\s*[:=]\s*"?[^",&]+'
)
_REPEATABLE = re.compile(r"Delete|Put(?!Events|Record|MetricData|LogEvents)|Tag|Untag|Set")
_ADDS = re.compile(r"\bADD\b|list_append|[+-]")
_MOST_BODY = 16 << 20
_SECONDS = 60.0
_Answer = tuple[int, list[tuple[str, str]], bytes]
_HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "expect"}


class RecordedCalls:
    """A probe: each successful call that changes something is an item, named by its service and operation.

    A call that is idempotent by itself is one item however often it is made: a `PutObject` of one key; a call that
    puts, deletes, sets or tags the same except for times; a call with the same idempotency token, such as
    `MessageDeduplicationId`.

    Attributes:
        endpoint_url: where the handler finds AWS.
    """

    def __init__(self, backend_url: str) -> None:
        """Start the proxy on a free port of loopback.

        Raises:
            BadInput: the URL is not that of an emulator on loopback.
        """
        where = urlsplit(backend_url)
        if where.scheme != "http" or where.hostname not in ("127.0.0.1", "localhost", "::1"):
            raise BadInput(f"calls are recorded only to an emulator on loopback, not to {backend_url}")
        self._backend = f"{where.hostname}:{where.port or 80}"
        self._calls: Counter[tuple[str, str]] = Counter()
        self._once: dict[tuple[str, str], str] = {}  # the first call with each token
        self._number = 0
        self._trouble = ""  # a call that the emulator could not answer
        self._lock = threading.Lock()
        self._interrupt: tuple[int, Callable[[], None]] | None = None
        self._server = LoopbackServer(type("RecordedCalls", (_Proxied,), {"recorded": self}))
        self.endpoint_url = f"http://{self._server.address}"

    def state(self) -> State:
        """Return the calls up to now.

        Raises:
            BadInput: the emulator cannot answer a call of the handler.
        """
        with self._lock:
            calls, trouble = Counter(self._calls), self._trouble
        if trouble:
            raise BadInput(
                f"the emulator cannot answer a call of the handler: {trouble}; name one that can with --endpoint-url, "
                "or use a probe"
            )
        counts: Counter[str] = Counter()
        for (name, _), count in calls.items():
            counts[name] += count
        return State(counts, calls)

    def close(self) -> None:
        """Stop the proxy."""
        self._server.close()

    def calls_of(self, run: Callable[[], object]) -> int:
        """Return how many calls that change something are made while a function runs."""
        before = self._number
        run()
        return self._number - before

    @contextlib.contextmanager
    def paused_at(self, number: int) -> Iterator["_Pause"]:
        """Hold the answer to the call with this number, counted from now, until it is released."""
        pause = _Pause()
        with self._interrupted(number, pause.hold):
            try:
                yield pause
            finally:
                pause.release()

    @contextlib.contextmanager
    def ended_at(self, number: int, end: Callable[[], None]) -> Iterator[None]:
        """End the handler before it has the answer to the call with this number, counted from now."""
        with self._interrupted(number, end):
            yield

    @contextlib.contextmanager
    def _interrupted(self, number: int, action: Callable[[], None]) -> Iterator[None]:
        self._interrupt = (self._number + number, action)
        try:
            yield
        finally:
            self._interrupt = None

    def record(self, service: str, operation: str, asked: str) -> None:
        """Record a call that was answered, and interrupt the handler if that was planned."""
        if _READS.match(operation):
            return
        with self._lock:
            name = f"{service} {operation}"
            self._number += 1
            if (same := _same_when_repeated(operation, asked)) is not None:
                self._calls[name, self._once.setdefault((name, same), asked)] = 1
            else:
                self._calls[name, asked] += 1
            planned = self._interrupt
            if planned is None or planned[0] != self._number:
                return
            self._interrupt = None
        planned[1]()

    def refused(self, service: str, operation: str, answer: bytes) -> None:
        """Record a call that ended in an error of the emulator itself."""
        with self._lock:
            self._trouble = f"{service} {operation}: {printable(answer.decode('utf-8', 'replace')[:300])}"

    def pass_on(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        """Pass a request on to the emulator."""
        connection = http.client.HTTPConnection(self._backend, timeout=_SECONDS)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.getheaders(), response.read()
        finally:
            connection.close()


class _Pause:
    def __init__(self) -> None:
        self._reached = threading.Event()
        self._released = threading.Event()

    def hold(self) -> None:
        self._reached.set()
        self._released.wait()

    def reached(self, seconds: float) -> bool:
        """Wait until the call is made; False if it is not."""
        return self._reached.wait(seconds)

    def release(self) -> None:
        """Answer the call."""
        self._released.set()


class _Proxied(Requests):
    recorded: RecordedCalls

    def _pass(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MOST_BODY:
            self.send_error(413)
            return
        body = self.rfile.read(length)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
        try:
            status, answer_headers, answer = self.recorded.pass_on(self.command, self.path, headers, body)
        except OSError as error:
            self.send_error(502, f"the emulator does not answer: {error}")
            return
        service, operation, asked = _call_of(self.command, self.path, headers, body)
        if status < 300:
            self.recorded.record(service, operation, asked)
        elif b"exception while calling" in answer or status == HTTPStatus.NOT_IMPLEMENTED:
            self.recorded.refused(service, operation, answer)
        self.send_response_only(status)
        for name, value in answer_headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _pass  # noqa: N815


def _same_when_repeated(operation: str, asked: str) -> str | None:
    """Return what identifies a call that has no other effect if it is made again; None for any other call."""
    if token := _TOKEN.search(asked):
        return token[0]
    if operation == "PutObject":
        return asked.split(" ", 1)[0]
    if _REPEATABLE.match(operation):
        return without_times(asked)
    if operation == "UpdateItem":
        expression = re.search(r'"UpdateExpression": ?"([^"]*)"', asked)
        return without_times(asked) if expression and not _ADDS.search(expression[1]) else None
    return None


def _call_of(method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[str, str, str]:
    """Return the service, the operation, and what distinguishes the call from others of its kind."""
    lower = {name.lower(): value for name, value in headers.items()}
    signed = _SERVICE.search(lower.get("authorization", ""))
    service = signed["service"] if signed else "aws"
    text = body.decode("utf-8", "replace")
    if target := lower.get("x-amz-target"):
        return service, target.rpartition(".")[2], text
    form = dict(parse_qsl(text)) if "form" in lower.get("content-type", "") else {}
    if "Action" in form:
        return service, form["Action"], json.dumps(form, sort_keys=True)
    place = urlsplit(path).path
    if service == "s3":
        is_object = place.strip("/").count("/") > 0
        part = urlsplit(path).query.partition("&")[0]  # such as `tagging`
        kind = part.capitalize() if part and "=" not in part else ""
        operation = f"{method.capitalize()}{'Object' if is_object else 'Bucket'}{kind}"
        return service, operation, f"{place} {text}"
    return service, f"{method.capitalize()} {place}", text
