"""Properties of every pattern and every event."""

import json
from collections.abc import Iterator
from typing import Any

from fuzzing import times
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from pattern_strategies import elements, events, keys, leaves, operands, patterns, texts

from pca_events.pattern import (
    AnythingBut,
    EqualsIgnoreCase,
    EventPattern,
    Exact,
    InvalidPattern,
    Matcher,
    Prefix,
    Suffix,
    flatten,
)


def leaf_patterns(node: Any, leading: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    """A pattern for each leaf of an event that matches that leaf."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from leaf_patterns(value, (*leading, key))
    elif isinstance(node, list):
        for item in node:
            yield from leaf_patterns(item, leading)
    else:
        pattern: Any = [node]
        for key in reversed(leading):
            pattern = {key: pattern}
        yield pattern


@for_all(events)
def test_a_pattern_made_from_an_event_matches_it(event: dict[str, Any]) -> None:
    for pattern in leaf_patterns(event):
        assert EventPattern.parse(pattern).matches(event)
        assert EventPattern.parse(json.dumps(pattern)).matches(json.loads(json.dumps(event)))


@for_all(st.dictionaries(keys.filter(lambda key: "." not in key), leaves, min_size=1, max_size=5))
def test_a_pattern_of_all_fields_matches_and_one_of_other_values_does_not(event: dict[str, Any]) -> None:
    everything = {key: [value] for key, value in event.items()}
    assert EventPattern.parse(everything).matches(event)
    assert EventPattern.parse(dict(reversed(everything.items()))).matches(event)
    for key in event:
        assert not EventPattern.parse({**everything, key: ["some other value"]}).matches(event)
        assert not EventPattern.parse(everything).matches({**event, key: []})


@for_all(patterns, events, elements, st.data())
def test_another_value_never_prevents_a_match(
    pattern: dict[str, Any], event: dict[str, Any], more: Any, data: Any
) -> None:
    if EventPattern.parse(pattern).matches(event):
        key = data.draw(st.sampled_from(sorted(pattern)))
        if isinstance(pattern[key], list):
            assert EventPattern.parse({**pattern, key: [more, *pattern[key]]}).matches(event)


@for_all(st.lists(texts.filter(len), min_size=1, max_size=3), leaves)
def test_anything_but_is_the_complement_for_present_values(refused: list[str], value: Any) -> None:
    forms: dict[str, tuple[Matcher, ...]] = {
        "prefix": tuple(map(Prefix, refused)),
        "suffix": tuple(map(Suffix, refused)),
        "equals-ignore-case": tuple(map(EqualsIgnoreCase, refused)),
    }
    assert AnythingBut(tuple(map(Exact, refused))).accepts(value) != (value in refused)
    for form, matchers in forms.items():
        positive = {"a": [matcher_text(form, text) for text in refused]}
        negative = {"a": [{"anything-but": {form: refused}}]}
        assert EventPattern.parse(positive).matches({"a": value}) != EventPattern.parse(negative).matches({"a": value})
        assert AnythingBut(matchers).accepts(value) == EventPattern.parse(negative).matches({"a": value})
        assert not EventPattern.parse(negative).matches({"b": value})


def matcher_text(form: str, text: str) -> dict[str, str]:
    return {form: text}


@for_all(patterns, patterns, events)
def test_or_is_the_union(one: dict[str, Any], other: dict[str, Any], event: dict[str, Any]) -> None:
    either = EventPattern.parse({"$or": [one, other]})
    assert either.matches(event) == (EventPattern.parse(one).matches(event) or EventPattern.parse(other).matches(event))


@for_all(patterns, events)
def test_the_explanation_agrees_with_the_match(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    read = EventPattern.parse(pattern)
    explanation = read.explain(event)
    assert explanation.matched == read.matches(event) == read.matches_flat(flatten(event))
    assert str(explanation).startswith("matches" if explanation.matched else "ignores")
    for branch in explanation.branches:
        assert branch.matched == (not branch.failed and not branch.scattered)


@for_all(patterns, events)
def test_the_conditions_agree_with_the_pattern(pattern: dict[str, Any], event: dict[str, Any]) -> None:
    """On events without arrays, the matchers alone lead to the verdict."""
    if "[" in json.dumps(event):
        return
    read = EventPattern.parse(pattern)
    leaves_of = {".".join(path): value for path, value in without_arrays(event)}
    if len(leaves_of) < sum(1 for _ in without_arrays(event)):
        return
    verdict = any(
        all(
            any(
                matcher.accepts(leaves_of[path]) if path in leaves_of else matcher.words == "absent"
                for matcher in matchers
            )
            for path, matchers in alternative.items()
        )
        for alternative in read.conditions
    )
    assert verdict == read.matches(event)


def without_arrays(node: Any, leading: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from without_arrays(value, (*leading, key))
    else:
        yield leading, node


def read_or_refused(pattern: Any) -> None:
    try:
        read = EventPattern.parse(pattern)
    except InvalidPattern as refused:
        says = bool(refused.reason and refused.place)
    else:
        says = read.size > 0 and read.matches({"a": 1, "b": [{"c": None}]}) in (True, False)
    assert says


@settings(max_examples=times(200))
@for_all(st.text() | st.recursive(leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner)))
def test_any_value_is_parsed_or_rejected(anything: Any) -> None:
    read_or_refused(anything)
    read_or_refused(json.dumps(anything))


@settings(max_examples=times(200))
@for_all(st.dictionaries(keys | st.just("$or"), operands | st.lists(operands, max_size=3), max_size=3), st.data())
def test_any_pattern_like_value_is_parsed_or_rejected(pattern: dict[str, Any], data: Any) -> None:
    read_or_refused(pattern)
    text = json.dumps(pattern)
    cut = data.draw(st.integers(0, len(text)))
    read_or_refused(text[:cut])
    read_or_refused(text[:cut] + data.draw(st.sampled_from(['"', "]", "}", ",", "\\", "[[", "0", "-"])) + text[cut:])
