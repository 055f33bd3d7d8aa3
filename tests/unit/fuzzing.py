"""How many random inputs a test takes, and from which seed: few and always the same ones, or many with a new seed.

`tox -e nightly` sets PCA_FUZZ_FACTOR, and from PCA_FUZZ_SEED follows what a night has tried.
"""

import copy
import json
import os
import random
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, settings

FACTOR = int(os.environ.get("PCA_FUZZ_FACTOR", "1"))
SEED = os.environ.get("PCA_FUZZ_SEED", "")

settings.register_profile("desk", deadline=None)
settings.register_profile(
    "nightly",
    deadline=None,
    derandomize=False,
    max_examples=100 * FACTOR,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("desk" if FACTOR == 1 else "nightly")


def times(few: int) -> int:
    """The number of examples, from the number of a local run."""
    return few * FACTOR


def seeded(number: int) -> random.Random:
    """The chance of a test: it follows from its own number, and from the seed of the night if there is one."""
    return random.Random(f"{SEED}/{number}" if SEED else number)


_LONG = "a number of 5,000 digits"
ODD_VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 1e308, 10**30, "", "x" * 3000, "\x00", "\ud800", "\u202e", "0x10", "1_0", "*?" * 30, [],
    [None], [[]], {}, {"": None}, [{}], {"a": [1, {"b": None}]}, "arn:aws:acm-pca:us-east-1:111122223333:", _LONG,
]  # fmt: skip
"""What stands for a number of 5,000 digits, which Python does not write, is replaced by `text_of`."""


def places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of all values in a JSON value."""
    keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        yield (*way, key)
        yield from places(value[key], (*way, key))


def mutated(document: Any, chance: random.Random) -> Any:
    """A copy of a JSON value with one to three odd values, missing members or unknown members."""
    changed = copy.deepcopy(document)
    for _ in range(chance.choice((1, 1, 2, 3))):
        found = list(places(changed))
        if not found:
            return changed
        *way, last = chance.choice(found)
        node = changed
        for key in way:
            node = node[key]
        how = chance.random()
        if how < 0.1 and isinstance(node, dict):
            del node[last]
        elif how < 0.2 and isinstance(node, dict):
            node[chance.choice(("Unknown", "", "*", "Condition"))] = node.pop(last)
        else:
            node[last] = copy.deepcopy(chance.choice(ODD_VALUES))
    return changed


def text_of(value: Any) -> str:
    """A JSON value as text, with numbers of 5,000 digits."""
    return json.dumps(value).replace(json.dumps(_LONG), "9" * 5000)
