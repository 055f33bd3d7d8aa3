"""Requirements of tests. If one is missing, the test is skipped with the reason, or fails if all are mandatory.

The workflows of this project set PCA_REQUIRE_ALL=1, because their machines have Docker, a browser and Node.
"""

import os
from typing import NoReturn

import pytest


def cannot_run(reason: str) -> NoReturn:
    """Skip the test, or fail it where PCA_REQUIRE_ALL=1."""
    if os.environ.get("PCA_REQUIRE_ALL") == "1":
        pytest.fail(f"PCA_REQUIRE_ALL=1, and {reason}", pytrace=False)
    pytest.skip(reason)
