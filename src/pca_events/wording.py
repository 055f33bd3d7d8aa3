"""Parts of messages: numbers with nouns, text that is safe to print, and suggestions for unknown names."""

from collections.abc import Iterable
from pathlib import Path

_CONSONANTS_Y = tuple(f"{letter}y" for letter in "bcdfghjklmnpqrstvwxz")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: `1 error`, `1,000 rules`, `2 entries`."""
    if number == 1:
        return f"1 {noun}"
    return f"{number:,} {noun[:-1]}ies" if noun.endswith(_CONSONANTS_Y) else f"{number:,} {noun}s"


def printable(text: str, keep: str = "") -> str:
    r"""Escape invisible characters and those that could control a terminal: `\x1b`, `\u202e`.

    Args:
        text: any text, including lone surrogates.
        keep: characters to keep, which the caller handles.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode() for char in text
    )


_ALIKE = 0.6
_MOST_COMPARED = 5_000
_MOST_LISTED = 12
_COMPARED = 500  # characters; comparing takes quadratic time


def similarity(one: str, other: str) -> float:
    """Return how similar two strings are, from 0 to 1; case-sensitive; only the first 500 characters are compared."""
    import difflib

    return difflib.SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED], autojunk=False).ratio()


def nearest(name: str, known: Iterable[str], cutoff: float = _ALIKE) -> str:
    """Return the known name that is most similar to a name, ignoring case; empty if none is similar.

    Args:
        name: as it was written.
        known: the names that exist; at most the first 5,000 are compared.
        cutoff: the minimum similarity, from 0 to 1.
    """
    import difflib

    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.strip().lower(), list(by_lower)[:_MOST_COMPARED], n=1, cutoff=cutoff)
    return by_lower[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `did you mean "..."?`, or the known names if none is similar and they are few; otherwise ""."""
    names = list(known)
    if meant := nearest(name, names):
        return f'did you mean "{meant}"?'
    return f"known: {', '.join(names)}" if names and len(names) <= _MOST_LISTED else ""


def file_meant(path: str) -> str:
    """Return `; did you mean "..."?` for a path that does not exist, from the names in its folder; else ""."""
    wanted = Path(path)
    try:
        names = [entry.name for _, entry in zip(range(_MOST_COMPARED), wanted.parent.iterdir(), strict=False)]
    except OSError:
        return ""
    meant = nearest(wanted.name, names)
    return f'; did you mean "{wanted.parent / meant}"?' if meant else ""
