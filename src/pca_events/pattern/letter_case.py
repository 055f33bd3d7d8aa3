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
    length = len(text)
    if text.isascii():
        lower = text.lower()
        return lambda other: not length or (other[-length:].isascii() and other[-length:].lower() == lower)
    # Read from its end, a text is compared once; a search would begin anew at each of its characters.
    longest = sum(max(map(len, spellings(character))) for character in text)
    return lambda other: _expression(text, backwards=True).match(other[-longest:][::-1]) is not None


def spellings(character: str) -> tuple[str, ...]:
    """Return what stands for a character of the pattern: its lower and its upper case, if they differ.

    Either may be longer than one character: ß is SS. AWS takes a character beyond the Basic Multilingual Plane for two
    question marks here. No spelling begins or ends with another one of the same character, so at most one of them
    fits at any place of a text.
    """
    if character > "\uffff":
        return ("??",)
    return tuple(dict.fromkeys((character.lower(), character.upper())))


@lru_cache(maxsize=1024)
def _expression(text: str, *, backwards: bool = False) -> "re.Pattern[str]":
    step = -1 if backwards else 1
    pieces = []
    for character in text[::step]:
        several = [re.escape(spelling[::step]) for spelling in spellings(character)]
        pieces.append(several[0] if len(several) == 1 else f"(?:{'|'.join(several)})")
    return re.compile("".join(pieces))
