"""IP addresses as EventBridge compares them: by their hexadecimal digits, from the left."""

import ipaddress
import re
from typing import NamedTuple

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
