"""Temporary folders and files of this package: what a killed process left behind is removed by the next one.

A process locks its folder while it uses it. The system releases the lock when the process ends for any reason. A lock
is not reused, as process ids are, needs no clock, and also holds between containers that share the folder.
"""

import contextlib
import importlib.util
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pca_events.errors import BadInput

PREFIX = "pca-events-run-"
"""The prefix of the name of every folder that is locked while it is used."""

STAGED = ".pca-events-"
"""The prefix of the name of every file and folder that is written before it takes the place of another."""

_RANDOM = re.compile(r"[0-9a-f]{12}(-\d+)?")
"""How the name of a folder goes on, with the number of a sibling; other names are those of somebody else."""

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
    return Path(parent, new_name(PREFIX))


def new_name(prefix: str) -> str:
    """Return a name with this prefix that nobody can predict, for what `remove_abandoned` may remove."""
    return f"{prefix}{secrets.token_hex(6)}"


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


def lock_new_file(file: Path, mode: int) -> tuple[int, int | None]:
    """Make a file, and lock it for this process.

    Returns:
        A descriptor to write to it, and the one that holds the lock; None on Windows.

    Raises:
        OSError: it cannot be made.
    """
    while True:
        made = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        if not _HAS_LOCKS:
            return made, None
        if _is_locked(made, file, wait=True):
            return made, os.dup(made)
        os.close(made)


def remove_abandoned(parent: Path, prefix: str = PREFIX) -> None:
    """Remove what processes of this user that no longer run have left; it is not an error if that fails.

    Args:
        parent: the folder in which it is.
        prefix: of the names, as given to `new_name`.
    """
    with contextlib.suppress(OSError):
        with os.scandir(parent) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(prefix)]
        for name in names:
            if _RANDOM.fullmatch(name.removeprefix(prefix)):
                _remove_if_abandoned(parent / name)


def _remove_if_abandoned(path: Path) -> None:
    with contextlib.suppress(OSError):
        status = path.lstat()
        is_folder = stat.S_ISDIR(status.st_mode)
        if not (is_folder or stat.S_ISREG(status.st_mode)) or not _HAS_LOCKS or status.st_uid != os.getuid():
            return
        if (lock := _locked(path, wait=False)) is not None:
            if is_folder:
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()
            os.close(lock)


def _locked(path: Path, *, wait: bool) -> int | None:
    """Open and lock a folder or a file as `_is_locked` does; None if it was removed meanwhile."""
    with contextlib.suppress(FileNotFoundError):
        lock = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            if _is_locked(lock, path, wait=wait):
                return lock
        except OSError:
            os.close(lock)
            raise
        os.close(lock)
    return None


def _is_locked(opened: int, path: Path, *, wait: bool) -> bool:
    """Lock what is open: shared, or exclusively if nobody else has to be waited for; False if it was removed meanwhile.

    A file system without locks keeps the folder: nobody can then lock it exclusively.
    """
    import fcntl  # not available on Windows

    try:
        fcntl.flock(opened, fcntl.LOCK_SH if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        if not wait:
            raise
    try:
        return os.path.samestat(os.fstat(opened), path.lstat())
    except FileNotFoundError:
        return False
