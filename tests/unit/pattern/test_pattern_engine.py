"""Hard cases of the engine: linear time, wildcard complexity counted as AWS does, and numbers with all digits."""

import json
import re
from typing import Any

import pytest
from fuzzing import times
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from work import calls_of

from pca_events.pattern import AnythingBut, EventPattern, InvalidPattern, Matcher, Wildcard, engine_limits
from pca_events.pattern.engine_limits import MOST
from pca_events.pattern.text_comparison import spellings

LONG = 200_000


def of(*elements: Any) -> EventPattern:
    return EventPattern.parse({"a": list(elements)})


@pytest.mark.parametrize(
    ("element", "text", "matches"),
    [
        ({"equals-ignore-case": "7" * 60 + "é"}, "7" * 60 + "e", False),
        ({"equals-ignore-case": "-" * 1_000 + "É"}, "-" * LONG, False),
        ({"prefix": {"equals-ignore-case": "é" + "." * 60 + "ñ"}}, "é" + "." * LONG, False),
        ({"suffix": {"equals-ignore-case": "é" + "0" * 1_000}}, "0" * LONG, False),
        ({"suffix": {"equals-ignore-case": "ß" * 1_000 + "é"}}, "S" * LONG + "E", False),
        ({"anything-but": {"equals-ignore-case": ["1" * 60 + "é", "2" * 60 + "ü"]}}, "1" * 60, True),
        ({"wildcard": "*ab*ab*b"}, "ab" * LONG, True),
        ({"anything-but": {"wildcard": "*a*b*c"}}, "ab" * LONG, True),
        ({"cidr": "2001:db8::/32"}, ":" * LONG + "x", False),
        ({"cidr": "10.0.0.0/8"}, "1" * LONG, False),
        ("2001:db8::1", ":" * LONG, False),
    ],
)
def test_long_texts_end_within_the_limit_of_a_test(element: Any, text: str, matches: bool) -> None:
    assert of(element).matches({"a": text}) is matches


characters = st.sampled_from(["1", "-", "a", "É", "é", "ß", "S", "İ", "ŉ", "ΐ", "🚀", "?", ".", "Ǆ"])
words = st.text(characters, max_size=40)
operators = st.sampled_from(["equals-ignore-case", "prefix", "suffix", "anything-but"])


@settings(max_examples=150)
@for_all(operators, words, words, st.integers(1, 2_000))
def test_matching_in_any_letter_case_takes_a_few_calls(operator: str, wanted: str, found: str, times: int) -> None:
    operand: Any = wanted if operator == "equals-ignore-case" else {"equals-ignore-case": wanted}
    pattern, event = of({operator: operand}), {"a": found * times}
    pattern.matches(event)  # compiles
    assert calls_of(lambda: pattern.matches(event)) < 100


def test_at_most_one_spelling_of_a_character_fits() -> None:
    everything = (chr(code) for code in range(0x10000))
    ambiguous = [
        character
        for character in everything
        for one in spellings(character)
        for other in spellings(character)
        if one != other and (one.startswith(other) or one.endswith(other))
    ]
    assert ambiguous == []


@pytest.mark.parametrize(
    ("elements", "count"),
    [
        # as event-ruler 2.0.1 counts them
        ([{"wildcard": "a"}], 1),
        ([{"wildcard": "arn:*:certificate-authority/*"}], 3),
        ([{"wildcard": "*aaa"}], 4),
        ([{"wildcard": "*a*a*a"}], 6),
        ([{"wildcard": "*é*è"}], 4),
        ([{"wildcard": "*/x/y*"}, {"wildcard": "*/x/y*"}], 6),
        ([{"wildcard": "*:ca/*"}, {"wildcard": "*:ca/*/certificate/*"}], 8),
        ([{"anything-but": {"wildcard": ["*a", "*a"]}}], 2),
        ([{"anything-but": {"wildcard": "*ab*"}}, {"anything-but": {"wildcard": "*ab*"}}], 5),
        ([{"anything-but": {"wildcard": ["*/blue/*", "*/green/*", "*/red/*", "*/gold/*", "*/grey/*"]}}], 9),
    ],
)
def test_complexity_is_counted_as_the_published_engine_does(elements: list[Any], count: int) -> None:
    (conditions,) = of(*elements).conditions
    assert engine_limits.complexity(conditions["a"]) == count <= MOST


pieces = st.lists(st.text(st.sampled_from("abé/"), max_size=3), min_size=1, max_size=4)
wildcard_texts = pieces.map("*".join).map(lambda text: re.sub(r"\*+", "*", text))
wildcards_of_a_field = st.lists(
    st.builds(Wildcard, wildcard_texts)
    | st.lists(wildcard_texts, min_size=1, max_size=3).map(lambda texts: AnythingBut(tuple(map(Wildcard, texts)))),
    min_size=1,
    max_size=3,
)


@settings(max_examples=times(300))
@for_all(wildcards_of_a_field)
def test_the_complexity_never_exceeds_its_quick_bound(matchers: list[Matcher]) -> None:
    assert engine_limits.complexity(tuple(matchers)) <= engine_limits.at_most(matchers)


def test_complexity_is_counted_over_alternatives_that_are_read_together() -> None:
    one, other = [{"wildcard": "*aaaaa"}], [{"wildcard": "*aaaab"}]
    with pytest.raises(InvalidPattern, match=r"too complex .*\$\.\$or\[0\]\.x"):
        EventPattern.parse({"$or": [{"x": one}, {"x": other}]})
    assert EventPattern.parse({"$or": [{"x": one}, {"b": [1], "x": other}]})


def test_the_work_for_many_fields_beside_a_wildcard_is_linear() -> None:
    def parsed(count: int) -> None:
        EventPattern.parse({f"f{number:04}": ["x"] for number in range(count)} | {"w": [{"wildcard": "a*b"}]})

    parsed(1)
    assert calls_of(lambda: parsed(800)) < 3 * calls_of(lambda: parsed(400))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"a": {"b": [{"wildcard": "*-*-*-*-*-crl/*"}]}}', "line 1, column 13"),
        ('{"c": ["x"],\n "$or": [{"a": ["b"]}, {"a": [{"wildcard": "*aaaaaaaaaaaa"}]}]}', "line 2, column 16"),
    ],
)
def test_a_complex_wildcard_is_rejected_at_its_position(text: str, place: str) -> None:
    with pytest.raises(InvalidPattern) as refused:
        EventPattern.parse(text)
    assert (refused.value.reason, refused.value.place) == (engine_limits.TOO_COMPLEX, place)


def test_syntax_is_checked_before_complexity() -> None:
    with pytest.raises(InvalidPattern, match="Malformed CIDR"):
        EventPattern.parse({"a": [{"wildcard": "*aaaaaaaaaaaa"}], "b": [{"cidr": "1"}]})


@pytest.mark.parametrize(
    ("elements", "value", "matches"),
    [
        ('{"numeric": [">", 0]}', "0.1000000000000000055511151231257827", False),
        ("0.3000000000000000166533453693773481063544750213623046875", "0.3", False),
        ("2.718281828459045", "2.7182818284590452", False),
        ("1e-400", "0.0", False),
        ("1e-400", "1e-400", True),
        ("-1e400", "-1e400", True),
        ("1e400", "1e401", False),
        ("12345678901234567890", "12345678901234567890", True),
        ("12345678901234567890", "12345678901234567891", False),
    ],
)
def test_numbers_are_compared_as_written(elements: str, value: str, matches: bool) -> None:
    pattern = EventPattern.parse(f'{{"a": [{elements}]}}')
    assert pattern.matches(f'{{"a": {value}}}') == pattern.explain(f'{{"a": {value}}}').matched == matches


def test_the_size_of_a_pattern_counts_digits_as_written() -> None:
    text = '{"a":[1e400,0.10000000000000000000000000001,3.0e2]}'
    assert EventPattern.parse(text).size == len(text)


@pytest.mark.parametrize("operator", [">", ">="])
def test_no_number_is_beyond_the_largest(operator: str) -> None:
    largest = 1.7976931348623157e308
    for one in ([operator, largest], [operator.replace(">", "<"), -largest]):
        with pytest.raises(InvalidPattern, match="Bottom must be less than top"):
            of({"numeric": one})
    assert of({"numeric": [operator, -largest]}).matches({"a": 0})


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        # AWS's engine joins keys with dots, but writes none behind an empty first key of a pattern
        ({"": {"d": [1]}}, {"d": 1}, True),
        ({"": {"d": [1]}}, {"": {"d": 1}}, False),
        ({"": {"x": {"d": [1]}}}, {".x": {"d": 1}}, True),
        ({"": [1]}, {"": 1}, True),
        ({"a": {"": {"b": [1]}}}, {"a": {"": {"b": 1}}}, True),
        ({"a.": [1]}, {"a.": 1}, True),
        ({"a.": [1]}, {"a": {"": 1}}, False),
    ],
)
def test_empty_keys_are_read_as_the_published_engine_does(pattern: Any, event: Any, matches: bool) -> None:
    assert EventPattern.parse(pattern).matches(event) == matches


@pytest.mark.slow
def test_objects_in_arrays_do_not_take_quadratic_time() -> None:
    many = 30_000
    present = [{"exists": True}]
    wanted = EventPattern.parse({"d": {"a": present, "b": present, "c": [{"exists": False}]}})
    together = {"d": [{"a": 0, "b": 0}] * many}
    apart = {"d": [{"a": 0}] * many + [{"b": 0}] * many}
    assert wanted.matches(together)
    assert not wanted.matches(apart)
    nested = EventPattern.parse({"d": {"a": {"x": [0], "y": [1]}, "b": {"z": present, "w": [3]}}})
    event = {"d": [{"a": [{"x": 0, "y": 1}] * 3, "b": [{"z": 0, "w": 2}] * 3}] * 5_000}
    assert not nested.matches(event)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "The event is not valid JSON: Expecting property name"),
        ("[1]", "The event is not a JSON object"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": %s}' % ("1" * 2_000), "longer than 1000"),
    ],
)
def test_an_event_text_that_cannot_be_read(text: str, words: str) -> None:
    from pca_events.errors import BadInput

    with pytest.raises(BadInput, match=words):
        of("x").matches(text)
    assert of("x").matches(json.dumps({"a": "x"}))
