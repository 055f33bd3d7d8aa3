"""A report as JUnit XML, which GitLab, Jenkins and Azure Pipelines show as test results."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from pca_events.check.formats.wording import posix, summary
from pca_events.check.report import CheckedRule, CheckReport
from pca_events.infrastructure.model import Place
from pca_events.printable import printable


def render(report: CheckReport) -> str:
    """Write a test case for each finding of each rule, one for a rule without any, and one for what was not read.

    An error is a failure, and what was not read is an error; warnings and notes pass, with their text as output.
    """
    cases = [case for checked in report.checked for case in _cases(checked)]
    for found in report.unreadable:
        cases.append(_case(found.place, "can be read"))
        SubElement(cases[-1], "error", _texts(message=found.message, type="unreadable"))
    counts = {
        "tests": str(len(cases)),
        "failures": str(report.count("error")),
        "errors": str(len(report.unreadable)),
    }
    suites = Element("testsuites", counts)
    suite = SubElement(suites, "testsuite", {"name": "pca-events check", **counts, "skipped": "0"})
    suite.extend(cases)
    SubElement(suite, "system-out").text = printable(_closing(report), keep="\n")
    indent(suites)
    # Character references keep what is no ASCII right, whatever encoding the reader of a redirected output assumes.
    xml: bytes = tostring(suites, encoding="us-ascii", xml_declaration=True)
    return xml.decode("ascii") + "\n"


def _cases(checked: CheckedRule) -> Iterator[Element]:
    if not checked.findings:
        yield _case(checked.rule.place, checked.rule.name)
    for finding in checked.findings:
        case = _case(finding.place, f"{checked.rule.name}: {finding.code}")
        text = printable(f"{finding.place}\n{finding.message}\n{finding.remedy}".strip(), keep="\n")
        if finding.level == "error":
            SubElement(case, "failure", _texts(message=finding.message, type=finding.code)).text = text
        else:
            SubElement(case, "system-out").text = f"{finding.level}: {text}"
        yield case


def _case(place: Place, name: str) -> Element:
    file = posix(place.file)
    return Element("testcase", _texts(classname=file, name=name, file=file, line=str(place.line)))


def _texts(**texts: str) -> dict[str, str]:
    return {key: printable(text) for key, text in texts.items()}


def _closing(report: CheckReport) -> str:
    uncovered = [f"no rule handles {event}" for event in report.uncovered]
    skipped = [f"seen, not read: {found.place} {found.what}; {found.remedy}" for found in report.skipped]
    return "\n".join([*uncovered, *skipped, summary(report)])
