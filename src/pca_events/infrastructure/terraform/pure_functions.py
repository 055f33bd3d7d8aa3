"""Terraform functions for strings, numbers, lists, sets and objects."""

import base64
import itertools
import json
import math
import os.path
import re
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import LONGEST, joined, text_form
from pca_events.infrastructure.source_tree import Object

_DIRECTIVE = re.compile(r"%(\[\d+\])?([-+ #0]*\d*(?:\.\d+)?)(.)", re.DOTALL)


def _join(separator: str, *lists: Any) -> str | Unknown:
    items = [item for held in lists for item in held]
    return joined(piece for at, item in enumerate(items) for piece in ((separator if at else ""), _plain(item)))


def _plain(value: Any) -> str | Unknown:
    """The string form of a value in a list, including an encoded value."""
    return text_form(value.text() if hasattr(value, "text") else value)


def _format(template: Any, *values: Any) -> str | Unknown:
    if isinstance(template, Unknown):
        raise TypeError("the format is not known")
    pieces: list[str | Unknown] = []
    position, following = 0, 0
    for found in _DIRECTIVE.finditer(template):
        pieces.append(template[position : found.start()])
        position = found.end()
        at, flags, verb = found.groups()
        if verb == "%":
            pieces.append("%")
            continue
        following = int(at[1:-1]) if at else following + 1
        pieces.append(_formatted(verb, flags, values[following - 1]))
    return joined([*pieces, template[position:]])


def _formatted(verb: str, flags: str, value: Any) -> str | Unknown:
    if verb in "sdv" and not flags:
        return _plain(value)
    if verb == "d" and re.fullmatch(r"0?\d{1,3}", flags) and isinstance(value, int):
        return f"%{flags}d" % value
    if verb == "q" and isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    raise ValueError(f"%{flags}{verb} is not supported here")


def _format_list(template: Any, *values: Any) -> list[str | Unknown]:
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1 or any(isinstance(value, Unknown) and value.parts == (None,) for value in values):
        raise ValueError("the number is not known")
    count = lengths.pop() if lengths else 1
    return [
        _format(template, *(value[at] if isinstance(value, list) else value for value in values)) for at in range(count)
    ]


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        raise ValueError("regular expressions are not supported here")
    if len(text) * (len(new) + 1) >= LONGEST:
        raise ValueError("the string is too long")
    return text.replace(old, new)


def _substr(text: str, start: int, length: int) -> str:
    begin = start if start >= 0 else len(text) + start
    return text[begin:] if length < 0 else text[begin : begin + length]


def _number(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _indent(spaces: int, text: str) -> str:
    if text.count("\n") * spaces >= LONGEST:
        raise ValueError("the string is too long")
    return text.replace("\n", "\n" + " " * spaces)


OF_TEXTS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "format": _format,
    "formatlist": _format_list,
    "tostring": lambda value: None if value is None else text_form(value),
}
"""Functions that return a partly unknown string if an argument is unknown."""

OF_KNOWN_TEXTS: dict[str, Callable[..., Any]] = {
    "lower": lambda text: str.lower(text),
    "upper": lambda text: str.upper(text),
    "title": lambda text: re.sub(r"\b[a-z]", lambda found: found[0].upper(), text),
    "trim": lambda text, letters: str.strip(text, letters),
    "trimspace": lambda text: str.strip(text),
    "trimprefix": lambda text, start: str.removeprefix(text, start),
    "trimsuffix": lambda text, end: str.removesuffix(text, end),
    "chomp": lambda text: str.rstrip(text, "\r\n"),
    "replace": _replace,
    "split": lambda separator, text: list(text) if separator == "" else str.split(text, separator),
    "substr": _substr,
    "strrev": lambda text: text[::-1],
    "indent": _indent,
    "startswith": lambda text, start: str.startswith(text, start),
    "endswith": lambda text, end: str.endswith(text, end),
    "strcontains": lambda text, part: part in text,
    "basename": lambda path: os.path.basename(path.rstrip("/")),
    "dirname": lambda path: os.path.dirname(path) or ".",
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64decode": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlencode": lambda text: urllib.parse.quote_plus(text),
    "tonumber": _number,
    "parseint": lambda text, base: int(text, base),
    "tobool": lambda value: {"true": True, "false": False, True: True, False: False, None: None}[value],
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": max,
    "min": min,
}
"""Functions that need fully known arguments."""


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
    "setintersection": lambda first, *sets: [item for item in _set(first) if all(item in held for held in sets)],
    "setsubtract": lambda first, second: [item for item in _set(first) if item not in second],
    "matchkeys": lambda values, keys, wanted: [v for v, k in zip(values, keys, strict=True) if k in wanted],
}
"""Functions that need fully known arguments."""
