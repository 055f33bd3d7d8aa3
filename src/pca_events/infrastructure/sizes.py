"""The sizes of values: a few lines can repeat a value a billion times, so what is made of one is counted first."""

from collections.abc import Callable
from typing import Any

CHARACTERS = 32
"""How many characters of a string count as one value."""


def size_of(value: Any, most: int, content: Callable[[Any], Any] = lambda value: value) -> int:
    """Count the values in a value, each time that they are repeated.

    Args:
        value: a tree of objects, arrays and strings.
        most: counting stops above this size.
        content: returns what a value stands for.
    """
    waiting, count = [value], 0
    while waiting and count <= most:
        held = content(waiting.pop())
        inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
        count += 1 + (len(held) // CHARACTERS if isinstance(held, str) else 0)
        if count + len(inner) > most:
            return most + 1
        waiting += inner
    return count
