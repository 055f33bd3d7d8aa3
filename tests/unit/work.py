"""The work of a call, counted: what a test can assert where a time would depend on the machine and its load."""

import sys
from collections.abc import Callable


def calls_of(run: Callable[[], object]) -> int:
    """Return how many calls of functions, Python's own included, a call makes; the same number on every machine."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(before)
    return count
