"""Documents anywhere in a text, with the faults that Python would not report."""

import json
import re
from typing import Any

from pca_events.json_source.errors import InvalidJson, MalformedJson, NestedTooDeep, may_be_cut

_WINDOW = 1 << 12
_GROWTH = 16
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_MOST_DIGITS = 4300
_MOST_LEVELS = 900  # that Python reads whatever calls it; where its limit is raised, more are refused all the same


class DocumentDecoder:
    """Decodes JSON documents that start anywhere in a text, and reports duplicate keys and NaN.

    Time grows with the characters that are read, not with the length of the text.
    """

    def __init__(self) -> None:
        self._faults: list[str] = []
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, parse_constant=self._constant)
        self._slow_decoder = json.JSONDecoder(
            object_pairs_hook=self._object, parse_constant=self._constant, parse_int=self._integer
        )

    def decode_at(self, text: str, start: int) -> tuple[Any, int, str]:
        """Decode the document that starts at an index; return it, the index of its end, and its first fault or "".

        Raises:
            MalformedJson: it is not valid JSON, or does not end.
            NestedTooDeep: it is nested too deep.
        """
        size = _WINDOW
        while True:
            window = text[start : start + size]
            whole = start + size >= len(text)
            try:
                value, end, fault = self._decode(window)
            except json.JSONDecodeError as error:
                if whole or not may_be_cut(error, window):
                    raise MalformedJson(window, error, whole=whole) from None
            else:
                if whole or end < len(window):
                    return value, start + end, fault
            size *= _GROWTH

    def _decode(self, window: str) -> tuple[Any, int, str]:
        self._faults.clear()
        try:
            value, end = self._decoder.raw_decode(window)
        except RecursionError:
            raise NestedTooDeep(characters_to_level(window, _MOST_LEVELS + 1) or len(window)) from None
        except json.JSONDecodeError as error:
            _refuse_deep(window, error.pos)
            raise
        except ValueError:  # an integer of more digits than Python converts
            self._faults.clear()
            value, end = self._slow_decoder.raw_decode(window)
        _refuse_deep(window, end)
        if not window.isascii() and not _is_unicode(window[:end]):
            self._faults.append("is not UTF-8")
        return value, end, self._faults[0] if self._faults else ""

    def _object(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) != len(pairs):
            names: set[str] = set()
            duplicate = next(name for name, _ in pairs if name in names or names.add(name))  # type: ignore[func-returns-value]
            self._faults.append(f"duplicate key {json.dumps(duplicate)}")
        return made

    def _constant(self, name: str) -> None:
        self._faults.append(f"has the value {name}, which is not valid JSON")

    def _integer(self, digits: str) -> int:
        count = len(digits.removeprefix("-"))
        if count <= _MOST_DIGITS:
            return int(digits)
        self._faults.append(f"has an integer of {count:,} digits; the limit is {_MOST_DIGITS:,}")
        return 0


def decode(text: str) -> Any:
    """Decode a text that is one JSON document.

    Raises:
        InvalidJson: it is not valid JSON, has a duplicate key or NaN, is nested too deep, or continues after its end.
    """
    start = len(text) - len(text.lstrip())
    try:
        value, end, fault = DocumentDecoder().decode_at(text, start)
    except MalformedJson as error:
        at = start + error.reached
        raise InvalidJson(f"is not valid JSON: {error.fault}, column {at + 1}", at) from None
    if fault:
        raise InvalidJson(fault)
    if text[end:].strip():
        raise InvalidJson(f"continues after its end, column {end + 1}", end)
    return value


def characters_to_level(text: str, level: int, end: int | None = None) -> int | None:
    """Return the number of characters up to the first bracket of a level; None if nothing is nested so deep.

    Brackets in strings do not count. The text is read up to `end`, or as a whole.
    """
    end = len(text) if end is None else end
    if text.count("[", 0, end) + text.count("{", 0, end) < level:
        return None  # without a look at each bracket, as for almost every text
    depth = 0
    for found in _BRACKET.finditer(text, 0, end):
        if found[0] in "[{":
            depth += 1
            if depth == level:
                return found.end()
        elif found[0] in "]}":
            depth -= 1
    return None


def _refuse_deep(text: str, end: int) -> None:
    if reached := characters_to_level(text, _MOST_LEVELS + 1, end):
        raise NestedTooDeep(reached)


def _is_unicode(text: str) -> bool:
    """Whether a text was UTF-8 throughout; a byte that was not is a low surrogate in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
