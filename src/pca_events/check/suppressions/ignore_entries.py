"""The ignore entries and the levels of a configuration file."""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pca_events.check.codes import CODES, OF_SUPPRESSIONS
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, LevelOrOff
from pca_events.check.suppressions.comments import standing_alone, unknown_codes
from pca_events.infrastructure.discovery import PathGlobs
from pca_events.infrastructure.model import Reading, SourceLocation
from pca_events.pattern.text_comparison import star_test


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
