"""The folder of a state: whose it is, what else is in it, and what is left if saving fails."""

import json
import os
import stat
from pathlib import Path
from typing import Any, cast

import pytest

from pca_events.backends import Backend, state_folder
from pca_events.backends.state_folder import locked_state
from pca_events.errors import BackendError, BadInput
from pca_events.temporary_folders import STAGED

EMPTY: dict[str, Any] = {"accounts": [], "buckets": [], "left_out": []}
NO_BACKEND = cast(Backend, None)


def answering(monkeypatch: pytest.MonkeyPatch, state: dict[str, Any] | Exception) -> None:
    """Let the emulator answer with a state, or fail."""

    def saved(_: Backend) -> dict[str, Any]:
        if isinstance(state, Exception):
            raise state
        return state

    monkeypatch.setattr(state_folder, "saved_state", saved)


def test_an_open_folder_becomes_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o755)
    answering(monkeypatch, EMPTY)
    with locked_state(tmp_path) as state:
        assert state.load(NO_BACKEND) == f"new state in {tmp_path}"
        assert state.save(NO_BACKEND) == [f"saved 0 CAs, 0 certificates, 0 buckets, 0 objects in {tmp_path}"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "state.json").stat().st_mode) == 0o600


def test_objects_that_do_not_fit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, {**EMPTY, "left_out": ["a/1", "a/2", "a/3", "a/4"]})
    with locked_state(tmp_path) as state:
        assert state.save(NO_BACKEND)[1] == "not saved, for their size: a/1, a/2, a/3, ..."


def test_the_old_state_is_kept_if_saving_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "state.json"
    file.write_text("old")
    answering(monkeypatch, BackendError("it is gone"))
    with locked_state(tmp_path) as state, pytest.raises(BackendError, match=r"was not saved in .*: it is gone"):
        state.save(NO_BACKEND)
    answering(monkeypatch, EMPTY)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with locked_state(tmp_path) as state, pytest.raises(BackendError, match=r"cannot be written \(No space left"):
        state.save(NO_BACKEND)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("state.json", "old")]


def test_a_temporary_file_of_a_killed_process_is_removed(tmp_path: Path) -> None:
    (tmp_path / f"{STAGED}0123456789ab").write_text("half")
    with locked_state(tmp_path):
        assert list(tmp_path.iterdir()) == []


def test_a_foreign_state_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(json.dumps({"terraform": True}))
    tmp_path.chmod(0o755)
    with locked_state(tmp_path):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_state_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "state.json").open("wb") as file:
        file.truncate(state_folder.MOST_BYTES + 1)
    with locked_state(tmp_path) as state, pytest.raises(BadInput, match=r"larger than 256 MiB"):
        state.load(NO_BACKEND)


def test_one_process_at_a_time(tmp_path: Path) -> None:
    with locked_state(tmp_path), pytest.raises(BadInput, match="is used by an emulator"), locked_state(tmp_path):
        pass
