"""The JSON text of a pattern: its objects with every key, also one that is there twice, and the place of each value."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pca_events.pattern.leaves import WrittenNumber


class Members(list[tuple[str, Any]]):
    """The keys and values of an object, in their order."""


class NotJson(ValueError):
    """The text is no JSON document; `at` is the index of the character, or nothing."""

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
        NotJson: the text is no JSON document.
    """
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"The pattern is no JSON: {error.msg}", error.pos) from None
    except RecursionError:
        raise NotJson("The pattern is nested too deep") from None
    except NotJson:
        raise
    except (ValueError, ArithmeticError):
        raise NotJson("The pattern holds a number that is too large to be read") from None


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
    raise NotJson(f"The pattern is no JSON: {word} is no number")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r}"[:100])


_DECODER = json.JSONDecoder(object_pairs_hook=Members, parse_float=WrittenNumber, parse_constant=_constant)
