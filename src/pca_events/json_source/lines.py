"""Documents of source code, with the lines of their keys."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, Protocol

from pca_events.json_source.errors import InvalidLine

MOST_DIGITS = 1_000
"""The maximum number of digits of an integer."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+')
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^"{}\[\]]+')
_FIRST_LINE = (1, 1)
_TOO_DEEP = "is nested too deeply"


class ObjectWithLines(Protocol):
    """An object that keeps the lines of its members."""

    def __contains__(self, key: object, /) -> bool:
        """Whether it has a key."""

    def put(self, key: str, value: Any, span: tuple[int, int]) -> None:
        """Set a value with the line of its key and its own last line."""


NewObject = Callable[[int], ObjectWithLines]
"""Returns an empty object that begins on a line."""


def parse(text: str) -> Any:
    """Parse one JSON document without line numbers; faster than `read_lines`.

    Raises:
        InvalidLine: the text is not valid JSON, contains NaN or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise InvalidLine(f"is not valid JSON: {error.msg}", error.lineno) from None
    except RecursionError:
        raise InvalidLine(_TOO_DEEP, 1) from None
    except ValueError as error:
        raise InvalidLine(f"is not valid JSON: {error}", 1) from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS:,} digits")
    return int(digits)


def read_lines(text: str, new_object: NewObject, deepest: int) -> tuple[Any, list[tuple[int, str]]]:
    """Return the value of a valid JSON text with objects of your own, and each duplicate key with its line.

    Args:
        text: the text.
        new_object: creates an object.
        deepest: the maximum nesting depth.

    Raises:
        InvalidLine: the text is nested too deeply.
    """
    if "\n" not in text.rstrip():
        return _on_one_line(text, new_object, deepest)
    builder = _Builder(new_object, deepest)
    for line, piece in _pieces(text):
        builder.take(line, piece)
    return builder.root, builder.twice


def _on_one_line(text: str, new_object: NewObject, deepest: int) -> tuple[Any, list[tuple[int, str]]]:
    """The same for one line, parsed by the standard library for speed: there may be thousands of such strings.

    Raises:
        InvalidLine: the text is nested too deeply.
    """
    depth = 0
    for bracket in _NO_BRACKET.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > deepest + 1:
            raise InvalidLine(_TOO_DEEP, 1)
    twice: list[tuple[int, str]] = []

    def made(pairs: list[tuple[str, Any]]) -> ObjectWithLines:
        found = new_object(1)
        for key, value in pairs:
            if key in found:
                twice.append((1, key))
            found.put(key, value, _FIRST_LINE)
        return found

    return json.loads(text, object_pairs_hook=made), twice


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    line, at = 1, 0
    for match in _TOKEN.finditer(text):
        line += text.count("\n", at, match.start())
        at = match.start()
        yield line, match.group()


def _scalar(piece: str) -> Any:
    return piece[1:-1] if piece[0] == '"' and "\\" not in piece else json.loads(piece)


class _Builder:
    """Builds the tree from tokens in the order of the text."""

    def __init__(self, new_object: NewObject, deepest: int) -> None:
        self._new_object = new_object
        self._deepest = deepest
        self.root: Any = None
        self.twice: list[tuple[int, str]] = []
        self._open: list[Any] = []
        self._keys: list[tuple[str, int] | None] = [None]

    def take(self, line: int, piece: str) -> None:
        """Add the next token."""
        if piece in ("}", "]"):
            self._keys.pop()
            self._put(self._open.pop(), line)
        elif piece in ("{", "["):
            if len(self._open) > self._deepest:
                raise InvalidLine(_TOO_DEEP, line)
            self._open.append(self._new_object(line) if piece == "{" else [])
            self._keys.append(None)
        elif self._open and not isinstance(self._open[-1], list) and self._keys[-1] is None:
            self._keys[-1] = (_scalar(piece), line)
        else:
            self._put(_scalar(piece), line)

    def _put(self, value: Any, last: int) -> None:
        if not self._open:
            self.root = value
        elif not isinstance(self._open[-1], list) and (named := self._keys[-1]) is not None:
            key, line = named
            if key in self._open[-1]:
                self.twice.append((line, key))
            self._open[-1].put(key, value, (line, last))
            self._keys[-1] = None
        else:
            self._open[-1].append(value)
