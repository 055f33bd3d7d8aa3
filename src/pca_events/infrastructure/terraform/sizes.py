"""The sizes of values: a few lines can repeat a value a billion times, so what is made of one is counted first."""

from typing import Any

from pca_events.infrastructure.terraform.functions import Encoded

MOST_VALUES = 50_000
"""The maximum size of a value; a larger one is unknown."""

VALUES_PER_STEP = 32
"""How many values of an argument or of a result count as one step of an evaluation."""

CHARACTERS = 32
"""How many characters of a string count as one value, or as one step if they are decoded."""


def size_of(value: Any) -> int:
    """Count the values in a value, each time that they are repeated, up to `MOST_VALUES` + 1."""
    if value is None or isinstance(value, bool | int | float):
        return 1
    waiting, count = [value], 0
    while waiting and count <= MOST_VALUES:
        held = waiting.pop()
        if isinstance(held, Encoded):
            held = held.value
        inner = held.values() if isinstance(held, dict) else held if isinstance(held, list) else ()
        count += 1 + (len(held) // CHARACTERS if isinstance(held, str) else 0)
        if count + len(inner) > MOST_VALUES:
            return MOST_VALUES + 1
        waiting += inner
    return count
