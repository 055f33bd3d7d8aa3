"""A version of the schemas, read from a folder or from a git revision, and checked before it is compared."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pca_events.contract.schemas import ENVELOPE, Schema
from pca_events.errors import BadInput
from pca_events.schema_diff.normalised import EVENTS, TWINS, TYPES, Pointer, described, referred, walk

_ENVELOPE = "envelope.schema.json"
_HOW = "name a schemas folder, a checkout that has one, or a git revision of the repository in this folder"


@dataclass(frozen=True)
class Version:
    """One version of the schemas.

    Attributes:
        name: as the user wrote it: a folder or a git revision.
        files: every schema by its path from the project root, as in `contract.schemas`.
    """

    name: str
    files: dict[str, Schema]


def read_version(name: str) -> Version:
    """Read the schemas of a folder or, if there is no such folder, of a git revision.

    Raises:
        BadInput: it is neither, has no schemas, or has schemas that cannot be compared.
    """
    where, texts = _from_folder(Path(name)) if os.path.isdir(name) else _from_git(name)
    files = {f"schemas/{path}": _parsed(f"{where}{path}", text) for path, text in texts.items()}
    if found := first_problem(files):
        raise BadInput(f"{where}{found}")
    return Version(name, files)


def _from_folder(folder: Path) -> tuple[str, dict[str, bytes]]:
    held = folder / "schemas" if (folder / "schemas").is_dir() else folder
    try:
        if not (held / _ENVELOPE).is_file():
            raise BadInput(f"{held} has no {_ENVELOPE}, so it is not a schemas folder; {_HOW}")
        files = [path for path in sorted(held.rglob("*.json")) if path.is_file()]
        return f"{held.as_posix()}/", {path.relative_to(held).as_posix(): path.read_bytes() for path in files}
    except OSError as error:
        raise BadInput(f"{error.filename} cannot be read: {error.strerror}") from error


def _from_git(revision: str) -> tuple[str, dict[str, bytes]]:
    if os.path.lexists(revision):
        raise BadInput(f"{revision} is a file; {_HOW}")
    commit = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", about=revision)
    folders = (".", _git("rev-parse", "--show-cdup", about=revision).decode().strip() or ".")
    listed = next(filter(None, (_listed(commit.decode().strip(), folder, revision) for folder in folders)), {})
    if _ENVELOPE not in listed:
        raise BadInput(f"git revision {revision} has no schemas/{_ENVELOPE}; {_HOW}")
    texts = {path: _git("cat-file", "blob", name, about=revision) for path, name in listed.items()}
    return f"{revision}:schemas/", texts


def _listed(commit: str, folder: str, revision: str) -> dict[str, str]:
    """The object name of every schema of a commit, by its path below schemas/ in that folder."""
    lines = _git("-C", folder, "ls-tree", "-r", "-z", commit, "--", "schemas/", about=revision)
    listed = {}
    for line in lines.decode(errors="replace").split("\0"):
        kind, _, path = line.partition("\t")
        if path.endswith(".json"):
            listed[path.removeprefix("schemas/")] = kind.split()[2]
    return listed


def _git(*words: str, about: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise BadInput(f'"{about}" is not a folder, and git is not installed to look for a revision; {_HOW}')
    ran = subprocess.run([git, *words], capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        why = f" ({said})" if said else ""
        raise BadInput(f'"{about}" is neither a folder nor a git revision of this repository{why}; {_HOW}')
    return ran.stdout


def _parsed(where: str, text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"{where}:{error.lineno} is not valid JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{where} cannot be read as JSON: {error}") from error


_DEEPEST = 60
_KEYWORD_TYPES: dict[str, tuple[Any, str]] = {
    "$ref": (str, "a string"),
    "enum": (list, "an array"),
    "format": (str, "a string"),
    "minItems": (int, "a number"),
    "pattern": (str, "a string"),
    "required": (list, "an array"),
    "type": ((str, list), "a string or an array"),
}


def first_problem(files: dict[str, Schema]) -> str | None:
    """The first problem that prevents a comparison: file, what, and what to do; None if there is none."""
    found = ((path, words) for path in files for words in _of_file(path, files))
    if first := next(found, None):
        return _message(*first)
    if missing := [path for path in (ENVELOPE, TYPES) if path not in files]:
        return _message(missing[0], "is missing, and every event refers to it")
    if not any(path.startswith(EVENTS) for path in files):
        return "events/ is missing; it contains one *.schema.json for each detail-type"
    return next((_message(*first) for first in _duplicates(files)), None)


def _message(path: str, words: str) -> str:
    return f"{path.removeprefix('schemas/')} {words}"


def _of_file(path: str, files: dict[str, Schema]) -> Iterator[str]:
    for pointer, position, node in walk(files[path]):
        if len(pointer) > _DEEPEST:
            yield f"is nested deeper than {_DEEPEST} levels"
            return
        yield from _of_node(pointer, position, node)
    if path == TYPES and not isinstance(files[path].get("$defs"), dict):
        yield "has no $defs, which must define the types"
    if path == ENVELOPE:
        yield from _of_envelope(files[path])
    if path.startswith((EVENTS, TWINS)):
        yield from _of_event(path, files[path])
    yield from _of_references(path, files)


def _of_node(pointer: Pointer, position: str, node: Any) -> Iterator[str]:
    at = f"has at #/{'/'.join(map(str, pointer))} " if pointer else "holds "
    if position == "schema" and not isinstance(node, dict if not pointer else (dict, bool)):
        yield f"{at}{_name(node)}, expected a schema (an object)"
    elif position == "map of schemas" and not isinstance(node, dict):
        yield f"{at}{_name(node)}, expected an object"
    elif position == "list of schemas" and not isinstance(node, list):
        yield f"{at}{_name(node)}, expected an array"
    elif position == "schema" and isinstance(node, dict):
        yield from (f"{at}{words}" for key, value in node.items() for words in _of_keyword(key, value))


def _of_keyword(key: str, value: Any) -> Iterator[str]:
    kind, words = _KEYWORD_TYPES.get(key, (object, ""))
    if not isinstance(value, kind) or (key == "minItems" and isinstance(value, bool)):
        yield f'{_name(value)} as "{key}", expected {words}'
    elif key in ("required", "type") and not all(isinstance(item, str) for item in value):
        yield f'in "{key}" a value that is not a string'
    elif key == "enum" and not value:
        yield 'an empty "enum", which no value matches'
    elif key == "pattern":
        try:
            re.compile(value)
        except re.error as error:
            yield f'a "pattern" that is not a regular expression: {error}'


def _of_envelope(schema: Schema) -> Iterator[str]:
    for key in ("required", "properties"):
        if key not in schema:
            yield f'has no "{key}", which must describe the fields that all events share'
    if any(isinstance(field, bool) for field in schema.get("properties", {}).values()):
        yield "has true or false as a field, expected an object"


def _of_event(path: str, schema: Schema) -> Iterator[str]:
    fields = schema.get("properties", {})
    kind = fields.get("detail-type")
    if not isinstance(kind, dict) or not isinstance(kind.get("const"), str):
        yield 'has no properties/detail-type/const, so the event that it describes is unknown: add "const"'
    for base in schema.get("allOf", []):
        reference = base.get("$ref", "") if isinstance(base, dict) else ""
        if "#" in str(reference) or referred(path, str(reference)) != (ENVELOPE, ""):
            yield f"has in its allOf {json.dumps(base)[:80]}; only a $ref to envelope.schema.json is supported there"


def _of_references(path: str, files: dict[str, Schema]) -> Iterator[str]:
    for _, position, node in walk(files[path]):
        if position == "map of schemas" or not isinstance(node, dict) or "$ref" not in node:
            continue
        reference = node["$ref"]
        target, place = referred(path, str(reference))
        if place and not place.startswith("/$defs/"):
            yield f'refers to "{reference}", which cannot be followed; refer to a file, or to a type in its $defs'
        elif target not in files or (place and not _has_type(files[target], place)):
            yield f'refers to "{reference}", which does not exist'
        elif place and target != TYPES:
            yield f'refers to "{reference}"; types are read from types.schema.json only'


def _has_type(schema: Any, place: str) -> bool:
    types = schema.get("$defs") if isinstance(schema, dict) else None
    return isinstance(types, dict) and isinstance(types.get(place.removeprefix("/$defs/")), dict)


def _duplicates(files: dict[str, Schema]) -> Iterator[tuple[str, str]]:
    paths = described(files)
    for path, schema in files.items():
        if path.startswith((EVENTS, TWINS)):
            detail_type = schema["properties"]["detail-type"]["const"]
            if paths[detail_type] != path:
                yield path, f'describes "{detail_type}", as {paths[detail_type]} does; keep one of them'


def _name(node: Any) -> str:
    names = {dict: "an object", list: "an array", str: "a string", bool: "true or false", type(None): "null"}
    return names.get(type(node), "a number")
