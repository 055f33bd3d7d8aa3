"""LocalStack's index of all AWS services, cached between runs: building it takes most of the boot time.

The index is a pickle, so it is read only from a folder that belongs to the user and that no other user can write to.
"""

import contextlib
import os
import shutil
import stat
from pathlib import Path

_INDEXES = "service-catalog-*.dill"  # the name contains the versions of LocalStack and botocore


def recall(cache: Path) -> None:
    """Copy the indexes of earlier runs to an emulator that is about to start.

    Args:
        cache: the emulator's folder for them; it is created.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        for index in _kept().glob(_INDEXES):
            shutil.copy(index, cache)


def keep(cache: Path) -> None:
    """Save the indexes of a running emulator for later runs; if that fails, later runs start more slowly."""
    with contextlib.suppress(OSError):
        kept = _kept()
        for index in cache.glob(_INDEXES):
            if not (kept / index.name).exists():
                part = kept / f".{index.name}.{os.getpid()}"
                shutil.copy(index, part)
                part.replace(kept / index.name)


def _kept() -> Path:
    """Return the user's folder for them.

    Raises:
        PermissionError: other users could write to it.
        OSError: it does not exist and cannot be created.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(caches) / "pca-events"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} belongs to another user, or other users can write to it")
    return folder
