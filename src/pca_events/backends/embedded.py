"""LocalStack from PyPI as a child process, shared by all processes of one run and gone with it."""

import contextlib
import fcntl
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from pca_events.backends import catalog_cache, health
from pca_events.backends.backend import Backend
from pca_events.errors import BackendError

SERVICES = "events,sqs,s3,sns,logs,sts,acm-pca"
"""What the emulator serves; sts because a bus that sends to another one takes a role on; acm-pca is the simulator."""

_BOOT_DEADLINE = 60.0  # seconds; a first boot on a slow disk needs about ten
_LOOK_EVERY = 0.05  # seconds
_LOG_TAIL = 12  # lines shown when the start fails


class EmbeddedLocalStack:
    """The one emulator of a run.

    Every process of the run makes one of these with the same folder and owner. The first that calls `start`
    starts the emulator; the others join it. It ends when anyone calls `stop`, or when the owner ends, however
    that happens.

    Attributes:
        folder: holds the emulator's state and its log; the run's own, not there before.
        owner: the process id of the process that the emulator must not outlive.
    """

    def __init__(self, folder: Path, owner: int) -> None:
        self.folder = folder
        self.owner = owner
        self.log = folder / "localstack.log"
        self._note = folder / "running.json"
        self._cache = folder / "state" / "var" / "lib" / "localstack" / "cache"
        self._child: subprocess.Popen[bytes] | None = None

    @classmethod
    def of_this_process(cls) -> "EmbeddedLocalStack":
        """Return an emulator that no other process shares yet."""
        return cls(Path(tempfile.gettempdir()) / f"pca-events-{secrets.token_hex(6)}", os.getpid())

    def start(self, port: int | None = None) -> Backend:
        """Start the emulator, or join the one that this run has already, and return it once it is ready.

        Args:
            port: the loopback port to listen on; a free one if not given.

        Raises:
            BackendError: the extra `localstack` is not installed, the port is taken, or the emulator did not
                come up; the text then holds the last lines of its log.
        """
        if importlib.util.find_spec("localstack") is None:
            raise BackendError(
                "the embedded LocalStack is not installed; "
                "pip install 'pca-events[localstack]', or give a running one with --endpoint-url"
            )
        self.folder.mkdir(mode=0o700, exist_ok=True)
        with self._alone():
            if self._note.exists():
                running = json.loads(self._note.read_text())
            else:
                running = self._boot(_free_port(port))
                self._note.write_text(json.dumps(running))
        version = running["version"]
        return Backend(f"LocalStack {version}, embedded", "localstack", version, running["endpoint_url"])

    def wait(self) -> None:
        """Wait until the emulator that this process started ends."""
        if self._child is not None:
            self._child.wait()

    def running(self) -> Backend | None:
        """Return the emulator that this run has, or None where nobody has started it."""
        return self.start() if self._note.exists() else None

    def stop(self) -> None:
        """End the emulator at once, if there is one, and remove what it stored."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.killpg(json.loads(self._note.read_text())["pid"], signal.SIGKILL)
        self.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _boot(self, port: int) -> dict[str, object]:
        url = f"http://127.0.0.1:{port}"
        catalog_cache.recall(self._cache)
        with self.log.open("wb") as log:
            child = self._child = subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", "pca_events.backends.guard", str(self.owner), str(self.folder)],
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        found = self._ready(child, url)
        catalog_cache.keep(self._cache)
        return {"pid": child.pid, "endpoint_url": url, "version": found.version}

    def _ready(self, child: subprocess.Popen[bytes], url: str) -> health.Health:
        deadline = time.monotonic() + _BOOT_DEADLINE
        while time.monotonic() < deadline:
            with contextlib.suppress(BackendError):
                return health.ask(url, timeout=1.0)
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(_LOOK_EVERY)
                raise self._failure(f"ended with status {child.returncode} before it was ready")
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise self._failure(f"was not ready after {_BOOT_DEADLINE:.0f} seconds")

    def _failure(self, what: str) -> BackendError:
        lines = self.log.read_text(errors="replace").splitlines()
        return BackendError(
            f"the embedded LocalStack {what}. Its last lines:\n"
            + "\n".join(f"    {line}" for line in lines[-_LOG_TAIL:])
            + "\nInstall the pinned versions again (pip install 'pca-events[localstack]'), "
            "or give a running LocalStack with --endpoint-url."
        )

    def _environment(self, port: int) -> dict[str, str]:
        """Nothing of the caller's AWS, proxy or LocalStack settings reaches the emulator."""
        kept = {
            name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH") if name in os.environ
        }
        return kept | {
            "SERVICES": SERVICES,
            "EAGER_SERVICE_LOADING": "1",
            "GATEWAY_LISTEN": f"127.0.0.1:{port}",
            "SQS_ENDPOINT_STRATEGY": "path",
            "OVERRIDE_IN_DOCKER": "0",  # in a CI container it would take itself for its own image
            "FILESYSTEM_ROOT": str(self.folder / "state"),
            "DISABLE_EVENTS": "1",
            "SKIP_SSL_CERT_DOWNLOAD": "1",
            "DNS_ADDRESS": "0",
        }

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process of the run in at a time."""
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _free_port(wanted: int | None) -> int:
    """Return the wanted port, or any free one.

    A LocalStack that finds its port taken stays up without it, and whoever holds the port would be asked for health.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except (OSError, OverflowError) as error:
            cause = getattr(error, "strerror", None) or "there is no such port"
            raise BackendError(f"LocalStack cannot listen on port {wanted} ({cause}); give another port") from error
        return int(probe.getsockname()[1])
