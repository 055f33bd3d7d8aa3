"""The files that are to be read: those that are named, and those of ours in the folders that are named."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from pca_events.infrastructure.model import Place, Unreadable

TERRAFORM = (".tf", ".tofu", ".tf.json", ".tofu.json", ".tfvars", ".tfvars.json")
_OTHERS = (".json", ".template", ".yml", ".yaml")
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


@dataclass(frozen=True, order=True)
class Found:
    """A file to be read.

    Attributes:
        path: the file.
        named: whether the user named it.
        top: the folder that the user named, or in which a file lies that the user named; nothing outside is read.
    """

    path: str
    named: bool = False
    top: str = ""

    @property
    def folder(self) -> str:
        """Where it lies; the files of a Terraform module lie together."""
        return os.path.dirname(self.path)

    @property
    def is_terraform(self) -> bool:
        """Whether Terraform reads it, by its name."""
        return self.path.endswith(TERRAFORM)


def find(paths: Sequence[str]) -> tuple[list[Found], list[Unreadable]]:
    """Find what these paths mean, each file once, in the order of their names.

    Links to files within the same folder are followed, links to folders are not: what they lead to is found anyway.
    """
    found: dict[str, Found] = {}
    faults: list[Unreadable] = []
    for path in (os.path.normpath(path) for path in paths):
        if "\0" in path or not os.path.lexists(path):
            faults.append(Unreadable(Place(path.replace("\0", "?"), 1), "does not exist"))
        elif os.path.isdir(path):
            real = os.path.realpath(path)
            for name in _walk(path, faults):
                if os.path.islink(name) and not _is_within(name, real):
                    message = "is a link out of the checked folder, which is not followed; check the file by its name"
                    faults.append(Unreadable(Place(name, 1), message))
                    continue
                found.setdefault(name, Found(name, top=path))
        else:
            found[path] = Found(path, named=True, top=os.path.dirname(path))
    return sorted(found.values()), faults


def terraform_beside(folder: str) -> Iterator[Found]:
    """The Terraform files of a folder, which belong together whichever of them is named."""
    with os.scandir(folder or ".") as entries:
        names = [entry.name for entry in entries if entry.name.endswith(TERRAFORM) and not entry.is_dir()]
    return (Found(os.path.join(folder, name)) for name in sorted(names))


def _walk(top: str, faults: list[Unreadable]) -> Iterator[str]:
    def note(error: OSError) -> None:
        faults.append(Unreadable(Place(str(error.filename), 1), f"cannot be read: {error.strerror}"))

    for folder, folders, names in os.walk(top, onerror=note):
        within_cdk = _CDK in PurePath(os.path.abspath(folder)).parts
        folders[:] = sorted(name for name in folders if name not in _SKIPPED and not _is_asset(name, within_cdk))
        for name in names:
            if _is_ours(name, within_cdk):
                yield os.path.normpath(os.path.join(folder, name))


def _is_within(path: str, top: str) -> bool:
    """Whether a path leads to something within a folder whose own links are followed."""
    return os.path.commonpath([os.path.realpath(path), top]) == top


def _is_asset(name: str, within_cdk: bool) -> bool:
    return within_cdk and name.startswith("asset.")


def _is_ours(name: str, within_cdk: bool) -> bool:
    if name.startswith(".#"):
        return False
    return name.endswith(".template.json") if within_cdk else name.endswith((*TERRAFORM, *_OTHERS))
