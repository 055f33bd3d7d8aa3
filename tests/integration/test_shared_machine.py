"""Users of one machine do not meet: every run has its files in its own folder, whatever HOME and the cache are."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from processes import Started, started

from pca_events.backends import Backend, EmbeddedLocalStack
from pca_events.errors import BackendError
from pca_events.temporary_folders import PREFIX, remove_abandoned

NOBODY = 65534
"""The id of a user without rights."""

SHARED = Path("/tmp/localstack-s3-storage")  # noqa: S108
"""Where LocalStack itself stores the objects of all users."""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[tuple[int, Path, tuple[str, ...]]]:
    """Another user, with a folder and the prefix of commands; this user again if this is not root."""
    if os.getuid() != 0 or shutil.which("setpriv") is None:
        yield os.getuid(), tmp_path / "theirs", ()
        return
    folder = Path(tempfile.mkdtemp())
    os.chown(folder, NOBODY, NOBODY)
    reads = [f"--{kind}-caps=+dac_read_search" for kind in ("inh", "ambient")]  # the interpreter may be in /root
    try:
        yield NOBODY, folder, ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *reads)
    finally:
        shutil.rmtree(folder)


def use(command: Started, name: str) -> Path:
    """Store an object in an emulator, and return the folder of its run."""
    line = command.await_line("  export AWS_ENDPOINT_URL=")
    s3 = Backend("it", "localstack", "0", line.split("=")[1].split()[0]).client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="key", Body=bytes(1 << 20))  # more than LocalStack keeps in memory
    assert len(s3.get_object(Bucket=name, Key="key")["Body"].read()) == 1 << 20
    assert not (SHARED / name).exists()
    (folder,) = command.temporary.glob(f"{PREFIX}*")
    assert (folder / "temporary" / "s3" / name).is_dir()
    return folder


@pytest.mark.slow
def test_two_users_at_once_one_without_a_home_and_one_that_cannot_write_to_it(
    tmp_path: Path, other: tuple[int, Path, tuple[str, ...]]
) -> None:
    user, folder, prefix = other
    homeless = {"HOME": None, "XDG_CACHE_HOME": None}
    unwritable = {"HOME": "/dev/null", "XDG_CACHE_HOME": ""}  # even by root
    words = ("localstack", "--port", "0")
    with (
        started(tmp_path / "mine", *words, environment=unwritable) as mine,
        started(folder, *words, prefix=prefix, environment=homeless) as theirs,
    ):
        folders = [use(each, f"of-{each.process.pid}") for each in (mine, theirs)]
        assert [each.stat().st_uid for each in folders] == [os.getuid(), user]
        (guard,) = (each for each in mine.family() if "pca_events.backends.guard" in each.cmdline())
        guard.suspend()
        mine.process.kill()
        mine.process.wait()  # the owner has ended, and the guard holds the folder
        remove_abandoned(mine.temporary)
        assert folders[0].exists()
        guard.kill()
        psutil.wait_procs([guard], timeout=5)
        remove_abandoned(mine.temporary)
        assert not folders[0].exists()


def test_a_reused_process_id_is_not_the_guard(tmp_path: Path) -> None:
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    emulator = EmbeddedLocalStack(tmp_path / "run", os.getpid())
    emulator.folder.mkdir()
    (emulator.folder / "running.json").write_text(f'{{"guard": {other.pid}, "endpoint_url": "http://127.0.0.1:1"}}')
    emulator.stop()
    assert not emulator.folder.exists()
    assert psutil.Process(other.pid).status() != psutil.STATUS_ZOMBIE
    other.communicate(b"\n")
    assert other.returncode == 0, "it was not killed"


def test_a_lock_of_a_killed_process_does_not_block(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    folder.mkdir()
    take = "import fcntl, os, sys; fcntl.flock(open(sys.argv[1], 'w'), fcntl.LOCK_EX); os.kill(os.getpid(), 9)"
    subprocess.run([sys.executable, "-c", take, folder / "lock"])
    with EmbeddedLocalStack(folder, os.getpid())._alone():
        assert (folder / "lock").exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words", [("localstack", "--port", "0"), ("verify", "envelope", "-n", "1"), ("check", "--deploy", "RULES")]
)
def test_without_space_there_is_one_line_and_nothing_is_left(tmp_path: Path, words: tuple[str, ...]) -> None:
    rules = str(Path(__file__).parents[2] / "examples" / "consumers" / "crl-alerting" / "infra")
    full = ("sh", "-c", 'ulimit -f 0 && exec "$@"', "sh")
    with started(tmp_path, *(rules if word == "RULES" else word for word in words), prefix=full) as command:
        out, error = command.process.communicate(timeout=60)
        assert command.family() == []
    assert command.process.returncode == 2, out
    assert error == "pca-events: no folder for temporary files can be written to; set TMPDIR to one that can\n"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["localstack.log", "lock"])
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, name: str) -> None:
    emulator = EmbeddedLocalStack(tmp_path / "run", os.getpid())
    (emulator.folder / name).mkdir(parents=True)
    with pytest.raises(BackendError, match=r"/run cannot be written \(Is a directory\); set TMPDIR to a writable"):
        emulator.launch()
    emulator.stop()
    assert list(tmp_path.iterdir()) == []
