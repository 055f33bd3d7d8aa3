"""LocalStack from PyPI as a child process, shared by all processes of one run and stopped with it."""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from pca_events.atomic_write import replace_file
from pca_events.backends import CORRECTED, LOCALSTACK
from pca_events.backends.backend import Backend
from pca_events.backends.index_cache import keep_index, recall_index
from pca_events.backends.remote import ask_health, localstack_name
from pca_events.errors import BackendError
from pca_events.functions.entries import variables_of
from pca_events.handlers.entry import Handler
from pca_events.interrupts import held_back, signals_blocked
from pca_events.service_switches import lacking_package, variable_of
from pca_events.temporary_folders import hold, new_folder, release, remove_abandoned

SERVICES = "events,sqs,s3,sns,logs,sts,acm-pca"
"""The services of the emulator; sts for buses that assume a role to send to another bus; acm-pca is the simulator."""

_BOOT_DEADLINE = 180.0  # seconds; a first boot on a slow disk needs ten, with a tenth of a core more than a minute
_END_DEADLINE = 2.0  # seconds; the guard needs some milliseconds
_LOOK_EVERY = 0.05  # seconds
_LOG_TAIL = 12  # lines shown when the start fails


class EmbeddedLocalStack:
    """The one emulator of a run.

    Every process of the run creates one of these with the same folder and owner. The first that calls `launch` or
    `start` starts the emulator; the others join it. It ends when any of them calls `stop`, or when the owner ends
    for any reason.

    Attributes:
        folder: contains the emulator's state and its log; used by this run only.
        owner: the process id of the process that the emulator must not outlive.
        stock: whether to use LocalStack's own EventBridge, which differs from AWS.
        services: those of `service_switches` that are on; each starts with its first call. Scenarios need `kms`.
        functions: the handlers that its AWS Lambda runs, by name; without any, Lambda is LocalStack's own.
    """

    def __init__(
        self,
        folder: Path,
        owner: int,
        *,
        stock: bool = False,
        services: Sequence[str] = ("kms",),
        functions: Mapping[str, Handler] | None = None,
    ) -> None:
        self.folder = folder
        self.owner = owner
        self.stock = stock
        self.services = tuple(services)
        self.functions = dict(functions or {})
        self.log = folder / "localstack.log"
        self._note = folder / "running.json"
        self._temporary = folder / "temporary"
        self._cache = folder / "state" / "var" / "lib" / "localstack" / "cache"
        self._guard: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None
        self._siblings: dict[int, EmbeddedLocalStack] = {}

    @classmethod
    def of_this_process(
        cls,
        *,
        stock: bool = False,
        services: Sequence[str] = ("kms",),
        functions: Mapping[str, Handler] | None = None,
    ) -> Self:
        """Return an emulator that no other process shares yet."""
        return cls(new_folder(), os.getpid(), stock=stock, services=services, functions=functions)

    def sibling(self, number: int) -> "EmbeddedLocalStack":
        """Return another emulator of the same owner, which ends with this one; number 0 is this one itself."""
        if number == 0:
            return self
        folder = self.folder.with_name(f"{self.folder.name}-{number}")
        made = EmbeddedLocalStack(
            folder, self.owner, stock=self.stock, services=self.services, functions=self.functions
        )
        return self._siblings.setdefault(number, made)

    def launch(self, port: int | None = None) -> Backend:
        """Start the emulator, or join the one that this run has already, and return it without waiting for it.

        Args:
            port: the loopback port to listen on; a free one if not given.

        Raises:
            BackendError: the extra `localstack` is not installed, or the port is taken.
        """
        if importlib.util.find_spec("fcntl") is None:
            raise BackendError(
                "the embedded LocalStack runs on Linux and macOS; start LocalStack with Docker and pass its URL with "
                "--endpoint-url"
            )
        if importlib.util.find_spec("localstack") is None:
            raise BackendError(
                "the embedded LocalStack is not installed; "
                "see docs/install.md, or pass the URL of a running one with --endpoint-url"
            )
        if lacking := lacking_package(self.services):
            raise BackendError(lacking)
        if self._lock is None:
            remove_abandoned(self.folder.parent)
            self._lock = hold(self.folder)
        with self._alone():
            if not self._note.exists():
                self._launch(_free_port(port))
        return self._backend()

    def start(self, port: int | None = None) -> Backend:
        """Start the emulator, or join the one that this run has already, and return it once it is ready.

        Args:
            port: the loopback port to listen on; a free one if not given.

        Raises:
            BackendError: as `launch`, or the emulator did not start; the message contains the last lines of its log.
        """
        backend = self.launch(port)
        self._await_ready(backend.endpoint_url)
        return backend

    def wait(self) -> None:
        """Wait until the emulator that this process started ends."""
        if self._guard is not None:
            self._guard.wait()

    @property
    def has_siblings(self) -> bool:
        """Whether there are other emulators."""
        return bool(self._siblings)

    def running(self) -> Backend | None:
        """Return the emulator of this run, or None if it was not started."""
        return self._backend() if self._note.exists() else None

    def stop(self) -> None:
        """Stop the emulator and its siblings at once, and remove their files."""
        for sibling in self._siblings.values():
            sibling.stop()
        if (guard := self._living_guard()) is not None:
            with contextlib.suppress(OSError):
                os.kill(guard, signal.SIGTERM)
                deadline = time.monotonic() + _END_DEADLINE
                while self.folder.exists() and not self._has_ended(_LOOK_EVERY):
                    if time.monotonic() > deadline:
                        os.kill(guard, signal.SIGKILL)  # the kernel ends the emulator with it
                        break
        if self._guard is not None:
            self._guard.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
        release(self._lock)
        self._lock = None

    def _launch(self, port: int) -> None:
        """Start the guard, which shares the lock on the folder, and record it, without interruption by a signal."""
        recall_index(self._cache)
        self._temporary.mkdir()
        words = [sys.executable, "-m", "pca_events.backends.guard", str(self.owner), str(self.folder)]
        with self.log.open("wb") as log, held_back(), signals_blocked():
            self._guard = subprocess.Popen(  # noqa: S603
                words,
                env=self._environment(port),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                pass_fds=() if self._lock is None else (self._lock,),
            )
            note = {"guard": self._guard.pid, "endpoint_url": f"http://127.0.0.1:{port}"}
            replace_file(self._note, json.dumps(note))

    def _read(self) -> dict[str, Any]:
        running: dict[str, Any] = json.loads(self._note.read_text())
        return running

    def _backend(self) -> Backend:
        version = importlib.metadata.version("localstack-core")
        product = LOCALSTACK if self.stock else CORRECTED
        return Backend(f"{localstack_name(product, version)}, embedded", product, version, self._read()["endpoint_url"])

    def _await_ready(self, url: str) -> None:
        deadline = time.monotonic() + _BOOT_DEADLINE
        while time.monotonic() < deadline:
            with contextlib.suppress(BackendError):
                ask_health(url, timeout=1.0)
                keep_index(self._cache)
                return
            if self._has_ended(_LOOK_EVERY):
                status = "" if self._guard is None else f" with status {self._guard.returncode}"
                raise self._failure(f"ended{status} before it was ready")
        failure = self._failure(f"was not ready after {_BOOT_DEADLINE:.0f} seconds")
        self.stop()
        raise failure

    def _has_ended(self, within: float) -> bool:
        """Whether the guard, and with it the emulator, ends within the given seconds."""
        if self._guard is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._guard.wait(within)
            return self._guard.returncode is not None
        import psutil

        if (guard := self._living_guard()) is None:
            return True
        try:
            psutil.Process(guard).wait(within)
        except psutil.TimeoutExpired:
            return False
        except psutil.NoSuchProcess:
            return True
        return True

    def _living_guard(self) -> int | None:
        """Return the process id of the guard; None if it has ended, even if another process has its id now."""
        if self._guard is not None:
            return self._guard.pid if self._guard.poll() is None else None
        if not self._note.exists():
            return None
        import psutil

        with contextlib.suppress(psutil.Error, OSError, ValueError, KeyError, TypeError):
            guard = int(self._read()["guard"])
            if psutil.Process(guard).cmdline()[-1:] == [str(self.folder)]:
                return guard
        return None

    def last_words(self, what: str) -> str:
        """Return a message about the emulator, with the last lines of its log."""
        try:
            lines = self.log.read_text(errors="replace").splitlines()
        except OSError:
            return f"the embedded LocalStack {what}, and its log was removed"
        return f"the embedded LocalStack {what}. The last lines of its log:\n" + "\n".join(
            f"    {line}" for line in lines[-_LOG_TAIL:]
        )

    def _failure(self, what: str) -> BackendError:
        return BackendError(
            f"{self.last_words(what)}\nInstall the pinned versions again (see docs/install.md), "
            "or pass the URL of a running LocalStack with --endpoint-url."
        )

    def _environment(self, port: int) -> dict[str, str]:
        """Return the emulator's environment: no settings of the caller, and every file in the folder of the run."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
        return (
            kept
            | variable_of(self.services)
            | variables_of(self.functions)
            | {
                "SERVICES": SERVICES,
                "EAGER_SERVICE_LOADING": "1",
                "STRICT_SERVICE_LOADING": "0",  # other services start when they are used
                "GATEWAY_LISTEN": f"127.0.0.1:{port}",
                "SQS_ENDPOINT_STRATEGY": "path",
                "ALLOW_NONSTANDARD_REGIONS": "1",  # those of the partitions aws-eusc, aws-iso and their like
                "OVERRIDE_IN_DOCKER": "0",  # in a CI container it would assume to run in its own image
                "FILESYSTEM_ROOT": str(self.folder / "state"),
                "TMPDIR": str(self._temporary),
                "XDG_CACHE_HOME": str(self._temporary),
                "CONFIG_DIR": str(self._temporary),  # ~/.localstack may set any of these variables
                "AWS_CONFIG_FILE": os.devnull,  # ~/.aws may make calls fail, or ask the metadata service of EC2
                "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
                "AWS_EC2_METADATA_DISABLED": "true",
                "DISABLE_EVENTS": "1",
                "SKIP_SSL_CERT_DOWNLOAD": "1",
                "DNS_ADDRESS": "0",
                "PROVIDER_OVERRIDE_EVENTS": "default" if self.stock else "pca",
                "IN_MEMORY_CLIENT": "0" if self.stock else "1",  # no HTTP between services: a quarter less CPU
            }
        )

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the lock of the run while its folder is written to: one process at a time."""
        import fcntl  # not available on Windows

        try:
            with (self.folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise BackendError(
                f"{self.folder} cannot be written ({error.strerror}); set TMPDIR to a writable folder with free space"
            ) from error


def _free_port(wanted: int | None) -> int:
    """Return the requested port, or any free one.

    LocalStack keeps running if its port is taken; the health check would then reach another process.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted or 0))
        except (OSError, OverflowError) as error:
            cause = getattr(error, "strerror", None) or "no such port"
            raise BackendError(f"LocalStack cannot listen on port {wanted} ({cause}); give another port") from error
        return int(probe.getsockname()[1])
