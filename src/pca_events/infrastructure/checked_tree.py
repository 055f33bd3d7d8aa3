"""The tree that is checked: nothing outside of it is read, whichever way a file refers to it."""

import os
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class CheckedTree:
    """The folders that were given to be checked, and those of the files that were.

    Attributes:
        roots: their real paths; without one, no file is in the tree.
    """

    roots: tuple[str, ...] = ()

    @classmethod
    def of(cls, paths: list[str]) -> "CheckedTree":
        """The tree that these files and folders make."""
        folders = {path if os.path.isdir(path) else os.path.dirname(path) or "." for path in paths}
        return cls(tuple(sorted({os.path.realpath(folder) for folder in folders})))

    @cached_property
    def _within(self) -> tuple[str, ...]:
        return tuple(root.rstrip(os.sep) + os.sep for root in self.roots)

    def holds(self, path: str) -> bool:
        """Whether a path leads to something in the tree, all links followed."""
        try:
            real = os.path.realpath(path)
        except (OSError, ValueError):
            return False
        return real in self.roots or real.startswith(self._within)
