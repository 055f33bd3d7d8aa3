"""The values at the leaves of an event, in the form in which EventBridge compares them."""

from decimal import Decimal
from typing import Any

Key = str | float | bytes
"""A leaf as it is compared: a text as itself, a number as a float, and all else (null, true, false, and the numbers
that a float cannot hold) as its JSON text in bytes. The three never equal each other, so that "300" is not 300."""

_WORDS: dict[bool | None, bytes] = {True: b"true", False: b"false", None: b"null"}


class WrittenNumber(Decimal):
    """A number with a fraction or an exponent, and the text it was read from."""

    text: str

    def __new__(cls, text: str) -> "WrittenNumber":
        """Read the text of a JSON number."""
        number = super().__new__(cls, text)
        number.text = text
        return number


def comparable(number: float | Decimal) -> float | None:
    """Return the float that stands for a number exactly, or nothing: such a number equals only its own text."""
    try:
        as_float = float(number)
    except OverflowError:
        return None
    if isinstance(number, float):
        exact = as_float - as_float == 0
    elif isinstance(number, int) and -(2**53) <= number <= 2**53:
        exact = True
    else:
        exact = Decimal(repr(as_float)) == number
    return as_float if exact else None


def key_of(value: Any) -> Key | None:
    """Return a leaf as it is compared, or nothing for an object, an array and what is no JSON."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return _WORDS[value]
    if isinstance(value, (int, float, Decimal)):
        number = comparable(value)
        return _written(value) if number is None else number
    return None


def value_of(key: Key) -> Any:
    """Return the JSON value of a key; a number that a float cannot hold comes back as its text."""
    if isinstance(key, float):
        return int(key) if key.is_integer() else key
    if isinstance(key, bytes):
        return {word: value for value, word in _WORDS.items()}.get(key, key.decode())
    return key


def _written(number: float | Decimal) -> bytes:
    # Python refuses to write an int of more than 4300 digits in decimal; in hexadecimal it does not.
    if isinstance(number, int) and number.bit_length() > 10_000:
        return hex(number).encode()
    return (number.text if isinstance(number, WrittenNumber) else str(number)).encode()
