"""A folder is written completely or not at all, at whatever moment its process is killed."""

import json
import os
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events import folder_write
from pca_events.errors import BadInput
from pca_events.folder_write import write_folder

OLD: dict[str, str | bytes] = {
    "index.html": "old",
    "pages/a.html": "old a",
    "pages/gone.html": "a page of an earlier version",
}
NEW: dict[str, str | bytes] = {"index.html": "new", "pages/a.html": "new a", "pages/b.html": "new b", "data.gz": b"new"}
OTHERS: dict[str, str | bytes] = {"CNAME": "example.org", "own/notes.txt": "kept"}
STANDS = {**OLD, **OTHERS}, {**OLD, **OTHERS, **NEW}

KILLED_AT = """
import json, os, signal, sys
from pathlib import Path
from pca_events.folder_write import write_folder

files = json.loads(sys.argv[2])
before = ("open", "os.rename", "os.mkdir", "os.link", "os.remove", "os.rmdir", "os.chmod", "os.chown", "ctypes.dlsym")

def write(moment):
    left = [moment]
    def hook(name, told):
        if name in before or name.startswith("shutil"):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    write_folder(files, Path(sys.argv[1]))
    os._exit(0)

for moment in map(int, sys.stdin):
    child = os.fork()
    if child == 0:
        write(moment)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def content(folder: Path) -> dict[str, str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return {str(file.relative_to(folder)): file.read_text() for file in files}


def as_text(files: dict[str, str | bytes]) -> dict[str, str]:
    return {name: text.decode() if isinstance(text, bytes) else text for name, text in files.items()}


def put(folder: Path, files: dict[str, str | bytes]) -> None:
    for name, text in as_text(files).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    put(tmp_path / "site", OLD | OTHERS)
    return tmp_path / "site"


def without_exchange(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_write, "_exchange", lambda *_: False)


def test_other_files_are_kept(site: Path) -> None:
    (site / "link").symlink_to("CNAME")
    (site / "empty").mkdir()
    put(site, {".pca-events-notes/own.txt": "of the user"})
    site.chmod(0o750)
    write_folder(NEW, site)
    assert content(site) == as_text(STANDS[1]) | {"link": "example.org", ".pca-events-notes/own.txt": "of the user"}
    assert (site / "link").is_symlink()
    assert (site / "empty").is_dir()
    assert site.stat().st_mode & 0o777 == 0o750
    assert list(site.parent.iterdir()) == [site]


def test_a_new_folder_has_the_usual_mode(tmp_path: Path) -> None:
    site = tmp_path / ("site" * 60)  # nearly the longest name
    write_folder(NEW, site)
    (tmp_path / "usual").mkdir()
    assert content(site) == as_text(NEW)
    assert site.stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.skipif(sys.platform != "linux", reason="the moments are those of Linux")
@pytest.mark.parametrize("there", [True, False])
def test_killed_at_any_moment_the_old_or_the_new_one_stands(tmp_path: Path, there: bool) -> None:
    site = tmp_path / "site"
    stands = [as_text(files) for files in STANDS] if there else [{}, as_text(NEW)]
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED_AT, site, json.dumps(as_text(NEW))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert writer.stdin is not None
    assert writer.stdout is not None
    seen, status, moment = [], -9, 0
    while status == -9:
        shutil.rmtree(site, ignore_errors=True)
        if there:
            put(site, OLD | OTHERS)
        print(moment, file=writer.stdin, flush=True)
        status = int(writer.stdout.readline())
        seen.append(stands.index(content(site)))
        moment += 1
    writer.communicate()
    assert status == 0
    assert seen == sorted(seen), "once the new one stands, it stays"
    assert {*seen[:-1]} == {0, 1}, "killed before and after the exchange"
    write_folder(NEW, site)
    assert list(tmp_path.iterdir()) == [site], "what the killed ones left is removed"


@pytest.mark.parametrize("why", ["no exchange", "current folder", "many others"])
def test_a_folder_that_cannot_be_exchanged_keeps_its_identity(
    site: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    if why == "no exchange":
        without_exchange(monkeypatch)
    elif why == "current folder":
        monkeypatch.chdir(site / "own")
    else:
        monkeypatch.setattr(folder_write, "_MOST_OTHERS", 2)
    before = site.stat().st_ino
    write_folder(NEW, site)
    assert content(site) == as_text(STANDS[1])
    assert site.stat().st_ino == before
    assert list(site.parent.iterdir()) == [site]


def test_symbolic_links_are_kept(site: Path, tmp_path: Path) -> None:
    put(tmp_path / "elsewhere", {"index.html": "old"})
    (site / "index.html").unlink()
    (site / "index.html").symlink_to(tmp_path / "elsewhere" / "index.html")
    (tmp_path / "linked").symlink_to(site)
    write_folder(NEW, tmp_path / "linked")
    assert (site / "index.html").is_symlink()
    assert (tmp_path / "elsewhere" / "index.html").read_text() == "new"
    assert (tmp_path / "linked").is_symlink()


def _no_space(_: Path) -> str:
    resource.setrlimit(resource.RLIMIT_FSIZE, (2, resource.RLIM_INFINITY))
    return "File too large"


def _file_in_the_way(site: Path) -> str:
    put(site, {"data.gz/inner": "a folder where a file is to be"})
    return "(Is|Not) a directory"


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("fault", [_no_space, _file_in_the_way])
def test_a_folder_that_cannot_be_written_is_unchanged(
    site: Path, monkeypatch: pytest.MonkeyPatch, fault: Callable[[Path], str], exchange: bool
) -> None:
    if not exchange:
        monkeypatch.chdir(site)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        cause = fault(site)
        before = content(site)
        with pytest.raises(BadInput, match=rf"^{re.escape(str(site))} cannot be written \(({cause})\)"):
            write_folder(NEW, site)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert content(site) == before
    assert list(site.parent.iterdir()) == [site]


def test_a_folder_in_one_that_cannot_be_written_to(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, _: Path(path) != site.parent)  # root may write anywhere
    before = site.stat().st_ino
    write_folder(NEW, site)
    assert content(site) == as_text(STANDS[1])
    assert site.stat().st_ino == before
