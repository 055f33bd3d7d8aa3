"""A file is replaced completely or not at all, and stays as accessible as it was."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events.atomic_write import replace_file

KILLED_AT = """
import os, signal, sys
from pathlib import Path
from pca_events.atomic_write import replace_file

left = [int(sys.argv[2])]
def hook(name, told):
    if name in ("open", "os.rename", "os.chmod", "os.chown", "os.remove"):
        left[0] -= 1
        if left[0] < 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(hook)
replace_file(Path(sys.argv[1]), "new")
os._exit(0)
"""


def test_the_temporary_file_of_a_killed_process_is_removed_by_the_next(tmp_path: Path) -> None:
    file, status, moment, seen, most = tmp_path / "run.ndjson", -9, 0, [], 0
    file.write_text("old")
    while status == -9:
        status = subprocess.run([sys.executable, "-c", KILLED_AT, file, str(moment)]).returncode
        seen.append(file.read_text())
        most = max(most, len(list(tmp_path.iterdir())))
        moment += 1
    assert status == 0
    assert seen == sorted(seen, reverse=True)
    assert {*seen} == {"old", "new"}
    assert most == 2, "a killed one left its temporary file"
    assert list(tmp_path.iterdir()) == [file]


def test_the_file_of_a_process_that_writes_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    original = Path.replace

    def interrupted(self: Path, target: Path) -> Path:
        if target == first:
            replace_file(second, "of another")
        return original(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    replace_file(first, "1")
    assert {file.name: file.read_text() for file in tmp_path.iterdir()} == {"first": "1", "second": "of another"}


@pytest.mark.parametrize("name", ["report.json", "x" * 255])
def test_mode_and_group_are_kept(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    replace_file(file, "new")
    (tmp_path / "usual").touch()
    assert file.stat().st_mode == (tmp_path / "usual").stat().st_mode
    file.chmod(0o640)
    if os.getuid() == 0:
        os.chown(file, 65534, 65534)
    before = file.stat()
    replace_file(file, json.dumps({}))
    after = file.stat()
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


@pytest.mark.parametrize("planted", ["file", "link", "link to a link"])
def test_links_and_files_that_another_user_planted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: str
) -> None:
    shared, mine, out = tmp_path / "shared", tmp_path / "mine", tmp_path / "shared" / "report.json"
    shared.mkdir()
    mine.write_text("precious")
    if planted == "file":
        out.write_text("")
        out.chmod(0o666)
    else:
        (shared / "theirs").symlink_to(mine)
        out.symlink_to("theirs" if planted == "link to a link" else mine)
    shared.chmod(0o1777)
    theirs, here = os.geteuid(), os.stat(shared).st_uid
    monkeypatch.setattr(os, "geteuid", lambda: theirs + 1)
    monkeypatch.setattr(Path, "stat", _as_if_owned_by(here + 2, shared))
    if planted == "file":
        replace_file(out, "{}")
        monkeypatch.undo()
        assert out.stat().st_mode & 0o002 == 0
    else:
        with pytest.raises(PermissionError):
            replace_file(out, "{}")
        monkeypatch.undo()
        assert out.is_symlink()
    assert mine.read_text() == "precious"


def _as_if_owned_by(user: int, folder: Path) -> Callable[..., os.stat_result]:
    original = Path.stat

    def stat(self: Path, **words: bool) -> os.stat_result:
        found = original(self, **words)
        return os.stat_result((*found[:4], user, *found[5:])) if self == folder else found

    return stat


def test_files_with_names_that_look_alike_stay(tmp_path: Path) -> None:
    names = {".pca-events-notes", ".pca-events-0123", ".report.json.4711"}
    for name in names:
        (tmp_path / name).touch()
    replace_file(tmp_path / "report.json", "{}")
    assert {file.name for file in tmp_path.iterdir()} == names | {"report.json"}
