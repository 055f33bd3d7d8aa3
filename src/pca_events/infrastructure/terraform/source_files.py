"""Lines numbered across all files of a configuration, and the files that functions such as `file` read."""

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.checked_tree import CheckedTree, EncryptedFile, UnreadableFile, text_of
from pca_events.infrastructure.embedded_json import read_pattern
from pca_events.infrastructure.model import SourceLocation, Unknown
from pca_events.infrastructure.source_tree import Object, Text
from pca_events.infrastructure.terraform.functions import Encoded, decoded, with_texts
from pca_events.infrastructure.terraform.references import Absent

_FILE = 10_000_000


class Lines:
    """The files read so far, with their ranges of line numbers."""

    def __init__(self) -> None:
        self._files: list[str] = []
        self._at: dict[str, int] = {}

    def start(self, file: str) -> int:
        """The offset of the lines of a file."""
        if file not in self._at:
            self._at[file] = len(self._files)
            self._files.append(file)
        return (self._at[file] + 1) * _FILE

    def file(self, line: int) -> str:
        """The file that contains a line."""
        return self._files[line // _FILE - 1]

    def place(self, line: int) -> SourceLocation:
        """The location of a line."""
        return SourceLocation(self.file(line), line % _FILE)


def in_file(line: int) -> int:
    """The number of a line within its file."""
    return line % _FILE


def same_file(one: int, other: int) -> bool:
    """Whether two lines are in the same file."""
    return one // _FILE == other // _FILE


def line_of(value: Any) -> int:
    """The first line of an object or a heredoc; 0 if unknown."""
    held = decoded(value)
    line = held.line if isinstance(held, Object | Text) else getattr(held, "line", 0)
    return line if isinstance(line, int) and line >= _FILE else 0


def last_line_of(value: Any) -> int:
    """The last line of an object or a heredoc."""
    held = decoded(value)
    if isinstance(held, Object):
        return max([held.line, *(last for _, last in held.spans.values())])
    return line_of(held) + (held.count("\n") if isinstance(held, Text) else 0)


def pattern_and_lines(value: Any, line: int) -> tuple[Any, dict[str, int]]:
    """The event pattern in an argument, and the line of each of its keys.

    A key in another file has the line of the argument. An encoded value that is not an object is a JSON string.
    """
    pattern, lines = read_pattern(_as_written(value), line)
    return pattern, {path: in_file(at if same_file(at, line) else line) for path, at in lines.items()}


def _as_written(value: Any) -> Any:
    held = decoded(value)
    if isinstance(value, Encoded) and not isinstance(held, dict | Unknown):
        return value.text()
    if isinstance(held, list):
        return Encoded(held).text()
    return json.dumps(held) if isinstance(held, bool | int | float) else with_texts(held)


def shifted(value: Any, by: int) -> None:
    """Add an offset to all lines of a tree."""
    if isinstance(value, Object):
        value.line += by
        value.spans = {key: (first + by, last + by) for key, (first, last) in value.spans.items()}
    for held in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        shifted(held, by)


ENCRYPTED = "a file that is encrypted with git-crypt"
MOST_FILES = 5_000
"""The maximum number of files that `fileset` visits."""


class EncryptedValue(Exception):
    """A value is in an encrypted file."""


class FilesBeside:
    """The files that `file`, `templatefile` and similar functions read, relative to the root module."""

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
            EncryptedValue: the file is encrypted.
            LookupError: the file does not exist.
            TypeError, ValueError: the file cannot be read, or the arguments are unknown.
        """
        return self.functions[name](*arguments)

    def text(self, path: Any) -> Text:
        """The text of a file with its line numbers; raises the same exceptions as `call`."""
        found = self._found(path)
        if not self._tree.holds(found):
            raise ValueError("is not in the checked tree")
        if not os.path.lexists(found):
            raise Absent(found)
        if found not in self._texts:
            try:
                text = text_of(found, always=True) or ""
            except EncryptedFile as error:
                raise EncryptedValue from error
            except UnreadableFile as error:
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
    """A `fileset` pattern as a regular expression."""
    known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]", "{": "(?:", "}": ")", ",": "|"}
    pieces = re.split(r"(\*\*/|\*\*|[*?{},])", pattern)
    if pieces.count("**/") + pieces.count("**") + pieces.count("*") > 4 or pieces.count("{") != pieces.count("}"):
        raise ValueError("the pattern is not supported here")
    return "".join(known.get(piece, re.escape(piece)) for piece in pieces)
