"""Globs that exclude paths."""

import os
from pathlib import Path

import pytest

from pca_events.infrastructure.discovery import InvalidGlob, PathGlobs, find


@pytest.mark.parametrize(
    ("glob", "path", "expected"),
    [
        ("fixtures", "infra/fixtures/a.tf", True),
        ("fixtures/", "fixtures/a.tf", True),
        ("fixtures", "infra/fixtures.tf", False),
        ("*.json", "infra/deep/a.json", True),
        ("infra/*.json", "infra/a.json", True),
        ("infra/*.json", "infra/deep/a.json", False),
        ("infra/**/*.json", "infra/a.json", True),
        ("infra/**/*.json", "infra/deep/er/a.json", True),
        ("**/test", "a/b/test/c.tf", True),
        ("**/test", "test/c.tf", True),
        ("infra/**", "infra/a.tf", True),
        ("infra/**", "infra", False),
        ("infra", "infra", True),
        ("./infra/test", "infra/test/a.tf", True),
        ("../other/*.tf", "../other/a.tf", True),
        ("a?c/x", "abc/x/y.tf", True),
        ("a?c/x", "a/c/x", False),
        ("[ab].tf", "b.tf", True),
        ("infra", "other/infrastructure/a.tf", False),
        ("tmp", "a.tf", False),
    ],
)
def test_a_glob_excludes_files(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, glob: str, path: str, expected: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    assert PathGlobs([(".", glob)]).matches(path) is expected
    assert PathGlobs([(".", glob)]).matches(os.path.abspath(path)) is expected


def test_the_base_folder_of_a_glob_is_literal(tmp_path: Path) -> None:
    folder = tmp_path / "[a]*"
    assert PathGlobs([(str(folder), "x/*.tf")]).matches(str(folder / "x" / "a.tf"))
    assert not PathGlobs([(str(folder), "x/*.tf")]).matches(str(tmp_path / "a" / "x" / "a.tf"))
    assert PathGlobs([("/elsewhere", str(folder.parent / "b" / "*.tf"))]).matches(str(tmp_path / "b" / "a.tf"))


@pytest.mark.parametrize("glob", ["", "/", "  ", "a" * 1_001, "a\0b"])
def test_an_invalid_glob_is_rejected(glob: str) -> None:
    with pytest.raises(InvalidGlob, match="is not a valid glob"):
        PathGlobs([(".", glob)])


def test_many_stars_take_bounded_time() -> None:
    globs = PathGlobs([(".", "/".join(["**", "a*a*a*a*a*a*b"] * 30)), (".", "*a*a*a*a*a*a*b")])
    assert not globs.matches("/".join(["a" * 200] * 20))


def test_excluded_folders_are_not_searched(tmp_path: Path) -> None:
    for name in ("a/rules.tf", "a/more.tf", "b/deep/rules.tf", "c/rules.tf"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    left_out = PathGlobs([(str(tmp_path), "b"), (str(tmp_path), "a/more.tf"), (str(tmp_path), "c")])
    found = find([str(tmp_path), str(tmp_path / "c" / "rules.tf")], left_out).files
    assert [(os.path.relpath(file.path, tmp_path), file.named, file.alone) for file in found] == [
        ("a/rules.tf", False, True),
        ("c/rules.tf", True, False),
    ]
