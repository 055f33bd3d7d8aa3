"""An event as its leaves, made once and held against many patterns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pca_events.errors import BadInput
from pca_events.pattern.documents import NotJson, read_event
from pca_events.pattern.leaves import Key, key_of

Elements = tuple[tuple[int, int], ...]
"""The elements of arrays that a leaf lies in: the number of the array, and the place in it."""

_DEEPEST = 1_000


@dataclass(frozen=True, slots=True)
class FlatEvent:
    """The leaves of an event by their path, keys joined by dots.

    Attributes:
        fields: the leaves of each path, as they are compared.
        elements: of the paths that lead through objects in arrays, the elements that each leaf lies in, in the same
            order.
    """

    fields: dict[str, tuple[Key, ...]]
    elements: dict[str, tuple[Elements, ...]]


def flatten(event: Mapping[str, Any] | str) -> FlatEvent:
    """Return the leaves of an event; what lies deeper than 1,000 levels is left out, since AWS reads no deeper.

    Args:
        event: an object, or its JSON text, of which numbers keep all their digits.

    Raises:
        BadInput: the event is not an object.
    """
    event = _read(event)
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


def _read(event: Mapping[str, Any] | str) -> Mapping[str, Any]:
    if isinstance(event, Mapping):
        return event
    if not isinstance(event, str):
        raise BadInput(f"an event is a JSON object, and this is {type(event).__name__}; give the whole event")
    try:
        return read_event(event)
    except NotJson as error:
        raise BadInput(error.reason) from None


_Waiting = tuple[Any, str, Elements, int]


def _of_object(node: Mapping[str, Any], start: str, lies_in: Elements, depth: int) -> list[_Waiting]:
    # AWS splits the paths of a rule at the dots, which drops an empty last key; it then skips such keys of an event.
    return [
        (value, f"{start}{name}", lies_in, depth)
        for name, value in reversed(list(node.items()))
        if name or not start or isinstance(value, (Mapping, list, tuple))
    ]


def _of_array(node: Sequence[Any], path: str, lies_in: Elements, depth: int, array: int) -> list[_Waiting]:
    # AWS counts a leaf as lying in the arrays around its own only: values of one array never exclude each other.
    return [
        (item, path, (*lies_in, (array, index)) if isinstance(item, (Mapping, list, tuple)) else lies_in, depth)
        for index, item in reversed(list(enumerate(node)))
    ]
