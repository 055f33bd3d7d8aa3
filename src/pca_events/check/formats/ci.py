"""Reports for CI: annotations of GitHub, and JUnit XML."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pca_events.check.formats.markdown import cut, posix, summary
from pca_events.check.report import LEVELS, CheckedRule, CheckReport, Finding, Level, reason_of
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


def render_github(report: CheckReport) -> str:
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


def render_junit(report: CheckReport) -> str:
    """Write a test case for each rule, and one for each location that was not read.

    A rule with an error fails; what could not be read is an error. Unknown rules and unsupported code are
    skipped. Warnings and notes are the output of their case.
    """
    cases = [_of_rule(checked) for checked in report.checked]
    for rule in report.not_known:
        cases.append(_case(rule.place, rule.name))
        SubElement(cases[-1], "skipped", _texts(message=f"not known: depends on {reason_of(rule.pattern)}"))
    for skip in report.skipped:
        cases.append(_case(skip.place, "is read"))
        SubElement(cases[-1], "skipped", _texts(message=f"seen, not read: {skip.what}; {skip.remedy}"))
    for found in report.unreadable:
        cases.append(_case(found.place, "can be read"))
        SubElement(cases[-1], "error", _texts(message=found.message, type="unreadable"))
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(len(report.unreadable)),
        "skipped": str(len(report.not_known) + len(report.skipped)),
    }
    suites = Element("testsuites", counts)
    suite = SubElement(suites, "testsuite", {"name": "pca-events check", **counts})
    suite.extend(cases)
    uncovered = [f"no rule handles {event}" for event in report.uncovered]
    SubElement(suite, "system-out").text = printable("\n".join([*uncovered, summary(report)]), keep="\n")
    indent(suites)
    # Character references keep non-ASCII text correct, whatever encoding the reader of a redirected output assumes.
    xml: bytes = tostring(suites, encoding="us-ascii", xml_declaration=True)
    return xml.decode("ascii") + "\n"


def _of_rule(checked: CheckedRule) -> Element:
    """The case of a rule: one failure for all its errors, because most readers show only the first."""
    case = _case(checked.rule.place, checked.rule.name)
    errors = [finding for finding in checked.findings if finding.level == "error"]
    if errors:
        codes = ", ".join(dict.fromkeys(finding.code for finding in errors))
        message = "; ".join(finding.message for finding in errors)
        SubElement(case, "failure", _texts(message=message, type=codes)).text = _junit_text(errors)
    if others := [finding for finding in checked.findings if finding.level != "error"]:
        SubElement(case, "system-out").text = _junit_text(others)
    return case


def _junit_text(findings: Iterable[Finding]) -> str:
    lines: list[str] = []
    for found in findings:
        where = f"{posix(found.place.file)}:{found.place.line}"
        lines += [f"{where}: {found.level}: {found.message} ({found.code})", *([found.remedy] if found.remedy else [])]
    return "\n".join(map(printable, lines))


def _case(place: SourceLocation, name: str) -> Element:
    file = posix(place.file)
    return Element("testcase", _texts(classname=file, name=name, file=file, line=str(place.line)))


def _texts(**texts: str) -> dict[str, str]:
    return {key: printable(text) for key, text in texts.items()}
