"""JSON without its loopholes: a key that is there twice and NaN are refused, where Python takes them."""

import json
from typing import Any

import orjson

parse_line = orjson.loads
"""Parses one JSON document at speed. A key that is there twice goes unseen; ValueError for what is no JSON."""


class Refused(ValueError):
    """A text is no JSON document that means one thing only; says why."""


class StrictDecoder:
    """Decodes JSON documents that stand anywhere in a text, and notes what JSON does not allow."""

    def __init__(self) -> None:
        self._faults: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)

    def decode_at(self, text: str, start: int) -> tuple[Any, int, str]:
        """Decode the document that begins at `start`; return it, where it ends, and what is wrong with it, if anything.

        Raises:
            json.JSONDecodeError: it is no JSON, or its end is not there.
            Refused: it is nested too deep.
        """
        self._faults.clear()
        try:
            value, end = self._decoder.raw_decode(text, start)
        except RecursionError:
            raise Refused("is nested too deep") from None
        if not text.isascii() and not _is_unicode(text[start:end]):
            self._faults.append("is not UTF-8")
        return value, end, self._faults[0] if self._faults else ""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            self._faults.append(f"has the key {json.dumps(twice)} twice")
        return made

    def _constant(self, name: str) -> None:
        self._faults.append(f"has the value {name}, which JSON does not know")


def decode(text: str) -> Any:
    """Decode a text that is one JSON document.

    Raises:
        Refused: it is none, or has a key twice, or NaN, or is nested too deep.
    """
    try:
        value, end, fault = StrictDecoder().decode_at(text, len(text) - len(text.lstrip()))
    except json.JSONDecodeError as error:
        raise Refused(f"is no JSON: {error.msg}, column {error.pos + 1}") from None
    if fault:
        raise Refused(fault)
    if text[end:].strip():
        raise Refused(f"goes on after its end, column {end + 1}")
    return value


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
