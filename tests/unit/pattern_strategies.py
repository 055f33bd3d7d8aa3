"""Hypothesis strategies for event patterns and events."""

from collections import OrderedDict
from decimal import Decimal
from random import Random
from types import MappingProxyType
from typing import Any

from hypothesis import strategies as st

texts = st.text(max_size=6) | st.sampled_from(["success", "failure", "10.0.0.1", "*", "a.b", ""])
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
leaves = st.none() | st.booleans() | numbers | texts
# $or, and the comparisons that are reserved inside it, are not fields.
keys = st.sampled_from(["a", "b", "c", "a.b", "detail"]) | st.text(min_size=1, max_size=3).filter(
    lambda key: not set(key) & set("$<=>")
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=8,
)
events = st.dictionaries(keys, values, min_size=1, max_size=3)

operands = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["prefix", "suffix", "numeric", "wildcard", "cidr", "exists", "anything-but", "$or"])
            | st.sampled_from(["equals-ignore-case", "exactly", "a"]),
            inner,
            max_size=2,
        )
    ),
    max_leaves=5,
)

elements = st.one_of(
    leaves,
    st.builds(lambda text: {"prefix": text}, texts),
    st.builds(lambda text: {"suffix": text}, texts),
    st.builds(lambda text: {"equals-ignore-case": text}, texts),
    st.builds(lambda number: {"numeric": ["<=", number]}, st.integers(-9, 9)),
    st.builds(lambda several: {"anything-but": several}, st.lists(texts, min_size=1, max_size=3)),
    st.builds(lambda several: {"anything-but": several}, st.lists(st.integers(-9, 9), min_size=1, max_size=3)),
    st.builds(lambda wanted: {"exists": wanted}, st.booleans()),
)
patterns = st.dictionaries(
    keys,
    st.recursive(
        st.lists(elements, min_size=1, max_size=3),
        lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=2),
        max_leaves=3,
    ),
    min_size=1,
    max_size=3,
)

# Few keys and values, so that patterns and events meet; some keys with dots, empty, and not even strings.
_NAMES = ("a",) * 12 + ("b",) * 12 + ("a.b", "b.a", "", "1", "a.")
_ANY_NAMES: tuple[Any, ...] = (*_NAMES, 1, None)
_LEAVES: tuple[Any, ...] = (0, 1, "a") * 5 + (
    *(1.0, True, None, "b", "", "010.0.0.1", 2**53 + 1, 10**400, Decimal("1.0"), Decimal("1e400"), float("nan")),
)
_ELEMENTS: tuple[Any, ...] = (0, 1, "a") * 3 + (
    *(True, None, "", "10.0.0.1", {"exists": True}, {"exists": False}, {"exists": False}, {"prefix": "a"}),
    *({"numeric": [">=", 1]}, {"anything-but": ["a"]}, {"anything-but": [1]}, {"cidr": "10.0.0.0/8"}),
)


def _object(chance: Random, levels: int) -> dict[Any, Any]:
    return {chance.choice(_ANY_NAMES): _value(chance, levels - 1) for _ in range(chance.randint(1, 3))}


def _value(chance: Random, levels: int) -> Any:
    kind = chance.random() if levels else 1
    if kind < 0.5:
        return _object(chance, levels)
    if kind < 0.55:
        return chance.choice((OrderedDict, MappingProxyType))(_object(chance, levels))
    if kind < 0.75:
        return chance.choice((list, tuple))(_value(chance, levels - 1) for _ in range(chance.randint(0, 3)))
    return chance.choice(_LEAVES)


def _fields(chance: Random, levels: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for _ in range(chance.randint(1, 2)):
        is_object = levels and chance.random() < 0.6
        elements = [chance.choice(_ELEMENTS) for _ in range(chance.randint(1, 2))]
        made[chance.choice(_NAMES)] = _fields(chance, levels - 1) if is_object else elements
    if chance.random() < 0.1:
        made["$or"] = [_fields(chance, 1), _fields(chance, 1)]
    return made


def _pair(seed: int) -> tuple[dict[str, Any], dict[Any, Any]]:
    chance = Random(seed)
    return _fields(chance, 2), _object(chance, 4)


patterns_and_events = st.integers(0, 2**64).map(
    lambda seed: [_pair(seed + number) for number in range(50)]  # one at a time, Hypothesis takes most of the time
)
"""Patterns, most of which AWS accepts, each with an event: Python objects with whatever a JSON document can contain,
and some things that it cannot."""
