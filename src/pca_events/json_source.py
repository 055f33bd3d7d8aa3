"""Reads JSON text strictly, and keeps what Python drops: duplicate keys, numbers as written, and positions."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

_WINDOW = 1 << 12
_GROWTH = 16
_LONGEST_TOKEN = 16  # characters; strings, which a window may cut, can be longer
_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)
_MOST_DIGITS = 4300
_MOST_LEVELS = 900
# AWS reads patterns with Jackson, which rejects longer numbers.
_LONGEST_NUMBER = 1_000


class InvalidJson(ValueError):
    """A text is not one unambiguous JSON document.

    Attributes:
        reason: what is wrong with it; also the text of the exception.
        at: the index of the character where it is wrong; None if unknown.
    """

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


class NestedTooDeep(InvalidJson):
    """A document is nested too deep; `reached` is the number of its characters that were read."""

    def __init__(self, reached: int) -> None:
        super().__init__("is nested too deep")
        self.reached = reached


class MalformedJson(InvalidJson):
    """A text breaks the syntax of JSON.

    Attributes:
        fault: what is wrong, without the position: `Expecting value`.
        reached: the number of characters of the document before the fault.
        line: the line of the fault, 0 for the first line of the document.
        column: the column of the fault, from 1, counted from the start of its line or of the document.
        may_be_cut: whether more text could make it valid.
        at_end: whether nothing follows the fault.
    """

    def __init__(self, window: str, error: json.JSONDecodeError, *, whole: bool) -> None:
        self.fault = error.msg.removesuffix(" at")
        super().__init__(f"is not valid JSON: {self.fault}, column {error.pos + 1}", error.pos)
        self.reached = error.pos
        self.line = error.lineno - 1
        self.column = error.colno
        self.may_be_cut = whole and _may_be_cut(error, window)
        self.at_end = whole and not window[error.pos :].strip()


class Members(list[tuple[str, Any]]):
    """The keys and values of an object in source order, duplicate keys included."""


class WrittenNumber(Decimal):
    """A number with a fraction or an exponent, and the text it was read from."""

    text: str

    def __new__(cls, text: str) -> "WrittenNumber":
        """Read the text of a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


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
                if whole or not _may_be_cut(error, window):
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
            raise NestedTooDeep(_characters_to_the_deepest(window)) from None
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


def read_members(text: str, what: str) -> Any:
    """Read a document with Members for its objects and WrittenNumbers for all numbers but integers.

    Args:
        text: the document.
        what: what it is, at the start of a sentence: `The pattern`.

    Raises:
        InvalidJson: it is not valid JSON; the reason is a whole sentence.
    """
    return _read(text, _MEMBERS_DECODER, what)


def read_exactly(text: str, what: str) -> Any:
    """Read a document as `read_members` does, with a dict for each object; the last of duplicate keys counts.

    Raises:
        InvalidJson: it is not valid JSON; the reason is a whole sentence.
    """
    return _read(text, _EXACT_DECODER, what)


def index_of(text: str, steps: Sequence[int]) -> int:
    """Return the index at which a value starts in valid JSON text; a step is the number of a member or an element."""
    at = _skip_blanks(text, 0)
    for step in steps:
        for number, start in enumerate(_values(text, at)):
            if number == step:
                at = start
                break
    return at


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column of a character, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _read(text: str, decoder: json.JSONDecoder, what: str) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise InvalidJson(f"{what} is not valid JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise InvalidJson(f"{what} is nested too deep") from None
    except InvalidJson as error:
        raise InvalidJson(f"{what} is not valid JSON: {error.reason}") from None
    except (ValueError, ArithmeticError):
        raise InvalidJson(f"{what} holds a number that is too large") from None


def _values(text: str, at: int) -> Iterator[int]:
    """The index of each value of the object or the array that starts here."""
    is_object = text[at] == "{"
    at = _skip_blanks(text, at + 1)
    while text[at] not in "}]":
        if is_object:
            _, at = _MEMBERS_DECODER.raw_decode(text, at)
            at = _skip_blanks(text, _skip_blanks(text, at) + 1)
        yield at
        _, at = _MEMBERS_DECODER.raw_decode(text, at)
        at = _skip_blanks(text, at)
        if text[at] == ",":
            at = _skip_blanks(text, at + 1)


def _skip_blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _may_be_cut(error: json.JSONDecodeError, window: str) -> bool:
    if error.msg.startswith("Unterminated string"):
        return True
    return error.pos >= len(window) - _LONGEST_TOKEN and not error.msg.startswith("Invalid control character")


def _characters_to_the_deepest(text: str) -> int:
    """The number of characters up to the deepest level that Python is sure to read."""
    depth = 0
    for found in _BRACKET.finditer(text):
        if found[0] in "[{":
            depth += 1
            if depth > _MOST_LEVELS:
                return found.end()
        elif found[0] in "]}":
            depth -= 1
    return len(text)


def _is_unicode(text: str) -> bool:
    """Whether a text was UTF-8 throughout; a byte that was not is a low surrogate in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _constant(word: str) -> Any:
    raise InvalidJson(f"{word} is not a JSON number")


def _integer(text: str) -> int:
    return int(_of_allowed_length(text))


def _number(text: str) -> WrittenNumber:
    return WrittenNumber(_of_allowed_length(text))


def _of_allowed_length(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise InvalidJson(f"A number of {len(text)} characters is longer than {_LONGEST_NUMBER}")
    return text


_EXACT_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_integer, parse_constant=_constant)
_MEMBERS_DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_float=_number, parse_int=_integer, parse_constant=_constant
)
