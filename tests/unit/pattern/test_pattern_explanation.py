"""Explanations of matches, conditions as text, and the size of patterns."""

import dataclasses
import json

import pytest

from pca_events import catalog
from pca_events.pattern import (
    Address,
    AnythingBut,
    Cidr,
    EqualsIgnoreCase,
    EventPattern,
    Exact,
    Exists,
    Matcher,
    Numeric,
    Prefix,
    Suffix,
    Wildcard,
)

ISSUED = catalog.documented("certificate-issuance-success").event

WORDS = [
    ('"success"', Exact("success"), '"success"'),
    ("300", Exact(300), "300"),
    ("true", Exact(True), "true"),
    ("null", Exact(None), "null"),
    ('{"exactly": "é"}', Exact("é"), '"é"'),
    ('"10.0.0.1"', Address("10.0.0.1"), '"10.0.0.1"'),
    ('{"prefix": "arn:aws:"}', Prefix("arn:aws:"), 'begins with "arn:aws:"'),
    ('{"prefix": {"equals-ignore-case": "A"}}', Prefix("A", True), 'begins with "A" in any letter case'),
    ('{"suffix": ".crl"}', Suffix(".crl"), 'ends with ".crl"'),
    ('{"suffix": {"equals-ignore-case": "A"}}', Suffix("A", True), 'ends with "A" in any letter case'),
    ('{"equals-ignore-case": "A"}', EqualsIgnoreCase("A"), '"A" in any letter case'),
    ('{"wildcard": "a*b"}', Wildcard("a*b"), 'fits "a*b"'),
    ('{"numeric": ["=", 5]}', Numeric(5, False, 5, False), "= 5"),
    ('{"numeric": [">", 0.5]}', Numeric(0.5, True), "> 0.5"),
    ('{"numeric": ["<=", 1e30]}', Numeric(upper=1e30), "<= 1e+30"),
    ('{"numeric": [">=", 0, "<", 5]}', Numeric(0, False, 5, True), ">= 0 and < 5"),
    ('{"exists": true}', Exists(True), "present"),
    ('{"exists": false}', Exists(False), "absent"),
    ('{"cidr": "10.0.0.0/24"}', Cidr("10.0.0.0/24"), "an address in 10.0.0.0/24"),
    ('{"anything-but": ["a", "b"]}', AnythingBut((Exact("a"), Exact("b"))), 'anything but "a" or "b"'),
    ('{"anything-but": {"suffix": "a"}}', AnythingBut((Suffix("a"),)), 'anything but what ends with "a"'),
]


@pytest.mark.parametrize(("element", "matcher", "words"), WORDS)
def test_each_operator_has_its_matcher(element: str, matcher: Matcher, words: str) -> None:
    (alternative,) = EventPattern.parse(f'{{"detail": {{"result": [{element}]}}}}').conditions
    assert dict(alternative) == {"detail.result": (matcher,)}
    assert {matcher: 1}[alternative["detail.result"][0]] == 1
    assert matcher.words == words
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(matcher, dataclasses.fields(matcher)[0].name, "other")  # type: ignore[arg-type]


def test_a_matcher_distinguishes_true_from_1_and_accepts_only_leaves() -> None:
    assert Exact(True) != Exact(1)
    assert Exact(1) == Exact(1.0)
    assert Exact(1).accepts(1.0)
    assert not Exact(1).accepts(True)
    assert not Exists(True).accepts([1])
    assert not AnythingBut((Exact("a"),)).accepts({})
    assert not Exists(False).accepts("a")
    assert Numeric(lower=1).accepts(2)
    with pytest.raises(TypeError):
        Exact([1])


def test_alternatives_are_expanded() -> None:
    pattern = EventPattern.parse({"source": ["a"], "detail": {"$or": [{"result": ["b"]}, {"reason": ["c"]}]}})
    assert [dict(alternative) for alternative in pattern.conditions] == [
        {"source": (Exact("a"),), "detail.result": (Exact("b"),)},
        {"source": (Exact("a"),), "detail.reason": (Exact("c"),)},
    ]


def test_an_explanation_shows_the_failed_conditions() -> None:
    pattern = EventPattern.parse(
        {
            "source": ["aws.acm-pca"],
            "resources": [{"suffix": "/none"}],
            "detail": {"result": ["failed", {"prefix": "x"}], "reason": [{"exists": True}]},
        }
    )
    explanation = pattern.explain(ISSUED)
    (branch,) = explanation.branches
    assert (explanation.matched, branch.matched, branch.scattered) == (False, False, False)
    assert [(one.path, one.outcome) for one in branch.conditions] == [
        ("source", "matched"),
        ("resources", "wrong value"),
        ("detail.result", "wrong value"),
        ("detail.reason", "missing"),
    ]
    assert branch.failed == branch.conditions[1:]
    assert branch.conditions[1].found == tuple(ISSUED["resources"])
    assert str(explanation).splitlines()[3:] == [
        '  detail.result: wrong value; wanted "failed" or begins with "x"; found "success"',
        "  detail.reason: missing; wanted present; found nothing",
    ]
    assert str(explanation).startswith('ignores\n  source: matched; wanted "aws.acm-pca"; found "aws.acm-pca"\n')


def test_an_explanation_shows_each_alternative() -> None:
    pattern = EventPattern.parse({"$or": [{"source": ["aws.acm-pca"]}, {"detail": {"result": ["failure"]}}]})
    explanation = pattern.explain(ISSUED)
    assert [branch.matched for branch in explanation.branches] == [True, False]
    assert str(explanation).splitlines() == [
        "matches",
        "alternative 1 of 2: holds",
        '  source: matched; wanted "aws.acm-pca"; found "aws.acm-pca"',
        "alternative 2 of 2: fails",
        '  detail.result: wrong value; wanted "failure"; found "success"',
    ]


def test_an_explanation_shows_conditions_that_hold_in_different_elements() -> None:
    pattern = EventPattern.parse({"detail": {"items": {"a": [1], "b": [True]}}})
    explanation = pattern.explain({"detail": {"items": [{"a": 1}, {"b": True}]}})
    assert not explanation.matched
    assert explanation.branches[0].scattered
    assert str(explanation).endswith("\n  each condition holds, but in different elements of an array")


def test_found_values_are_those_of_the_event() -> None:
    values = [1, 2.5, True, None, "a", ""]
    (branch,) = EventPattern.parse({"a": ["x"]}).explain({"a": values}).branches
    assert list(branch.conditions[0].found) == values
    assert json.dumps(branch.conditions[0].found) == json.dumps(values)


def test_only_the_first_of_many_values_are_shown() -> None:
    (branch,) = EventPattern.parse({"a": ["x"]}).explain({"a": list(range(1_500))}).branches
    assert str(branch.conditions[0]).endswith("found 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 1,490 more")


def test_a_pattern_has_its_size() -> None:
    text = '{ "source": [ "é" ],\n "source": ["aws.acm-pca"] }'
    pattern = EventPattern.parse(text)
    assert (pattern.given_size, pattern.size) == (len(text), len('{"source":["aws.acm-pca"]}'))
    assert EventPattern.parse({"source": ["é"]}).size == len('{"source":["é"]}')
    assert repr(pattern) == f"EventPattern.parse({text!r})"
