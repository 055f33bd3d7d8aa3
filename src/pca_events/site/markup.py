"""Text as HTML: JSON in colours, steps with their values, and what nobody can see made visible."""

import json
import re
from collections.abc import Collection
from typing import Any

from markupsafe import Markup, escape

_PIECE = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=:)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<word>\b(?:true|false|null)\b|-?\d[\d.eE+-]*)'
)
_TOP_KEY = re.compile(r'^  "([^"]+)":')
_VALUE = re.compile(r'("[^"]*"|<[^<>]+>)')
_KEPT = "\n\t"


def visible(text: str) -> Markup:
    """Escape a text; control characters and those that change the direction of writing are shown by their code."""
    if text.isprintable():
        return escape(text)
    return Markup("").join(
        escape(char)
        if char.isprintable() or char in _KEPT
        else Markup('<span class="unseen">U+{:04X}</span>').format(ord(char))
        for char in text
    )


def json_markup(value: Any, stamped: Collection[str] = ()) -> Markup:
    """A JSON value, indented and coloured.

    Args:
        value: what `json` can write.
        stamped: names of top-level fields that are marked as stamped by the bus.
    """
    lines = json.dumps(value, indent=2, ensure_ascii=False).split("\n")
    return Markup("\n").join(_line(line, stamped) for line in lines)


def _line(line: str, stamped: Collection[str]) -> Markup:
    coloured = Markup("").join(_pieces(line))
    key = _TOP_KEY.match(line)
    if key and key[1] in stamped:
        return Markup('<mark class="stamped">{}</mark>').format(coloured)
    return coloured


def _pieces(line: str) -> list[Markup]:
    found, at = [], 0
    for match in _PIECE.finditer(line):
        found.append(visible(line[at : match.start()]))
        found.append(Markup('<span class="{}">{}</span>').format(match.lastgroup, visible(match[0])))
        at = match.end()
    return [*found, visible(line[at:])]


def step_markup(text: str) -> Markup:
    """The text of a step, its quoted values and placeholders set off."""
    return Markup("").join(
        Markup('<span class="value">{}</span>').format(visible(piece)) if number % 2 else visible(piece)
        for number, piece in enumerate(_VALUE.split(text))
    )
