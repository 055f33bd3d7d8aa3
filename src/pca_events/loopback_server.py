"""An HTTP server on loopback, in threads of this process: what a handler, an emulator or a target of a trial calls."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Requests(BaseHTTPRequestHandler):
    """Answers requests, and logs nothing."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for headers and body, which is 40 ms faster

    def handle_expect_100(self) -> bool:
        """Let a client that asks first send its body at once: botocore waits a second otherwise."""
        answered = super().handle_expect_100()
        self.wfile.flush()
        return answered

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Log nothing."""


class LoopbackServer(ThreadingHTTPServer):
    """Listens on a free port until it is closed."""

    def __init__(self, requests: type[Requests]) -> None:
        super().__init__(("127.0.0.1", 0), requests)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True, name=requests.__name__).start()

    @property
    def address(self) -> str:
        """The host and the port."""
        return f"127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore a client that ends in the middle of a request."""

    def close(self) -> None:
        """Stop listening."""
        self.shutdown()
        self.server_close()
