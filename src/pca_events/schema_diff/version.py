"""A version of the schemas, read from a folder or from a git revision."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pca_events.contract.schemas import Schema
from pca_events.errors import BadInput
from pca_events.schema_diff import shape

_ENVELOPE = "envelope.schema.json"
_HOW = "name a schemas folder, a checkout that has one, or a git revision of the repository in this folder"


@dataclass(frozen=True)
class Version:
    """One version of the schemas.

    Attributes:
        name: as the user wrote it: a folder or a git revision.
        files: every schema by its path from the top of the project, as `contract.schemas` gives them.
    """

    name: str
    files: dict[str, Schema]


def read_version(name: str) -> Version:
    """Read the schemas of a folder or, where no folder is called so, of a git revision.

    Raises:
        BadInput: it is neither, or has no schemas, or they are not built as the schemas of these events.
    """
    where, texts = _from_folder(Path(name)) if os.path.isdir(name) else _from_git(name)
    files = {f"schemas/{path}": _parsed(f"{where}{path}", text) for path, text in texts.items()}
    if problem := shape.problem(files):
        raise BadInput(f"{where}{problem}")
    return Version(name, files)


def _from_folder(folder: Path) -> tuple[str, dict[str, bytes]]:
    held = folder / "schemas" if (folder / "schemas").is_dir() else folder
    try:
        if not (held / _ENVELOPE).is_file():
            raise BadInput(f"{held} holds no {_ENVELOPE}, so it is no schemas folder; {_HOW}")
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
        raise BadInput(f"git revision {revision} holds no schemas/{_ENVELOPE}; {_HOW}")
    texts = {path: _git("cat-file", "blob", name, about=revision) for path, name in listed.items()}
    return f"{revision}:schemas/", texts


def _listed(commit: str, folder: str, revision: str) -> dict[str, str]:
    """The object name of every schema of a commit, by its path in the schemas/ of that folder."""
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
        raise BadInput(f'"{about}" is no folder, and git is not installed to look for a revision; {_HOW}')
    ran = subprocess.run([git, *words], capture_output=True, stdin=subprocess.DEVNULL)  # noqa: S603
    if ran.returncode:
        said = ran.stderr.decode(errors="replace").strip().partition("\n")[0]
        why = f" ({said})" if said else ""
        raise BadInput(f'"{about}" is neither a folder nor a git revision that is known here{why}; {_HOW}')
    return ran.stdout


def _parsed(where: str, text: bytes) -> Any:
    try:
        return json.loads(text.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise BadInput(f"{where}:{error.lineno} is no JSON: {error.msg} (column {error.colno})") from error
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{where} cannot be read as JSON: {error}") from error
