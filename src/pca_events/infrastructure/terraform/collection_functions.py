"""Terraform functions for lists, sets and objects."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.source_tree import Object

MOST_ITEMS = 10_000
"""The maximum number of items that a function may return."""


def _merge(*objects: Any) -> dict[str, Any]:
    merged = Object(next((held.line for held in objects if isinstance(held, Object)), 0))
    for held in objects:
        for key, value in _object_of(held).items() if held is not None else ():
            span = held.spans.get(key) if isinstance(held, Object) else None
            merged.put(key, value, span or (merged.line, merged.line))
    return merged


def _concat(*lists: Any) -> list[Any]:
    return [item for held in lists for item in _listed_of(held)]


def _first(*values: Any) -> Any:
    """The first value that is neither null nor an empty string; unknown if an earlier value is unknown."""
    for value in values:
        if isinstance(value, Unknown) and not any(value.parts):
            break
        if value not in (None, ""):
            return value
    raise ValueError("it is not known which is the first")


def _first_list(*lists: Any) -> list[Any]:
    for held in lists:
        if found := _listed_of(held):
            return found
    raise ValueError("all of them are empty")


def _lookup(held: Any, key: Any, *default: Any) -> Any:
    if isinstance(key, Unknown):
        raise TypeError("it is not known what is looked up")
    known = _object_of(held)
    return known[key] if key in known else default[0]


def _element(held: Any, at: Any) -> Any:
    return _listed_of(held)[at % len(held)]


def _distinct(held: Any) -> list[Any]:
    made: list[Any] = []
    seen = set[str]()
    for item in _listed_of(held):
        known = repr(item)
        if known not in seen:
            seen.add(known)
            made.append(item)
    return made


def _set(held: Any) -> list[Any]:
    items = _distinct(held)
    return sorted(items) if all(isinstance(item, str) for item in items) else items


def _flat(held: Any) -> Iterator[Any]:
    for item in _listed_of(held):
        if isinstance(item, list):
            yield from _flat(item)
        elif isinstance(item, Unknown) and not any(item.parts):
            raise TypeError("it is not known whether an item is a list")
        else:
            yield item


def _contains(held: Any, item: Any) -> bool:
    items = _listed_of(held)
    if not isinstance(item, Unknown) and item in items:
        return True
    if isinstance(item, Unknown) or any(isinstance(known, Unknown) for known in items):
        raise TypeError("it is not known")
    return False


def _compact(held: Any) -> list[Any]:
    items = _listed_of(held)
    if any(isinstance(item, Unknown) and not any(item.parts) for item in items):
        raise TypeError("it is not known whether an item is empty")
    return [item for item in items if item not in (None, "")]


def _zipped(keys: list[str], values: list[Any]) -> dict[str, Any]:
    if any(not isinstance(key, str) for key in _listed_of(keys)):
        raise TypeError("a key is not known")
    return dict(zip(keys, _listed_of(values), strict=True))


def _product(*lists: list[Any]) -> list[list[Any]]:
    made = list(itertools.islice(itertools.product(*map(_listed_of, lists)), MOST_ITEMS + 1))
    if len(made) > MOST_ITEMS:
        raise ValueError("has too many items")
    return [list(items) for items in made]


def _range(*numbers: int) -> list[int]:
    found = range(*numbers)
    if len(found) > MOST_ITEMS:
        raise ValueError("has too many items")
    return list(found)


def _chunks(held: list[Any], size: int) -> list[list[Any]]:
    return [held[at : at + size] for at in range(0, len(held), size)]


def _among(items: list[Any]) -> Callable[[Any], bool]:
    """Return a function that tells whether an item is one of these; fast if they are strings or numbers."""
    if all(isinstance(item, str | int | float) for item in items):
        known = set(items)
        return lambda item: isinstance(item, str | int | float) and item in known
    return items.__contains__


def _intersection(first: list[Any], *sets: list[Any]) -> list[Any]:
    tests = [_among(_listed_of(held)) for held in sets]
    return [item for item in _set(first) if all(test(item) for test in tests)]


def _subtract(first: list[Any], second: list[Any]) -> list[Any]:
    known = _among(_listed_of(second))
    return [item for item in _set(first) if not known(item)]


def _match_keys(values: list[Any], keys: list[Any], wanted: list[Any]) -> list[Any]:
    known = _among(_listed_of(wanted))
    return [value for value, key in zip(values, keys, strict=True) if known(key)]


def _one(held: Any) -> Any:
    items = _listed_of(held) if held is not None else []
    if len(items) > 1:
        raise ValueError("has more than one item")
    return items[0] if items else None


def _same(value: Any) -> Any:
    return value


def _listed_of(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise TypeError("is not a list")


def _object_of(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise TypeError("is not an object")


def _length(held: Any) -> int:
    if isinstance(held, list | dict | str):
        return len(held)
    raise TypeError("has no length that is known")


OF_ANYTHING: dict[str, Callable[..., Any]] = {
    "merge": _merge,
    "concat": _concat,
    "coalesce": _first,
    "coalescelist": _first_list,
    "lookup": _lookup,
    "element": _element,
    "tolist": _listed_of,
    "tomap": _object_of,
    "toset": _set,
    "sensitive": _same,
    "nonsensitive": _same,
    "keys": lambda held: sorted(_object_of(held)),
    "values": lambda held: [held[key] for key in sorted(_object_of(held))],
    "zipmap": _zipped,
    "length": _length,
    "distinct": _distinct,
    "flatten": lambda held: list(_flat(held)),
    "reverse": lambda held: _listed_of(held)[::-1],
    "compact": _compact,
    "contains": _contains,
    "slice": lambda held, start, end: _listed_of(held)[start:end],
    "chunklist": _chunks,
    "setproduct": _product,
    "one": _one,
}
"""Functions that accept unknown items."""

OF_KNOWN: dict[str, Callable[..., Any]] = {
    "sort": sorted,
    "range": _range,
    "index": lambda held, item: _listed_of(held).index(item),
    "sum": sum,
    "alltrue": lambda held: all(item in (True, "true") for item in held),
    "anytrue": lambda held: any(item in (True, "true") for item in held),
    "setunion": lambda *sets: _set(_concat(*sets)),
    "setintersection": _intersection,
    "setsubtract": _subtract,
    "matchkeys": _match_keys,
}
"""Functions that need fully known arguments."""
