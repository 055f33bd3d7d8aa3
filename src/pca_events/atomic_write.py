"""Writes files completely or not at all."""

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pca_events.errors import BadInput
from pca_events.temporary_folders import STAGED, lock_new_file, new_name, release, remove_abandoned

_MOST_LINKS = 40  # as on Linux
_BLOCK = 4096
"""The number of bytes written to test whether the disk has space."""


def replace_file(file: Path, content: str | bytes, *, private: bool = False) -> None:
    """Replace a file atomically: write a temporary file next to it, then rename it; a symbolic link is kept.

    Args:
        file: the file; its mode, owner and group are kept.
        content: its new content.
        private: whether only its owner may read it; it is then also on the disk when this returns.

    Raises:
        OSError: it cannot be written; the old content is kept.
    """
    target = real_path(file)
    remove_abandoned(target.parent, STAGED)
    temporary = target.with_name(new_name(STAGED))
    made, lock = lock_new_file(temporary, 0o600 if private else 0o666)
    try:
        with open(made, "wb") as out:
            out.write(content.encode() if isinstance(content, str) else content)
            if private:
                out.flush()
                os.fsync(out.fileno())
        if not private:
            _copy_access(target, temporary)
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
        release(lock)


def _copy_access(old: Path, new: Path) -> None:
    with suppress(FileNotFoundError):
        if _is_planted(old):
            return
        status = old.stat()
        with suppress(OSError, AttributeError):
            os.chown(new, status.st_uid, status.st_gid)
        new.chmod(status.st_mode & 0o777)


def check_writable(file: Path, holds: str) -> None:
    """Check before a run that a file can be written; its folder is created.

    Args:
        file: the file.
        holds: its content in a clause: `the messages are one file`.

    Raises:
        BadInput: it cannot be written.
    """
    with os_errors_as_bad_input(file):
        if file.is_dir():
            raise BadInput(f"{file} is a folder, but {holds}; name the file, such as {file / 'run.ndjson'}")
        if file.exists() and not file.is_file():
            raise BadInput(f"{file} is not a regular file; name another")
        if file.parent.exists() and not file.parent.is_dir():
            raise BadInput(f"{file} cannot be written, because {file.parent} is not a folder; name another path")
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=real_path(file).parent) as trial:
            trial.write(bytes(_BLOCK))


def real_path(path: Path) -> Path:
    """Return the path behind symbolic links.

    Raises:
        OSError: they are a loop, for which `Path.resolve` raises a RuntimeError; or another user planted one in /tmp.
    """
    link = path
    for _ in range(_MOST_LINKS):
        if not link.is_symlink():
            break
        if _is_planted(link):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(link))
        link = link.parent / link.readlink()
    real = Path(os.path.realpath(path))
    if real.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return real


def _is_planted(path: Path) -> bool:
    """Whether another user put this into a folder that everybody may write to, where Linux follows no such link."""
    if not hasattr(os, "geteuid"):
        return False
    folder = path.parent.stat()
    shared = folder.st_mode & stat.S_ISVTX and folder.st_mode & stat.S_IWOTH
    return bool(shared) and path.lstat().st_uid not in (os.geteuid(), folder.st_uid)


def cannot_be_written(file: Path, error: OSError) -> BadInput:
    """Return the error for a file that cannot be written: why, and what to do."""
    return BadInput(f"{file} cannot be written ({error.strerror}); name a writable path")


def write_file(text: str, out: Path) -> None:
    """Write a file, and replace an existing one.

    Raises:
        BadInput: the path is a folder, or the file cannot be written.
    """
    with os_errors_as_bad_input(out):
        if out.is_dir():
            raise BadInput(f"{out} is a folder, but this format is one file; name the file, such as {out / 'events'}")
        _check_parent(out)
        if out.exists() and not out.is_file():
            raise BadInput(f"{out} is not a regular file; use - for standard output")
        replace_file(out, text)


def check_folder(out: Path, what: str) -> None:
    """Check that files can be written into a folder, which exists or can be created.

    Args:
        out: the folder.
        what: why it must be a folder, in a clause: `the site is a folder`.

    Raises:
        BadInput: the path is a file, or its parent is not a folder.
    """
    with os_errors_as_bad_input(out):
        _check_parent(out)
        if out.exists() and not out.is_dir():
            raise BadInput(f"{out} is a file, but {what}; name a folder")


def _check_parent(out: Path) -> None:
    if not out.parent.is_dir():
        raise BadInput(
            f"{out} cannot be written, because {out.parent} is not a folder; create it first, or name another"
        )


@contextmanager
def os_errors_as_bad_input(out: Path) -> Iterator[None]:
    """Raise the errors of the operating system as errors about this path."""
    try:
        yield
    except OSError as error:
        raise cannot_be_written(out, error) from error
