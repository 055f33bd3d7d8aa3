"""The command in a separate process, and small servers that are not LocalStack or imitate it badly."""

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from given import Run, Serve

from pca_events.cli import main


@pytest.fixture
def process(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """The command in a separate process, in an empty folder."""
    folder: Path = tmp_path_factory.mktemp("empty")

    def run(*words: str, path: str = "") -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "100"}
        line = [sys.executable, "-m", "pca_events", *words]
        return subprocess.run(line, capture_output=True, text=True, cwd=folder, env=environment)

    return run


@pytest.fixture
def command(process: Run, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in an empty folder: in this process, which is faster; `verify` and what needs a path in its own.

    Each command also runs in a separate process, most of them in tests/suite/test_shown.py.
    """
    folder: Path = tmp_path_factory.mktemp("here")

    def run(*words: str, path: str = "") -> "subprocess.CompletedProcess[str]":
        if path or words[:1] == ("verify",):
            return process(*words, path=path)
        out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True) for _ in range(2))
        with monkeypatch.context() as here, redirect_stdout(out), redirect_stderr(err):
            here.setenv("COLUMNS", "100")
            here.chdir(folder)
            try:
                status = main(words)
            except SystemExit as ended:  # argparse has rejected the arguments, or printed help
                status = ended.code if isinstance(ended.code, int) else 1
        said = (stream.buffer.getvalue().decode("utf-8") for stream in (out, err))
        return subprocess.CompletedProcess([*words], status, *said)

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
