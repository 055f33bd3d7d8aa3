"""Findings that comments beside their rules take out, and what is wrong with these comments."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from pca_events.check.codes import CODES
from pca_events.check.comments import Comments, Ignore
from pca_events.check.report import CheckedRule, CheckReport, Finding
from pca_events.infrastructure.model import Place, Reading, Rule
from pca_events.wording import did_you_mean

_EXAMPLE = "write: # pca-events: ignore no-target the target is in another stack"


def without_ignored(
    report: CheckReport, reading: Reading | None = None, texts: Mapping[str, str] | None = None
) -> CheckReport:
    """Return a report without the findings that a comment beside their rule takes out, and with faults of comments.

    A comment that names an unknown code, ignores nothing, names nothing or gives no reason is a warning; without a
    reason it takes nothing out. Comments beside rules that were not judged are not called unused, and none in a file
    that was read in part, or without the files beside it.

    Args:
        report: what was found.
        reading: what it was found in.
        texts: what is in files that cannot be opened by their name, such as standard input.
    """
    comments = _Applied(Comments(texts), report, reading or Reading())
    rules = [comments.apply(checked) for checked in report.rules]
    neighbours = [comments.apply(checked) for checked in report.neighbours]
    faults = comments.faults()
    rules, neighbours = ([_with(checked, faults) for checked in group] for group in (rules, neighbours))
    alone = [standing_alone(place, "comment", found) for place, found in faults.get(None, {}).items()]
    return replace(
        report,
        rules=rules,
        neighbours=neighbours,
        suppressions=[*report.suppressions, *alone],
        ignored=report.ignored + comments.ignored,
    )


def standing_alone(place: Place, name: str, findings: list[Finding]) -> CheckedRule:
    """Return findings about a suppression that stands beside no rule, in the shape in which reports show findings.

    Args:
        place: where it stands.
        name: what it is: `comment`.
        findings: what is wrong with it.
    """
    return CheckedRule(Rule(place, place.line, name, {}, targets=None), (), tuple(findings))


def unknown_codes(codes: tuple[str, ...], place: Place) -> Iterator[Finding]:
    """Yield a warning for each code that does not exist."""
    for code in dict.fromkeys(codes):
        if code not in CODES:
            message = f'"{code}" is not the code of a finding, so it ignores nothing'
            remedy = did_you_mean(code, CODES) or "write the code that the report shows in parentheses"
            yield Finding("warning", "ignore-unknown", message, remedy, place, code)


def _with(checked: CheckedRule, faults: "dict[Key | None, dict[Place, list[Finding]]]") -> CheckedRule:
    added = [finding for found in faults.get(_key(checked.rule), {}).values() for finding in found]
    return replace(checked, findings=(*checked.findings, *added)) if added else checked


Key = tuple[Place, str]


def _key(rule: Rule) -> Key:
    return rule.place, rule.name


class _Applied:
    """What the comments of all files take out, and which of them take out nothing."""

    def __init__(self, comments: Comments, report: CheckReport, reading: Reading) -> None:
        self.ignored = 0
        self._comments = comments
        self._used: set[tuple[Place, str]] = set()
        self._beside: dict[Place, Key] = {}
        judged = {_key(checked.rule) for checked in report.rules}
        self._unjudged = {
            ignore.place
            for found in reading.written
            if (found.place, found.name) not in judged
            for ignore in comments.beside(found.place, found.last_line)
        }
        self._files = {found.place.file for found in (*reading.written, *report.findings)}
        self._files |= {checked.rule.place.file for checked in report.rules}
        self._in_part = {found.place.file for found in report.unreadable} | comments.given

    def apply(self, checked: CheckedRule) -> CheckedRule:
        """Take findings out."""
        ignores = self._comments.beside_rule(checked.rule)
        if not ignores:
            return checked
        kept = []
        for finding in checked.findings:
            hits = [one.place for one in ignores if one.reason and finding.code in one.codes]
            self._used |= {(place, finding.code) for place in hits}
            if not hits:
                kept.append(finding)
        for ignore in ignores:
            self._beside.setdefault(ignore.place, _key(checked.rule))
        self.ignored += len(checked.findings) - len(kept)
        return replace(checked, findings=tuple(kept))

    def faults(self) -> dict[Key | None, dict[Place, list[Finding]]]:
        """What is wrong with the comments, by the rule that each stands beside; None for those beside no rule."""
        found: dict[Key | None, dict[Place, list[Finding]]] = {}
        for file in sorted(self._files):
            for ignore in self._comments.of_file(file):
                if faults := list(self._faults(ignore)):
                    found.setdefault(self._beside.get(ignore.place), {})[ignore.place] = faults
        return found

    def _faults(self, ignore: Ignore) -> Iterator[Finding]:
        if ignore.verb != "ignore":
            message = f'the comment says "{ignore.verb}", which has no meaning here'
            yield Finding("warning", "ignore-unknown", message, _EXAMPLE, ignore.place)
        elif not ignore.codes:
            message = "the comment names no finding, so it ignores nothing"
            yield Finding("warning", "ignore-empty", message, _EXAMPLE, ignore.place)
        else:
            yield from unknown_codes(ignore.codes, ignore.place)
            yield from self._unreasoned(ignore) if not ignore.reason else self._unused(ignore)

    def _unreasoned(self, ignore: Ignore) -> Iterator[Finding]:
        codes = ", ".join(ignore.codes)
        message = f"the comment that ignores {codes} gives no reason, so it ignores nothing"
        remedy = f"write the reason behind the code: # pca-events: ignore {codes} REASON"
        yield Finding("warning", "ignore-without-reason", message, remedy, ignore.place)

    def _unused(self, ignore: Ignore) -> Iterator[Finding]:
        if ignore.place in self._unjudged or ignore.place.file in self._in_part:
            return
        is_beside = ignore.place in self._beside
        for code in dict.fromkeys(ignore.codes):
            if code in CODES and (ignore.place, code) not in self._used:
                message = f"the comment ignores {code}, but the rule has no such finding"
                remedy = "remove the comment" if len(ignore.codes) == 1 else f"remove {code} from the comment"
                if not is_beside:
                    message = f"the comment ignores {code}, but stands beside no rule"
                    remedy = "write it just above the rule or inside it, or remove it"
                yield Finding("warning", "ignore-unused", message, remedy, ignore.place, code)
