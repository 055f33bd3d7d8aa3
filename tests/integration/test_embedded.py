"""The embedded LocalStack: alone on loopback, and gone with its owner."""

import importlib.util
import json
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen

import psutil
import pytest
from processes import started

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.errors import BackendError

START_AND_HANG = """
import select, sys
from pathlib import Path
from pca_events.backends import EmbeddedLocalStack
import os
emulator = EmbeddedLocalStack(Path(sys.argv[1]), os.getpid())
emulator.start()
print("ready", flush=True)
select.select([], [], [])
"""


def guard_in(folder: Path) -> psutil.Process:
    return psutil.Process(json.loads((folder / "running.json").read_text())["guard"])


def emulator_in(folder: Path) -> psutil.Process:
    (emulator,) = guard_in(folder).children()
    return emulator


def owner(folder: Path) -> "subprocess.Popen[str]":
    """A process that owns an emulator and waits until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", START_AND_HANG, folder], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_it_listens_on_loopback_only_in_a_group_of_its_own(pca_backend: Backend) -> None:
    if not pca_backend.name.endswith("embedded"):
        pytest.skip("the run has an endpoint instead of an embedded LocalStack")
    port = int(pca_backend.endpoint_url.rpartition(":")[2])
    listening = [
        (process, connection.laddr.ip)
        for process in psutil.process_iter()
        if process.status() != psutil.STATUS_ZOMBIE and "pca_events.backends.emulator" in process.cmdline()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    ]
    assert [address for _, address in listening] == ["127.0.0.1"]
    assert os.getpgid(listening[0][0].pid) == listening[0][0].pid != os.getpgrp()


def test_it_answers_https_for_localhost(pca_backend: Backend) -> None:
    port = urlsplit(pca_backend.endpoint_url).port or 443
    context = ssl.create_default_context(cadata=ssl.get_server_certificate(("127.0.0.1", port)))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # which needs a chain, since Python 3.13
    with urlopen(f"https://localhost:{port}/_localstack/health", context=context) as answer:
        assert json.load(answer)["services"]["events"] == "running"


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_its_owner(tmp_path: Path, end: signal.Signals) -> None:
    folder = tmp_path / "run"
    process = owner(folder)
    guard, emulator = guard_in(folder), emulator_in(folder)
    process.send_signal(end)
    guard.wait(timeout=5)
    assert not emulator.is_running()
    # The owner is still a zombie here, as it stays in a container whose first process collects none.
    assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
    assert not folder.exists()
    process.communicate()


@pytest.mark.slow
def test_a_second_process_of_the_run_joins_it(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    process = owner(folder)
    try:
        joined = EmbeddedLocalStack(folder, process.pid).start()
        assert joined.client("events").list_rules()["Rules"] == []
        assert guard_in(folder).cmdline()[-2:] == [str(process.pid), str(folder)]
    finally:
        EmbeddedLocalStack(folder, process.pid).stop()
        process.kill()
        process.communicate()
    assert not folder.exists()


@pytest.mark.parametrize(("offset", "cause"), [(0, "Address already in use"), (65536, "no such port")])
def test_an_unavailable_port(tmp_path: Path, pca_backend: Backend, offset: int, cause: str) -> None:
    port = int(pca_backend.endpoint_url.rpartition(":")[2]) + offset
    emulator = EmbeddedLocalStack(tmp_path / "run", os.getpid())
    with pytest.raises(BackendError, match=rf"cannot listen on port {port} \({cause}\); give another port"):
        emulator.start(port)
    emulator.stop()


@pytest.fixture
def blocked() -> Iterator[None]:
    """SIGCHLD is blocked, as a supervisor may leave it to its children."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    yield
    signal.pthread_sigmask(signal.SIG_SETMASK, before)


@pytest.mark.usefixtures("blocked")
def test_a_crash_at_boot_is_reported_with_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "localstack").mkdir()
    (tmp_path / "localstack" / "__init__.py").write_text('raise RuntimeError("broken on purpose")')
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    emulator = EmbeddedLocalStack(tmp_path / "run", os.getpid())
    with pytest.raises(BackendError) as told:
        emulator.start()
    emulator.stop()
    said = str(told.value)
    ended = "the embedded LocalStack ended with status 1 before it was ready. The last lines of its log:\n"
    assert said.startswith(ended)
    assert "    RuntimeError: broken on purpose\n" in said
    assert said.endswith(
        "Install the pinned versions again (see docs/install.md), "
        "or pass the URL of a running LocalStack with --endpoint-url."
    )


@pytest.fixture
def unbootable(tmp_path: Path) -> dict[str, str | None]:
    """The environment of an emulator that does not start."""
    (tmp_path / "localstack").mkdir()
    (tmp_path / "localstack" / "__init__.py").write_text('raise RuntimeError("broken on purpose")')
    return {"PYTHONPATH": str(tmp_path)}


@pytest.mark.slow
def test_a_run_whose_emulator_does_not_start_is_not_completed(
    tmp_path: Path, unbootable: dict[str, str | None]
) -> None:
    with started(tmp_path / "temporary", "verify", "operations/delivery", "-n", "1", environment=unbootable) as command:
        out, error = command.process.communicate(timeout=60)
    assert (command.process.returncode, error) == (2, "")
    assert "the backend stopped answering before the first scenario: PreCheck: the embedded LocalStack ended" in out
    assert "broken on purpose" in out


def test_scenarios_that_need_no_emulator_do_not_wait_for_it(tmp_path: Path, unbootable: dict[str, str | None]) -> None:
    words = ("verify", "envelope", "--scenario", "named", "-n", "1")
    with started(tmp_path / "temporary", *words, environment=unbootable) as command:
        out, error = command.process.communicate(timeout=60)
    assert (command.process.returncode, error) == (0, ""), out
    assert "9 of 901 scenarios, mode service: 9 passed" in out
    assert "left behind" not in out


def test_without_the_extra_the_error_names_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "localstack" else name)
    with pytest.raises(BackendError, match=r"is not installed; see docs/install.md, or pass"):
        EmbeddedLocalStack(tmp_path / "run", os.getpid()).start()
    assert not (tmp_path / "run").exists()
