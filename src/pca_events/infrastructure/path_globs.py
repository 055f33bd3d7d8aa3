"""Globs that say which paths are left out: `generated`, `**/fixtures`, `infra/*.json`."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterable

MOST_CHARACTERS = 1_000
"""How long a glob may be."""

_ANY_DEPTH = "**"
_Matches = Callable[[str], object]


class InvalidGlob(ValueError):
    """A glob cannot be used; says why."""


class PathGlobs:
    """Globs relative to folders. A path matches where a glob matches it, or a folder that it lies in.

    A glob without a slash matches the name of a file or folder at any depth. Any other one is relative to its folder;
    `*` and `?` stay within one name, `**` stands for any number of folders.

    Args:
        globs: each with the folder that it is relative to.

    Raises:
        InvalidGlob: a glob is empty or too long.
    """

    def __init__(self, globs: Iterable[tuple[str, str]] = ()) -> None:
        self._names: list[tuple[str, _Matches]] = []
        self._paths: list[list[_Matches | None]] = []
        for folder, glob in globs:
            self._take(os.path.abspath(folder), glob)

    def __bool__(self) -> bool:
        return bool(self._names or self._paths)

    def matches(self, path: str) -> bool:
        """Whether a path, or a folder that it lies in, is meant."""
        whole = os.path.abspath(path)
        parts = whole.split(os.sep)
        if any(_reaches(steps, parts) for steps in self._paths):
            return True
        return any(any(map(meant, _below(whole, folder))) for folder, meant in self._names)

    def _take(self, folder: str, glob: str) -> None:
        written = glob.replace("\\", "/") if os.sep == "\\" else glob
        if not written.strip("/ ") or len(written) > MOST_CHARACTERS or "\0" in written:
            raise InvalidGlob(
                f'"{glob[:40]}" is not a glob; write a name such as "generated", or a path such as "a/**"'
            )
        parts = [part for part in written.split("/") if part not in ("", ".")]
        if "/" not in written.rstrip("/"):
            self._names.append((folder, _matcher(parts[0])))
            return
        start = [] if written.startswith("/") else [re.compile(re.escape(part)).fullmatch for part in _parts(folder)]
        steps: list[_Matches | None] = [*start]
        for part in parts:
            if part == "..":
                steps = steps[:-1]
            elif part != _ANY_DEPTH:
                steps.append(_matcher(part))
            elif not steps or steps[-1] is not None:
                steps.append(None)
        if steps and steps[-1] is None:
            steps.append(_matcher("*"))
        self._paths.append(steps)


def _parts(folder: str) -> list[str]:
    return [part for part in folder.split(os.sep) if part]


def _matcher(part: str) -> _Matches:
    return re.compile(fnmatch.translate(part)).match


def _below(path: str, folder: str) -> list[str]:
    """The names of a path from a folder on."""
    try:
        return [part for part in os.path.relpath(path, folder).split(os.sep) if part not in (os.pardir, os.curdir)]
    except ValueError:  # another drive of Windows
        return _parts(path)


def _reaches(steps: list[_Matches | None], parts: list[str]) -> bool:
    """Whether the steps, of which None is any number of names, lead to a path or to a folder that it lies in."""
    at = _with_skipped({0}, steps)
    for part in filter(None, parts):
        following = {step for step in at if steps[step] is None}
        following |= {step + 1 for step in at if (matches := steps[step]) is not None and matches(part)}
        at = _with_skipped(following, steps)
        if len(steps) in at:
            return True
        if not at:
            return False
    return False


def _with_skipped(at: set[int], steps: list[_Matches | None]) -> set[int]:
    return at | {step + 1 for step in at if step < len(steps) and steps[step] is None}
