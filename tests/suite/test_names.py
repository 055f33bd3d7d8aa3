"""Test files have different names: pytest imports them by their names alone."""

from collections import Counter

from shown import TOP


def test_no_two_test_files_have_one_name() -> None:
    names = Counter(file.name for file in (TOP / "tests").rglob("test_*.py"))
    assert [name for name, count in names.items() if count > 1] == []
