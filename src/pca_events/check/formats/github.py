"""A report as workflow commands, which GitHub Actions shows as annotations beside the code."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pca_events.check.formats.formatting import cut, posix
from pca_events.check.report import LEVELS, CheckReport, Level
from pca_events.infrastructure.model import SourceLocation
from pca_events.wording import printable

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}
_MOST_OF_A_LEVEL = 10
_LONGEST_TITLE = 255
_LONGEST_MESSAGE = 8_000


class _Annotation(NamedTuple):
    level: Level
    place: SourceLocation | None
    title: str
    message: str


def render(report: CheckReport) -> str:
    """Write one command a line: the findings, what could not be read, and unhandled failures, the worst first.

    GitHub shows ten annotations of each level in a step and silently drops the others. Those are written as plain
    lines of the log, after a line with their number.
    """
    shown: Counter[Level] = Counter()
    lines: list[str] = []
    rest: list[str] = []
    for found in sorted(_annotations(report), key=lambda found: LEVELS.index(found.level)):
        shown[found.level] += 1
        if shown[found.level] <= _MOST_OF_A_LEVEL:
            lines.append(_command(found))
        else:
            rest.append(_plain(found))
    if rest:
        lines.append(f"{len(rest):,} more, which GitHub does not show as annotations:")
    return "".join(f"{line}\n" for line in [*lines, *rest])


def _annotations(report: CheckReport) -> Iterator[_Annotation]:
    for found in report.unreadable:
        yield _Annotation("error", found.place, "not read", found.message)
    for checked in report.checked:
        for finding in checked.findings:
            message = f"{finding.message}\n{finding.remedy}".rstrip()
            yield _Annotation(finding.level, finding.place, f"{checked.rule.name}: {finding.code}", message)
    for skip in report.skipped:
        yield _Annotation("warning", skip.place, "seen, not read", f"{skip.what}\n{skip.remedy}")
    if report.uncovered:
        yield _Annotation("note", None, "no rule handles these failures", ", ".join(report.uncovered))


def _command(found: _Annotation) -> str:
    where = {} if found.place is None else {"file": posix(found.place.file), "line": str(found.place.line)}
    named = {**where, "title": cut(found.title, _LONGEST_TITLE)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in named.items())
    return f"::{_COMMANDS[found.level]} {properties}::{_data(cut(found.message, _LONGEST_MESSAGE))}"


def _plain(found: _Annotation) -> str:
    where = "" if found.place is None else f"{posix(found.place.file)}:{found.place.line}: "
    text = printable(f"{found.level}: {where}{found.title}: {found.message}".replace("\n", "; "))
    # The runner still interprets ##[command] anywhere in a line as a command of its first version.
    return text.replace("##[", "## [")


def _data(text: str) -> str:
    safe = printable(text, keep="\r\n")
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
