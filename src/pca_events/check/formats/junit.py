"""A report as JUnit XML, which GitLab, Jenkins and Azure Pipelines show as test results."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pca_events.check.formats.formatting import posix, summary
from pca_events.check.report import CheckedRule, CheckReport, Finding, reason_of
from pca_events.infrastructure.model import SourceLocation
from pca_events.wording import printable


def render(report: CheckReport) -> str:
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
        SubElement(case, "failure", _texts(message=message, type=codes)).text = _said(errors)
    if others := [finding for finding in checked.findings if finding.level != "error"]:
        SubElement(case, "system-out").text = _said(others)
    return case


def _said(findings: Iterable[Finding]) -> str:
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
