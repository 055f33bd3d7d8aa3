"""LocalStack's index of services: kept for later runs, and only if no other user can write to it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pca_events.backends import EmbeddedLocalStack, index_cache

INDEX = "service-catalog-1_2_3-4_5_6.dill"
CONTENT = b"an index."


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches" / "pca-events"


@pytest.fixture
def emulators(tmp_path: Path) -> tuple[Path, Path]:
    """The cache folders of an emulator that has made its index, and of a later one."""
    first, later = tmp_path / "first", tmp_path / "later" / "cache"
    first.mkdir()
    (first / INDEX).write_bytes(CONTENT)
    (first / "something-else").write_bytes(b"")
    return first, later


def test_an_index_is_reused_by_the_next_emulator(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, later = emulators
    index_cache.keep_index(first)
    index_cache.recall_index(later)
    assert [file.name for file in later.iterdir()] == [INDEX]
    assert caches.stat().st_mode & 0o777 == 0o700


def test_an_index_that_is_kept_is_not_written_again(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, _ = emulators
    index_cache.keep_index(first)
    (kept,) = caches.iterdir()
    before = kept.stat()
    index_cache.keep_index(first)
    assert [kept.stat().st_ino] == [file.stat().st_ino for file in caches.iterdir()] == [before.st_ino]


def _folder_in_the_way(kept: Path) -> None:
    kept.mkdir()
    (kept / "inner").touch()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": Path.touch,
    "garbage": lambda kept: kept.write_bytes(b"garbage."),
    "truncated": lambda kept: kept.write_bytes(CONTENT[:-2]),
    "longer": lambda kept: kept.write_bytes(b"x" + CONTENT),
    "FIFO": os.mkfifo,
    "folder": _folder_in_the_way,
    "link to nothing": lambda kept: kept.symlink_to("missing"),
    "link to elsewhere": lambda kept: kept.symlink_to(__file__),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_replaced(caches: Path, emulators: tuple[Path, Path], damage: str) -> None:
    first, later = emulators
    index_cache.keep_index(first)
    (kept,) = caches.iterdir()
    kept.unlink()
    DAMAGES[damage](kept)
    index_cache.recall_index(later)
    assert list(later.iterdir()) == []
    index_cache.keep_index(first)
    assert [file.read_bytes() for file in caches.iterdir()] == [CONTENT]
    index_cache.recall_index(later)
    assert [file.read_bytes() for file in later.iterdir()] == [CONTENT]


def test_an_index_that_is_still_being_written_is_not_kept(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, _ = emulators
    (first / INDEX).write_bytes(CONTENT[:-1])
    index_cache.keep_index(first)
    assert list(caches.iterdir()) == []


def test_an_index_of_an_earlier_version_of_this_package_is_removed(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, _ = emulators
    caches.mkdir(parents=True, mode=0o700)
    (caches / INDEX).write_bytes(b"without a digest")
    index_cache.keep_index(first)
    assert [file.read_bytes() for file in caches.iterdir()] == [CONTENT]


def test_a_folder_that_others_may_write_to_is_not_trusted(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, later = emulators
    index_cache.keep_index(first)
    for mode in (0o770, 0o707):
        caches.chmod(mode)
        index_cache.recall_index(later)
        assert list(later.iterdir()) == []
    caches.chmod(0o700)
    index_cache.recall_index(later)
    assert [file.name for file in later.iterdir()] == [INDEX]


def test_without_a_cache_folder_nothing_is_kept_and_nothing_breaks(
    emulators: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = emulators
    monkeypatch.setenv("XDG_CACHE_HOME", str(first / INDEX))
    index_cache.keep_index(first)
    index_cache.recall_index(later)
    assert list(later.iterdir()) == []


@pytest.mark.parametrize("variable", ["XDG_CACHE_HOME", "HOME"])
def test_a_relative_folder_is_not_used(
    emulators: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv(variable, "somewhere")
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    index_cache.keep_index(emulators[0])
    assert list((tmp_path / "work").iterdir()) == []


def test_nothing_is_made_in_the_home_of_another_user(
    emulators: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "theirs"))
    (tmp_path / "theirs").mkdir()
    monkeypatch.setattr(os, "getuid", lambda: os.geteuid() + 1)
    if os.geteuid() == 0:
        os.chown(tmp_path / "theirs", 65534, 65534)
    index_cache.keep_index(emulators[0])
    assert list((tmp_path / "theirs").iterdir()) == []


def test_the_folders_above_it_are_private(caches: Path, emulators: tuple[Path, Path]) -> None:
    before = os.umask(0)
    try:
        index_cache.keep_index(emulators[0])
    finally:
        os.umask(before)
    assert [folder.stat().st_mode & 0o777 for folder in (caches.parent, caches)] == [0o700, 0o700]


@pytest.mark.slow
def test_an_emulator_keeps_its_index_and_replaces_a_damaged_one(caches: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        emulator = EmbeddedLocalStack(tmp_path / folder, os.getpid())
        try:
            assert emulator.start().product == "corrected-localstack"
        finally:
            emulator.stop()
        (index,) = caches.iterdir()
        assert index.name.startswith("service-catalog-4_13_1-")
        assert index.stat().st_size > 100_000, folder
        index.write_bytes(b"damaged")
