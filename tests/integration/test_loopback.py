"""Nothing leaves loopback, whatever AWS settings, proxies and endpoints the environment has: every call is traced."""

import json
import os
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fuzzing import FACTOR
from processes import Started, started

from pca_events import catalog
from pca_events.backends import Backend

TOP = Path(__file__).parents[2]
CRLS = "crl-generation-failure-*"
CONSUMER = TOP / "examples" / "consumers" / "crl-alerting"

ELSEWHERE = "203.0.113.1"  # RFC 5737: for documentation
HOSTILE = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
    "AWS_PROFILE": "production",
    "AWS_DEFAULT_PROFILE": "production",
    "AWS_REGION": "eu-central-1",
    "AWS_ENDPOINT_URL": f"http://{ELSEWHERE}",
    "AWS_ENDPOINT_URL_EVENTS": f"http://{ELSEWHERE}",
    "AWS_ENDPOINT_URL_SQS": f"http://{ELSEWHERE}",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{ELSEWHERE}",
    "AWS_CSM_ENABLED": "true",
    "AWS_CSM_HOST": ELSEWHERE,
    "AWS_DEFAULTS_MODE": "auto",  # which asks the metadata service of EC2 for its Region
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{ELSEWHERE}/credentials",
    "LOCALSTACK_HOST": "localstack.example",
    "LOCALSTACK_AUTH_TOKEN": "ls-token",
    "DOCKER_HOST": f"tcp://{ELSEWHERE}:2375",
    **{
        name: f"http://{ELSEWHERE}:3128"
        for scheme in ("http", "https", "all")
        for name in (f"{scheme}_proxy", f"{scheme.upper()}_PROXY")
    },
}

CONFIG = f"""
[default]
defaults_mode = auto
csm_enabled = true
csm_host = {ELSEWHERE}
endpoint_url = http://{ELSEWHERE}
max_attempts = many
credential_process = curl http://{ELSEWHERE}
[profile production]
sso_start_url = http://{ELSEWHERE}
"""
"""The content of ~/.aws/config."""

HOOK = """
import os, sys
names = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.bind", "socket.getaddrinfo",
         "socket.gethostbyname", "socket.gethostbyaddr")
def hook(name, told):
    if name in names:
        where = told[0] if name.startswith("socket.get") else told[1]
        if isinstance(where, tuple):
            where = where[0]
        elif not name.startswith("socket.get"):
            return  # a path of this system, or a connection that has an address
        with open({file!r}, "a") as out:
            out.write(f"{{name}} {{where}}\\n")
sys.addaudithook(hook)
"""
LOCAL = re.compile(r"127\.\d+\.\d+\.\d+|::1|localhost")
ADDRESS = re.compile(r'^.*?(\w+)\(.*sin6?_port=htons\((\d+)\).*?"([^"]*)"', re.MULTILINE)
DNS = "53"


@dataclass
class Network:
    """Traces commands: in Python with an audit hook, and if there is a strace, every call of the system."""

    folder: Path

    def __post_init__(self) -> None:
        hooks = self.folder / "hooks"
        hooks.mkdir()
        (hooks / "sitecustomize.py").write_text(HOOK.format(file=str(self.folder / "python")))
        (self.folder / "python").touch()
        path = os.pathsep.join(filter(None, [str(hooks), os.environ.get("PYTHONPATH")]))
        home = self.folder / "home"
        (home / ".aws").mkdir(parents=True)
        (home / ".aws" / "config").write_text(CONFIG)
        self.environment = {**HOSTILE, "PYTHONPATH": path, "HOME": str(home)}
        strace = shutil.which("strace")
        calls = "connect,sendto,sendmsg,sendmmsg,bind"
        self.prefix = (strace, "-f", "-qq", "-e", f"trace={calls}", "-o", str(self.folder / "system")) if strace else ()

    def started(self, *words: str) -> Any:
        return started(self.folder / "temporary", *words, prefix=self.prefix, environment=self.environment)

    def used(self) -> set[tuple[str, str]]:
        """Every call with its host."""
        python, system = ((self.folder / name) for name in ("python", "system"))
        found = {(call, host) for call, _, host in (line.partition(" ") for line in python.read_text().splitlines())}
        if self.prefix:
            calls = ADDRESS.findall(system.read_text(errors="replace"))
            found |= {(f"{call} of DNS" if port == DNS else call, host) for call, port, host in calls}
        return found

    def left(self) -> set[tuple[str, str]]:
        """The calls that do not stay on this machine."""
        return {(call, host) for call, host in self.used() if not LOCAL.fullmatch(host) or call.endswith("DNS")}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Started, Network, str]]:
    network = Network(tmp_path_factory.mktemp("emulator"))
    with network.started("localstack", "--port", "0") as command:
        line = command.await_line("  export AWS_ENDPOINT_URL=")
        yield command, network, line.split("=")[1].split()[0]


COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "verify": (("verify", "-n", "1", "operations/delivery"), 0),
    "check --deploy": (("check", "--deploy", str(CONSUMER / "infra")), 0),
    "verify-consumer": (("verify-consumer", str(CONSUMER / "broken")), 1),
    "site": (("site", "SITE"), 0),
    "test-handler": (("test-handler", "--folder", "FOLDER", "--accepts", CRLS, "app:handler"), 0),
    "test-handler --record": (("test-handler", "--record", "--folder", "FOLDER", "--accepts", CRLS, "app:handler"), 0),
    "sweep": (("sweep",), 0),
}
OFFLINE = ("site", "test-handler")


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_command(tmp_path: Path, emulator: tuple[Started, Network, str], name: str) -> None:
    (tmp_path / "app.py").write_text("def handler(event, context):\n    pass\n")
    words, status = COMMANDS[name]
    given = {"SITE": str(tmp_path / "site"), "FOLDER": str(tmp_path)}
    own = FACTOR > 1 and name != "sweep"
    endpoint = [] if name in OFFLINE or own else ["--endpoint-url", emulator[2]]
    (tmp_path / "network").mkdir()
    network = Network(tmp_path / "network")
    with network.started(*(given.get(word, word) for word in words), *endpoint) as command:
        out, error = command.process.communicate(timeout=120)
    assert command.process.returncode == status, out + error
    assert network.left() == set()
    assert name in OFFLINE or {host for _, host in network.used()} & {"127.0.0.1", "localhost"}, "nothing was traced"


@pytest.mark.slow
def test_watch(tmp_path: Path, emulator: tuple[Started, Network, str]) -> None:
    network = Network(tmp_path)
    with network.started("watch", "--endpoint-url", emulator[2]) as command:
        command.await_line("watching", command.process.stderr)
        (event, *_) = catalog.documented_events()
        entry = {"Source": event.event["source"], "DetailType": event.detail_type}
        entry |= {"Detail": json.dumps(event.event["detail"]), "Resources": event.event["resources"]}
        channel = Backend("it", "localstack", "0", emulator[2]).client(
            "events", "/_localstack/eventbridge/service-events"
        )
        assert channel.put_events(Entries=[entry])["FailedEntryCount"] == 0
        assert command.process.stdout is not None
        assert event.detail_type in command.process.stdout.readline()
        watcher = next((each for each in command.family() if each.name() != "strace"), None)
        (watcher or command.process).send_signal(signal.SIGINT)
        assert command.process.wait(30) == 0
    assert network.left() == set()


@pytest.mark.slow
def test_the_emulator_itself(emulator: tuple[Started, Network, str]) -> None:
    """After all that the other tests of this module have called."""
    _, network, endpoint = emulator
    s3 = Backend("it", "localstack", "0", endpoint).client("s3")
    s3.create_bucket(Bucket="traced")
    assert network.left() == set()
    assert ("bind", "127.0.0.1") in network.used() or not network.prefix


@pytest.mark.slow
def test_a_call_that_leaves_is_seen(tmp_path: Path) -> None:
    network = Network(tmp_path)
    (tmp_path / "app.py").write_text(
        "import socket\n\n\ndef handler(event, context):\n"
        f"    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('{ELSEWHERE}', 9))  # sends nothing\n"
    )
    with network.started("test-handler", "--folder", str(tmp_path), "--accepts", CRLS, "app:handler") as command:
        command.process.communicate(timeout=60)
    seen = {call for call, host in network.left() if host == ELSEWHERE}
    assert seen == {"socket.connect", *(["connect"] if network.prefix else [])}
