"""What somebody may have meant who wrote a name that is not known."""

from collections.abc import Iterable
from pathlib import Path

_ALIKE = 0.6
_MOST_COMPARED = 5_000
_MOST_LISTED = 12


def nearest(name: str, known: Iterable[str]) -> str:
    """Return the known name that is most like another, whatever the case of its letters; empty where none is."""
    import difflib

    by_lower = {one.lower(): one for one in known}
    found = difflib.get_close_matches(name.lower(), list(by_lower)[:_MOST_COMPARED], n=1, cutoff=_ALIKE)
    return by_lower[found[0]] if found else ""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return `did you mean "..."?`, or the known names where none is like it and they are few; else nothing."""
    names = list(known)
    if meant := nearest(name, names):
        return f'did you mean "{meant}"?'
    return f"known: {', '.join(names)}" if names and len(names) <= _MOST_LISTED else ""


def file_meant(path: str) -> str:
    """Return `; did you mean "..."?` for a path at which nothing is, from the names in its folder; else nothing."""
    wanted = Path(path)
    try:
        names = [entry.name for _, entry in zip(range(_MOST_COMPARED), wanted.parent.iterdir(), strict=False)]
    except OSError:
        return ""
    meant = nearest(wanted.name, names)
    return f'; did you mean "{wanted.parent / meant}"?' if meant else ""
