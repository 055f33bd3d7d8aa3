"""Globs that say which paths are left out: `generated`, `**/fixtures`, `infra/*.json`."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterable

MOST_CHARACTERS = 1_000
"""How long a glob may be."""

_ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?\[]")
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
        self._names: dict[str, list[_Matches]] = {}
        self._paths: dict[str, list[list[_Matches | None]]] = {}
        for folder, glob in globs:
            self._take(os.path.abspath(folder), glob)

    def __bool__(self) -> bool:
        return bool(self._names or self._paths)

    def matches(self, path: str) -> bool:
        """Whether a path, or a folder that it lies in, is meant."""
        whole = os.path.abspath(path)
        for top, globs in self._paths.items():
            if whole.startswith(top):
                parts = whole[len(top) :].split(os.sep)
                if any(_reaches(steps, parts) for steps in globs):
                    return True
        return any(
            meant(name) for folder, globs in self._names.items() for name in _below(whole, folder) for meant in globs
        )

    def _take(self, folder: str, glob: str) -> None:
        written = glob.replace("\\", "/") if os.sep == "\\" else glob
        if not written.strip("/ ") or len(written) > MOST_CHARACTERS or "\0" in written:
            raise InvalidGlob(f'"{glob[:40]}" is not a glob; write a name such as "generated", or a path such as "a/*"')
        parts = [part for part in written.split("/") if part not in ("", ".")]
        if "/" not in written.rstrip("/"):
            self._names.setdefault(folder, []).append(_matcher(parts[0]))
            return
        top = os.path.abspath(os.sep) if written.startswith("/") else folder
        while len(parts) > 1 and not _MAGIC.search(parts[0]):
            top = os.path.normpath(os.path.join(top, parts.pop(0)))
        self._paths.setdefault(top.rstrip(os.sep) + os.sep, []).append(_steps(parts))


def _steps(parts: list[str]) -> list[_Matches | None]:
    """What each name of a path must match, None for any number of names; what ends in `**` needs one name more."""
    steps: list[_Matches | None] = []
    for part in parts:
        if part != _ANY_DEPTH:
            steps.append(_matcher(part))
        elif not steps or steps[-1] is not None:
            steps.append(None)
    return steps if steps[-1] is not None else [*steps, _matcher("*")]


def _matcher(part: str) -> _Matches:
    return re.compile(fnmatch.translate(part)).match


def _below(path: str, folder: str) -> list[str]:
    """The names of a path from a folder on."""
    try:
        return [part for part in os.path.relpath(path, folder).split(os.sep) if part not in (os.pardir, os.curdir)]
    except ValueError:  # another drive of Windows
        return path.split(os.sep)


def _reaches(steps: list[_Matches | None], parts: list[str]) -> bool:
    """Whether the steps, of which None is any number of names, lead to a path or to a folder that it lies in."""
    at = _with_skipped({0}, steps)
    for part in parts:
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
