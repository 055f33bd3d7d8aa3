"""Findings that are not to be reported: by a comment beside the rule, or by a baseline."""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from pca_events.check.report import CheckedRule, CheckReport, Finding
from pca_events.errors import BadInput
from pca_events.infrastructure.model import Place, Rule

_COMMENT = re.compile(r"(?:#|//)\s*pca-events:\s*ignore\s+(?P<code>[\w-]+)[ \t]*(?P<reason>.*)")

Known = frozenset[tuple[str, str, str]]
"""Findings that are known already: file, rule and code of each."""


@dataclass(frozen=True)
class Ignore:
    """A comment that takes a kind of finding out."""

    code: str
    reason: str
    place: Place


def without_ignored(report: CheckReport, known: Known = frozenset()) -> CheckReport:
    """Return a report without the findings that a comment beside their rule or the baseline takes out.

    A comment without a reason takes nothing out and is a finding itself.
    """
    rules = [_without(checked, known) for checked in report.rules]
    neighbours = [_without(checked, known) for checked in report.neighbours]
    kept = sum(finding.code != "ignore" for c in (*rules, *neighbours) for finding in c.findings)
    ignored = len(report.findings) - kept
    return replace(report, rules=rules, neighbours=neighbours, ignored=report.ignored + ignored)


def _without(checked: CheckedRule, known: Known) -> CheckedRule:
    ignores = comments_beside(checked.rule)
    codes = {ignore.code for ignore in ignores if ignore.reason}
    kept = [
        finding for finding in checked.findings if finding.code not in codes and _key(checked, finding) not in known
    ]
    for ignore in ignores:
        if not ignore.reason:
            message = f"the comment that ignores {ignore.code} gives no reason, so nothing is ignored"
            remedy = f"write: pca-events: ignore {ignore.code} because ..."
            kept.append(Finding("warning", "ignore", message, remedy, ignore.place))
    return replace(checked, findings=tuple(kept))


def comments_beside(rule: Rule) -> list[Ignore]:
    """Return the comments from the lines just above a rule to its end.

    JSON has no comments: what looks like one there is part of a string, and may stand on a line with many rules.
    """
    comments = _comments(rule.place.file)
    first = rule.place.line
    while first - 1 in comments.alone:
        first -= 1
    numbers = comments.numbers
    return list(comments.found[bisect_left(numbers, first) : bisect_right(numbers, rule.last_line)])


class _Comments(NamedTuple):
    """The comments of a file that ignore something, their lines, and the lines that are comments as a whole."""

    found: tuple[Ignore, ...] = ()
    numbers: tuple[int, ...] = ()
    alone: frozenset[int] = frozenset()


@cache
def _comments(file: str) -> _Comments:
    path = Path(file)
    text = path.read_text("utf-8", "replace") if path.is_file() else ""
    if "pca-events:" not in text or text.lstrip()[:1] in ("{", "["):
        return _Comments()
    found: list[Ignore] = []
    alone: set[int] = set()
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip()[:2].startswith(("#", "//")):
            alone.add(number)
        if comment := _COMMENT.search(line):
            found.append(Ignore(comment["code"], comment["reason"].strip(), Place(file, number)))
    return _Comments(tuple(found), tuple(ignore.place.line for ignore in found), frozenset(alone))


def read_baseline(file: str) -> Known:
    """Read the findings that are known already.

    Raises:
        BadInput: the file cannot be read, or is no baseline.
    """
    try:
        known = json.loads(Path(file).read_text("utf-8"))["known"]
        return frozenset((found["file"], found["rule"], found["code"]) for found in known)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{file} is no baseline; write one with --write-baseline {file}") from error


def write_baseline(file: str, rules: Iterable[CheckedRule]) -> None:
    """Write a baseline of all these findings, notes left out.

    Raises:
        BadInput: the file cannot be written.
    """
    keys = sorted({_key(checked, found) for checked in rules for found in checked.findings if found.level != "note"})
    known = [{"file": file, "rule": rule, "code": code} for file, rule, code in keys]
    try:
        Path(file).write_text(json.dumps({"known": known}, indent=2) + "\n", "utf-8")
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}") from error


def _key(checked: CheckedRule, finding: Finding) -> tuple[str, str, str]:
    return checked.rule.place.file, checked.rule.name, finding.code
