"""The files to read: named files, and supported files in named folders, minus those that globs exclude."""

import fnmatch
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pca_events.infrastructure.checked_tree import CheckedTree, is_project
from pca_events.infrastructure.model import Skipped, SourceLocation, Unreadable

MOST_CHARACTERS = 1_000
"""The maximum length of a glob."""

_ANY_DEPTH = "**"
_MAGIC = re.compile(r"[*?\[]")
_Matches = Callable[[str], object]


class InvalidGlob(ValueError):
    """A glob is invalid; carries the reason."""


class PathGlobs:
    """Globs relative to folders. A path matches if a glob matches the path or one of its parent folders.

    A glob without a slash matches the name of a file or folder at any depth. Any other glob is relative to its folder;
    `*` and `?` match within one name, `**` matches any number of folders.

    Args:
        globs: each with its base folder.

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
        """Whether a glob matches a path or one of its parent folders."""
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
            raise InvalidGlob(f'"{glob[:40]}" is not a valid glob; use a name ("generated") or a path ("a/*")')
        parts = [part for part in written.split("/") if part not in ("", ".")]
        if "/" not in written.rstrip("/"):
            self._names.setdefault(folder, []).append(_matcher(parts[0]))
            return
        top = os.path.abspath(os.sep) if written.startswith("/") else folder
        while len(parts) > 1 and not _MAGIC.search(parts[0]):
            top = os.path.normpath(os.path.join(top, parts.pop(0)))
        self._paths.setdefault(top.rstrip(os.sep) + os.sep, []).append(_steps(parts))


def _steps(parts: list[str]) -> list[_Matches | None]:
    """The regular expression for each name of a path; None matches any number of names, a final `**` at least one."""
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
    """The names of a path relative to a folder."""
    try:
        return [part for part in os.path.relpath(path, folder).split(os.sep) if part not in (os.pardir, os.curdir)]
    except ValueError:  # a different drive on Windows
        return path.split(os.sep)


def _reaches(steps: list[_Matches | None], parts: list[str]) -> bool:
    """Whether the steps match a path or one of its parent folders; None matches any number of names."""
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


TERRAFORM = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
TERRAGRUNT = "terragrunt.hcl"
FOUND_ANYWAY = (".json", ".template", ".yml", ".yaml", ".tfstate")
"""The suffixes of files that are found in any folder and read one by one."""

LEFT_OUT = {
    ".aws-sam",
    ".git",
    ".hg",
    ".serverless",
    ".svn",
    ".terraform",
    ".terragrunt-cache",
    ".tox",
    ".venv",
    "__pycache__",
    "node_modules",
    "venv",
}
_CDK = "cdk.out"
_LINK_REMEDY = "check a folder that contains both the link and its target"


@dataclass(frozen=True, order=True)
class Found:
    """A file to be read.

    Attributes:
        path: the file.
        named: whether the user named it.
        alone: whether other files of its folder, which may belong to the same Terraform module, were excluded.
    """

    path: str
    named: bool = False
    alone: bool = False

    @property
    def folder(self) -> str:
        """Its folder; the files of a Terraform module share one."""
        return os.path.dirname(self.path)

    @property
    def is_terraform(self) -> bool:
        """Whether its name is that of a Terraform file."""
        return self.path.endswith(TERRAFORM)

    @property
    def is_terragrunt(self) -> bool:
        """Whether its name is that of a Terragrunt file."""
        return os.path.basename(self.path) == TERRAGRUNT or (self.named and self.path.endswith(".hcl"))


@dataclass
class Findings:
    """The files behind the given paths.

    Attributes:
        files: each once, sorted by name.
        tree: the checked tree.
    """

    files: list[Found]
    tree: CheckedTree
    faults: list[Unreadable]
    skipped: list[Skipped]


def find(paths: Sequence[str], left_out: PathGlobs | None = None) -> Findings:
    """Find the files of these paths; exclusions apply to files in folders, not to files that are named.

    Links to files in the tree are followed. Links to targets outside the tree are reported. Links to folders are
    ignored: their targets are either found directly or outside the tree.
    """
    found: dict[str, Found] = {}
    faults: list[Unreadable] = []
    skipped: list[Skipped] = []
    there = [path for path in map(os.path.normpath, paths) if "\0" not in path and os.path.lexists(path)]
    tree = CheckedTree.of(there)
    for path in (os.path.normpath(path) for path in paths):
        if "\0" in path or not os.path.lexists(path):
            faults.append(Unreadable(SourceLocation(path.replace("\0", "?"), 1), f"does not exist{_meant(path)}"))
        elif os.path.isdir(path):
            for name, alone in _walk(path, faults, left_out or PathGlobs()):
                if os.path.islink(name) and not tree.holds(name) and os.path.exists(name):
                    skipped.append(
                        Skipped(SourceLocation(name, 1), "a link to a target outside the checked tree", _LINK_REMEDY)
                    )
                else:
                    found.setdefault(name, Found(name, alone=alone))
        else:
            found[path] = Found(path, named=True)
    return Findings(sorted(found.values()), tree, faults, sorted(set(skipped)))


def _meant(path: str) -> str:
    from pca_events.wording import file_meant

    return "" if "\0" in path else file_meant(path)


def terraform_beside(folder: str) -> Iterator[Found]:
    """The Terraform files of a folder; they form one module, whichever of them is named."""
    with os.scandir(folder or ".") as entries:
        names = [entry.name for entry in entries if entry.name.endswith(TERRAFORM) and not entry.is_dir()]
    return (Found(os.path.join(folder, name)) for name in sorted(names))


def _walk(top: str, faults: list[Unreadable], left_out: PathGlobs) -> Iterator[tuple[str, bool]]:
    """The files of a folder, each with whether other files of its folder are excluded."""

    def note(error: OSError) -> None:
        faults.append(Unreadable(SourceLocation(str(error.filename), 1), f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(top, onerror=note):
        within_cdk = _CDK in PurePath(os.path.abspath(folder)).parts
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT and not _is_asset(name, within_cdk))
        ours = [os.path.normpath(os.path.join(folder, name)) for name in names if _is_ours(name, within_cdk)]
        kept = ours
        if left_out:
            folders[:] = [name for name in folders if not left_out.matches(os.path.join(folder, name))]
            kept = [path for path in ours if not left_out.matches(path)]
        yield from ((path, len(kept) < len(ours)) for path in kept)


def _is_asset(name: str, within_cdk: bool) -> bool:
    return within_cdk and name.startswith("asset.")


def _is_ours(name: str, within_cdk: bool) -> bool:
    if name.startswith(".#"):
        return False
    if within_cdk:
        return name.endswith(".template.json")
    return name.endswith((*TERRAFORM, *FOUND_ANYWAY)) or name == TERRAGRUNT or is_project(name)
