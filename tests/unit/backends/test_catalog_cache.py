"""LocalStack's index of services: kept for later runs, and only if no other user can write to it."""

import os
from pathlib import Path

import pytest

from pca_events.backends import EmbeddedLocalStack, service_index

INDEX = "service-catalog-1_2_3-4_5_6.dill"


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches" / "pca-events"


@pytest.fixture
def emulators(tmp_path: Path) -> tuple[Path, Path]:
    """The cache folders of an emulator that has made its index, and of a later one."""
    first, later = tmp_path / "first", tmp_path / "later" / "cache"
    first.mkdir()
    (first / INDEX).write_bytes(b"index")
    (first / "something-else").write_bytes(b"")
    return first, later


def test_an_index_is_reused_by_the_next_emulator(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, later = emulators
    service_index.keep_index(first)
    service_index.recall_index(later)
    assert [file.name for file in later.iterdir()] == [INDEX]
    assert caches.stat().st_mode & 0o777 == 0o700


def test_an_existing_index_is_not_replaced(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, _ = emulators
    service_index.keep_index(first)
    (first / INDEX).write_bytes(b"another")
    service_index.keep_index(first)
    assert {file.name: file.read_bytes() for file in caches.iterdir()} == {INDEX: b"index"}


def test_a_folder_that_others_may_write_to_is_not_trusted(caches: Path, emulators: tuple[Path, Path]) -> None:
    first, later = emulators
    service_index.keep_index(first)
    for mode in (0o770, 0o707):
        caches.chmod(mode)
        service_index.recall_index(later)
        assert list(later.iterdir()) == []
    caches.chmod(0o700)
    service_index.recall_index(later)
    assert [file.name for file in later.iterdir()] == [INDEX]


def test_without_a_cache_folder_nothing_is_kept_and_nothing_breaks(
    emulators: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, later = emulators
    monkeypatch.setenv("XDG_CACHE_HOME", str(first / INDEX))
    service_index.keep_index(first)
    service_index.recall_index(later)
    assert list(later.iterdir()) == []


@pytest.mark.slow
def test_an_emulator_keeps_its_index_and_tolerates_a_damaged_one(caches: Path, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        emulator = EmbeddedLocalStack(tmp_path / folder, os.getpid())
        try:
            assert emulator.start().product == "corrected-localstack"
        finally:
            emulator.stop()
        (index,) = caches.iterdir()
        assert index.name.startswith("service-catalog-4_13_1-")
        assert index.stat().st_size > 100_000 or folder == "two"
        index.write_bytes(b"damaged")
