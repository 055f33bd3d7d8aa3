"""The JSON text of a pattern: its objects with every key, repeated keys included, and the position of each value."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

# AWS reads JSON with Jackson, which refuses longer ones.
_LONGEST_NUMBER = 1_000


class Members(list[tuple[str, Any]]):
    """The keys and values of an object, in their order."""


class WrittenNumber(Decimal):
    """A number with a fraction or an exponent, and the text it was read from."""

    text: str

    def __new__(cls, text: str) -> "WrittenNumber":
        """Read the text of a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


class NotJson(ValueError):
    """The text is not valid JSON; `at` is the index of the character, or nothing."""

    def __init__(self, reason: str, at: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at


def text_of(pattern: Mapping[str, Any]) -> str:
    """Return the compact JSON text of a pattern.

    Raises:
        NotJson: it holds something that JSON cannot.
    """
    try:
        return json.dumps(pattern, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
    except RecursionError:
        raise NotJson("The pattern is nested too deep") from None
    except (TypeError, ValueError, OverflowError) as error:
        raise NotJson(f"The pattern holds what JSON cannot: {error}") from None


def read(text: str) -> Any:
    """Return the document, with Members for objects and WrittenNumbers for all but integers.

    Raises:
        NotJson: the text is not valid JSON.
    """
    return _decoded(text, _DECODER, "The pattern")


def plain(document: Any) -> Any:
    """Return a document that was read with objects for Members; of arrays with the same path the last one counts."""
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
    """Return an event, with WrittenNumbers for all numbers but integers, so that no digit is lost.

    Raises:
        NotJson: the text is not a JSON object.
    """
    event = _decoded(text, _EVENT_DECODER, "The event")
    if not isinstance(event, dict):
        raise NotJson("The event is not a JSON object")
    return event


def _decoded(text: str, decoder: json.JSONDecoder, what: str) -> Any:
    try:
        return decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{what} is not valid JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise NotJson(f"{what} is nested too deep") from None
    except NotJson as error:
        raise NotJson(f"{what} is not valid JSON: {error.reason}") from None
    except (ValueError, ArithmeticError):
        raise NotJson(f"{what} holds a number that is too large") from None


def line_and_column(text: str, at: int) -> tuple[int, int]:
    """Return the line and the column of a character, both counted from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def index_of(text: str, steps: Sequence[int]) -> int:
    """Return where a value begins in a text that could be read; each step is the number of a member or an element."""
    at = _blanks(text, 0)
    for step in steps:
        for number, begins in enumerate(_parts(text, at)):
            if number == step:
                at = begins
                break
    return at


def _parts(text: str, at: int) -> Iterator[int]:
    """The index of each value of the object or the array that begins here."""
    is_object = text[at] == "{"
    at = _blanks(text, at + 1)
    while text[at] not in "}]":
        if is_object:
            _, at = _DECODER.raw_decode(text, at)
            at = _blanks(text, _blanks(text, at) + 1)
        yield at
        _, at = _DECODER.raw_decode(text, at)
        at = _blanks(text, at)
        if text[at] == ",":
            at = _blanks(text, at + 1)


def _blanks(text: str, at: int) -> int:
    while text[at : at + 1] in (" ", "\t", "\n", "\r"):
        at += 1
    return at


def _constant(word: str) -> Any:
    raise NotJson(f"{word} is not a JSON number")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r}"[:100])


def _integer(text: str) -> int:
    return int(_not_too_long(text))


def _number(text: str) -> WrittenNumber:
    return WrittenNumber(_not_too_long(text))


def _not_too_long(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise NotJson(f"A number of {len(text)} characters is longer than {_LONGEST_NUMBER}")
    return text


_DECODER = json.JSONDecoder(
    object_pairs_hook=Members, parse_float=_number, parse_int=_integer, parse_constant=_constant
)
_EVENT_DECODER = json.JSONDecoder(parse_float=_number, parse_int=_integer, parse_constant=_constant)
