"""Terraform functions and operators that depend only on their arguments."""

import json
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pca_events import json_source
from pca_events.infrastructure.embedded_json import read_pattern
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, joined, text_form
from pca_events.infrastructure.source_tree import Object, json_tree
from pca_events.infrastructure.terraform import collection_functions, string_functions


@dataclass(frozen=True)
class Encoded:
    """The argument of `jsonencode`, converted to a string only when a string is needed."""

    value: Any

    def text(self) -> str | Unknown:
        """The JSON text."""
        return joined(_json(self.value))


def decoded(value: Any) -> Any:
    """The argument of an encoded value; any other value is returned unchanged."""
    return value.value if isinstance(value, Encoded) else value


def with_texts(value: Any) -> Any:
    """The value with encoded parts converted to strings."""
    return _with_texts(value) if _has_encoded(value) else value


def _encoded(value: Any) -> Encoded:
    return Encoded(with_texts(value))


def _has_encoded(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_has_encoded, value.values()))
    if isinstance(value, list):
        return any(map(_has_encoded, value))
    return isinstance(value, Encoded)


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
    """The string form of a value in a template.

    Raises:
        TypeError: the value is a list, an object or null.
    """
    return text_form(value.text() if isinstance(value, Encoded) else value)


def call(name: str, arguments: list[Any]) -> Any:
    """Call a function.

    Raises:
        LookupError: the function is not supported.
        ArithmeticError, AttributeError, TypeError, ValueError: the arguments are invalid or unknown.
    """
    if name in _OF_JSON:
        return _OF_JSON[name](*arguments)
    plain = [argument.text() if isinstance(argument, Encoded) else argument for argument in arguments]
    if name in string_functions.OF_TEXTS:
        return string_functions.OF_TEXTS[name](*plain)
    if name in collection_functions.OF_ANYTHING:
        return collection_functions.OF_ANYTHING[name](*arguments)
    function = string_functions.OF_KNOWN_TEXTS.get(name) or collection_functions.OF_KNOWN[name]
    if any(not _is_known(argument) for argument in plain):
        raise ValueError("an argument is not known")
    return function(*plain)


def _is_known(value: Any) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return not isinstance(value, Unknown) and not any(isinstance(item, Unknown) for item in inner)


def _json(value: Any) -> Iterator[str | Unknown]:
    if isinstance(value, dict):
        yield from _listed("{}", ((json.dumps(key), ":", *_json(held)) for key, held in value.items()))
    elif isinstance(value, list):
        yield from _listed("[]", (_json(held) for held in value))
    elif isinstance(value, Encoded):
        yield from _json(value.text())
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
    if isinstance(value, Encoded):
        return value.value
    json_source.parse(value)
    return _on_lines_of(value, json_tree(value)[0])


def _yaml_decoded(value: Any) -> Any:
    from pca_events.infrastructure import yaml_reader

    if not isinstance(value, str):
        raise TypeError("is not known")
    loaded = yaml_reader.load(str(value), "")
    if loaded.unreadable or len(loaded.documents) != 1:
        raise ValueError("is not one YAML document")
    return _on_lines_of(value, loaded.documents[0])


def _on_lines_of(text: str, tree: Any) -> Any:
    """The tree with the line numbers of the string that it was parsed from, if known."""
    from pca_events.infrastructure.terraform.source_files import shifted

    shifted(tree, getattr(text, "line", 1) - 1)
    return tree


_OF_JSON: dict[str, Callable[..., Any]] = {
    "jsonencode": _encoded,
    "jsondecode": _decoded,
    "yamldecode": _yaml_decoded,
}


_LARGEST = 10**30
_OF_NUMBERS: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "%": operator.mod,
}


def binary(sign: str, left: Any, right: Callable[[], Any]) -> Any:
    """The result of a binary operator.

    Raises:
        ArithmeticError, LookupError, TypeError: the operands are unknown or invalid.
    """
    if sign in ("&&", "||"):
        return _logical(sign, left, right())
    values = (_comparable(left), _comparable(right()))
    if sign in ("==", "!="):
        return (values[0] == values[1]) == (sign == "==")
    if not all(isinstance(value, (int, float)) and abs(value) < _LARGEST for value in values):
        raise TypeError("is not a number")
    return _OF_NUMBERS[sign](*values)


def negated(sign: str, value: Any) -> Any:
    """The result of the unary operator `!` or `-`.

    Raises:
        TypeError: the operand is unknown or invalid.
    """
    if sign == "!" and isinstance(value, bool):
        return not value
    if sign == "-" and isinstance(value, (int, float)):
        return -value
    raise TypeError("is not known")


def _logical(sign: str, left: Any, right: Any) -> bool:
    deciding = sign == "||"
    if deciding in (value for value in (left, right) if isinstance(value, bool)):
        return deciding
    if isinstance(left, bool) and isinstance(right, bool):
        return not deciding
    raise TypeError("is not known")


def _comparable(value: Any) -> Any:
    if isinstance(value, Encoded):
        value = value.text()
    if isinstance(value, Unknown):
        raise TypeError("is not known")
    return value
