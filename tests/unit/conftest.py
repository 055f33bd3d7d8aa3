"""The command in a process of its own, and small servers that are no LocalStack, or a poor one."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from given import Run, Serve


@pytest.fixture
def command(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command, run in an empty folder."""
    folder: Path = tmp_path_factory.mktemp("empty")

    def run(*words: str, path: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "100"}
        line = [sys.executable, "-m", "pca_events", *words]
        return subprocess.run(line, capture_output=True, text=True, cwd=folder, env=environment)

    return run


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Start a server that gives every request one answer, and return its URL."""
    servers = []

    def start(status: int, body: object) -> str:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.end_headers()
                self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

            def log_message(self, *_: object) -> None: ...

        server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
