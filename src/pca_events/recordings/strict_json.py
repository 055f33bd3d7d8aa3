"""JSON without its loopholes: duplicate keys and NaN are refused, where Python takes them."""

import json
import re
from typing import Any

import orjson

parse_line = orjson.loads
"""Parses one JSON document at speed. Duplicate keys go unseen; ValueError for what is not valid JSON."""

_WINDOW = 1 << 12
_GROWTH = 16
_TOKEN = 16  # characters; more than any token but a string that a window may cut
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_MOST_DIGITS = 4300
_DEEPEST = 900


class Refused(ValueError):
    """A text is no JSON document that means one thing only; says why."""


class TooDeep(Refused):
    """A document is nested too deep; `reached` is the number of its characters that were read."""

    def __init__(self, reached: int) -> None:
        super().__init__("is nested too deep")
        self.reached = reached


class NotDecoded(Refused):
    """A text is not valid JSON.

    Attributes:
        reason: why.
        reached: the number of characters of the document before the fault.
        line: the line of the fault, 0 for the first line of the document.
        column: of the fault, counted from 1 from the beginning of its line or of the document.
        may_be_cut: whether more text could make it valid.
        at_end: whether nothing follows the fault.
    """

    def __init__(self, window: str, error: json.JSONDecodeError, *, whole: bool) -> None:
        self.reason = error.msg.removesuffix(" at")
        super().__init__(f"is not valid JSON: {self.reason}, column {error.pos + 1}")
        self.reached = error.pos
        self.line = error.lineno - 1
        self.column = error.colno
        self.may_be_cut = whole and _may_be_cut(error, window)
        self.at_end = whole and not window[error.pos :].strip()


class StrictDecoder:
    """Decodes JSON documents that stand anywhere in a text, and notes what JSON does not allow.

    Time grows with what is read of the text, not with the length of the text.
    """

    def __init__(self) -> None:
        self._faults: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)
        self._slow_decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, parse_int=self._integer
        )

    def decode_at(self, text: str, start: int) -> tuple[Any, int, str]:
        """Decode the document that begins at `start`; return it, where it ends, and what is wrong with it, if anything.

        Raises:
            NotDecoded: it is not valid JSON, its end is not there, or it is nested too deep.
        """
        size = _WINDOW
        while True:
            window = text[start : start + size]
            whole = start + size >= len(text)
            try:
                value, end, fault = self._decode(window)
            except json.JSONDecodeError as error:
                if whole or not _may_be_cut(error, window):
                    raise NotDecoded(window, error, whole=whole) from None
            else:
                if whole or end < len(window):
                    return value, start + end, fault
            size *= _GROWTH

    def _decode(self, window: str) -> tuple[Any, int, str]:
        self._faults.clear()
        try:
            value, end = self._decoder.raw_decode(window)
        except RecursionError:
            raise TooDeep(_depth_reached(window)) from None
        except json.JSONDecodeError:
            raise
        except ValueError:  # an integer of more digits than Python converts
            self._faults.clear()
            value, end = self._slow_decoder.raw_decode(window)
        if not window.isascii() and not _is_unicode(window[:end]):
            self._faults.append("is not UTF-8")
        return value, end, self._faults[0] if self._faults else ""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names: set[str] = set()
            twice = next(name for name, _ in pairs if name in names or names.add(name))  # type: ignore[func-returns-value]
            self._faults.append(f"duplicate key {json.dumps(twice)}")
        return made

    def _constant(self, name: str) -> None:
        self._faults.append(f"has the value {name}, which is not valid JSON")

    def _integer(self, digits: str) -> int:
        if len(digits.removeprefix("-")) <= _MOST_DIGITS:
            return int(digits)
        self._faults.append(
            f"has an integer of {len(digits.removeprefix('-')):,} digits; up to {_MOST_DIGITS:,} are read"
        )
        return 0


def decode(text: str) -> Any:
    """Decode a text that is one JSON document.

    Raises:
        Refused: it is not valid JSON, or has a duplicate key, or NaN, or is nested too deep.
    """
    start = len(text) - len(text.lstrip())
    try:
        value, end, fault = StrictDecoder().decode_at(text, start)
    except NotDecoded as error:
        raise Refused(f"is not valid JSON: {error.reason}, column {start + error.reached + 1}") from None
    if fault:
        raise Refused(fault)
    if text[end:].strip():
        raise Refused(f"goes on after its end, column {end + 1}")
    return value


def _may_be_cut(error: json.JSONDecodeError, window: str) -> bool:
    if error.msg.startswith("Unterminated string"):
        return True
    return error.pos >= len(window) - _TOKEN and not error.msg.startswith("Invalid control character")


def _depth_reached(text: str) -> int:
    """How many characters it takes to nest as deep as Python reads for certain."""
    depth = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > _DEEPEST:
                return found.end()
        elif found[0] in "]}":
            depth -= 1
    return len(text)


def _is_unicode(text: str) -> bool:
    """Whether a text has no byte that was not UTF-8; such a byte is a low surrogate in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
