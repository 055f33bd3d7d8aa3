"""The lines of the keys of a TOML document; tomllib reads only values."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
"""The way to a value: keys, and positions in arrays."""

_HEADER = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TABLE_IN_ARRAY = re.compile(r"\s*\{")
_STRINGS = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#.*|[\[\]{}]')


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line of each table, key, and table in an array at the start of a line, by its path.

    Args:
        text: a valid TOML document.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    array: Path | None = None
    for number, line, depth in _outside_of_strings(text):
        if array is not None and depth == 1 and _TABLE_IN_ARRAY.match(line):
            found[*array, counts.setdefault(array, 0)] = number
            counts[array] += 1
        elif depth == 0:
            if header := _HEADER.match(line):
                table = _inside(counts, _names(header[2]))
                if header[1] == "[[":
                    at = counts.get(table, 0)
                    counts[table] = at + 1
                    found.setdefault(table, number)
                    table = (*table, at)
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                array = (*table, *_names(key[1]))
                found.setdefault(array, number)
                rest = line[key.end() :].lstrip()
                counts[array] = rest.count("{") if rest.startswith("[") else 0
                found |= {(*array, at): number for at in range(counts[array])}
    return found


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a value, or of the nearest table that contains it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


def _names(dotted: str) -> Path:
    """The keys of a dotted key, read by tomllib because any of them may be quoted."""
    value: Any = tomllib.loads(f"{dotted} = 0")
    names: list[str] = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)


def _inside(counts: dict[Path, int], names: Path) -> Path:
    """The path of a table; for a part that is an array of tables, its last one is used."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if position < len(names) - 1 and path in counts:
            path = (*path, counts[path] - 1)
    return path


def _outside_of_strings(text: str) -> Iterator[tuple[int, str, int]]:
    """Each line that is not inside a multi-line string, with the number of open brackets at its start."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        at = 0
        if quote:
            end = line.find(quote)
            if end < 0:
                continue
            at, quote = end + len(quote), ""
        else:
            yield number, line, depth
            if depth == 0 and _HEADER.match(line):
                continue
        for piece in _pieces(line, at):
            if piece in ('"""', "'''"):
                quote = "" if quote == piece else quote or piece
            elif not quote:
                depth += (piece in ("[", "{")) - (piece in ("]", "}"))


def _pieces(line: str, at: int) -> Iterator[str]:
    return (match.group() for match in _STRINGS.finditer(line, at))
