"""How EventBridge compares strings: without regard to letter case, with wildcards, and as IP addresses.

IP addresses are compared by their hexadecimal digits, from the left. In a wildcard, `*` matches any characters;
`\\*` and `\\\\` are a star and a backslash.
"""

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple


def equals_ignoring_case(text: str) -> Callable[[str], bool]:
    """Return a function that tells whether a string equals the given one in any letter case."""
    if text.isascii():
        lower = text.lower()
        return lambda other: other.isascii() and other.lower() == lower
    return lambda other: _expression(text).fullmatch(other) is not None


def begins_ignoring_case(text: str) -> Callable[[str], bool]:
    """Return a function that tells whether a string begins with the given one in any letter case."""
    if text.isascii():
        lower, length = text.lower(), len(text)
        return lambda other: other[:length].isascii() and other[:length].lower() == lower
    return lambda other: _expression(text).match(other) is not None


def ends_ignoring_case(text: str) -> Callable[[str], bool]:
    """Return a function that tells whether a string ends with the given one in any letter case."""
    length = len(text)
    if text.isascii():
        lower = text.lower()
        return lambda other: not length or (other[-length:].isascii() and other[-length:].lower() == lower)
    # Reversed, a string is compared once; a search would start again at each of its characters.
    longest = sum(max(map(len, spellings(character))) for character in text)
    return lambda other: _expression(text, backwards=True).match(other[-longest:][::-1]) is not None


def spellings(character: str) -> tuple[str, ...]:
    """Return the spellings that match a character of the pattern: its lower and its upper case, if they differ.

    Either may be longer than one character: ß is SS. AWS reads a character beyond the Basic Multilingual Plane as two
    question marks here. No spelling begins or ends with another one of the same character, so at most one of them
    fits at any position.
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


STAR = None
WildcardCharacters = tuple[str | None, ...]
"""The characters of a wildcard, where None (STAR) matches any characters."""


class InvalidWildcard(ValueError):
    """EventBridge rejects a wildcard; the message is AWS's."""


def characters_of(text: str) -> WildcardCharacters:
    """Return the characters of a wildcard.

    Raises:
        InvalidWildcard: two stars in a row, or a backslash before any other character.
    """
    characters: list[str | None] = []
    index = 0
    while index < len(text):
        two = text[index : index + 2]
        if two == "**":
            raise InvalidWildcard(f"Consecutive wildcard characters at pos {_position(text, index)}")
        if two in ("\\*", "\\\\"):
            index += 1
        elif two[0] == "\\":
            raise InvalidWildcard(f"Invalid escape character at pos {_position(text, index)}")
        characters.append(STAR if two[0] == "*" else text[index])
        index += 1
    return tuple(characters)


def wildcard_test(characters: WildcardCharacters) -> Callable[[str], bool]:
    """Return a function that tells whether a string matches these characters."""
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


def star_test(pattern: str) -> Callable[[str], bool]:
    """Return a function that tells whether a string matches a pattern in which every `*` stands for any characters."""
    return wildcard_test(tuple(STAR if character == "*" else character for character in pattern))


def _position(text: str, index: int) -> int:
    # AWS counts bytes, and includes the opening quote.
    return len(text[:index].encode("utf-8", "surrogatepass")) + 1


_V4 = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+")
_V6 = re.compile(r"[0-9a-fA-F]*:[0-9a-fA-F:]*")
_LONGEST_V4 = 15
_LONGEST_V6 = 39


class InvalidAddress(ValueError):
    """A string is not an address or not a range of addresses; the message is AWS's."""


class AddressRange(NamedTuple):
    """A range of addresses, as the digits of its first and its last address."""

    first: str
    last: str

    def contains(self, digits: str) -> bool:
        """Whether an address lies in the range.

        AWS compares digit by digit and stops as soon as the result is certain. So an IPv6 address can lie in a range
        of IPv4 addresses by its first digits, and vice versa.
        """
        length = len(self.first)
        if len(digits) >= length:
            return self.first <= digits[:length] <= self.last
        return self.first[: len(digits)] < digits < self.last[: len(digits)]


def digits_of(text: str) -> str | None:
    """Return the digits of an address, or None for any other string."""
    if _V4.fullmatch(text):
        parts = [int(part) for part in text.split(".")] if len(text) <= _LONGEST_V4 else [256]
        return bytes(parts).hex() if max(parts) <= 255 else None
    if len(text) > _LONGEST_V6 or not _V6.fullmatch(text):
        return None
    try:
        address = ipaddress.IPv6Address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address).packed.hex()


def range_of(cidr: str) -> AddressRange:
    """Return the range of a CIDR.

    Raises:
        InvalidAddress: the CIDR is malformed.
    """
    parts = cidr.split("/")
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) != 2:
        raise InvalidAddress("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?\d{1,9}", parts[1]):
        raise InvalidAddress("Malformed CIDR, mask bits must be an integer")
    bits = int(parts[1])
    if bits < 0:
        raise InvalidAddress("Malformed CIDR, mask bits must not be negative")
    digits = _checked(parts[0])
    size = len(digits) * 4
    if bits >= size:
        raise InvalidAddress(f"IPv{4 if size == 32 else 6} mask bits must be < {size}")
    free = (1 << (size - bits)) - 1
    number = int(digits, 16)
    first, last = number & ~free, number | free
    return AddressRange(f"{first:0{len(digits)}x}", f"{last:0{len(digits)}x}")


def _checked(text: str) -> str:
    digits = digits_of(text)
    if digits is None:
        looks_like_one = _V4.fullmatch(text) or _V6.fullmatch(text)
        raise InvalidAddress(f"{'Invalid' if looks_like_one else 'Nonstandard'} IP address: {text}")
    return digits
