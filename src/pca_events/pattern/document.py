"""Patterns and events as JSON: read with every key and every digit, written again, and flattened to their leaves."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from pca_events.errors import BadInput
from pca_events.json_source import InvalidJson, Members, WrittenNumber, read_exactly, read_members


def text_of(pattern: Mapping[str, Any]) -> str:
    """Return the compact JSON text of a pattern.

    Raises:
        InvalidJson: it contains a value that JSON cannot represent.
    """
    try:
        return json.dumps(pattern, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_mapping)
    except RecursionError:
        raise InvalidJson("The pattern is nested too deep") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise InvalidJson(f"The pattern contains a value that JSON cannot represent: {error}") from None


def read(text: str) -> Any:
    """Read a pattern, with Members for objects and WrittenNumbers for all numbers but integers.

    Raises:
        InvalidJson: the text is not valid JSON.
    """
    return read_members(text, "The pattern")


def plain(document: Any) -> Any:
    """Convert the Members of a document to dicts; of arrays with the same path the last one counts."""
    if isinstance(document, Members):
        made: dict[str, Any] = {}
        for name, value in document:
            inner = plain(value)
            before = made.get(name)
            made[name] = {**before, **inner} if isinstance(before, dict) and isinstance(inner, dict) else inner
        return made
    return [plain(item) for item in document] if isinstance(document, list) else document


def compact(value: Any) -> str:
    """Return the compact JSON text of a plain document, each WrittenNumber as it was written."""
    if isinstance(value, Mapping):
        members = ",".join(f"{compact(name)}:{compact(inner)}" for name, inner in value.items())
        return f"{{{members}}}"
    if isinstance(value, list):
        return f"[{','.join(map(compact, value))}]"
    return value.text if isinstance(value, WrittenNumber) else json.dumps(value, ensure_ascii=False)


def read_event(text: str) -> dict[str, Any]:
    """Read an event, with WrittenNumbers for all numbers but integers, so that no digit is lost.

    Raises:
        InvalidJson: the text is not a JSON object.
    """
    event = read_exactly(text, "The event")
    if not isinstance(event, dict):
        raise InvalidJson("The event is not a JSON object")
    return event


def _mapping(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r}"[:100])


Key = str | float | bytes
"""A leaf in the form in which it is compared: a string as it is, a number as a float, and anything else (null, true,
false, and numbers that a float cannot represent) as its JSON text in bytes. So "300" never equals 300."""

_WORDS: dict[bool | None, bytes] = {True: b"true", False: b"false", None: b"null"}


def comparable(number: float | Decimal) -> float | None:
    """Return the float that equals a number exactly, or None: such a number equals only its own text."""
    try:
        as_float = float(number)
    except OverflowError:
        return None
    if isinstance(number, float):
        exact = as_float - as_float == 0
    elif isinstance(number, int) and -(2**53) <= number <= 2**53:
        exact = True
    else:
        exact = Decimal(repr(as_float)) == number
    return as_float if exact else None


def key_of(value: Any) -> Key | None:
    """Return the key of a leaf, or None for an object, an array, or a value that is not JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, (int, float, Decimal)):
        number = comparable(value)
        return _written(value) if number is None else number
    return None


def value_of(key: Key) -> Any:
    """Return the JSON value of a key; a number that a float cannot represent is returned as its text."""
    if isinstance(key, float):
        return int(key) if key.is_integer() else key
    if isinstance(key, bytes):
        return {word: value for value, word in _WORDS.items()}.get(key, key.decode())
    return key


def _written(number: float | Decimal) -> bytes:
    # Python does not write an int of more than 4300 digits in decimal, but does in hexadecimal.
    if isinstance(number, int) and number.bit_length() > 10_000:
        return hex(number).encode()
    return (number.text if isinstance(number, WrittenNumber) else str(number)).encode()


Elements = tuple[tuple[int, int], ...]
"""The array elements that contain a leaf: for each array its number and the index in it."""

_DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class FlatEvent:
    """The leaves of an event by path, with keys joined by dots.

    Attributes:
        fields: the keys of the leaves at each path.
        elements: for paths through objects in arrays, the elements that contain each leaf, in the same order.
    """

    fields: dict[str, tuple[Key, ...]]
    elements: dict[str, tuple[Elements, ...]]


def flatten(event: Mapping[str, Any] | str) -> FlatEvent:
    """Return the leaves of an event, down to 1,000 levels; AWS reads no deeper levels.

    Args:
        event: an object or its JSON text; in JSON text, numbers keep all their digits.

    Raises:
        BadInput: the event is not an object.
    """
    event = object_of(event)
    fields: dict[str, list[Key]] = {}
    elements: dict[str, list[Elements]] = {}
    arrays = 0
    waiting = _of_object(event, "", (), 1)
    while waiting:
        node, path, lies_in, depth = waiting.pop()
        key = key_of(node)
        if key is not None:
            fields.setdefault(path, []).append(key)
            elements.setdefault(path, []).append(lies_in)
        elif depth > _DEEPEST:
            continue
        elif isinstance(node, Mapping):
            waiting += _of_object(node, f"{path}.", lies_in, depth + 1)
        elif isinstance(node, (list, tuple)):
            waiting += _of_array(node, path, lies_in, depth + 1, arrays)
            arrays += 1
    return FlatEvent(
        {path: tuple(keys) for path, keys in fields.items()},
        {path: tuple(several) for path, several in elements.items() if any(several)},
    )


def object_of(event: Mapping[str, Any] | str) -> Mapping[str, Any]:
    """Return an event given as an object or as its JSON text.

    Raises:
        BadInput: the event is not an object.
    """
    if isinstance(event, Mapping):
        return event
    if not isinstance(event, str):
        raise BadInput(f"an event is a JSON object, and this is {type(event).__name__}; give the whole event")
    try:
        return read_event(event)
    except InvalidJson as error:
        raise BadInput(error.reason) from None


_Waiting = tuple[Any, str, Elements, int]


def _of_object(node: Mapping[str, Any], start: str, lies_in: Elements, depth: int) -> list[_Waiting]:
    # AWS splits the paths of a rule at the dots, which drops an empty last key, and then skips such keys of an event.
    return [
        (value, f"{start}{name}", lies_in, depth)
        for name, value in reversed(list(node.items()))
        if name or not start or isinstance(value, (Mapping, list, tuple))
    ]


def _of_array(node: Sequence[Any], path: str, lies_in: Elements, depth: int, array: int) -> list[_Waiting]:
    # For AWS a leaf lies only in the arrays around its own array: values of one array never exclude each other.
    return [
        (item, path, (*lies_in, (array, index)) if isinstance(item, (Mapping, list, tuple)) else lies_in, depth)
        for index, item in reversed(list(enumerate(node)))
    ]
