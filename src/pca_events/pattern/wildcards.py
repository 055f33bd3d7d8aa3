r"""Wildcards: `*` stands for any characters, `\*` and `\\` for a star and a backslash."""

from collections.abc import Callable, Iterable

STAR = None
Wildcard = tuple[str | None, ...]
"""The characters of a wildcard, where nothing (STAR) stands for any characters."""

TOO_COMPLEX = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a"
    " wildcard character"
)
# AWS does not publish its limit: 9 was seen to pass, 11 to be refused.
_MOST_AT_ONCE = 10
_MOST_LOOKED_AT = 2_000


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


def too_complex(wildcards: Iterable[Wildcard]) -> bool:
    """Whether the wildcards of one field are more than AWS takes.

    AWS counts the beginnings of wildcards that one text can fit at the same time: `a`, `a*` and `a*b` are beginnings
    of `a*b*c`, and the text `ab` fits the last two.
    """
    # AWS reads the quotes around a text as two more characters.
    several = [('"', *wildcard, '"') for wildcard in wildcards]
    if sum(map(len, several)) <= _MOST_AT_ONCE:
        return False
    alphabet = {character for wildcard in several for character in wildcard if character is not STAR}
    start = frozenset(_with_stars(several, ((which, 0) for which in range(len(several)))))
    seen, waiting = {start}, [start]
    while waiting and len(seen) < _MOST_LOOKED_AT:
        state = waiting.pop()
        for character in alphabet:
            after = frozenset(_with_stars(several, _read(several, state, character)))
            if after not in seen:
                if sum(1 for _, length in after if length) > _MOST_AT_ONCE:
                    return True
                seen.add(after)
                waiting.append(after)
    return False


def _read(several: list[Wildcard], state: Iterable[tuple[int, int]], character: str) -> Iterable[tuple[int, int]]:
    for which, length in state:
        wildcard = several[which]
        if length and wildcard[length - 1] is STAR:
            yield which, length
        if length < len(wildcard) and wildcard[length] == character:
            yield which, length + 1


def _with_stars(several: list[Wildcard], state: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for which, length in state:
        yield which, length
        if length < len(several[which]) and several[which][length] is STAR:
            yield which, length + 1


def _position(text: str, index: int) -> int:
    # AWS counts the bytes, the quote before the text included.
    return len(text[:index].encode("utf-8", "surrogatepass")) + 1
