"""An event that is tested without being flattened gets the answer of its leaves, whatever its keys and values."""

import contextlib
from collections import OrderedDict
from collections.abc import Iterable
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from fuzzing import times
from hypothesis import given as for_all
from hypothesis import settings
from pattern_strategies import patterns_and_events
from work import calls_of

from pca_events import catalog
from pca_events.calibrate.recorded import not_recorded, operators
from pca_events.json_source import WrittenNumber
from pca_events.pattern import EventPattern, InvalidPattern, flatten

RECORDED = [case for operator in operators() for case in operator.cases] + [found.case for found in not_recorded()]


def accepted(patterns: Iterable[Any]) -> list[EventPattern]:
    read = []
    for pattern in patterns:
        with contextlib.suppress(InvalidPattern):
            read.append(EventPattern.parse(pattern))
    return read


def assert_answer_of_leaves(pattern: EventPattern, event: Any) -> None:
    assert pattern.matches(event) is pattern.matches_flat(flatten(event)), (pattern, event)


@settings(max_examples=times(150))
@for_all(patterns_and_events)
def test_random_patterns(pairs: list[tuple[Any, Any]]) -> None:
    for pattern, event in pairs:
        for read in accepted([pattern]):
            assert_answer_of_leaves(read, event)


def test_every_recorded_pattern_with_every_recorded_and_documented_event() -> None:
    patterns = accepted(dict.fromkeys(case.pattern for case in RECORDED))
    events = [case.event for case in RECORDED] + [entry.event for entry in catalog.documented_events()]
    assert len(patterns) > 70
    for pattern in patterns:
        for event in events:
            assert_answer_of_leaves(pattern, event)


AB = {"a": {"b": [1]}}


@pytest.mark.parametrize(
    ("pattern", "event", "matches"),
    [
        (AB, {"a": {"b": 1}}, True),
        (AB, {"a.b": 1, "a": {"b": 2}}, True),
        (AB, {"a.b": 2, "a": {"b": 2}}, False),
        ({"a": {"b": {"c": [1]}}}, {"a": {"b.c": 1}}, True),
        ({"a.b": [1]}, {"a": {"b": 1}}, True),
        ({"a": {"b": [{"exists": False}]}}, {"a.b": 1}, False),
        (AB, {"a": [{"b": 2}, {"b": 1}]}, True),
        ({"a": {"b": [1], "c": [1]}}, {"a": [{"b": 1, "c": 2}, {"b": 2, "c": 1}]}, False),
        ({"a": {"b": [1], "c": [{"exists": False}]}}, {"a": [{"b": 2, "c": 2}, {"b": 1}]}, True),
        ({"a": [1]}, {"a": [2, [1]]}, True),
        ({"a": [1]}, {"a": [{"b": 2}, 1]}, True),
        ({"a": [1], "a.b": [2]}, {"a": [{"b": 2}, 1]}, True),
        ({"": {"b": [1]}}, {"b": 1}, True),
        ({"": [1]}, {"": 1}, True),
        ({"a": {"": [1]}}, {"a": {"": 1}}, False),
        ({"a": {"": [1]}}, {"a": {"": [1]}}, True),
        ({"1": [1]}, {1: 1}, True),
        ({"None": {"b": [1]}}, {None: {"b": 1}}, True),
        ({"a": [1]}, {"a": True}, False),
        ({"a": [True]}, {"a": 1}, False),
        ({"a": [1]}, {"a": Decimal("1.0")}, True),
        ({"a": [10**400]}, {"a": 10**400}, True),
        ({"a": [{"anything-but": [1]}]}, {"a": 10**400}, True),
        ('{"a": [1e400]}', {"a": WrittenNumber("1e400")}, True),
        ({"a": [{"exists": False}]}, {"a": []}, True),
        ({"a": [{"exists": False}]}, {"a": {"b": 1}}, True),
        ({"a": [{"exists": True}]}, {"a": [None]}, True),
        (AB, MappingProxyType({"a": OrderedDict(b=1)}), True),
        (AB, {"a": MappingProxyType({"b": 1})}, True),
        (AB, {"a": ({"b": 1},)}, True),
        ({"a": ["x"]}, {"a": ("x",)}, True),
        ({"a": ["x"]}, {"a": {"x"}}, False),
    ],
)
def test_keys_and_values_out_of_the_ordinary(pattern: Any, event: Any, matches: bool) -> None:
    read = EventPattern.parse(pattern)
    assert_answer_of_leaves(read, event)
    assert read.matches(event) is matches


@pytest.mark.parametrize("levels", [50, 99, 100, 101, 999, 1_000, 1_001])
@pytest.mark.parametrize("innermost", [1, [1], [[1]], [{"b": 1}]])
def test_deep_events(levels: int, innermost: Any) -> None:
    path = ".".join("a" * levels)
    event: Any = innermost
    for _ in range(levels):
        event = {"a": event}
    for read in (EventPattern.parse({path: [1]}), EventPattern.parse({f"{path}.b": [1]})):
        assert_answer_of_leaves(read, event)


def test_only_the_objects_that_contain_the_fields_are_read() -> None:
    pattern = EventPattern.parse({"source": ["s"], "detail": {"result": ["failure", {"prefix": "fail"}]}})
    detail = {"result": "failure", "other": {str(number): number for number in range(10_000)}}
    event = {"source": "s", "detail": detail}
    assert pattern.matches(event)
    assert calls_of(lambda: pattern.matches(event)) < 20
