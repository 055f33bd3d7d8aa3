"""JSON with line numbers, as the same kind of tree as YAML."""

import json
import re
from collections.abc import Iterator
from typing import Any, NoReturn

from pca_events.infrastructure.source_tree import DEEPEST, Object

MOST_DIGITS = 1_000
"""The maximum number of digits of an integer."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]|[^\s{}\[\],:"]+')
_NO_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*"|[^"{}\[\]]+')
_FIRST_LINE = (1, 1)


class InvalidJson(ValueError):
    """A text is not valid JSON; carries the reason and the line."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse(text: str) -> Any:
    """Parse one JSON document without line numbers; faster than `with_lines`.

    Raises:
        InvalidJson: the text is not valid JSON, contains NaN or is nested too deeply.
    """
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole)
    except json.JSONDecodeError as error:
        raise InvalidJson(error.lineno, f"is not valid JSON: {error.msg}") from None
    except RecursionError:
        raise InvalidJson(1, "is nested too deeply") from None
    except ValueError as error:
        raise InvalidJson(1, f"is not valid JSON: {error}") from None


def _refuse(name: str) -> NoReturn:
    raise ValueError(f"{name} is not allowed")


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number has more than {MOST_DIGITS:,} digits")
    return int(digits)


def with_lines(text: str) -> tuple[Any, list[tuple[int, str]]]:
    """The tree of a valid JSON text, and each duplicate key with its line.

    Raises:
        InvalidJson: the text is nested too deeply.
    """
    if "\n" not in text.rstrip():
        return _on_one_line(text)
    builder = _Builder()
    for line, piece in _pieces(text):
        builder.take(line, piece)
    return builder.root, builder.twice


def _on_one_line(text: str) -> tuple[Any, list[tuple[int, str]]]:
    """The same for one line, parsed by the standard library for speed: there may be thousands of such strings.

    Raises:
        InvalidJson: the text is nested too deeply.
    """
    depth = 0
    for bracket in _NO_BRACKET.sub("", text):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST + 1:
            raise InvalidJson(1, "is nested too deeply")
    twice: list[tuple[int, str]] = []

    def made(pairs: list[tuple[str, Any]]) -> Object:
        found = Object(1)
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

    def __init__(self) -> None:
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
            if len(self._open) > DEEPEST:
                raise InvalidJson(line, "is nested too deeply")
            self._open.append(Object(line) if piece == "{" else [])
            self._keys.append(None)
        elif self._open and isinstance(self._open[-1], Object) and self._keys[-1] is None:
            self._keys[-1] = (_scalar(piece), line)
        else:
            self._put(_scalar(piece), line)

    def _put(self, value: Any, last: int) -> None:
        if not self._open:
            self.root = value
        elif isinstance(self._open[-1], Object) and (named := self._keys[-1]) is not None:
            key, line = named
            if key in self._open[-1]:
                self.twice.append((line, key))
            self._open[-1].put(key, value, (line, last))
            self._keys[-1] = None
        else:
            self._open[-1].append(value)
