"""How many random inputs a test takes, and from which seed: few and always the same ones, or many with a new seed.

`tox -e nightly` sets PCA_FUZZ_FACTOR, and from PCA_FUZZ_SEED follows what a night has tried.
"""

import os
import random

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
