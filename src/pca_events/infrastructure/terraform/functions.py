"""Terraform's functions that need nothing but their arguments."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure import json_text
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, joined
from pca_events.infrastructure.source_tree import Object

_DIRECTIVE = re.compile(r"%(.)", re.DOTALL)
_ESCAPED = {"\\": "\\\\", '"': '\\"'}


@dataclass(frozen=True)
class Encoded:
    """What `jsonencode` was given; it becomes a text where a text is needed."""

    value: Any

    def text(self) -> str | Unknown:
        """The JSON text."""
        return joined(_json(self.value))


def decoded(value: Any) -> Any:
    """What an encoded value is as JSON. Any other value is itself."""
    return value.value if isinstance(value, Encoded) else value


def _encoded(value: Any) -> Encoded:
    """An encoded value; what is encoded within it is a text already."""
    return Encoded(_with_texts(value))


def _with_texts(value: Any) -> Any:
    if isinstance(value, Encoded):
        return value.text()
    if isinstance(value, dict):
        made = Object(value.line if isinstance(value, Object) else 0)
        spans = value.spans if isinstance(value, Object) else {}
        for key, held in value.items():
            made.put(key, _with_texts(held), spans.get(key, (made.line, made.line)))
        return made
    return [_with_texts(held) for held in value] if isinstance(value, list) else value


def text_of(value: Any) -> str | Unknown:
    """What a template makes of a value.

    Raises:
        TypeError: it is a list, an object or null.
    """
    if isinstance(value, (str, Unknown)):
        return value
    if isinstance(value, Encoded):
        return value.text()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return str(int(value)) if value == int(value) else repr(value)
    raise TypeError("no text can be made of it")


def call(name: str, arguments: list[Any]) -> Any:
    """Call a function.

    Raises:
        LookupError: it is not known here.
        ArithmeticError, AttributeError, TypeError, ValueError: it does not take these arguments.
    """
    if name in _OF_ANYTHING:
        return _OF_ANYTHING[name](*arguments)
    function = _OF_KNOWN[name]
    if any(not _is_known(argument) for argument in arguments):
        raise ValueError("an argument is not known")
    return function(*(argument.text() if isinstance(argument, Encoded) else argument for argument in arguments))


def _is_known(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not isinstance(value, Unknown) and not any(isinstance(item, Unknown) for item in inner)


def _json(value: Any) -> Iterator[str | Unknown]:
    if isinstance(value, dict):
        yield from _listed("{}", ((json.dumps(key), ":", *_json(held)) for key, held in value.items()))
    elif isinstance(value, list):
        yield from _listed("[]", (_json(held) for held in value))
    elif isinstance(value, Unknown) and value.parts == (None,):
        yield value
    elif isinstance(value, Unknown):
        pieces = value.pieces() if isinstance(value, Composed) else [p or Unknown(value.reason) for p in value.parts]
        yield '"'
        yield from (json.dumps(piece)[1:-1] if isinstance(piece, str) else piece for piece in pieces)
        yield '"'
    else:
        yield json.dumps(value)


def _listed(brackets: str, items: Any) -> Iterator[str | Unknown]:
    yield brackets[0]
    for at, item in enumerate(items):
        if at:
            yield ","
        yield from item
    yield brackets[1]


def _decoded(value: Any) -> Any:
    if isinstance(value, Unknown):
        return read_pattern(value, 0)[0]
    return decoded(value) if isinstance(value, Encoded) else json_text.parse(value)


def _join(separator: str, *lists: Any) -> str | Unknown:
    items = [item for held in lists for item in held]
    return joined(piece for at, item in enumerate(items) for piece in ((separator if at else ""), text_of(item)))


def _format(template: str, *values: Any) -> str | Unknown:
    pieces: list[str | Unknown] = []
    waiting = iter(values)
    for at, piece in enumerate(_DIRECTIVE.split(template)):
        if at % 2 == 0 or piece == "%":
            pieces.append(piece)
        elif piece in "sdv":
            pieces.append(text_of(next(waiting, None)))
        else:
            raise ValueError(f"%{piece} is not known here")
    return joined(pieces)


def _merge(*objects: Any) -> dict[str, Any]:
    merged: dict[str, Any] = {}
    for held in objects:
        if isinstance(held, Unknown):
            raise ValueError("an argument is not known")  # noqa: TRY004
        merged.update(held or {})
    return merged


def _concat(*lists: Any) -> list[Any]:
    if any(not isinstance(held, list) for held in lists):
        raise TypeError("an argument is no list")
    return [item for held in lists for item in held]


def _first(*values: Any) -> Any:
    """The first that is neither null nor an empty text; not known where it is not known whether an earlier one is."""
    for value in values:
        if isinstance(value, Unknown):
            break
        if value not in (None, ""):
            return value
    raise ValueError("it is not known which is the first")


def _try(*values: Any) -> Any:
    if isinstance(values[0], Unknown):
        raise ValueError("it is not known whether the first is there")  # noqa: TRY004
    return values[0]


def _lookup(held: dict[str, Any], key: str, *default: Any) -> Any:
    if isinstance(held, Unknown) or isinstance(key, Unknown):
        raise ValueError("it is not known what is looked up")  # noqa: TRY004
    return held[key] if key in held else default[0]


def _distinct(held: list[Any]) -> list[Any]:
    return list({text_of(item): item for item in held}.values())


def _flat(held: Any) -> Iterator[Any]:
    for item in held:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        raise ValueError("regular expressions are not known here")
    return text.replace(old, new) if len(text) * len(new) < 1 << 20 else _too_long()


def _too_long() -> str:
    raise ValueError("the text is too long")


def _same(value: Any) -> Any:
    return value


def _listed_of(value: Any) -> list[Any]:
    if isinstance(value, list):
        return value
    raise TypeError("is no list")


def _object_of(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    raise TypeError("is no object")


_OF_ANYTHING: dict[str, Callable[..., Any]] = {
    "jsonencode": _encoded,
    "jsondecode": _decoded,
    "join": _join,
    "format": _format,
    "merge": _merge,
    "concat": _concat,
    "coalesce": _first,
    "try": _try,
    "lookup": _lookup,
    "tolist": _listed_of,
    "tomap": _object_of,
    "sensitive": _same,
    "nonsensitive": _same,
    "keys": lambda held: sorted(_object_of(held)),
    "values": lambda held: [held[key] for key in sorted(_object_of(held))],
    "element": lambda held, at: held[at % len(held)],
}
_OF_KNOWN: dict[str, Callable[..., Any]] = {
    "lower": lambda text: str.lower(text),
    "upper": lambda text: str.upper(text),
    "trimspace": lambda text: str.strip(text),
    "trimprefix": lambda text, start: str.removeprefix(text, start),
    "trimsuffix": lambda text, end: str.removesuffix(text, end),
    "chomp": lambda text: str.rstrip(text, "\r\n"),
    "replace": _replace,
    "split": lambda separator, text: str.split(text, separator),
    "startswith": lambda text, start: str.startswith(text, start),
    "endswith": lambda text, end: str.endswith(text, end),
    "strcontains": lambda text, part: part in text,
    "tostring": text_of,
    "tonumber": lambda text: json.loads(text) if isinstance(text, str) else text,
    "tobool": lambda value: {"true": True, "false": False, True: True, False: False}[value],
    "toset": lambda held: sorted(_distinct(_listed_of(held))),
    "distinct": _distinct,
    "sort": sorted,
    "reverse": lambda held: held[::-1],
    "compact": lambda held: [item for item in held if item not in (None, "")],
    "flatten": lambda held: list(_flat(held)),
    "contains": lambda held, item: item in _listed_of(held),
    "length": len,
    "one": lambda held: held[0] if held else None,
    "zipmap": lambda keys, values: dict(zip(keys, values, strict=True)),
}
