r"""Wildcards: `*` stands for any characters, `\*` and `\\` for a star and a backslash."""

from collections.abc import Callable

STAR = None
Wildcard = tuple[str | None, ...]
"""The characters of a wildcard, where nothing (STAR) stands for any characters."""


class BadWildcard(ValueError):
    """A wildcard that EventBridge refuses; the message is AWS's."""


def characters_of(text: str) -> Wildcard:
    """Return the characters of a wildcard.

    Raises:
        BadWildcard: two stars in a row, or a backslash before something else.
    """
    characters: list[str | None] = []
    index = 0
    while index < len(text):
        two = text[index : index + 2]
        if two == "**":
            raise BadWildcard(f"Consecutive wildcard characters at pos {_position(text, index)}")
        if two in ("\\*", "\\\\"):
            index += 1
        elif two[0] == "\\":
            raise BadWildcard(f"Invalid escape character at pos {_position(text, index)}")
        characters.append(STAR if two[0] == "*" else text[index])
        index += 1
    return tuple(characters)


def test_of(characters: Wildcard) -> Callable[[str], bool]:
    """Return whether a text fits these characters."""
    pieces = [""]
    for character in characters:
        if character is STAR:
            pieces.append("")
        else:
            pieces[-1] += character
    if len(pieces) == 1:
        return lambda text: text == pieces[0]
    first, *middle, last = pieces
    shortest = len(first) + len(last)

    def fits(text: str) -> bool:
        if len(text) < shortest or not text.startswith(first) or not text.endswith(last):
            return False
        at, end = len(first), len(text) - len(last)
        for piece in middle:
            at = text.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True

    return fits


def _position(text: str, index: int) -> int:
    # AWS counts the bytes, the quote before the text included.
    return len(text[:index].encode("utf-8", "surrogatepass")) + 1
