"""Matches beyond the recorded corpus, with the answers of AWS's own engine."""

import re
from typing import Any

import pytest

from pca_events import catalog
from pca_events.pattern import EventPattern, flatten

ISSUED = catalog.documented("certificate-issuance-success").event

OF_ONE_VALUE = [
    # numbers are compared by value, however they are written; a string is not a number
    ("300", "3.0e2", True),
    ("300", "300.0", True),
    ("3.00E+2", "300", True),
    ("0", "-0.0", True),
    ("300", '"300"', False),
    ('"300"', "300", False),
    ("1", "true", False),
    ("true", "1", False),
    ("true", "true", True),
    ("true", '"true"', False),
    ("null", "null", True),
    ("null", '"null"', False),
    ("null", '""', False),
    ('""', '""', True),
    ('""', "null", False),
    ("0", "false", False),
    # a number that a double cannot represent equals only its own text
    ("12345678901234567890", "12345678901234567890", True),
    ("12345678901234567890", "12345678901234567891", False),
    ("9007199254740993", "9007199254740992", False),
    ("9007199254740992", "9007199254740992.0", True),
    ("0.12345678901234567890123", "0.12345678901234567890123", True),
    ("1e400", "1e400", True),
    ('{"numeric": [">", 1]}', "12345678901234567890", False),
    ('{"anything-but": 1}', "12345678901234567890", True),
    # addresses
    ('"10.0.0.1"', '"10.0.0.1"', True),
    ('"10.0.0.1"', '"010.000.000.001"', True),
    ('"10.0.0.256"', '"10.0.0.256"', True),
    ('"10.0.0.256"', '"10.0.0.0256"', False),
    ('"2001:db8::1"', '"2001:0DB8:0:0:0:0:0:1"', True),
    ('"::ffff:a00:1"', '"10.0.0.1"', True),
    ('{"exactly": "10.0.0.1"}', '"010.0.0.1"', False),
    ('{"exactly": "10.0.0.1"}', '"10.0.0.1"', True),
    ('{"anything-but": "10.0.0.1"}', '"010.0.0.1"', True),
    ('{"cidr": "10.0.0.0/31"}', '"10.0.0.1"', True),
    ('{"cidr": "10.0.0.0/31"}', '"10.0.0.2"', False),
    ('{"cidr": "10.0.0.9/24/"}', '"10.0.0.255"', True),
    ('{"cidr": "10.0.0.0/+8"}', '"10.255.0.1"', True),
    ('{"cidr": "10.0.0.0/8"}', '"2001:db8::1"', False),
    ('{"cidr": "::/0"}', '"2001:db8::1"', True),
    ('{"cidr": "10.0.0.0/8"}', '"10.0.0.1 "', False),
    # numeric
    ('{"numeric": ["=", 5]}', "5.0", True),
    ('{"numeric": [">", 5]}', "5", False),
    ('{"numeric": [">=", 5]}', "5", True),
    ('{"numeric": ["<", 5]}', "5", False),
    ('{"numeric": ["<=", 5]}', "5", True),
    ('{"numeric": [">", 0, "<=", 5]}', "5", True),
    ('{"numeric": [">", 0, "<=", 5]}', "0", False),
    ('{"numeric": [">=", -1.5, "<", 5]}', "-1.5", True),
    ('{"numeric": ["<", 5]}', '"1"', False),
    ('{"numeric": ["<", 5]}', "false", False),
    # letter case is folded by the characters of the pattern
    ('{"equals-ignore-case": "Straße"}', '"STRASSE"', True),
    ('{"equals-ignore-case": "STRASSE"}', '"straße"', False),
    ('{"equals-ignore-case": "É"}', '"é"', True),
    ('{"equals-ignore-case": "k"}', '"\u212a"', False),
    ('{"equals-ignore-case": "s"}', '"\u017f"', False),
    ('{"equals-ignore-case": "\u01c5"}', '"\u01c5"', False),
    ('{"equals-ignore-case": "\U0001f680"}', '"\U0001f680"', False),
    ('{"prefix": {"equals-ignore-case": "éc"}}', '"ÉCHEC"', True),
    ('{"prefix": {"equals-ignore-case": "fail"}}', '"FAILure"', True),
    ('{"prefix": {"equals-ignore-case": ""}}', '""', True),
    ('{"suffix": {"equals-ignore-case": "URE"}}', '"failure"', True),
    ('{"suffix": {"equals-ignore-case": "ÉE"}}', '"Envoyée"', True),
    ('{"suffix": {"equals-ignore-case": ""}}', '"failure"', True),
    ('{"suffix": {"equals-ignore-case": "é$"}}', '"é"', False),
    ('{"equals-ignore-case": "1"}', "1", False),
    # beginnings and ends
    ('{"prefix": ""}', "1", False),
    ('{"suffix": ""}', "null", False),
    ('{"prefix": "\U0001f680"}', '"\U0001f680 issued"', True),
    ('{"suffix": "証明書"}', '"新しい証明書"', True),
    # wildcards
    ('{"wildcard": "*"}', '""', True),
    ('{"wildcard": "*"}', "1", False),
    ('{"wildcard": "a*b*c"}', '"abc"', True),
    ('{"wildcard": "a*b*c"}', '"acb"', False),
    ('{"wildcard": "a*a"}', '"a"', False),
    ('{"wildcard": "*ab*ab"}', '"ab"', False),
    ('{"wildcard": "*ab*ab"}', '"abab"', True),
    ('{"wildcard": "crl\\\\*"}', '"crl*"', True),
    ('{"wildcard": "crl\\\\*"}', '"crl/1"', False),
    ('{"wildcard": "crl\\\\\\\\*"}', '"crl\\\\1"', True),
    ('{"wildcard": "a.c"}', '"abc"', False),
    ('{"wildcard": "a*\\n*c"}', '"a\\n\\nc"', True),
    # anything-but
    ('{"anything-but": "success"}', "null", True),
    ('{"anything-but": "success"}', "true", True),
    ('{"anything-but": "5"}', "5", True),
    ('{"anything-but": 5}', '"5"', True),
    ('{"anything-but": 5}', "5.0", False),
    ('{"anything-but": [5, 6]}', "0.6e1", False),
    ('{"anything-but": "success"}', '["success", "failure"]', True),
    ('{"anything-but": "success"}', '["success"]', False),
    ('{"anything-but": "success"}', "[]", False),
    ('{"anything-but": {"equals-ignore-case": ["SUCCESS"]}}', '"success"', False),
    ('{"anything-but": {"wildcard": "*"}}', "1", True),
    # presence
    ('{"exists": true}', "null", True),
    ('{"exists": true}', "[]", False),
    ('{"exists": true}', "{}", False),
    ('{"exists": true}', '{"a": 1}', False),
    ('{"exists": true}', "[[1]]", True),
    ('{"exists": false}', "[]", True),
    ('{"exists": false}', '{"a": 1}', True),
    ('{"exists": false}', "null", False),
    ('{"exists": false}, "success"', '"success"', True),
    ('{"exists": false}, "success"', '"failure"', False),
    # arrays
    ('"success"', '["failure", ["success"]]', True),
    ('"a", "b"', '["c", "b"]', True),
    ('"a"', '[{"a": "a"}]', False),
]


@pytest.mark.parametrize(("elements", "value", "matches"), OF_ONE_VALUE)
def test_a_value_is_matched_as_on_aws(elements: str, value: str, matches: bool) -> None:
    pattern = EventPattern.parse(f'{{"detail": {{"result": [{elements}]}}}}')
    event = f'{{"detail": {{"result": {value}}}}}'
    assert pattern.matches(event) == matches
    assert pattern.explain(event).matched == matches


OF_ARRAYS = [
    # both in one element, and each in another
    ({"name": ["a"], "state": ["up"]}, [{"name": "a", "state": "up"}], True),
    ({"name": ["a"], "state": ["up"]}, [{"name": "a"}, {"state": "up"}], False),
    ({"name": ["a"], "state": ["up"]}, [{"name": "a"}, {"name": "a", "state": ["down", "up"]}], True),
    ({"name": ["a", "b"], "state": ["up"]}, [{"name": "a"}, {"name": "b", "state": "up"}], True),
    ({"name": ["a"], "of": {"state": ["up"]}}, [{"name": "a", "of": [{"b": 1}, {"state": "up"}]}], True),
    ({"name": ["a"], "of": {"state": ["up"]}}, [{"name": "a"}, {"of": [{"state": "up"}]}], False),
    ({"of": {"b": [1], "c": [1]}}, [{"of": [{"b": 1}, {"c": 1}]}], False),
    ({"of": {"b": [1], "c": [1]}}, [{"of": [{"b": 1}]}, {"of": [{"b": 1, "c": 1}]}], True),
    ({"name": ["a"]}, [[{"name": "a"}]], True),
    ({"name": ["a"], "state": ["up"]}, [[{"name": "a"}], [{"state": "up"}]], False),
    # absent from the element that the paths before it, in their order, have settled on
    ({"name": ["a"], "state": [{"exists": False}]}, [{"name": "a"}, {"state": "up"}], True),
    ({"name": ["a"], "alias": [{"exists": False}]}, [{"name": "a"}, {"alias": "up"}], False),
    ({"name": ["a"], "state": [{"exists": False}]}, [{"name": "a", "state": "up"}], False),
    ({"name": ["a"], "state": [{"exists": False}, "up"]}, [{"name": "a", "state": "down"}, {"name": "a"}], True),
]


@pytest.mark.parametrize(("certificates", "found", "matches"), OF_ARRAYS)
def test_objects_in_arrays_are_matched_element_by_element(
    certificates: dict[str, Any], found: list[Any], matches: bool
) -> None:
    pattern = EventPattern.parse({"detail": {"certificates": certificates}})
    event = {"detail": {"certificates": found}}
    assert pattern.matches(event) == matches
    assert pattern.explain(event).matched == matches


def test_elements_of_different_arrays_are_independent() -> None:
    pattern = EventPattern.parse({"detail": {"a": {"x": [1]}, "b": {"x": [2]}}})
    assert pattern.matches({"detail": {"a": [{"x": 0}, {"x": 1}], "b": [{"x": 2}]}})
    many = [{"x": 1} for _ in range(300)]
    wanted = {name: {"x": [1], "y": [1]} for name in "abcdefgh"}
    event = {name: [*many, {"y": 1}] for name in "abcdefgh"}
    assert not EventPattern.parse(wanted).matches(event)
    assert EventPattern.parse(wanted).matches({name: [*many, {"x": 1, "y": 1}] for name in "abcdefgh"})


OF_PATTERNS = [
    # the last of two equal paths counts, and both may lead through dots
    ('{"source": ["a"], "source": ["aws.acm-pca"]}', True),
    ('{"source": ["aws.acm-pca"], "source": ["a"]}', False),
    ('{"detail": {"result": ["success"]}, "detail.result": ["failure"]}', False),
    ('{"detail": {"result": ["failure"]}, "detail": {"requestId": [{"exists": false}]}}', False),
    ('{"detail": {"result": ["success"]}, "detail": {"requestId": [{"exists": false}]}}', True),
    ('{"detail.result": ["success"]}', True),
    # $or: the union, together with what stands beside it; what comes later wins
    ('{"$or": [{"source": ["a"]}, {"detail": {"result": ["success"]}}]}', True),
    ('{"$or": [{"source": ["a"]}, {"detail": {"result": ["failure"]}}]}', False),
    ('{"account": ["none"], "$or": [{"source": ["aws.acm-pca"]}, {"detail": {"result": ["success"]}}]}', False),
    ('{"$or": [{"source": ["a"]}, {"region": ["b"]}], "source": ["aws.acm-pca"]}', True),
    ('{"source": ["a"], "$or": [{"source": ["aws.acm-pca"]}, {"region": ["b"]}]}', True),
    ('{"$or": [{"$or": [{"a": ["b"]}, {"c": ["d"]}]}, {"source": ["aws.acm-pca"]}]}', True),
    ('{"detail": {"$or": [{"result": ["failure"]}, {"result": ["success"]}]}}', True),
    ('{"$or": [{"a": ["b"]}, {"c": ["d"]}], "$or": [{"e": ["f"]}, {"source": ["aws.acm-pca"]}]}', False),
]


@pytest.mark.parametrize(("text", "matches"), OF_PATTERNS)
def test_a_pattern_is_parsed_as_on_aws(text: str, matches: bool) -> None:
    assert EventPattern.parse(text).matches(ISSUED) == matches


def test_each_documented_event_is_matched_by_its_own_pattern_only() -> None:
    for entry in catalog.documented_events():
        pattern = EventPattern.parse(entry.pattern)
        assert [other.id for other in catalog.documented_events() if pattern.matches(other.event)] == [entry.id]


@pytest.mark.parametrize("depth", [300, 999, 5_000, 100_000])
def test_a_deeply_nested_event_is_matched(depth: int) -> None:
    inner: Any = {"result": "success"}
    for _ in range(depth):
        inner = {"a": inner}
    pattern = EventPattern.parse({"detail": {"result": ["success"]}})
    assert pattern.matches({"detail": {"result": "success", "more": inner}})
    assert not pattern.matches({"detail": inner})


def test_a_pattern_as_deep_as_the_quota_allows_is_parsed() -> None:
    text = '{"a":' * 330 + '["b"]' + "}" * 330
    event: Any = "b"
    for _ in range(330):
        event = {"a": event}
    assert EventPattern.parse(text).matches(event)


def test_a_flat_event_can_be_matched_against_many_patterns() -> None:
    flat = flatten(ISSUED)
    assert flat.fields["resources"] == tuple(ISSUED["resources"])
    assert flat.elements == {}
    assert EventPattern.parse({"source": ["aws.acm-pca"]}).matches_flat(flat)
    assert not EventPattern.parse({"source": ["aws.acmpca"]}).matches_flat(flat)


def test_many_wildcards_are_fast() -> None:
    pattern = EventPattern.parse({"a": [{"wildcard": "*a*a*a*b"}]})
    assert not pattern.matches({"a": "a" * 100_000})
    assert pattern.matches({"a": "a" * 100_000 + "b"})


def test_a_wildcard_matches_like_its_regular_expression() -> None:
    texts = ["", "a", "ab", "ba", "aab", "abab", "b.a", "axxb"]
    for wildcard in ("*", "a*", "*b", "a*b", "*a*b", "a*a*b", "b.a", "*.a", "*ab*"):
        expression = re.compile(".*".join(map(re.escape, wildcard.split("*"))))
        pattern = EventPattern.parse({"a": [{"wildcard": wildcard}]})
        for text in texts:
            assert pattern.matches({"a": text}) == bool(expression.fullmatch(text)), (wildcard, text)
