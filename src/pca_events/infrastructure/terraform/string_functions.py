"""Terraform functions for strings and numbers."""

import base64
import json
import math
import os.path
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import LONGEST, joined, text_form

_DIRECTIVE = re.compile(r"%(\[\d+\])?([-+ #0]*\d*(?:\.\d+)?)(.)", re.DOTALL)


def _join(separator: str, *lists: Any) -> str | Unknown:
    items = [item for held in lists for item in held]
    return joined(piece for at, item in enumerate(items) for piece in ((separator if at else ""), _plain(item)))


def _plain(value: Any) -> str | Unknown:
    """The string form of a value in a list, including an encoded value."""
    return text_form(value.text() if hasattr(value, "text") else value)


def _format(template: Any, *values: Any) -> str | Unknown:
    if isinstance(template, Unknown):
        raise TypeError("the format is not known")
    pieces: list[str | Unknown] = []
    position, following = 0, 0
    for found in _DIRECTIVE.finditer(template):
        pieces.append(template[position : found.start()])
        position = found.end()
        at, flags, verb = found.groups()
        if verb == "%":
            pieces.append("%")
            continue
        following = int(at[1:-1]) if at else following + 1
        pieces.append(_formatted(verb, flags, values[following - 1]))
    return joined([*pieces, template[position:]])


def _formatted(verb: str, flags: str, value: Any) -> str | Unknown:
    if verb in "sdv" and not flags:
        return _plain(value)
    if verb == "d" and re.fullmatch(r"0?\d{1,3}", flags) and isinstance(value, int):
        return f"%{flags}d" % value
    if verb == "q" and isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    raise ValueError(f"%{flags}{verb} is not supported here")


def _format_list(template: Any, *values: Any) -> list[str | Unknown]:
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1 or any(isinstance(value, Unknown) and value.parts == (None,) for value in values):
        raise ValueError("the number is not known")
    count = lengths.pop() if lengths else 1
    made: list[str | Unknown] = []
    length = 0
    for at in range(count):
        made.append(_format(template, *(value[at] if isinstance(value, list) else value for value in values)))
        length += len(made[-1]) if isinstance(made[-1], str) else 0
        if length > LONGEST:
            raise ValueError("the strings are too long")
    return made


def _replace(text: str, old: str, new: str) -> str:
    if len(old) > 1 and old[0] == old[-1] == "/":
        raise ValueError("regular expressions are not supported here")
    if len(text) * (len(new) + 1) >= LONGEST:
        raise ValueError("the string is too long")
    return text.replace(old, new)


def _substr(text: str, start: int, length: int) -> str:
    begin = start if start >= 0 else len(text) + start
    return text[begin:] if length < 0 else text[begin : begin + length]


def _number(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _indent(spaces: int, text: str) -> str:
    if text.count("\n") * spaces >= LONGEST:
        raise ValueError("the string is too long")
    return text.replace("\n", "\n" + " " * spaces)


OF_TEXTS: dict[str, Callable[..., Any]] = {
    "join": _join,
    "format": _format,
    "formatlist": _format_list,
    "tostring": lambda value: None if value is None else text_form(value),
}
"""Functions that return a partly unknown string if an argument is unknown."""

OF_KNOWN_TEXTS: dict[str, Callable[..., Any]] = {
    "lower": lambda text: str.lower(text),
    "upper": lambda text: str.upper(text),
    "title": lambda text: re.sub(r"\b[a-z]", lambda found: found[0].upper(), text),
    "trim": lambda text, letters: str.strip(text, letters),
    "trimspace": lambda text: str.strip(text),
    "trimprefix": lambda text, start: str.removeprefix(text, start),
    "trimsuffix": lambda text, end: str.removesuffix(text, end),
    "chomp": lambda text: str.rstrip(text, "\r\n"),
    "replace": _replace,
    "split": lambda separator, text: list(text) if separator == "" else str.split(text, separator),
    "substr": _substr,
    "strrev": lambda text: text[::-1],
    "indent": _indent,
    "startswith": lambda text, start: str.startswith(text, start),
    "endswith": lambda text, end: str.endswith(text, end),
    "strcontains": lambda text, part: part in text,
    "basename": lambda path: os.path.basename(path.rstrip("/")),
    "dirname": lambda path: os.path.dirname(path) or ".",
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "base64decode": lambda text: base64.b64decode(text, validate=True).decode(),
    "urlencode": lambda text: urllib.parse.quote_plus(text),
    "tonumber": _number,
    "parseint": lambda text, base: int(text, base),
    "tobool": lambda value: {"true": True, "false": False, True: True, False: False, None: None}[value],
    "abs": abs,
    "ceil": math.ceil,
    "floor": math.floor,
    "max": max,
    "min": min,
}
"""Functions that need fully known arguments."""
