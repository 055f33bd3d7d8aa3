"""Reads files and folders: finds the files that concern rules and passes each to its reader, on all processors."""

import contextlib
import gc
import itertools
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from pca_events.infrastructure.checked_tree import (
    CODE,
    CheckedTree,
    EncryptedFile,
    UnreadableFile,
    is_project,
    text_of,
    unread_program,
)
from pca_events.infrastructure.discovery import TERRAFORM, Findings, Found, PathGlobs, find, terraform_beside
from pca_events.infrastructure.model import Reading, Rule, SourceLocation, Unreadable
from pca_events.infrastructure.source_tree import has_unknown
from pca_events.worker_pool import pool, processors, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future


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
            reading, calls = _unread(files[0].path, 1, "is nested too deeply"), set()
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
            reading, calls = _unread(file.path, refused.line, str(refused)), set()
        except RecursionError:
            reading, calls = _unread(file.path, 1, "is nested too deeply"), set()
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


def _unread(path: str, line: int, message: str) -> Reading:
    return Reading(unreadable=[Unreadable(SourceLocation(path, line), message)])


_SERIAL = 100
"""The number of files above which starting worker processes is faster."""

_GARBAGE = 200_000
"""The garbage collection threshold of a worker: it allocates many objects, and most of them are short-lived."""

_PORTION = 20
"""The approximate number of files that a worker reads at a time."""

_BLOCK = re.compile(
    r'^[ \t]*(?:(?:resource|data)[ \t]+"[^"\n]*"[ \t]+"|(?:module|variable)[ \t]+"|locals[ \t]*\{)', re.MULTILINE
)
"""The beginning of a Terraform block."""

FolderFiles = tuple[Found, ...]
"""The files of one folder."""


@dataclass
class Part:
    """The result of one portion of files; Terraform modules are separate, because others may call them."""

    reading: Reading = field(default_factory=Reading)
    modules: list[FolderReading] = field(default_factory=list)


def read_paths(
    paths: Sequence[str],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    left_out: PathGlobs | None = None,
) -> Reading:
    """Read all rules in these files and folders, sorted by location.

    Args:
        paths: files and folders; folders are read recursively.
        progress: called with the number of files read so far and the total.
        left_out: the exclusions within folders.
    """
    findings = find(paths, left_out)
    reading = Reading(unreadable=findings.faults, skipped=findings.skipped)
    modules: list[FolderReading] = []
    done = 0
    for portion, part in _read_all(_portions(findings.files), findings):
        reading.add(part.reading)
        modules += part.modules
        done += sum(map(len, portion))
        progress(done, len(findings.files))
    for module in root_modules(modules):
        reading.add(module.reading)
    _put_in_order(reading)
    faulty = {fault.place.file for fault in reading.unreadable}
    reading.files = sum(found.path not in faulty for found in findings.files)
    return reading


def read_given_text(text: str, name: str) -> Reading:
    """Read the rules of one document that is not a file; files that it refers to are not read.

    Args:
        text: the document; the format is detected from its content.
        name: the file name in locations; a name that ends in `.tf` or `.tofu` selects Terraform.
    """
    from pca_events.infrastructure.detect_format import read_document_file
    from pca_events.infrastructure.terraform.plan import read_state_file

    try:
        if name.endswith(TERRAFORM) or _BLOCK.search(text):
            reading = read_terraform_text(text, name)
        else:
            state = read_state_file(text, name)
            reading = read_document_file(text, name, named=True, tree=CheckedTree()) if state is None else state
    except UnreadableFile as refused:
        return _fault(name, refused.line, str(refused))
    except RecursionError:
        return _fault(name, 1, "is nested too deeply")
    _put_in_order(reading)
    reading.files = 0 if reading.unreadable else 1
    return reading


def _put_in_order(reading: Reading) -> None:
    reading.rules = _once(sorted(reading.rules, key=lambda rule: (rule.place, rule.name)))
    reading.event_sources.sort(key=lambda found: (found.place, found.name))
    reading.subscribers.sort(key=lambda found: (found.place, found.name))
    reading.unreadable = sorted(set(reading.unreadable))
    reading.skipped = sorted(set(reading.skipped))


def _once(rules: list[Rule]) -> list[Rule]:
    """Remove duplicates: root modules may create the same rule, and a service may know more values of a template."""
    kept: list[Rule] = []
    for _, same in itertools.groupby(rules, key=lambda rule: (rule.place, rule.name)):
        group = list(same)
        known = [rule for rule in group if not has_unknown(rule.pattern)] if len(group) > 1 else []
        alike: list[Rule] = []
        for rule in known or group:
            if rule not in alike:
                alike.append(rule)
        kept += alike
    return kept


def _portions(found: list[Found]) -> list[list[FolderFiles]]:
    """Groups of whole folders, large enough to be worth sending to a worker."""
    by_folder = sorted(found, key=lambda file: (file.folder, file.path))
    portions: list[list[FolderFiles]] = [[]]
    for _, files in itertools.groupby(by_folder, key=lambda file: file.folder):
        if sum(map(len, portions[-1])) >= _PORTION:
            portions.append([])
        portions[-1].append(tuple(files))
    return portions


def _read_all(portions: list[list[FolderFiles]], findings: Findings) -> Iterator[tuple[list[FolderFiles], Part]]:
    jobs, tree = min(processors(), len(portions)), findings.tree
    if jobs < 2 or len(findings.files) <= _SERIAL:
        terraform = TerraformReader(tree)
        yield from ((portion, _read_portion(portion, terraform, findings.tree)) for portion in portions)
        return
    workers = pool(jobs)
    try:
        futures = [workers.submit(_read_elsewhere, portion, tree) for portion in portions]
        yield from (
            (portion, _result(future, portion, tree)) for portion, future in zip(portions, futures, strict=True)
        )
    finally:
        workers.shutdown(cancel_futures=True)


def _result(future: "Future[Part]", portion: list[FolderFiles], tree: CheckedTree) -> Part:
    """The result of a worker; if the worker died, the portion is read in this process."""
    part = result_of(future)
    return _read_portion(portion, TerraformReader(tree), tree) if part is None else part


def _read_elsewhere(portion: list[FolderFiles], tree: CheckedTree) -> Part:
    """Read a portion in a worker, which is short-lived and therefore rarely collects garbage."""
    gc.set_threshold(_GARBAGE)
    return _read_portion(portion, _terraform_of(tree), tree)


@lru_cache(maxsize=1)
def _terraform_of(tree: CheckedTree) -> TerraformReader:
    """The reader of this process; it caches modules that several portions call."""
    return TerraformReader(tree)


def _read_portion(portion: list[FolderFiles], terraform: TerraformReader, tree: CheckedTree) -> Part:
    part = Part()
    for folder in portion:
        code = [file for file in folder if file.is_terraform]
        if code:
            part.modules.append(terraform.module(code))
        for file in folder:
            if file.is_terragrunt:
                part.modules.append(terraform.terragrunt(file))
            elif not file.is_terraform:
                part.reading.add(_read_one(file, tree))
    return part


def _read_one(file: Found, tree: CheckedTree) -> Reading:
    from pca_events.infrastructure.detect_format import read_document_file
    from pca_events.infrastructure.terraform.plan import read_state_file

    is_code = file.named and file.path.endswith(CODE)
    if is_project(file.path) and not is_code and (skipped := unread_program(file.path)) is not None:
        return Reading(skipped=[skipped])
    try:
        text = text_of(file.path, always=file.named)
        if text is None:
            return Reading()
        state = read_state_file(text, file.path)
        return read_document_file(text, file.path, named=file.named, tree=tree) if state is None else state
    except UnreadableFile as refused:
        return _fault(file.path, refused.line, str(refused))
    except RecursionError:
        return _fault(file.path, 1, "is nested too deeply")


def _fault(path: str, line: int, message: str) -> Reading:
    return Reading(unreadable=[Unreadable(SourceLocation(path, line), message)])
