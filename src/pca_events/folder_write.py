"""Writes folders completely or not at all: beside the old one, which is then exchanged in one step."""

import contextlib
import ctypes
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from pca_events.atomic_write import check_folder, os_errors_as_bad_input, real_path
from pca_events.temporary_folders import STAGED, lock_folder, new_name, release, remove_abandoned

_MOST_OTHERS = 1000  # files that are carried over; a folder with more is somebody's own
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2  # linux/fcntl.h, linux/fs.h
_RENAME_SWAP = 2  # sys/stdio.h of macOS


def write_folder(files: Mapping[str, str | bytes], out: Path) -> None:
    """Write files into a folder, which is created if necessary; other files in it are kept.

    A process that is killed leaves the old folder or the new one, complete. Where a folder cannot be exchanged, all
    files are written first, and then replaced one after another: a mount point, the current folder, one of another
    user, one in a folder that cannot be written to, one with symbolic links for the files, or with more than a
    thousand others, and on file systems that cannot exchange.

    Args:
        files: the contents by path from the folder; the first ones are replaced last.
        out: the folder.

    Raises:
        BadInput: the path is a file, or the folder cannot be written; it is unchanged.
    """
    check_folder(out, f"this format is a folder of {len(files)} files")
    with os_errors_as_bad_input(out):
        target = real_path(out)
        remove_abandoned(target, STAGED)
        others = _others(target, files) if _is_exchangeable(target, files) else None
        if others is None:
            target.mkdir(exist_ok=True)
        staged = (target if others is None else target.parent) / new_name(STAGED)
        remove_abandoned(target.parent, STAGED)
        lock = lock_folder(staged)
        try:
            _write(files, staged)
            if others is None or not _exchanged(staged, target, others):
                _replace_each(files, staged, target)
        finally:
            shutil.rmtree(staged, ignore_errors=True)  # the old folder after an exchange
            release(lock)


def _is_exchangeable(target: Path, files: Iterable[str]) -> bool:
    if not target.exists():
        return True
    try:
        is_current = Path.cwd().is_relative_to(target)
    except FileNotFoundError:
        is_current = False
    linked = {target.joinpath(*path.parts[:end]) for path in map(Path, files) for end in range(1, len(path.parts) + 1)}
    return not (
        is_current
        or target.is_mount()
        or not os.access(target.parent, os.W_OK | os.X_OK)
        or (hasattr(os, "geteuid") and target.stat().st_uid != os.geteuid())
        or any(path.is_symlink() for path in linked)
    )


def _others(target: Path, files: Iterable[str]) -> list[str] | None:
    """List the other files and folders of a folder, folders before their files; None if they are too many."""
    if not target.exists():
        return []
    own = {Path(name) for name in files}
    found: list[str] = []
    for top, folders, names in os.walk(target, onerror=_raise):
        paths = (Path(top, name).relative_to(target) for name in (*folders, *names))
        found += [str(path) for path in paths if path not in own]
        if len(found) > _MOST_OTHERS:
            return None
    return found


def _raise(error: OSError) -> None:
    raise error


def _write(files: Mapping[str, str | bytes], staged: Path) -> None:
    staged.chmod(0o777 & ~_umask())
    for name, content in files.items():
        file = staged / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _exchanged(staged: Path, target: Path, others: Iterable[str]) -> bool:
    """Carry the other files over, and exchange the folders; return whether the system can."""
    if not target.exists():
        staged.rename(target)
        return True
    for name in others:
        _carry_over(target / name, staged / name)
    shutil.copymode(target, staged)
    with contextlib.suppress(OSError, AttributeError):
        os.chown(staged, -1, target.stat().st_gid)
    return _exchange(os.fsencode(staged), os.fsencode(target))


def _carry_over(old: Path, new: Path) -> None:
    if old.is_dir() and not old.is_symlink():
        new.mkdir(exist_ok=True)
        shutil.copystat(old, new)
        return
    try:
        os.link(old, new, follow_symlinks=False)
    except FileExistsError:
        raise
    except (OSError, NotImplementedError):  # a file system without hard links
        shutil.copy2(old, new, follow_symlinks=False)


def _exchange(one: bytes, other: bytes) -> bool:
    try:
        libc = ctypes.CDLL(None)
        if sys.platform == "darwin":
            return bool(libc.renamex_np(one, other, _RENAME_SWAP) == 0)
        return bool(libc.renameat2(_AT_FDCWD, one, _AT_FDCWD, other, _RENAME_EXCHANGE) == 0)
    except (AttributeError, OSError, TypeError):  # Windows, or an old C library
        return False


def _replace_each(files: Mapping[str, str | bytes], staged: Path, target: Path) -> None:
    for name in reversed(list(files)):
        file = real_path(target / name)
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            (staged / name).replace(file)
        except OSError:
            if file.parent.stat().st_dev == staged.stat().st_dev:
                raise
            shutil.copyfile(staged / name, file)  # a symbolic link to another file system
