"""Comments that suppress findings: `# pca-events: ignore no-target,never-fires the queue is in another stack`."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from pca_events.check.codes import CODES
from pca_events.check.report import CheckedRule, CheckReport, Finding
from pca_events.infrastructure.model import Reading, Rule, SourceLocation
from pca_events.wording import did_you_mean, nearest

_MARK = "pca-events:"
_COMMENT = re.compile(r"(?:#|//)\s*pca-events:[ \t]*(?P<verb>[\w-]*)(?P<rest>.*)")
_CODES = re.compile(r"\w[\w-]*(?:\s*,\s*\w[\w-]*)*,?")
_BEFORE_REASON = " \t:-\N{EN DASH}\N{EM DASH}"
_BEFORE_QUOTE = " \t[{(,:=!"
_MOST_CHARACTERS = 10_000
"""The maximum length of a line with a comment; longer lines are data."""


@dataclass(frozen=True)
class IgnoreComment:
    """A comment that suppresses kinds of findings.

    Attributes:
        codes: the codes that it lists; may be empty.
        reason: why; empty if it has no reason.
        verb: `ignore`, or what is written instead.
    """

    codes: tuple[str, ...]
    reason: str
    place: SourceLocation
    verb: str = "ignore"


class _OfFile(NamedTuple):
    """The comments of a file, their lines, and the lines that contain only a comment."""

    found: tuple[IgnoreComment, ...] = ()
    numbers: tuple[int, ...] = ()
    alone: frozenset[int] = frozenset()


class IgnoreComments:
    """The comments in the files of a report; each file is read once.

    Args:
        texts: the content of files that cannot be opened by their name, such as standard input.
    """

    def __init__(self, texts: Mapping[str, str] | None = None) -> None:
        self._texts = dict(texts or {})
        self._files: dict[str, _OfFile] = {}

    @property
    def given(self) -> set[str]:
        """The names of the files whose content was given."""
        return set(self._texts)

    def of_file(self, file: str) -> tuple[IgnoreComment, ...]:
        """Return the comments of a file, in order.

        JSON has no comments: what looks like one is part of a string, and may be on a line with many rules.
        """
        return self._read(file).found

    def beside(self, place: SourceLocation, last_line: int) -> tuple[IgnoreComment, ...]:
        """Return the comments from the comment lines directly above a rule to its last line."""
        comments = self._read(place.file)
        first = place.line
        while first - 1 in comments.alone:
            first -= 1
        return comments.found[bisect_left(comments.numbers, first) : bisect_right(comments.numbers, last_line)]

    def beside_rule(self, rule: Rule) -> tuple[IgnoreComment, ...]:
        """Return the comments beside a rule."""
        return self.beside(rule.place, rule.last_line)

    def _read(self, file: str) -> _OfFile:
        if file not in self._files:
            self._files[file] = _comments(file, self._text(file))
        return self._files[file]

    def _text(self, file: str) -> str:
        if file in self._texts:
            return self._texts[file]
        path = Path(file)
        try:
            return path.read_text("utf-8", "replace") if path.is_file() else ""
        except (OSError, ValueError):
            return ""


def _comments(file: str, text: str) -> _OfFile:
    if _MARK not in text or text.lstrip()[:1] in ("{", "["):
        return _OfFile()
    found: list[IgnoreComment] = []
    alone: set[int] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip()[:2].startswith(("#", "//")):
            alone.add(number)
        if _MARK in line and (ignore := _ignore(line, SourceLocation(file, number))) is not None:
            found.append(ignore)
    return _OfFile(tuple(found), tuple(ignore.place.line for ignore in found), frozenset(alone))


def _ignore(line: str, place: SourceLocation) -> IgnoreComment | None:
    comment = None if len(line) > _MOST_CHARACTERS else _COMMENT.search(line, _begin_of_comment(line))
    if comment is None:
        return None
    verb, rest = comment["verb"], comment["rest"].strip()
    if verb != "ignore" and (verb or rest):
        return IgnoreComment((), "", place, verb) if nearest(verb, ["ignore"]) else None
    codes = _CODES.match(rest)
    if codes is None:
        return IgnoreComment((), "", place)
    named = tuple(code for part in codes.group().split(",") if (code := part.strip()))
    return IgnoreComment(named, rest[codes.end() :].strip(_BEFORE_REASON), place)


def _begin_of_comment(line: str) -> int:
    """The position where the pca-events comment of a line begins; a `#` within quotes does not begin one."""
    mark, quote, before = line.index(_MARK), "", " "
    for at, char in enumerate(line[:mark]):
        if quote:
            quote = "" if char == quote and before != "\\" else quote
        elif char in "\"'" and before in _BEFORE_QUOTE:
            quote = char
        elif char == "#" or line.startswith("//", at):
            return at
        before = char
    return len(line)


_EXAMPLE = "write: # pca-events: ignore no-target the target is in another stack"


def without_ignored(
    report: CheckReport, reading: Reading | None = None, texts: Mapping[str, str] | None = None
) -> CheckReport:
    """Return a report without the findings that comments beside their rules suppress, and with findings about comments.

    A comment that names an unknown code, suppresses nothing, names no code or has no reason is a warning; without a
    reason it suppresses nothing. A comment is not called unused beside a rule that was not judged, or in a file that
    was read only in part.

    Args:
        report: the findings.
        reading: the input of the report.
        texts: the content of files that cannot be opened by their name, such as standard input.
    """
    comments = _Applied(IgnoreComments(texts), report, reading or Reading())
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


def standing_alone(place: SourceLocation, name: str, findings: list[Finding]) -> CheckedRule:
    """Return findings about a suppression that is not beside a rule, as a checked rule.

    Args:
        place: where it is.
        name: what it is: `comment`.
        findings: what is wrong with it.
    """
    return CheckedRule(Rule(place, place.line, name, {}, targets=None), (), tuple(findings))


def unknown_codes(codes: tuple[str, ...], place: SourceLocation) -> Iterator[Finding]:
    """Yield a warning for each code that does not exist."""
    for code in dict.fromkeys(codes):
        if code not in CODES:
            message = f'"{code}" is not the code of a finding, so it ignores nothing'
            remedy = did_you_mean(code, CODES) or "write the code that the report shows in parentheses"
            yield Finding("warning", "ignore-unknown", message, remedy, place, code)


def _with(checked: CheckedRule, faults: "dict[RuleKey | None, dict[SourceLocation, list[Finding]]]") -> CheckedRule:
    added = [finding for found in faults.get(_key(checked.rule), {}).values() for finding in found]
    return replace(checked, findings=(*checked.findings, *added)) if added else checked


RuleKey = tuple[SourceLocation, str]


def _key(rule: Rule) -> RuleKey:
    return rule.place, rule.name


class _Applied:
    """The findings that the comments of all files suppress, and the comments that suppress none."""

    def __init__(self, comments: IgnoreComments, report: CheckReport, reading: Reading) -> None:
        self.ignored = 0
        self._comments = comments
        self._used: set[tuple[SourceLocation, str]] = set()
        self._beside: dict[SourceLocation, RuleKey] = {}
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
        """Suppress findings."""
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

    def faults(self) -> dict[RuleKey | None, dict[SourceLocation, list[Finding]]]:
        """The findings about comments, by the rule beside each; None for those that are not beside a rule."""
        found: dict[RuleKey | None, dict[SourceLocation, list[Finding]]] = {}
        for file in sorted(self._files):
            for ignore in self._comments.of_file(file):
                if faults := list(self._faults(ignore)):
                    found.setdefault(self._beside.get(ignore.place), {})[ignore.place] = faults
        return found

    def _faults(self, ignore: IgnoreComment) -> Iterator[Finding]:
        if ignore.verb != "ignore":
            message = f'the comment says "{ignore.verb}", which has no meaning here'
            yield Finding("warning", "ignore-unknown", message, _EXAMPLE, ignore.place)
        elif not ignore.codes:
            message = "the comment names no finding, so it ignores nothing"
            yield Finding("warning", "ignore-empty", message, _EXAMPLE, ignore.place)
        else:
            yield from unknown_codes(ignore.codes, ignore.place)
            yield from self._unreasoned(ignore) if not ignore.reason else self._unused(ignore)

    def _unreasoned(self, ignore: IgnoreComment) -> Iterator[Finding]:
        codes = ", ".join(ignore.codes)
        message = f"the comment that ignores {codes} has no reason, so it ignores nothing"
        remedy = f"write the reason behind the code: # pca-events: ignore {codes} REASON"
        yield Finding("warning", "ignore-without-reason", message, remedy, ignore.place)

    def _unused(self, ignore: IgnoreComment) -> Iterator[Finding]:
        if ignore.place in self._unjudged or ignore.place.file in self._in_part:
            return
        is_beside = ignore.place in self._beside
        for code in dict.fromkeys(ignore.codes):
            if code in CODES and (ignore.place, code) not in self._used:
                message = f"the comment ignores {code}, but the rule has no such finding"
                remedy = "remove the comment" if len(ignore.codes) == 1 else f"remove {code} from the comment"
                if not is_beside:
                    message = f"the comment ignores {code}, but is not beside a rule"
                    remedy = "move it directly above the rule or into it, or remove it"
                yield Finding("warning", "ignore-unused", message, remedy, ignore.place, code)
