"""Intrinsic functions of CloudFormation: the expansion of `Fn::ForEach`, and the short form of any function."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.model import SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.partial_values import LONGEST, joined
from pca_events.infrastructure.sizes import CHARACTERS
from pca_events.infrastructure.source_tree import Object, Text

_LONGEST = 60


def written(name: str, argument: Any) -> str:
    """A function in short form on one line, truncated if long: `!Select [0, !Ref Arns]`."""
    text = f"{_tag(name)} {''.join(_pieces(argument, _LONGEST))}"
    return f"{text[:_LONGEST]}..." if len(text) > _LONGEST else text


def _tag(name: str) -> str:
    return f"!{name.removeprefix('Fn::')}" if name else ""


def _pieces(value: Any, room: int) -> list[str]:
    """The text of a value in pieces, truncated to the available room."""
    if isinstance(value, Unknown):
        return [value.reason]
    if isinstance(value, str):
        return [" ".join(value[:room].split())]
    if isinstance(value, list):
        return ["[", *_inner([("", held) for held in value[:room]], room), "]"]
    if isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Fn::", "Ref", "Condition")):
        ((name, held),) = value.items()
        return [_tag(name), " ", *_pieces(held, room - 1)] if room > 0 else []
    if isinstance(value, dict):
        return ["{", *_inner(list(value.items())[:room], room), "}"]
    return [json.dumps(value)]


def _inner(pairs: list[tuple[str, Any]], room: int) -> list[str]:
    pieces: list[str] = []
    for key, held in pairs:
        if sum(map(len, pieces)) > room:
            break
        pieces += [", " if pieces else "", f"{key}: " if key else "", *_pieces(held, room - 1)]
    return pieces


LOOP = "Fn::ForEach::"
MOST_VALUES = 200_000
"""The maximum number of values that all loops of a template may expand to."""

_SECTIONS = ("Conditions", "Resources", "Outputs")
_NO_LETTER = re.compile(r"[^A-Za-z0-9]")

Resolve = Callable[[Any], Any]
"""Evaluates a value with the parameters and mappings of the template."""

Item = str | Unknown


class _TooMuch(Exception):
    """The loops expand to more than MOST_VALUES values."""


def without_loops(document: Object, resolve: Resolve, file: str) -> tuple[Object, list[Unreadable]]:
    """Return the template with its loops expanded, and the errors in them.

    A loop over a collection that is known only at deployment expands to one unknown item.
    """
    if not any(_has_loop(document.get(section)) for section in _SECTIONS):
        return document, []
    loops = _Loops(resolve, file)
    made = Object(document.line)
    for key, value in document.items():
        made.put(key, loops.written_out(value, key) if key in _SECTIONS else value, document.spans[key])
    return made, loops.faults


def _has_loop(value: Any) -> bool:
    if isinstance(value, dict):
        return any(key.startswith(LOOP) or _has_loop(held) for key, held in value.items())
    return isinstance(value, list) and any(map(_has_loop, value))


class _Loops:
    def __init__(self, resolve: Resolve, file: str) -> None:
        self.faults: list[Unreadable] = []
        self._resolve = resolve
        self._file = file
        self._room = MOST_VALUES

    def written_out(self, section: Any, name: str) -> Any:
        """Return a section with its loops expanded; an empty section if they exceed the limit."""
        try:
            return self._copy(section, {})
        except _TooMuch:
            line = section.line if isinstance(section, Object) else 1
            message = f"Fn::ForEach in {name} expands to more than {MOST_VALUES:,} values; check the deployed template"
            self.faults.append(Unreadable(SourceLocation(self._file, line), message))
            return Object(line)

    def _copy(self, value: Any, items: dict[str, Item]) -> Any:
        """Copy a value and replace the identifiers of the enclosing loops with their items."""
        self._room -= 1
        if self._room < 0:
            raise _TooMuch
        if isinstance(value, Object):
            return self._object(value, items)
        if isinstance(value, list):
            return [self._copy(held, items) for held in value]
        if not isinstance(value, str) or not items:
            return value
        replaced = _replaced(value, items)
        self._room -= len(replaced) // CHARACTERS if isinstance(replaced, str) else 0
        return replaced

    def _object(self, value: Object, items: dict[str, Item]) -> Any:
        if len(value) == 1 and isinstance(name := value.get("Ref"), str) and name in items:
            return items[name]
        made = Object(value.line, value.file)
        for key, held in value.items():
            span = value.spans.get(key, (value.line, value.line))
            if key.startswith(LOOP):
                for name, inner, lines in self._loop(key, held, span, items):
                    made.put(name, inner, lines)
            else:
                made.put(self._key(key, items), self._copy(held, items), span)
        return made

    def _key(self, key: str, items: dict[str, Item]) -> str:
        """Replace identifiers in a key; `&{Name}` drops the characters that a logical ID cannot contain."""
        for name, item in items.items():
            text = str(item)
            if key.count(f"{{{name}}}") * len(text) > LONGEST:
                raise _TooMuch
            key = key.replace(f"${{{name}}}", text)
            if isinstance(item, str):
                key = key.replace(f"&{{{name}}}", _NO_LETTER.sub("", text))
        self._room -= len(key) // CHARACTERS
        return key

    def _loop(
        self, key: str, loop: Any, span: tuple[int, int], items: dict[str, Item]
    ) -> Iterator[tuple[str, Any, tuple[int, int]]]:
        """Yield the output of one loop: each key with its value and its lines."""
        if not (isinstance(loop, list) and len(loop) == 3 and isinstance(loop[0], str) and isinstance(loop[2], Object)):
            message = f"{key} must be a list of an identifier, a collection and an object of outputs"
            self.faults.append(Unreadable(SourceLocation(self._file, span[0]), message))
            return
        identifier, collection, outputs = loop
        for item in self._items(self._copy(collection, items), identifier):
            made = self._copy(outputs, {**items, identifier: item})
            for name, held in made.items():
                yield name, held, made.spans[name]

    def _items(self, collection: Any, identifier: str) -> list[Item]:
        found = self._resolve(collection)
        listed = found if isinstance(found, list) else [found]
        unknown = Unknown(f"${{{identifier}}}")
        flat = [part for held in listed for part in (held if isinstance(held, list) else [held])]
        return [held if isinstance(held, str) else _item(held, unknown) for held in flat]


def _item(value: Any, unknown: Unknown) -> Item:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else unknown


def _replaced(text: str, items: dict[str, Item]) -> str | Unknown:
    """Replace `${Name}` and `&{Name}` and keep the line numbers."""
    pattern = "|".join(map(re.escape, items))
    pieces = re.split(rf"[$&]\{{({pattern})\}}", text)
    if len(pieces) == 1:
        return text
    line = text.line if isinstance(text, Text) else 0
    return joined((items[piece] if at % 2 else piece for at, piece in enumerate(pieces)), line)
