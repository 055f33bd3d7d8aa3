"""DER that the library for certificates does not write: parts of CRLs, some names, unusual key usages."""

from collections.abc import Iterable
from datetime import datetime

INTEGER, BIT_STRING, OCTET_STRING, OBJECT_IDENTIFIER, ENUMERATED, UTF8_STRING = 0x02, 0x03, 0x04, 0x06, 0x0A, 0x0C
UTC_TIME, GENERALIZED_TIME, SEQUENCE = 0x17, 0x18, 0x30
FIRST_YEAR_OF_GENERALIZED_TIME = 2050


def tlv(tag: int, *parts: bytes) -> bytes:
    """A value with its tag and its length, from the parts of its content, which are copied once."""
    return b"".join([header(tag, sum(map(len, parts))), *parts])


def header(tag: int, size: int) -> bytes:
    """The tag and the length of a value."""
    return bytes([tag]) + length(size)


def length(size: int) -> bytes:
    """A length: the length itself if it is short, else the number of its bytes and the bytes."""
    if size < 128:
        return bytes([size])
    digits = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(digits)]) + digits


def content_of(value: bytes) -> bytes:
    """A value without its tag and its length."""
    return value[header_size(value) :]


def header_size(value: bytes) -> int:
    """How many bytes the tag and the length of a value have."""
    return 2 if value[1] < 128 else 2 + (value[1] & 0x7F)


def size_of(value: bytes) -> int:
    """How many bytes the value at the start of some bytes has, its tag and its length included."""
    start = header_size(value)
    return start + (value[1] if start == 2 else int.from_bytes(value[2:start], "big"))


def elements(content: bytes) -> list[bytes]:
    """The values that follow each other in some bytes, each with its tag and its length."""
    found, at = [], 0
    while at < len(content):
        size = size_of(content[at : at + 16])
        found.append(content[at : at + size])
        at += size
    return found


def integer(number: int) -> bytes:
    """A number from 0."""
    return tlv(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def dotted(oid: bytes) -> str:
    """An object identifier as text; raise ValueError if it is not one."""
    content = content_of(oid)
    if oid[0] != OBJECT_IDENTIFIER or not content or content[-1] & 0x80:
        raise ValueError("an object identifier is not encoded as DER")
    arcs, number = [], 0
    for byte in content:
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def time(moment: datetime) -> bytes:
    """A time in UTC in the form that RFC 5280 requires for its year."""
    if moment.year < FIRST_YEAR_OF_GENERALIZED_TIME:
        return tlv(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())


def key_usage(bits: Iterable[int]) -> bytes:
    """The value of a KeyUsage extension from the numbers of its bits."""
    number = sum(1 << (15 - bit) for bit in bits)
    content = number.to_bytes(2, "big").rstrip(b"\0")
    unused = (content[-1] & -content[-1]).bit_length() - 1 if content else 0
    return tlv(BIT_STRING, bytes([unused]) + content)


def edi_party_name(party: str, assigner: str | None) -> bytes:
    """The GeneralName of the type ediPartyName."""
    names = [(0xA0, assigner)] if assigner is not None else []
    parts = [tlv(tag, tlv(UTF8_STRING, text.encode())) for tag, text in [*names, (0xA1, party)]]
    return tlv(0xA5, b"".join(parts))
