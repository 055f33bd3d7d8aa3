"""The files that are to be read: those that are named, and those of ours in the folders that are named."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pca_events.infrastructure.checked_tree import CheckedTree
from pca_events.infrastructure.model import Place, Skipped, Unreadable
from pca_events.infrastructure.path_globs import PathGlobs
from pca_events.infrastructure.projects import is_project

TERRAFORM = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
TERRAGRUNT = "terragrunt.hcl"
FOUND_ANYWAY = (".json", ".template", ".yml", ".yaml", ".tfstate")
"""How the names of files end that are read wherever they lie, each by itself."""

_SKIPPED = {
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
_LINK_REMEDY = "check the folder that has both the link and its file"


@dataclass(frozen=True, order=True)
class Found:
    """A file to be read.

    Attributes:
        path: the file.
        named: whether the user named it.
        alone: whether files of its folder were left out, which may belong to the same Terraform module.
    """

    path: str
    named: bool = False
    alone: bool = False

    @property
    def folder(self) -> str:
        """Where it lies; the files of a Terraform module lie together."""
        return os.path.dirname(self.path)

    @property
    def is_terraform(self) -> bool:
        """Whether Terraform reads it, by its name."""
        return self.path.endswith(TERRAFORM)

    @property
    def is_terragrunt(self) -> bool:
        """Whether Terragrunt reads it, by its name."""
        return os.path.basename(self.path) == TERRAGRUNT or (self.named and self.path.endswith(".hcl"))


@dataclass
class Findings:
    """What paths mean.

    Attributes:
        files: each once, in the order of their names.
        tree: the tree that is checked.
    """

    files: list[Found]
    tree: CheckedTree
    faults: list[Unreadable]
    skipped: list[Skipped]


def find(paths: Sequence[str], left_out: PathGlobs | None = None) -> Findings:
    """Find what these paths mean; what is left out of folders is not looked for, but what is named is found anyway.

    Links to files of the tree are followed. Links that lead out of the tree are reported, and links to folders are
    passed over: what they lead to is either found anyway or elsewhere.
    """
    found: dict[str, Found] = {}
    faults: list[Unreadable] = []
    skipped: list[Skipped] = []
    there = [path for path in map(os.path.normpath, paths) if "\0" not in path and os.path.lexists(path)]
    tree = CheckedTree.of(there)
    for path in (os.path.normpath(path) for path in paths):
        if "\0" in path or not os.path.lexists(path):
            faults.append(Unreadable(Place(path.replace("\0", "?"), 1), f"does not exist{_meant(path)}"))
        elif os.path.isdir(path):
            for name, alone in _walk(path, faults, left_out or PathGlobs()):
                if os.path.islink(name) and not tree.holds(name) and os.path.exists(name):
                    skipped.append(Skipped(Place(name, 1), "a link out of the checked tree", _LINK_REMEDY))
                else:
                    found.setdefault(name, Found(name, alone=alone))
        else:
            found[path] = Found(path, named=True)
    return Findings(sorted(found.values()), tree, faults, sorted(set(skipped)))


def _meant(path: str) -> str:
    from pca_events.wording import file_meant

    return "" if "\0" in path else file_meant(path)


def terraform_beside(folder: str) -> Iterator[Found]:
    """The Terraform files of a folder, which belong together whichever of them is named."""
    with os.scandir(folder or ".") as entries:
        names = [entry.name for entry in entries if entry.name.endswith(TERRAFORM) and not entry.is_dir()]
    return (Found(os.path.join(folder, name)) for name in sorted(names))


def _walk(top: str, faults: list[Unreadable], left_out: PathGlobs) -> Iterator[tuple[str, bool]]:
    """The files of a folder, each with whether others beside it are left out."""

    def note(error: OSError) -> None:
        faults.append(Unreadable(Place(str(error.filename), 1), f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(top, onerror=note):
        within_cdk = _CDK in PurePath(os.path.abspath(folder)).parts
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not _is_asset(name, within_cdk))
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
