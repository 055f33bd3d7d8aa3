"""The Terraform folders of a tree: root modules, and modules that others call."""

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from pca_events.infrastructure.checked_tree import CheckedTree, EncryptedFile, UnreadableFile, text_of
from pca_events.infrastructure.discovery import Found, terraform_beside
from pca_events.infrastructure.model import Reading, SourceLocation, Unreadable


@dataclass
class FolderReading:
    """The result of reading one folder as a root module.

    Attributes:
        folder: its real path; empty if no module can call it.
        calls: the real paths of the folders of the modules that it calls.
        own: whether files assign values to its variables, so that it is also deployed on its own.
    """

    folder: str
    reading: Reading
    calls: set[str] = field(default_factory=set)
    own: bool = False


def root_modules(found: Iterable[FolderReading]) -> list[FolderReading]:
    """The folders that are checked as root modules; the others are checked through their callers.

    If folders only call each other, the first of them counts as a root module.
    """
    every = list(found)
    called = {folder for one in every for folder in one.calls if folder != one.folder}
    kept = [one for one in every if one.own or one.folder not in called]
    reached = {folder for one in kept for folder in (one.folder, *one.calls)}
    for one in sorted(every, key=lambda one: one.folder):
        if one.folder not in reached:
            kept.append(one)
            reached |= {one.folder, *one.calls}
    return kept


class TerraformReader:
    """Reads the Terraform and Terragrunt files of a tree."""

    def __init__(self, tree: CheckedTree) -> None:
        from pca_events.infrastructure.terraform.module_tree import ModuleFolders

        self._folders = ModuleFolders(tree)

    def module(self, files: list[Found]) -> FolderReading:
        """Read the Terraform files of a folder together, and keep the results of the requested files."""
        from pca_events.infrastructure.terraform.reader import read_folder

        path = files[0].folder
        beside = _whole_module(files)
        folder = self._folders.made(path, [file.path for file in beside])
        try:
            reading, calls = read_folder(folder, self._folders)
        except RecursionError:
            reading, calls = _fault(files[0].path, 1, "is nested too deeply"), set()
        asked_for = {file.path for file in files}
        unasked = {file.path for file in beside} - asked_for
        reading.rules = [rule for rule in reading.rules if rule.place.file not in unasked]
        reading.unreadable = [fault for fault in reading.unreadable if fault.place.file not in unasked]
        return FolderReading(os.path.realpath(path), reading, calls, own=bool(folder.given))

    def terragrunt(self, file: Found) -> FolderReading:
        """Read the inputs that a Terragrunt file passes to a module."""
        from pca_events.infrastructure.terraform.terragrunt import read_terragrunt

        try:
            text = text_of(file.path, always=True) or ""
            reading, calls = read_terragrunt(text, file.path, self._folders)
        except EncryptedFile:
            reading, calls = Reading(), set()
        except UnreadableFile as refused:
            reading, calls = _fault(file.path, refused.line, str(refused)), set()
        except RecursionError:
            reading, calls = _fault(file.path, 1, "is nested too deeply"), set()
        return FolderReading("", reading, calls)


def read_terraform_text(text: str, name: str) -> Reading:
    """Read a text as the only file of a root module; it cannot refer to other files."""
    from pca_events.infrastructure.terraform.folder import Folder
    from pca_events.infrastructure.terraform.module_tree import ModuleFolders
    from pca_events.infrastructure.terraform.reader import read_folder

    folders = ModuleFolders(CheckedTree())
    return read_folder(Folder("", {name: text}, folders.lines), folders)[0]


def _whole_module(files: list[Found]) -> list[Found]:
    if not any(file.named or file.alone for file in files):
        return files
    with contextlib.suppress(OSError):
        return sorted({file.path: file for file in (*terraform_beside(files[0].folder), *files)}.values())
    return files


def _fault(path: str, line: int, message: str) -> Reading:
    return Reading(unreadable=[Unreadable(SourceLocation(path, line), message)])
