"""Documents with every key and every number as written, and where their values are."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from pca_events.json_source.documents import characters_to_level
from pca_events.json_source.errors import InvalidJson

# AWS reads patterns with Jackson, which rejects longer numbers.
_LONGEST_NUMBER = 1_000
_MOST_LEVELS = 1_000


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
    if characters_to_level(text, _MOST_LEVELS + 1) is not None:
        raise InvalidJson(f"{what} is nested too deep")  # also where Python is allowed to recurse further
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
