"""The files that lie beside Terraform code, as its functions read them; nothing outside of the checked tree is read."""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.checked_tree import CheckedTree
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.read_text import Encrypted as EncryptedFile
from pca_events.infrastructure.read_text import Refused, text_of
from pca_events.infrastructure.source_tree import Text
from pca_events.infrastructure.terraform.functions import Encoded
from pca_events.infrastructure.terraform.lines import Lines
from pca_events.infrastructure.terraform.traversal import Absent

ENCRYPTED = "a file that is encrypted with git-crypt"
MOST_FILES = 5_000
"""How many files `fileset` looks at."""


class Encrypted(Exception):
    """A value stands in a file that is encrypted."""


class FilesBeside:
    """What `file`, `templatefile` and the like find from the folder of a root module."""

    def __init__(self, tree: CheckedTree, lines: Lines, folder: str) -> None:
        self._tree = tree
        self._lines = lines
        self._folder = folder
        self._texts: dict[str, Text] = {}
        self.functions: dict[str, Callable[..., Any]] = {
            "file": self.text,
            "fileexists": self._exists,
            "fileset": self._set,
            "abspath": lambda path: os.path.abspath(self._found(path)),
        }

    def call(self, name: str, arguments: list[Any]) -> Any:
        """Call one of the functions.

        Raises:
            Encrypted: the file is.
            LookupError: it is not there.
            TypeError, ValueError: it cannot be read, or the arguments are not known.
        """
        return self.functions[name](*arguments)

    def text(self, path: Any) -> Text:
        """The text of a file, which knows its lines; raises as `call` does."""
        found = self._found(path)
        if not self._tree.holds(found):
            raise ValueError("is not in the checked tree")
        if not os.path.lexists(found):
            raise Absent(found)
        if found not in self._texts:
            try:
                text = text_of(found, always=True) or ""
            except EncryptedFile as error:
                raise Encrypted from error
            except Refused as error:
                raise ValueError(str(error)) from error
            self._texts[found] = Text(text, self._lines.start(found) + 1)
        return self._texts[found]

    def _found(self, path: Any) -> str:
        known = path.text() if isinstance(path, Encoded) else path
        if isinstance(known, Unknown) or not isinstance(known, str) or "\0" in known:
            raise TypeError("the path is not known")
        return os.path.normpath(os.path.join(self._folder, known))

    def _exists(self, path: Any) -> bool:
        found = self._found(path)
        if not self._tree.holds(found):
            raise ValueError("is not in the checked tree")
        return os.path.isfile(found)

    def _set(self, path: Any, pattern: Any) -> list[str]:
        folder = self._found(path)
        if not self._tree.holds(folder) or not isinstance(pattern, str):
            raise ValueError("is not in the checked tree")
        matching = re.compile(_regular(pattern))
        return sorted(name for name in _files_in(folder) if matching.fullmatch(name))


def _files_in(folder: str) -> Iterator[str]:
    count = 0
    for above, folders, names in os.walk(folder):
        folders.sort()
        count += len(names) + len(folders)
        if count > MOST_FILES:
            raise ValueError("has too many files")
        for name in names:
            yield os.path.relpath(os.path.join(above, name), folder).replace(os.sep, "/")


def _regular(pattern: str) -> str:
    """A pattern of `fileset` as a regular expression."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    pieces = re.split(r"(\*\*/|\*\*|[*?{},])", pattern)
    if pieces.count("**/") + pieces.count("**") + pieces.count("*") > 4 or pieces.count("{") != pieces.count("}"):
        raise ValueError("the pattern is not known here")
    return "".join(known.get(piece, re.escape(piece)) for piece in pieces)
