"""The module folders that a root module calls, directly or indirectly; never outside the checked tree."""

import os
from dataclasses import dataclass, field

from pca_events.infrastructure.checked_tree import CheckedTree, EncryptedFile, UnreadableFile, text_of
from pca_events.infrastructure.discovery import terraform_beside
from pca_events.infrastructure.model import SourceLocation, Unreadable
from pca_events.infrastructure.terraform.folder import Folder
from pca_events.infrastructure.terraform.source_files import FilesBeside, Lines

MOST_CALLS = 1_000
"""The maximum number of module calls that are followed from one root module."""

DEEPEST_CALL = 20
"""The maximum depth of nested module calls."""

MOST_RESOURCES = 10_000
"""The maximum number of relevant resources from calls, `count` and `for_each` of one root module."""

MOST_STEPS = 2_000_000
"""The maximum number of expressions that are evaluated for one root module and the modules that it calls."""


class ModuleFolders:
    """The Terraform folders of the checked tree; each is read once."""

    def __init__(self, tree: CheckedTree) -> None:
        self.tree = tree
        self.lines = Lines()
        self._folders: dict[str, Folder | None] = {}
        self._faults: dict[str, list[Unreadable]] = {}

    def folder(self, path: str) -> Folder | None:
        """The module in a folder; None if there is none or if the folder is outside the tree."""
        if path not in self._folders:
            self._folders[path] = self._read(path)
        return self._folders[path]

    def _read(self, path: str) -> Folder | None:
        if not self.tree.holds(path) or not os.path.isdir(path):
            return None
        try:
            files = [file.path for file in terraform_beside(path)]
        except OSError:
            return None
        code = [file for file in files if not file.endswith((".tfvars", ".tfvars.json"))]
        return self.made(path, files) if code else None

    def made(self, path: str, files: list[str]) -> Folder:
        """The module of these files of a folder."""
        texts: dict[str, str] = {}
        faults: list[Unreadable] = []
        encrypted = False
        for file in files:
            if os.path.islink(file) and not self.tree.holds(file):
                continue
            try:
                texts[file] = text_of(file, always=True) or ""
            except EncryptedFile:
                encrypted = True
            except UnreadableFile as refused:
                faults.append(Unreadable(SourceLocation(file, refused.line), str(refused)))
        folder = Folder(path, texts, self.lines, encrypted=encrypted)
        folder.faults += faults
        return folder


@dataclass
class Evaluation:
    """The shared state of one root module and the modules that it calls.

    Attributes:
        root: the folder of the root module.
        files: the files that functions can read.
        faults: the errors, by line.
        folders_called: the real paths of the called folders.
        as_if_on: whether resources that are off by default are treated as deployed.
    """

    folders: ModuleFolders
    root: str
    files: FilesBeside
    faults: dict[int, str] = field(default_factory=dict)
    folders_called: set[str] = field(default_factory=set)
    calls: int = 0
    resources: int = 0
    steps: int = 0
    as_if_on: bool = False

    def note(self, line: int, message: str) -> None:
        """Record an error on a line."""
        self.faults.setdefault(line, message)

    @property
    def is_full(self) -> bool:
        """Whether the limit of resources is exceeded."""
        return self.resources > MOST_RESOURCES

    def has_room(self, line: int) -> bool:
        """Count a resource; False, and an error on this line, if the limit is exceeded."""
        self.resources += 1
        if self.resources == MOST_RESOURCES + 1:
            self.note(line, f"more than {MOST_RESOURCES:,} resources from one root module; the rest is not read")
        return not self.is_full

    def spend(self, steps: int = 1) -> bool:
        """Count steps; False if the limit is exceeded."""
        self.steps += steps
        return self.steps <= MOST_STEPS
