"""The baseline: a file that lists known findings, so that only new ones are reported."""

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from pca_events import json_source
from pca_events.atomic_write import cannot_be_written, replace_file
from pca_events.check.codes import OF_SUPPRESSIONS
from pca_events.check.report import CheckedRule, CheckReport, Finding
from pca_events.check.suppressions.comments import standing_alone
from pca_events.errors import BadInput
from pca_events.infrastructure.checked_tree import UnreadableFile, text_of
from pca_events.infrastructure.model import Reading, Rule, SourceLocation
from pca_events.infrastructure.source_tree import Object, json_tree

VERSION = 2
_POSITION = re.compile(r"\bline \d+(?:, column \d+)?")


class Entry(NamedTuple):
    """One finding, identified independently of line numbers.

    Attributes:
        file: its path relative to the folder of the baseline, with slashes.
        rule: the name of the rule.
        code: the kind of finding.
        about: what distinguishes it from others with its code: the field and the value, or the message.
    """

    file: str
    rule: str
    code: str
    about: str


@dataclass(frozen=True)
class Baseline:
    """The known findings.

    Attributes:
        file: the file that lists them.
        entries: each with its line.
    """

    file: str
    entries: tuple[tuple[Entry, int], ...] = ()

    def entry(self, rule: Rule, finding: Finding) -> Entry:
        """Return a finding as an entry."""
        about = _POSITION.sub("line", finding.message) if finding.about is None else finding.about
        return Entry(self.relative(rule.place.file), rule.name, finding.code, about)

    def relative(self, file: str) -> str:
        """Return the path of a file relative to the folder of the baseline; names that are not files are unchanged."""
        return _relative(file, os.path.dirname(os.path.abspath(self.file)))

    def path(self, entry: Entry) -> str:
        """Return the absolute path of the file of an entry."""
        return os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(self.file)), entry.file))


@lru_cache(maxsize=1 << 16)
def _relative(file: str, folder: str) -> str:
    if not os.path.lexists(file):
        return file
    try:
        path = os.path.relpath(os.path.abspath(file), folder)
    except ValueError:  # another drive of Windows
        path = os.path.abspath(file)
    return path.replace(os.sep, "/")


@dataclass(frozen=True)
class Compared:
    """A report compared with a baseline.

    Attributes:
        report: without the findings that are in the baseline.
        stale: the entries without a finding, with their lines.
        kept: the other entries.
        added: the findings of the report that are missing from the baseline.
    """

    report: CheckReport
    stale: tuple[tuple[Entry, int], ...]
    kept: tuple[Entry, ...]
    added: tuple[Entry, ...]


def read_baseline(file: str) -> Baseline:
    """Read a baseline.

    Raises:
        BadInput: the file cannot be read, is not a baseline, or was written by an older version.
    """
    again = "write it again with --update-baseline"
    try:
        text = text_of(file, always=True) or ""
        document = json_source.parse(text)
        tree, _ = json_tree(text)
    except UnreadableFile as refused:
        missing = "" if os.path.lexists(file) else "; --update-baseline writes it"
        raise BadInput(f"{file} {refused}{missing}") from None
    except json_source.InvalidLine as fault:
        raise BadInput(f"{file}:{fault.line} is not valid JSON; correct it, or {again}") from None
    if isinstance(document, dict) and "known" in document and "version" not in document:
        raise BadInput(f"{file} is from an older version, which could not tell two findings of one rule apart; {again}")
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise BadInput(f'{file} is not a baseline: expected an object with "version": {VERSION}; {again}')
    return Baseline(file, tuple(_entries(tree.get("findings"), file)))


def _entries(found: Any, file: str) -> Iterator[tuple[Entry, int]]:
    for number, held in enumerate(found if isinstance(found, list) else [found]):
        fields = [held.get(name) for name in Entry._fields] if isinstance(held, Object) else []
        texts = [field for field in fields if isinstance(field, str)]
        if len(texts) < len(Entry._fields):
            line = held.line if isinstance(held, Object) else 1
            names = ", ".join(Entry._fields)
            raise BadInput(f"{file}:{line} entry {number + 1} of the baseline needs {names}, each a string")
        yield Entry(*texts), held.line


def compare(
    report: CheckReport, baseline: Baseline, reading: Reading, looked_at: Callable[[str], bool], *, notes: bool = False
) -> Compared:
    """Suppress the findings of a report that a baseline lists.

    Args:
        report: the findings.
        baseline: the known findings.
        reading: the input of the report. Entries for rules that were read but not judged are not stale.
        looked_at: whether an absolute path is among the files that were checked.
        notes: whether notes are added to the baseline.
    """
    known = Counter(entry for entry, _ in baseline.entries)
    added: list[Entry] = []

    def left(checked: CheckedRule) -> CheckedRule:
        kept = []
        for finding in checked.findings:
            entry = baseline.entry(checked.rule, finding)
            if finding.code not in OF_SUPPRESSIONS and known[entry] > 0:
                known[entry] -= 1
                continue
            kept.append(finding)
            if finding.code not in OF_SUPPRESSIONS and (notes or finding.level != "note"):
                added.append(entry)
        return checked if len(kept) == len(checked.findings) else replace(checked, findings=tuple(kept))

    rules, neighbours = list(map(left, report.rules)), list(map(left, report.neighbours))
    taken_out = len(baseline.entries) - known.total()
    judged = {(baseline.relative(one.rule.place.file), one.rule.name) for one in report.rules}
    unjudged = {(baseline.relative(one.place.file), one.name) for one in reading.written} - judged
    broken = {baseline.relative(fault.place.file) for fault in report.unreadable}
    stale, kept = [], []
    for entry, line in reversed(baseline.entries):
        surplus = known[entry] > 0
        known[entry] -= surplus
        unknown = entry[:2] in unjudged or entry.file in broken or not looked_at(baseline.path(entry))
        if surplus and not unknown:
            stale.append((entry, line))
        else:
            kept.append(entry)
    whole = replace(report, rules=rules, neighbours=neighbours, baselined=report.baselined + taken_out)
    return Compared(whole, tuple(reversed(stale)), tuple(reversed(kept)), tuple(added))


def with_stale(report: CheckReport, baseline: Baseline, stale: Iterable[tuple[Entry, int]]) -> CheckReport:
    """Return a report that lists, as notes, the entries of the baseline that match no finding."""
    findings = [
        Finding(
            "note",
            "baseline-stale",
            f"{entry.file} {entry.rule} no longer has {entry.code}{f' ({entry.about})' if entry.about else ''}",
            "remove it with --update-baseline",
            SourceLocation(baseline.file, line),
        )
        for entry, line in stale
    ]
    if not findings:
        return report
    alone = standing_alone(findings[0].place, "baseline", findings)
    return replace(report, suppressions=[*report.suppressions, alone])


def write_baseline(file: str, entries: Iterable[Entry]) -> None:
    """Write a baseline, one entry a line.

    Raises:
        BadInput: the file cannot be written.
    """
    lines = ",\n".join(f"    {json.dumps(entry._asdict())}" for entry in sorted(entries))
    findings = f"[\n{lines}\n  ]" if lines else "[]"
    try:
        replace_file(Path(file), f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n')
    except OSError as error:
        raise cannot_be_written(Path(file), error) from error
