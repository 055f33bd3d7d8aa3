"""An unusable endpoint is rejected quickly in one line."""

import os
import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from given import Serve

from pca_events.backends import MINISTACK, MOTO, Backend, connect
from pca_events.cli import main
from pca_events.errors import BackendError
from pca_events.harness.run import default_mode

SERVICES = {"events": "running", "sqs": "available", "sns": "available", "logs": "available", "sts": "available"}
HEALTHY = {"version": "4.13.1", "services": SERVICES}
WITHOUT_EVENTS = {name: state for name, state in SERVICES.items() if name != "events"}


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refused(url: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`verify` answers in one line, with exit status 2."""
    assert main(["verify", "--endpoint-url", url]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("pca-events: ")
    assert err.count("\n") == 1
    assert re.search(words, err), err


def test_a_running_localstack_is_used(serve: Serve) -> None:
    url = serve(200, HEALTHY)
    assert connect(f"{url}/") == Backend(f"LocalStack 4.13.1, at {url}", "localstack", "4.13.1", url)


def test_a_ministack_is_used_in_the_mode_alias(serve: Serve) -> None:
    url = serve(200, {**HEALTHY, "version": "1.5.33", "ready_scripts": {}})
    backend = connect(url)
    assert backend == Backend(f"MiniStack 1.5.33, at {url}", MINISTACK, "1.5.33", url)
    assert default_mode(backend) == "alias"
    assert not backend.is_localstack


@pytest.fixture
def moto_url() -> Iterator[str]:
    """A server that answers as a moto server does where it is recognised, and 404 elsewhere."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path == "/moto-api/config"
            self.send_response(201 if known else 404)
            self.end_headers()
            self.wfile.write(b'{"batch": {"use_docker": true}}' if known else b"Not yet implemented")

        def log_message(self, *_: object) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_moto_server_is_rejected_with_what_it_lacks(moto_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    lacks = "is a moto server, which cannot run the suite: it answers TestEventPattern without a result, .*"
    refused(moto_url, f"{lacks}; pca-events calibrate --endpoint-url {moto_url} shows", capsys)


def test_a_moto_server_takes_events_unchanged() -> None:
    assert default_mode(Backend("moto server", MOTO, "unknown", "http://127.0.0.1:1")) == "direct"


def test_nothing_listens(closed_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    refused(f"http://127.0.0.1:{closed_port}", r"does not answer \(Connection refused\); start one", capsys)


@pytest.mark.slow
def test_something_listens_but_never_answers(silent_port: int, capsys: pytest.CaptureFixture[str]) -> None:
    refused(f"http://127.0.0.1:{silent_port}", r"does not answer \(timed out\); start one", capsys)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "nothing"),
        (500, {}),
        (200, b"<html>"),
        (200, [1]),
        (200, {}),
        (200, {"services": {}}),
        (200, b""),
    ],
)
def test_an_endpoint_that_is_not_localstack(
    serve: Serve, capsys: pytest.CaptureFixture[str], status: int, body: object
) -> None:
    refused(serve(status, body), "is not LocalStack: .*; start one", capsys)


@pytest.mark.parametrize("services", [WITHOUT_EVENTS, {**SERVICES, "events": "disabled"}])
def test_a_localstack_without_events(
    serve: Serve, capsys: pytest.CaptureFixture[str], services: dict[str, str]
) -> None:
    refused(
        serve(200, {**HEALTHY, "services": services}),
        "is LocalStack 4.13.1 without events; add events to its SERVICES",
        capsys,
    )


@pytest.mark.parametrize(
    "url", ["foo", "", "4566", "localhost:4566", "ftp://localhost", "http://:4566", "http://h:99999"]
)
def test_an_invalid_url(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    refused(url, "is not an endpoint URL; write it as http://127.0.0.1:4566", capsys)


@pytest.mark.parametrize(
    "host",
    ["events.us-east-1.amazonaws.com", "events.cn-north-1.amazonaws.com.cn", "events.us-east-1.api.aws"],
)
def test_an_endpoint_never_leads_to_aws(host: str) -> None:
    with pytest.raises(BackendError, match="points to AWS, which --endpoint-url does not accept"):
        connect(f"https://{host}")


def test_ambient_settings_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    ambient = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_ENDPOINT_URL_EVENTS": "http://127.0.0.1:2",
        "AWS_PROFILE": "production",
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_SECRET_ACCESS_KEY": "real",
        "AWS_SESSION_TOKEN": "real",
        "AWS_REGION": "eu-west-1",
        "HTTP_PROXY": "http://127.0.0.1:3",
        "USE_SSL": "1",
        "LOCALSTACK_HOST": "elsewhere:1",
    }
    for name, value in ambient.items():
        monkeypatch.setenv(name, value)
    client = Backend("any", "localstack", "0", "http://127.0.0.1:4599").client("events")
    credentials = client._request_signer._credentials
    assert client.meta.endpoint_url == "http://127.0.0.1:4599"
    assert client.meta.region_name == "us-east-1"
    assert (credentials.access_key, credentials.token) == ("111122223333", None)
    assert client.meta.config.proxies == {}
    assert {name: os.environ[name] for name in ambient} == ambient, "the environment was not put back"
