"""LocalStack's index of all AWS services, kept between runs: making it takes most of a boot.

The index is a pickle, so that only a folder of the user's own is trusted with it, which nobody else may write to.
"""

import contextlib
import os
import shutil
import stat
from pathlib import Path

_INDEXES = "service-catalog-*.dill"  # LocalStack puts its own version and botocore's into the name


def recall(cache: Path) -> None:
    """Give an emulator that is about to start the indexes of earlier runs.

    Args:
        cache: the emulator's own folder for them; made here.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        for index in _kept().glob(_INDEXES):
            shutil.copy(index, cache)


def keep(cache: Path) -> None:
    """Keep the indexes of an emulator that is up for later runs; where that cannot be, later runs are slower."""
    with contextlib.suppress(OSError):
        kept = _kept()
        for index in cache.glob(_INDEXES):
            if not (kept / index.name).exists():
                part = kept / f".{index.name}.{os.getpid()}"
                shutil.copy(index, part)
                part.replace(kept / index.name)


def _kept() -> Path:
    """The user's own folder for them.

    Raises:
        PermissionError: somebody else could write to it.
        OSError: there is none, and it cannot be made.
    """
    caches = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(caches) / "pca-events"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} belongs to somebody else, or others may write to it")
    return folder
