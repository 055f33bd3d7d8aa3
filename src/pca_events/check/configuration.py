"""The configuration of `check`: pca-events.toml, or the table [tool.pca-events] of pyproject.toml."""

import datetime
import json
import math
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pca_events.check.report import FailOn, LevelOrOff
from pca_events.check.schema_messages import SettingsSchema, dotted
from pca_events.check.suppressions.ignore_entries import IgnoreEntry, lines_of_keys, nearest_line
from pca_events.errors import BadInput
from pca_events.infrastructure.checked_tree import CheckedTree, UnreadableFile, text_of
from pca_events.infrastructure.discovery import InvalidGlob, PathGlobs
from pca_events.infrastructure.model import SourceLocation

FILE, PYPROJECT = "pca-events.toml", "pyproject.toml"
SCHEMA = Path(__file__).with_name("pca-events.schema.json")

_TABLE = ("tool", "pca-events")
_MOST_CHARACTERS = 100_000
_MOST_DOTS = 500
_SCHEMA = SettingsSchema(SCHEMA, "the configuration", {("levels",): "finding code"})


@dataclass(frozen=True)
class Configuration:
    """The content of a configuration file; settings that it does not contain are empty.

    Attributes:
        file: the file; empty if there is none.
        paths: what to check, relative to the working directory.
        exclude: globs relative to the folder of the file.
        baseline: a path relative to the working directory.
        levels: by code.
    """

    file: str = ""
    paths: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    fail_on: FailOn | None = None
    baseline: str = ""
    levels: Mapping[str, LevelOrOff] = field(default_factory=dict)
    ignore: tuple[IgnoreEntry, ...] = ()

    @property
    def folder(self) -> str:
        """The folder of the file."""
        return os.path.dirname(self.file) or "."


def find_configuration() -> Configuration:
    """Read the nearest configuration, from the working directory up to the root of its repository.

    Outside a repository, only the working directory is searched. A pyproject.toml without the table is ignored.

    Raises:
        BadInput: it cannot be used.
    """
    for folder in _folders():
        file = os.path.relpath(folder / FILE)
        if os.path.isfile(file):
            return read_configuration(file)
        project = os.path.relpath(folder / PYPROJECT)
        if os.path.isfile(project) and (found := _of_project(project)) is not None:
            return found
    return Configuration()


def read_configuration(file: str) -> Configuration:
    """Read a configuration file, or that of a folder.

    Raises:
        BadInput: it cannot be read, is not valid TOML, or does not meet pca-events.schema.json.
    """
    if os.path.isdir(file):
        names = [os.path.join(file, name) for name in (FILE, PYPROJECT)]
        file = next(filter(os.path.isfile, names), names[0])
    text = _text(file)
    document = _parsed(text, file)
    if os.path.basename(file) != PYPROJECT:
        return _File(file, text, ()).configuration(document)
    tool = document.get("tool")
    table = tool.get(_TABLE[1]) if isinstance(tool, dict) else None
    if table is None:
        raise BadInput(f"{file} has no table [tool.pca-events]; add it, or name another file")
    return _File(file, text, _TABLE).configuration(table)


def _folders() -> Iterator[Path]:
    here = Path.cwd()
    roots = [folder for folder in (here, *here.parents) if (folder / ".git").exists()]
    for folder in (here, *here.parents):
        yield folder
        if not roots or folder == roots[0]:
            return


def _of_project(file: str) -> Configuration | None:
    """The configuration in a pyproject.toml; other errors in that file are ignored."""
    try:
        text = text_of(file, always=True) or ""
    except UnreadableFile:
        return None
    if "pca-events" not in text:
        return None
    try:
        tool = _parsed(text, file).get("tool")
        has_table = isinstance(tool, dict) and _TABLE[1] in tool
    except BadInput:
        has_table = "[tool.pca-events" in text
    return read_configuration(file) if has_table else None


def _text(file: str) -> str:
    try:
        return text_of(file, always=True) or ""
    except UnreadableFile as refused:
        raise BadInput(f"{file}: {refused}") from None


def _parsed(text: str, file: str) -> dict[str, Any]:
    if len(text) > _MOST_CHARACTERS:
        raise BadInput(f"{file} has {len(text):,} characters; a configuration has at most {_MOST_CHARACTERS:,}")
    for number, line in enumerate(text.splitlines(), 1):
        if line.count(".") > _MOST_DOTS:  # tomllib takes quadratic time for a dotted key
            raise BadInput(f"{file}:{number} has more than {_MOST_DOTS:,} dots")
    try:
        return tomllib.loads(text)
    except ValueError as error:
        raise BadInput(f"{file} is not valid TOML: {str(error).partition(';')[0]}") from None
    except RecursionError:
        raise BadInput(f"{file} is nested too deep") from None


class _File:
    """A configuration file; every error has a line.

    Args:
        file: the file.
        text: its content.
        top: the path of the table that contains the configuration.
    """

    def __init__(self, file: str, text: str, top: tuple[str, ...]) -> None:
        self._file = file
        self._top = top
        self._lines = lines_of_keys(text)

    def configuration(self, table: Any) -> Configuration:
        """Return the content of a table.

        Raises:
            BadInput: it does not meet the schema, or contains a path or glob that cannot be used.
        """
        said = _plain(table)
        self._validate(said)
        exclude = tuple(said.get("exclude", ()))
        self._globs(exclude, ("exclude",))
        return Configuration(
            self._file,
            tuple(self._path(path, ("paths",)) for path in said.get("paths", ())),
            exclude,
            said.get("fail-on"),
            self._path(said["baseline"], ("baseline",)) if "baseline" in said else "",
            said.get("levels", {}),
            tuple(self._entry(entry, position) for position, entry in enumerate(said.get("ignore", ()))),
        )

    def _place(self, path: tuple[str | int, ...]) -> SourceLocation:
        return SourceLocation(self._file, nearest_line(self._lines, (*self._top, *path)))

    def _validate(self, said: Any) -> None:
        try:
            violations = list(_SCHEMA.violations(said))
        except (ValueError, OverflowError) as error:  # numbers that JSON does not have
            raise BadInput(f"{self._place(())} {error}") from None
        found = sorted((self._place(path), words) for path, words in violations)
        if found:
            raise BadInput(f"{found[0][0]} {found[0][1]}")

    def _path(self, path: str, key: tuple[str, ...]) -> str:
        folder = os.path.dirname(self._file) or "."
        whole = os.path.join(folder, path)
        if not CheckedTree.of([folder]).holds(whole):
            raise BadInput(
                f"{self._place(key)} {key[0]}: {json.dumps(path)} is outside the folder of this file; "
                "name it on the command line"
            )
        return os.path.normpath(whole)

    def _globs(self, globs: tuple[str, ...], key: tuple[str | int, ...]) -> PathGlobs:
        try:
            return PathGlobs((os.path.dirname(self._file) or ".", glob) for glob in globs)
        except InvalidGlob as error:
            raise BadInput(f"{self._place(key)} {dotted(key)}: {error}") from None

    def _entry(self, entry: dict[str, Any], position: int) -> IgnoreEntry:
        key = ("ignore", position)
        paths = _several(entry.get("paths", []))
        return IgnoreEntry(
            self._place(key),
            _several(entry["code"]),
            self._globs(paths, (*key, "paths")) if paths else None,
            _several(entry.get("rule", [])),
            entry.get("reason", "").strip(),
            datetime.date.fromisoformat(entry["expires"]) if "expires" in entry else None,
        )


def _several(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _plain(value: Any) -> Any:
    """A TOML value as a JSON value: dates become strings."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
