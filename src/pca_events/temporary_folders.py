"""Temporary folders of this package: what a killed process left behind is removed by the next one that makes a folder.

A process locks its folder while it uses it. The system releases the lock when the process ends for any reason. A lock
is not reused, as process ids are, needs no clock, and also holds between containers that share the folder.
"""

import contextlib
import importlib.util
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pca_events.errors import BadInput

PREFIX = "pca-events-run-"
"""The prefix of the name of every folder that is locked while it is used."""

_HAS_LOCKS = importlib.util.find_spec("fcntl") is not None


def new_folder() -> Path:
    """Return the path of a temporary folder that does not exist.

    Raises:
        BadInput: the system has no folder for temporary files that can be written to.
    """
    try:
        parent = tempfile.gettempdir()
    except OSError as error:
        raise BadInput("no folder for temporary files can be written to; set TMPDIR to one that can") from error
    return Path(parent, f"{PREFIX}{secrets.token_hex(6)}")


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a private temporary folder, and remove it at the end.

    Raises:
        BadInput: it cannot be made.
    """
    folder = new_folder()
    remove_abandoned(folder.parent)
    lock = hold(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        release(lock)


def hold(folder: Path) -> int | None:
    """Make a temporary folder and lock it, as `lock_folder` does.

    Raises:
        BadInput: it cannot be made.
    """
    try:
        return lock_folder(folder)
    except OSError as error:
        raise BadInput(f"{folder} cannot be made ({error.strerror}); set TMPDIR to a folder with space") from error


def lock_folder(folder: Path) -> int | None:
    """Make a private folder unless it exists, and lock it for this process and those that inherit the descriptor.

    Returns:
        The descriptor that holds the lock; None on Windows.

    Raises:
        OSError: it cannot be made.
    """
    while True:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _HAS_LOCKS:
            return None
        if (lock := _locked(folder, wait=True)) is not None:
            return lock


def release(lock: int | None) -> None:
    """Release what `hold` returned."""
    if lock is not None:
        os.close(lock)


def remove_abandoned(parent: Path, prefix: str = PREFIX) -> None:
    """Remove the folders of processes of this user that no longer run; it is not an error if that fails."""
    with contextlib.suppress(OSError):
        with os.scandir(parent) as entries:
            found = [Path(entry.path) for entry in entries if entry.name.startswith(prefix)]
        for folder in found:
            _remove_if_abandoned(folder)


def _remove_if_abandoned(folder: Path) -> None:
    with contextlib.suppress(OSError):
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or not _HAS_LOCKS or status.st_uid != os.getuid():
            return
        if (lock := _locked(folder, wait=False)) is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path, *, wait: bool) -> int | None:
    """Lock a folder: shared, or exclusively if nobody else has to be waited for; None if it was removed meanwhile.

    A file system without locks keeps the folder: nobody can then lock it exclusively.
    """
    import fcntl  # not available on Windows

    with contextlib.suppress(FileNotFoundError):
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if not wait:
                os.close(lock)
                raise
        if os.path.samestat(os.fstat(lock), folder.stat()):
            return lock
        os.close(lock)
    return None
