"""Files beside the code, read from within the checked tree only."""

import os

from pca_events.infrastructure.checked_tree import CheckedTree
from pca_events.infrastructure.read_text import Refused, text_of

MOST_FILES = 200
"""How many files one file of infrastructure code may lead to."""

MOST_CHARACTERS = 20 * 1024 * 1024
"""How much these may have, all in all."""


class TreeFiles:
    """The files that a file of infrastructure code may name.

    Args:
        tree: what is checked; nothing outside it is opened, also not through links.
        folder: what relative names are relative to.
    """

    def __init__(self, tree: CheckedTree, folder: str) -> None:
        self._tree = tree
        self._folder = folder
        self._texts: dict[str, str | None] = {}
        self._room = MOST_CHARACTERS

    def path_of(self, name: str) -> str:
        """The path of a file by the name that the code gives it, as it is shown to people."""
        return os.path.normpath(os.path.join(self._folder, name))

    def text_of(self, name: str) -> str | None:
        """The text of a file; None where it does not exist.

        Raises:
            Refused: it lies outside the tree, cannot be read, or is too much.
        """
        path = self.path_of(name)
        if path not in self._texts:
            self._texts[path] = self._read(path, name)
        return self._texts[path]

    def _read(self, path: str, name: str) -> str | None:
        if "\0" in path:
            raise Refused(f"{name!r} is not the name of a file")
        real = os.path.realpath(path)
        if not self._tree.holds(path):
            raise Refused(f"{name} lies outside the checked tree; check the folder that holds both")
        if not os.path.exists(real):
            return None
        if len(self._texts) >= MOST_FILES:
            raise Refused(f"{name} is one file too many; {MOST_FILES} are read from one file")
        try:
            text = text_of(real, always=True) or ""
        except Refused as refused:
            raise Refused(f"{name}: {refused}", refused.line) from None
        self._room -= len(text)
        if self._room < 0:
            raise Refused(f"{name} is too much; {MOST_CHARACTERS // 1024 // 1024} MiB are read from one file")
        return text
