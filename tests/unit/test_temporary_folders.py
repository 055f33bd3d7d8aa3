"""Temporary folders: removed at their end, or by the next process if theirs was killed, and never before."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pca_events import temporary_folders
from pca_events.errors import BadInput
from pca_events.temporary_folders import PREFIX, hold, new_folder, release, remove_abandoned, temporary_folder

HOLD = """
import select
from pca_events.temporary_folders import hold, new_folder
folder = new_folder()
lock = hold(folder)
print(folder, flush=True)
{more}
select.select([], [], [])
"""
INHERITED = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()'], pass_fds=(lock,)); sys.exit()"


@pytest.fixture
def parent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    tmp_path.chmod(0o700)


def holder(parent: Path, more: str = "") -> "tuple[subprocess.Popen[str], Path]":
    """A process that holds a folder until it is killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.format(more=more)],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(parent)},
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_private_and_removed_at_the_end(parent: Path) -> None:
    with temporary_folder() as folder:
        (folder / "file").touch()
        assert folder.parent == parent
        assert folder.stat().st_mode & 0o777 == 0o700
        remove_abandoned(parent)
        assert (folder / "file").exists()
    assert list(parent.iterdir()) == []


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_the_folder_of_a_killed_process_is_removed_by_the_next(parent: Path, end: signal.Signals) -> None:
    process, folder = holder(parent)
    (folder / "inner").mkdir()
    with temporary_folder():
        assert folder.exists(), "its owner lives"
    process.send_signal(end)
    process.communicate()
    assert folder.exists()
    with temporary_folder() as other:
        assert list(parent.iterdir()) == [other]


def test_a_process_that_inherits_the_lock_is_an_owner(parent: Path) -> None:
    process, folder = holder(parent, INHERITED)
    process.wait()
    remove_abandoned(parent)
    assert folder.exists(), "the child lives"
    process.communicate("\n")
    with hold_exclusively(folder):
        pass  # the child has ended
    remove_abandoned(parent)
    assert not folder.exists()


class hold_exclusively:  # noqa: N801
    """Wait until nobody holds a folder."""

    def __init__(self, folder: Path) -> None:
        import fcntl

        self.lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(self.lock, fcntl.LOCK_EX)

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        os.close(self.lock)


def test_folders_of_other_names_and_links_stay(parent: Path) -> None:
    others = [parent / "pca-events-0123456789ab", *(parent / f"{PREFIX}{name}" for name in ("site", "0123", "f" * 12))]
    for each in others:
        each.mkdir()
    (parent / f"{PREFIX}{'1' * 12}").symlink_to(others[0])
    os.mkfifo(parent / f"{PREFIX}{'2' * 12}")
    lock = hold(others[-1])
    remove_abandoned(parent)
    release(lock)
    assert len(list(parent.iterdir())) == 6
    remove_abandoned(parent)
    assert not others[-1].exists()
    assert len(list(parent.iterdir())) == 5


def test_the_folder_of_a_sibling_is_removed(parent: Path) -> None:
    Path(f"{new_folder()}-1").mkdir()
    remove_abandoned(parent)
    assert list(parent.iterdir()) == []


def test_the_folder_of_another_user_stays(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new_folder().mkdir()
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    remove_abandoned(parent)
    assert len(list(parent.iterdir())) == 1


def test_a_folder_that_is_removed_while_it_is_locked_is_made_again(
    parent: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, locked, times = new_folder(), temporary_folders._locked, iter(range(3))

    def removed_first(path: Path, *, wait: bool) -> int | None:
        if next(times) < 2:
            path.rmdir()
        return locked(path, wait=wait)

    monkeypatch.setattr(temporary_folders, "_locked", removed_first)
    lock = hold(folder)
    monkeypatch.undo()
    remove_abandoned(parent)
    assert folder.exists()
    release(lock)


def test_an_unwritable_folder_is_named(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(parent / "missing"))
    with pytest.raises(BadInput, match=r"cannot be made \(No such file or directory\); set TMPDIR to a folder with"):
        hold(new_folder())
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_candidate_tempdir_list", list)
    with pytest.raises(BadInput, match="no folder for temporary files can be written to; set TMPDIR"):
        new_folder()


def test_without_locks_nothing_is_removed(parent: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(temporary_folders, "_HAS_LOCKS", False)
    (left := new_folder()).mkdir()
    with temporary_folder() as folder:
        assert folder.exists()
    assert list(parent.iterdir()) == [left]
    shutil.rmtree(left)
