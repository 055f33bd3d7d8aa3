"""LocalStack's index of all AWS services, cached between runs, because building it takes most of the boot time.

The index is a pickle, so it is read only from a folder that belongs to the user and that nobody else may write to.
"""

import contextlib
import hashlib
import os
import shutil
import stat
from pathlib import Path

from pca_events.atomic_write import replace_file

_INDEXES = "service-catalog-*.dill"  # the name contains the versions of LocalStack and botocore
_KEPT = f"{_INDEXES}.*"  # with the digest of the content, so that a damaged one is noticed
_MOST_BYTES = 1 << 28  # an index has about one megabyte
_STOP = b"."  # the last byte of a pickle


def recall_index(cache: Path) -> None:
    """Copy the indexes of earlier runs to an emulator that is about to start; damaged ones are removed.

    LocalStack itself would neither use nor replace a damaged index, and start slowly every time.

    Args:
        cache: the emulator's folder for them; it is created.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError, RuntimeError):
        for kept in _index_folder().glob(_KEPT):
            with contextlib.suppress(OSError):
                if (content := _intact(kept)) is None:
                    _remove(kept)
                else:
                    replace_file(cache / kept.stem, content)


def keep_index(cache: Path) -> None:
    """Save the indexes of a running emulator for later runs; if that fails, later runs start more slowly."""
    with contextlib.suppress(OSError, RuntimeError):
        folder = _index_folder()
        for index in cache.glob(_INDEXES):
            content = index.read_bytes()
            kept = folder / f"{index.name}.{_digest(content)}"
            if content.endswith(_STOP) and not kept.exists():
                replace_file(kept, content)
                for other in {*folder.glob(f"{index.name}*")} - {kept}:
                    _remove(other)


def _intact(kept: Path) -> bytes | None:
    """Return the content of a kept index; None if it is damaged, or something else has its name."""
    try:
        opened = os.open(kept, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a FIFO would never end
        with open(opened, "rb") as stream:
            status = os.fstat(opened)
            if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_size > _MOST_BYTES:
                return None
            content = stream.read()
    except OSError:
        return None
    return content if kept.suffix == f".{_digest(content)}" else None


def _remove(kept: Path) -> None:
    if kept.is_dir() and not kept.is_symlink():
        shutil.rmtree(kept, ignore_errors=True)
    else:
        kept.unlink(missing_ok=True)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _index_folder() -> Path:
    """Return the user's folder for them.

    Raises:
        PermissionError: other users could write to it, or it would be made in the folder of another user.
        OSError: it does not exist and cannot be created.
        RuntimeError: the user has no home folder.
    """
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    if not caches.is_absolute():
        raise PermissionError(f"{caches} is relative, and would be another folder in each working directory")
    folder = Path(os.path.realpath(caches / "pca-events"))
    above = next(each for each in folder.parents if each.exists())
    if not folder.exists() and above.stat().st_uid not in (os.getuid(), 0):
        raise PermissionError(f"{above} belongs to another user")
    for each in (*reversed(folder.parents), folder):
        each.mkdir(mode=0o700, exist_ok=True)
    status = folder.stat()
    if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise PermissionError(f"{folder} belongs to another user, or other users can write to it")
    return folder
