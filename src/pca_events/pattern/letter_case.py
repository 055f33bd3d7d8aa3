"""Texts compared in any letter case, as EventBridge does it: character by character of the pattern."""

import re
from collections.abc import Callable
from functools import lru_cache


def equals(text: str) -> Callable[[str], bool]:
    """Return whether a text equals the given one in any letter case."""
    if text.isascii():
        lower = text.lower()
        return lambda other: other.isascii() and other.lower() == lower
    return lambda other: _expression(text).fullmatch(other) is not None


def begins(text: str) -> Callable[[str], bool]:
    """Return whether a text begins with the given one in any letter case."""
    if text.isascii():
        lower, length = text.lower(), len(text)
        return lambda other: other[:length].isascii() and other[:length].lower() == lower
    return lambda other: _expression(text).match(other) is not None


def ends(text: str) -> Callable[[str], bool]:
    """Return whether a text ends with the given one in any letter case."""
    if text.isascii():
        lower, length = text.lower(), len(text)
        return lambda other: not length or (other[-length:].isascii() and other[-length:].lower() == lower)
    return lambda other: _expression(text, r"\Z").search(other) is not None


@lru_cache(maxsize=1024)
def _expression(text: str, end: str = "") -> "re.Pattern[str]":
    """Each character in its lower and its upper case, which may be longer than one: ß is SS.

    AWS takes a character beyond the Basic Multilingual Plane for two question marks here.
    """
    pieces = []
    for character in text:
        if character > "\uffff":
            pieces.append(r"\?\?")
        else:
            pieces.append(f"(?:{re.escape(character.lower())}|{re.escape(character.upper())})")
    return re.compile("".join(pieces) + end)
