"""The kinds of what conftest.py gives."""

import subprocess
from collections.abc import Callable
from typing import Protocol

Serve = Callable[[int, object], str]


class Run(Protocol):
    """Runs `pca-events` with these words; `path` goes first on its PYTHONPATH."""

    def __call__(self, *words: str, path: str = "") -> "subprocess.CompletedProcess[str]": ...
