"""The one command that writes the generated files again."""

import re
from pathlib import Path

import pytest
import regenerate
from regenerate import FILES, TOP, Generated, main, with_table, written


def test_every_generated_file_exists_and_has_a_generator() -> None:
    for several in FILES.values():
        for each in several:
            assert (TOP / each.file).is_file(), each.file
            if each.words[0] != "-m":
                assert (TOP / each.words[0]).is_file(), each.words[0]


def test_every_script_that_prints_a_file_is_one_of_the_generators() -> None:
    scripts = {
        file.relative_to(TOP).as_posix()
        for folder in ("tests/suite", "tests/unit")
        for file in (TOP / folder).glob("*.py")
        if not file.name.startswith("test_") and '__name__ == "__main__"' in file.read_text("utf-8")
    }
    used = {each.words[0] for several in FILES.values() for each in several}
    assert scripts - used == {"tests/suite/regenerate.py"}


def test_a_test_that_names_the_command_names_a_file_of_it() -> None:
    tests = "".join(file.read_text("utf-8") for file in (TOP / "tests").rglob("test_*.py"))
    named = set(re.findall(r'"python tests/suite/regenerate\.py (\w+)"', tests))
    assert {"api", "licences", "packages", "types"} <= named <= set(FILES)


def test_only_a_file_that_differs_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regenerate, "TOP", tmp_path)
    one = Generated("file.txt", ("-c", "print('new')"))
    assert written(one) is True
    assert (tmp_path / "file.txt").read_text() == "new\n"
    assert written(one) is False


@pytest.mark.parametrize("program", ["raise SystemExit('broken')", "pass"])
def test_a_generator_that_fails_or_prints_nothing_leaves_the_file_alone(
    program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(regenerate, "TOP", tmp_path)
    monkeypatch.setitem(FILES, "api", [Generated("file.txt", ("-c", program))])
    (tmp_path / "file.txt").write_text("old")
    assert main(["api"]) == 1
    assert "file.txt was not written" in capsys.readouterr().err
    assert (tmp_path / "file.txt").read_text() == "old"


def test_a_name_that_does_not_exist_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["api", "nothing"]) == 2
    assert capsys.readouterr().err.startswith("no generated file is called nothing; the names are types, api, ")


def test_a_table_replaces_the_one_with_the_same_heading() -> None:
    page = "# Page\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\ntext\n\n| c | d |\n|---|---|\n"
    assert (
        with_table(page, "| a | x |\n|---|---|\n") == "# Page\n\n| a | x |\n|---|---|\n\ntext\n\n| c | d |\n|---|---|\n"
    )
    with pytest.raises(ValueError, match="0 tables begin with"):
        with_table(page, "| e | x |\n")
