"""Patterns without wildcards match the same events as those with them, or there is a reason why none does."""

import json
from typing import Any

import pytest

from pca_events.check.suggestions.replaced_patterns import NoEqual, without_wildcards
from pca_events.pattern import EventPattern

VALUES: list[Any] = [
    *("", "a", "ab", "abc", "abcd", "xabc", "ab*", "ab*c", "a\\b", "bc", "zbc", "*", "ABC", "é"),
    *(None, True, False, 0, 1.5, ["abc", "q"], [], ["q", None]),
]
REPLACED = [
    ([{"wildcard": "ab*"}], [{"prefix": "ab"}]),
    ([{"wildcard": "*bc"}], [{"suffix": "bc"}]),
    ([{"wildcard": "abc"}], ["abc"]),
    ([{"wildcard": "*"}], [{"prefix": ""}]),
    ([{"wildcard": "ab\\*"}], ["ab*"]),
    ([{"wildcard": "ab\\**"}], [{"prefix": "ab*"}]),
    ([{"wildcard": "a\\\\b"}], ["a\\b"]),
    (["q", {"wildcard": "ab*"}, {"exists": False}], ["q", {"prefix": "ab"}, {"exists": False}]),
    ([{"anything-but": {"wildcard": "ab*"}}], [{"anything-but": {"prefix": "ab"}}]),
    ([{"anything-but": {"wildcard": ["*bc", "*b"]}}], [{"anything-but": {"suffix": ["bc", "b"]}}]),
    ([{"anything-but": {"wildcard": ["abc", "ab\\*"]}}], [{"anything-but": ["abc", "ab*"]}]),
]


@pytest.mark.parametrize(("matchers", "expected"), REPLACED)
def test_the_same_events_match(matchers: list[Any], expected: list[Any]) -> None:
    for pattern, wanted in (
        ({"detail": {"x": matchers}}, {"detail": {"x": expected}}),
        ({"$or": [{"x": matchers}, {"y": ["z"]}]}, {"$or": [{"x": expected}, {"y": ["z"]}]}),
    ):
        made = without_wildcards(pattern)
        assert made == wanted
        before, after = EventPattern.parse(pattern), EventPattern.parse(made)
        for value in VALUES:
            for event in ({"detail": {"x": value}}, {"x": value}, {}):
                assert before.matches(event) == after.matches(event), event


@pytest.mark.parametrize(
    "matcher",
    [
        {"wildcard": "a*b"},
        {"wildcard": "*ab*"},
        {"wildcard": "a**"},
        {"wildcard": "a\\b"},
        {"wildcard": 7},
        {"anything-but": {"wildcard": ["ab*", "*bc"]}},
        {"anything-but": {"wildcard": ["ab*", "abc"]}},
        {"anything-but": {"wildcard": "*"}},
        {"anything-but": {"wildcard": ["a*b"]}},
    ],
)
def test_no_other_matcher_equals_it(matcher: dict[str, Any]) -> None:
    with pytest.raises(NoEqual) as found:
        without_wildcards({"detail": {"x": ["q", matcher]}})
    assert found.value.matcher == json.dumps(matcher)


def test_a_field_may_have_the_name_of_an_operator() -> None:
    pattern = {"detail": {"wildcard": ["a*b"], "anything-but": {"wildcard": ["x*y"]}}, "$or": [{"wildcard": ["a*b"]}]}
    assert without_wildcards(pattern) == pattern
