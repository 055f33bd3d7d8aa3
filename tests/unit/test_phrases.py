"""The phrases for values and conditions in features."""

import re

import pytest

from pca_events import phrases
from pca_events.errors import BadInput


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ('"failure"', "failure"),
        ('"a\nb"', "a\nb"),
        ('""', ""),
        ("12", 12),
        ("true", True),
        ("null", None),
        ("an empty string", ""),
        ("an empty list", []),
        ("an empty object", {}),
    ],
)
def test_a_value(words: str, value: object) -> None:
    assert phrases.value(words) == value


@pytest.mark.parametrize("words", ["failure", '{"a": 1}', "[1]", '"open', "an empty thing", ""])
def test_words_that_are_not_a_value(words: str) -> None:
    with pytest.raises(BadInput, match="is not a value; write"):
        phrases.value(words)


@pytest.mark.parametrize(
    ("words", "condition"),
    [
        ('is "a"', ["a"]),
        ('is "a" or "b" or "c"', ["a", "b", "c"]),
        ('is "a" ignoring case', [{"equals-ignore-case": "a"}]),
        ('is not "a" or "b"', [{"anything-but": ["a", "b"]}]),
        ('begins with "a" or "b"', [{"prefix": "a"}, {"prefix": "b"}]),
        ('does not begin with "a"', [{"anything-but": {"prefix": "a"}}]),
        ('ends with "a"', [{"suffix": "a"}]),
        ('is like "a*"', [{"wildcard": "a*"}]),
        ("is a positive number", [{"numeric": [">", 0]}]),
        ("exists", [{"exists": True}]),
        ("is absent", [{"exists": False}]),
    ],
)
def test_a_condition(words: str, condition: list[object]) -> None:
    assert phrases.condition(words) == condition


@pytest.mark.parametrize("words", ["", "is a", 'equals "a"', 'is "a" and "b"', 'is "a" or', "exist"])
def test_words_that_are_not_a_condition(words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(f"{words} is not a condition")):
        phrases.condition(words)


def test_a_table_is_a_pattern() -> None:
    rows = [
        ["field", "condition"],
        ["source", 'is "s"'],
        ["detail.result", 'is "r"'],
        ["detail.reason", "exists"],
    ]
    assert phrases.pattern(rows) == {
        "source": ["s"],
        "detail": {"result": ["r"], "reason": [{"exists": True}]},
    }


def test_a_table_with_other_columns() -> None:
    with pytest.raises(BadInput, match="must have the columns field and condition, not name and value"):
        phrases.pattern([["name", "value"], ["source", 'is "s"']])
