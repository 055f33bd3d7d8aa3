"""Reads files and folders: finds what concerns rules, and gives each file to its reader, on all processors."""

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from pca_events.infrastructure.discovery import Found, find, terraform_beside
from pca_events.infrastructure.model import Place, Reading, Rule, Unreadable
from pca_events.infrastructure.projects import is_project, unread_program
from pca_events.infrastructure.read_text import Refused, text_of
from pca_events.infrastructure.source_tree import has_unknown
from pca_events.processes import pool, processors, result_of

if TYPE_CHECKING:
    from concurrent.futures import Future

_SERIAL = 100
"""How many files are read before other processes are worth their start."""

_PORTION = 20
"""How many files, about, another process reads at a time."""

Folder = tuple[Found, ...]
"""The files of one folder."""


def read_paths(paths: Sequence[str], progress: Callable[[int, int], None] = lambda _done, _all: None) -> Reading:
    """Read every rule in these files and folders, ordered by place.

    Args:
        paths: files, and folders with everything in them.
        progress: is called with the number of files that have been read and the number of all files.
    """
    found, faults = find(paths)
    reading = Reading(unreadable=faults)
    done = 0
    for portion, part in _read_all(_portions(found), len(found)):
        reading.add(part)
        done += sum(map(len, portion))
        progress(done, len(found))
    reading.rules = _once(sorted(reading.rules, key=lambda rule: (rule.place, rule.name)))
    reading.event_sources.sort(key=lambda found: (found.place, found.name))
    reading.subscribers.sort(key=lambda found: (found.place, found.name))
    reading.skipped = sorted(set(reading.skipped))
    reading.unreadable = sorted(set(reading.unreadable))
    return reading


def _once(rules: list[Rule]) -> list[Rule]:
    """Each rule once: a template may be found by itself, and with more values known by the service that includes it."""
    kept: list[Rule] = []
    for _, same in itertools.groupby(rules, key=lambda rule: (rule.place, rule.name)):
        group = list(same)
        known = [rule for rule in group if not has_unknown(rule.pattern)] if len(group) > 1 else []
        for rule in known or group:
            if not kept or rule != kept[-1]:
                kept.append(rule)
    return kept


def _portions(found: list[Found]) -> list[list[Folder]]:
    """Whole folders, so many at a time that a portion is worth its way to another process."""
    by_folder = sorted(found, key=lambda file: (file.folder, file.path))
    portions: list[list[Folder]] = [[]]
    for _, files in itertools.groupby(by_folder, key=lambda file: file.folder):
        if sum(map(len, portions[-1])) >= _PORTION:
            portions.append([])
        portions[-1].append(tuple(files))
    return portions


def _read_all(portions: list[list[Folder]], count: int) -> Iterator[tuple[list[Folder], Reading]]:
    jobs = min(processors(), len(portions))
    if jobs < 2 or count <= _SERIAL:
        yield from ((portion, _read_portion(portion)) for portion in portions)
        return
    workers = pool(jobs)
    try:
        futures = [workers.submit(_read_portion, portion) for portion in portions]
        yield from ((portion, _result(future, portion)) for portion, future in zip(portions, futures, strict=True))
    finally:
        workers.shutdown(cancel_futures=True)


def _result(future: "Future[Reading]", portion: list[Folder]) -> Reading:
    """What another process found; where it died, the portion is read here."""
    reading = result_of(future)
    return _read_portion(portion) if reading is None else reading


def _read_portion(portion: list[Folder]) -> Reading:
    reading = Reading()
    for folder in portion:
        terraform = [file for file in folder if file.is_terraform]
        if terraform:
            reading.add(_read_module(terraform))
        for file in folder:
            if not file.is_terraform:
                reading.add(_read_one(file))
    return reading


def _read_one(file: Found) -> Reading:
    from pca_events.infrastructure.detect_format import read_document_file

    if is_project(file.path) and (skipped := unread_program(file.path)) is not None:
        return Reading(skipped=[skipped])
    try:
        text = text_of(file.path, always=file.named)
        return Reading() if text is None else read_document_file(text, file.path, named=file.named, top=file.top)
    except Refused as refused:
        return _fault(file.path, refused.line, str(refused))
    except RecursionError:
        return _fault(file.path, 1, "is nested too deep")


def _read_module(files: list[Found]) -> Reading:
    """Read the Terraform files of a folder together, and keep what is in those that were asked for."""
    from pca_events.infrastructure.terraform.reader import concerns_events, read_terraform

    reading = Reading()
    asked_for = {file.path for file in files}
    texts: dict[str, str] = {}
    for file in _whole_module(files):
        try:
            texts[file.path] = text_of(file.path, always=True) or ""
        except Refused as refused:
            reading.unreadable.append(Unreadable(Place(file.path, refused.line), str(refused)))
    if any(concerns_events(text) for text in texts.values()):
        try:
            reading.add(read_terraform(texts))
        except RecursionError:
            reading.add(_fault(files[0].path, 1, "is nested too deep"))
    reading.rules = [rule for rule in reading.rules if rule.place.file in asked_for]
    reading.unreadable = [fault for fault in reading.unreadable if fault.place.file in asked_for]
    return reading


def _whole_module(files: list[Found]) -> list[Found]:
    if not any(file.named for file in files):
        return files
    with contextlib.suppress(OSError):
        return sorted({file.path: file for file in (*terraform_beside(files[0].folder), *files)}.values())
    return files


def _fault(path: str, line: int, message: str) -> Reading:
    return Reading(unreadable=[Unreadable(Place(path, line), message)])
