"""The folder in which the state of an emulator is kept: locked while one runs, private, replaced atomically."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pca_events.atomic_write import replace_file
from pca_events.backends.backend import Backend
from pca_events.backends.control_clients import load_state, saved_state
from pca_events.errors import BackendError, BadInput
from pca_events.temporary_folders import STAGED, remove_abandoned
from pca_events.wording import counted

MOST_BYTES = 256 * 1024 * 1024
"""The bytes of a state that is read or written."""

_STATE = "state.json"
_SHOWN = 3


class StateFolder:
    """A folder that this process has locked."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / _STATE

    def load(self, backend: Backend) -> str:
        """Load the state into an emulator that has just started, and return what it has, for display.

        Raises:
            BadInput: it cannot be read or loaded; it is left as it is.
        """
        try:
            if not self._file.exists():
                return f"new state in {self._folder}"
            if self._file.stat().st_size > MOST_BYTES:
                raise BadInput(f"{self._file} is larger than {MOST_BYTES >> 20} MiB; name another folder")
            state = self._file.read_bytes()
        except OSError as error:
            raise BadInput(f"{self._file} cannot be read ({error.strerror}); name another folder") from error
        try:
            loaded = load_state(backend, state)
        except BackendError as error:
            why = str(error).partition(" returned 400: ")[2] or str(error)
            raise BadInput(f"{self._file} cannot be loaded: {why}; it stays unchanged; name another folder") from error
        return f"loaded {_content(loaded)} from {self._folder}"

    def save(self, backend: Backend) -> list[str]:
        """Save the state of an emulator, and return what it has and what was left out, for display.

        Raises:
            BackendError: it cannot be saved; the state that was saved before is kept.
        """
        try:
            state = saved_state(backend)
            self._folder.chmod(0o700)
            replace_file(self._file, json.dumps(state, indent=1), private=True)
        except OSError as error:
            raise BackendError(f"the state was not saved: {self._file} cannot be written ({error.strerror})") from error
        except BackendError as error:
            raise BackendError(f"the state was not saved in {self._folder}: {error}") from error
        lines = [f"saved {_content(_counts(state))} in {self._folder}"]
        if left_out := state["left_out"]:
            more = ", ..." if len(left_out) > _SHOWN else ""
            lines.append(f"not saved, for their size: {', '.join(left_out[:_SHOWN])}{more}")
        return lines


def _counts(state: dict[str, Any]) -> dict[str, int]:
    authorities = [ca for account in state["accounts"] for region in account["regions"] for ca in region["authorities"]]
    return {
        "authorities": len(authorities),
        "certificates": sum(len(authority["issued"]) for authority in authorities),
        "buckets": len(state["buckets"]),
        "objects": sum(len(bucket["objects"]) for bucket in state["buckets"]),
    }


def _content(counts: dict[str, int]) -> str:
    nouns = {"authorities": "CA", "certificates": "certificate", "buckets": "bucket", "objects": "object"}
    return ", ".join(counted(counts[name], noun) for name, noun in nouns.items())


@contextmanager
def locked_state(folder: Path) -> Iterator[StateFolder]:
    """Open and lock a folder; it is created if its parent exists.

    Raises:
        BadInput: it is not a folder for a state, or another emulator uses it.
        BackendError: this system has no embedded emulator.
    """
    try:
        import fcntl
    except ImportError as error:  # Windows
        raise BackendError("--state is for the embedded LocalStack, which runs on Linux and macOS only") from error
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _check(folder)
        opened = os.open(folder, os.O_RDONLY)
    except FileExistsError as error:
        raise BadInput(f"{folder} is a file, but a state is a folder; name a folder") from error
    except OSError as error:
        raise BadInput(f"{folder} cannot be used for a state ({error.strerror}); name another folder") from error
    try:
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadInput(
                f"{folder} is used by an emulator that is running; stop it, or name another folder"
            ) from error
        remove_abandoned(folder, STAGED)
        yield StateFolder(folder)
    finally:
        os.close(opened)


def _check(folder: Path) -> None:
    """Raise BadInput for a folder whose content is something else, or in which a state cannot be saved."""
    others = [each.name for each in folder.iterdir() if not each.name.startswith(STAGED)]
    if others and _STATE not in others:
        raise BadInput(f"{folder} contains other files, and no state of pca-events; name a new or empty folder")
    if folder.stat().st_uid != os.getuid() or not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{folder} belongs to another user, or cannot be written to; name another folder")
