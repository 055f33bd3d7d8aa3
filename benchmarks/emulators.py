"""Emulators with an EventBridge, for the benchmarks: how each is installed, started, measured and stopped."""

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from pca_events.backends import Backend, EmbeddedLocalStack

OURS, STOCK, MINISTACK, MOTO = "ours", "stock LocalStack", "MiniStack", "moto server"
_LATEST = 60.0  # seconds that a start may take


class NotHere(Exception):
    """A product cannot be had; the text is the reason."""


@dataclass(frozen=True)
class Package:
    """A product from PyPI that is a command.

    Attributes:
        requirements: what pip installs.
        words: the command in the environment, with its arguments; `{port}` stands for the port.
        settings: environment variables; `{port}` as above.
        health: the path that answers with status 200 once it is ready.
    """

    requirements: tuple[str, ...]
    words: tuple[str, ...]
    settings: Mapping[str, str]
    health: str

    def installed(self, folder: Path) -> Path:
        """Install it into an environment of its own, and return the environment."""
        venv.create(folder, with_pip=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        done = subprocess.run([*pip, *self.requirements], capture_output=True, text=True)
        if done.returncode:
            raise NotHere(f"pip: {(done.stderr.strip() or 'failed').splitlines()[-1]}")
        return folder


PACKAGES = {
    MINISTACK: Package(
        ("ministack==1.5.33",),
        ("ministack",),
        {"GATEWAY_PORT": "{port}", "BIND_HOST": "127.0.0.1"},
        "/_ministack/health",
    ),
    MOTO: Package(
        ("moto[events,sqs]==5.2.5", "flask", "flask-cors"),
        ("moto_server", "-H", "127.0.0.1", "-p", "{port}"),
        {},
        "/moto-api/",
    ),
}


class Emulator:
    """A product that runs.

    Attributes:
        seconds: from its start until it was ready.
        backend: what its clients are made of.
    """

    def __init__(self, name: str, environments: Mapping[str, Path]) -> None:
        before = set(psutil.Process().children())
        self._embedded = self._process = None
        began = time.perf_counter()
        if name in (OURS, STOCK):
            self._embedded = EmbeddedLocalStack.of_this_process(stock=name == STOCK)
            self.backend = self._embedded.start()
        else:
            port = _free_port()
            self._process = _started(PACKAGES[name], environments[name], port)
            self.backend = Backend(name, name, "", f"http://127.0.0.1:{port}")
            _await(port, PACKAGES[name].health)
        self.seconds = time.perf_counter() - began
        self._own = set(psutil.Process().children()) - before

    @property
    def megabytes(self) -> float:
        """The memory of its processes."""
        return sum(process.memory_info().rss for process in self._processes()) / 1e6

    @property
    def processor_seconds(self) -> float:
        """The processor time that its processes have taken, which depends less on what else the machine does."""
        return sum(sum(process.cpu_times()[:2]) for process in self._processes())

    def _processes(self) -> list[psutil.Process]:
        return [process for own in self._own for process in (own, *own.children(recursive=True))]

    def stop(self) -> None:
        """End it."""
        if self._embedded is not None:
            self._embedded.stop()
        if self._process is not None:
            self._process.terminate()
            self._process.wait()


def environments(folder: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """Install what is not part of this environment, and return where it is, and why the rest is not there."""
    there: dict[str, Path] = {}
    missing: dict[str, str] = {}
    for name, package in PACKAGES.items():
        try:
            there[name] = package.installed(folder / package.words[0])
        except NotHere as reason:
            missing[name] = str(reason)
    return there, missing


def importable(environment: Path) -> None:
    """Have this process import what an environment contains, after its own packages."""
    sys.path += map(str, environment.glob("lib/python*/site-packages"))


def _started(package: Package, environment: Path, port: int) -> "subprocess.Popen[bytes]":
    command, *arguments = (word.format(port=port) for word in package.words)
    settings = {name: value.format(port=port) for name, value in package.settings.items()}
    return subprocess.Popen(
        [environment / "bin" / command, *arguments],
        env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ} | settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _await(port: int, path: str) -> None:
    deadline = time.perf_counter() + _LATEST
    while time.perf_counter() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", path)
            if connection.getresponse().status == 200:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nothing answers at port {port}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
