"""The ignore entries and the levels of a configuration file, and the lines of its keys, which tomllib does not give."""

import datetime
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from pca_events.check.codes import CODES, OF_SUPPRESSIONS
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, LevelOrOff
from pca_events.check.suppressions.comments import standing_alone, unknown_codes
from pca_events.infrastructure.discovery import PathGlobs
from pca_events.infrastructure.model import Reading, SourceLocation
from pca_events.pattern.text_comparison import star_test

Path = tuple[str | int, ...]
"""The way to a value: keys, and positions in arrays."""

_HEADER = re.compile(r"\s*(\[{1,2})([^\[\]]+)\]{1,2}\s*(?:#.*)?$")
_NAME = r"""(?:[\w-]+|"[^"\n]*"|'[^'\n]*')"""
_KEY = re.compile(rf"\s*({_NAME}(?:\s*\.\s*{_NAME})*)\s*=")
_TABLE_IN_ARRAY = re.compile(r"\s*\{")
_STRINGS = re.compile(r'"""|\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#.*|[\[\]{}]')


def lines_of_keys(text: str) -> dict[Path, int]:
    """Return the line of each table, key, and table in an array at the start of a line, by its path.

    Args:
        text: a valid TOML document.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    array: Path | None = None
    for number, line, depth in _outside_of_strings(text):
        if array is not None and depth == 1 and _TABLE_IN_ARRAY.match(line):
            found[*array, counts.setdefault(array, 0)] = number
            counts[array] += 1
        elif depth == 0:
            if header := _HEADER.match(line):
                table = _inside(counts, _names(header[2]))
                if header[1] == "[[":
                    at = counts.get(table, 0)
                    counts[table] = at + 1
                    found.setdefault(table, number)
                    table = (*table, at)
                found.setdefault(table, number)
            elif key := _KEY.match(line):
                array = (*table, *_names(key[1]))
                found.setdefault(array, number)
                rest = line[key.end() :].lstrip()
                counts[array] = rest.count("{") if rest.startswith("[") else 0
                found |= {(*array, at): number for at in range(counts[array])}
    return found


def nearest_line(lines: dict[Path, int], path: Path) -> int:
    """Return the line of a value, or of the nearest table that contains it."""
    for end in range(len(path), 0, -1):
        if path[:end] in lines:
            return lines[path[:end]]
    return 1


def _names(dotted: str) -> Path:
    """The keys of a dotted key, read by tomllib because any of them may be quoted."""
    value: Any = tomllib.loads(f"{dotted} = 0")
    names: list[str] = []
    while isinstance(value, dict):
        ((name, value),) = value.items()
        names.append(name)
    return tuple(names)


def _inside(counts: dict[Path, int], names: Path) -> Path:
    """The path of a table; for a part that is an array of tables, its last one is used."""
    path: Path = ()
    for position, name in enumerate(names):
        path = (*path, name)
        if position < len(names) - 1 and path in counts:
            path = (*path, counts[path] - 1)
    return path


def _outside_of_strings(text: str) -> Iterator[tuple[int, str, int]]:
    """Each line that is not inside a multi-line string, with the number of open brackets at its start."""
    depth, quote = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        at = 0
        if quote:
            end = line.find(quote)
            if end < 0:
                continue
            at, quote = end + len(quote), ""
        else:
            yield number, line, depth
            if depth == 0 and _HEADER.match(line):
                continue
        for piece in _pieces(line, at):
            if piece in ('"""', "'''"):
                quote = "" if quote == piece else quote or piece
            elif not quote:
                depth += (piece in ("[", "{")) - (piece in ("]", "}"))


def _pieces(line: str, at: int) -> Iterator[str]:
    return (match.group() for match in _STRINGS.finditer(line, at))


@dataclass(frozen=True)
class IgnoreEntry:
    """An entry that suppresses kinds of findings.

    Attributes:
        place: where it is.
        paths: the files that it applies to; None for all.
        rules: the names of the rules that it applies to, with `*` as a wildcard; empty for all.
        reason: why; without a reason it suppresses nothing.
        expires: the last day on which it suppresses anything.
    """

    place: SourceLocation
    codes: tuple[str, ...]
    paths: PathGlobs | None
    rules: tuple[str, ...]
    reason: str
    expires: datetime.date | None

    def is_for_file(self, file: str) -> bool:
        """Whether it applies to rules in a file."""
        return self.paths is None or self.paths.matches(file)

    def is_for_rule(self, rule: str) -> bool:
        """Whether it applies to rules with a name."""
        return not self.rules or any(star_test(wanted)(rule) for wanted in self.rules)

    def works(self, today: datetime.date) -> bool:
        """Whether it suppresses anything on a day."""
        return bool(self.reason) and (self.expires is None or today <= self.expires)


def without_entries(
    report: CheckReport, entries: Sequence[IgnoreEntry], reading: Reading, today: datetime.date, *, whole: bool
) -> CheckReport:
    """Return a report without the findings that entries suppress, and with findings about the entries.

    Args:
        report: the findings.
        entries: those of the configuration file.
        reading: the input of the report. An entry for a rule that was read but not judged is not unused.
        today: the day for which entries may have expired.
        whole: whether everything in the scope of the entries was checked, so that an entry without a finding is unused.
    """
    if not entries:
        return report
    used: set[tuple[SourceLocation, str]] = set()
    working = [entry for entry in entries if entry.works(today)]

    @cache
    def of_file(file: str) -> list[IgnoreEntry]:
        return [entry for entry in working if entry.is_for_file(file)]

    def left(checked: CheckedRule) -> CheckedRule:
        mine = [entry for entry in of_file(checked.rule.place.file) if entry.is_for_rule(checked.rule.name)]
        kept = []
        for finding in checked.findings if mine else ():
            hits = [entry.place for entry in mine if finding.code in entry.codes]
            if hits and finding.code not in OF_SUPPRESSIONS:
                used.update((place, finding.code) for place in hits)
            else:
                kept.append(finding)
        return replace(checked, findings=tuple(kept)) if mine else checked

    rules, neighbours = list(map(left, report.rules)), list(map(left, report.neighbours))
    before = sum(len(checked.findings) for checked in (*report.rules, *report.neighbours))
    after = sum(len(checked.findings) for checked in (*rules, *neighbours))
    is_known = _judged(report, reading) if whole else lambda _entry: False
    faults = [fault for entry in entries if (fault := _faults(entry, used, today, is_known)) is not None]
    return replace(
        report,
        rules=rules,
        neighbours=neighbours,
        suppressions=[*report.suppressions, *faults],
        ignored=report.ignored + before - after,
    )


def with_levels(report: CheckReport, levels: Mapping[str, LevelOrOff]) -> CheckReport:
    """Return a report with the configured levels; findings that are off are removed."""
    if not levels:
        return report

    def changed(checked: CheckedRule) -> CheckedRule:
        found = [
            replace(finding, level=level)
            for finding in checked.findings
            if (level := levels.get(finding.code, finding.level)) != "off"
        ]
        return replace(checked, findings=tuple(sorted(found, key=lambda finding: LEVELS.index(finding.level))))

    suppressions = [checked for checked in map(changed, report.suppressions) if checked.findings]
    return replace(
        report,
        rules=list(map(changed, report.rules)),
        neighbours=list(map(changed, report.neighbours)),
        suppressions=suppressions,
    )


def _judged(report: CheckReport, reading: Reading) -> Callable[[IgnoreEntry], bool]:
    """Return a function that tells whether everything in the scope of an entry is known."""
    judged = {(checked.rule.place, checked.rule.name) for checked in report.rules}
    unjudged: dict[str, set[str]] = {}
    for one in reading.written:
        if (one.place, one.name) not in judged:
            unjudged.setdefault(one.place.file, set()).add(one.name)
    broken = {fault.place.file for fault in report.unreadable}

    def is_known(entry: IgnoreEntry) -> bool:
        if any(map(entry.is_for_file, broken)):
            return False
        files = (file for file in unjudged if entry.is_for_file(file))
        return not any(entry.is_for_rule(name) for file in files for name in unjudged[file])

    return is_known


def _faults(
    entry: IgnoreEntry,
    used: set[tuple[SourceLocation, str]],
    today: datetime.date,
    is_known: Callable[[IgnoreEntry], bool],
) -> CheckedRule | None:
    found = [*unknown_codes(entry.codes, entry.place), *_of_entry(entry, used, today, is_known)]
    return standing_alone(entry.place, "ignore entry", found) if found else None


def _of_entry(
    entry: IgnoreEntry,
    used: set[tuple[SourceLocation, str]],
    today: datetime.date,
    is_known: Callable[[IgnoreEntry], bool],
) -> Iterator[Finding]:
    codes = ", ".join(entry.codes)
    if not entry.reason:
        message = f"the entry that ignores {codes} has no reason, so it ignores nothing"
        yield Finding("warning", "ignore-without-reason", message, 'add reason = "..."', entry.place)
    elif not entry.works(today):
        message = f"the entry that ignores {codes} expired after {entry.expires}, so it ignores nothing"
        remedy = "fix what it ignored, or set a later date"
        yield Finding("warning", "ignore-expired", message, remedy, entry.place)
    else:
        unused = [code for code in entry.codes if code in CODES and (entry.place, code) not in used]
        if unused and is_known(entry):
            message = f"the entry ignores {', '.join(unused)}, but no rule in its scope has this finding"
            yield Finding("warning", "ignore-unused", message, "remove it", entry.place)
