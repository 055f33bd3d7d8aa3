"""The outcome of a run as JUnit XML: a suite for each feature, a case for each scenario."""

import itertools
from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring

from pca_events.suite_report import RunReport, ScenarioResult

_NO_XML = {number: "?" for number in range(32) if number not in (9, 10, 13)}


def junit(report: RunReport) -> str:
    """Return the report of a run; one that came no further than some scenario has an error that says so."""
    root = Element("testsuites", name="pca-events verify")
    for feature, results in itertools.groupby(report.results, key=lambda result: result.feature):
        _suite(root, feature.removesuffix(".feature"), list(results))
    problems = [report.stopped] if report.stopped else []
    problems += [f"left behind: {leak}" for leak in report.leaks]
    if problems:
        suite = SubElement(root, "testsuite", name="the run", tests=str(len(problems)), errors=str(len(problems)))
        for problem in problems:
            case = SubElement(suite, "testcase", classname="the run", name=_text(problem.splitlines()[0]))
            SubElement(case, "error", message=_text(problem.splitlines()[0])).text = _text(problem)
    return tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _suite(root: Element, feature: str, results: Iterable[ScenarioResult]) -> None:
    counts = dict.fromkeys(("passed", "failed", "skipped"), 0)
    suite = SubElement(root, "testsuite", name=feature)
    seconds = 0.0
    for result in results:
        counts[result.verdict] += 1
        seconds += result.seconds
        case = SubElement(suite, "testcase", classname=feature, name=_text(result.title), time=f"{result.seconds:.3f}")
        if result.verdict == "failed":
            SubElement(case, "failure", message=_text(result.reason.splitlines()[0])).text = _text(result.reason)
        elif result.verdict == "skipped":
            SubElement(case, "skipped", message=_text(result.reason))
    suite.set("tests", str(sum(counts.values())))
    suite.set("failures", str(counts["failed"]))
    suite.set("skipped", str(counts["skipped"]))
    suite.set("time", f"{seconds:.3f}")


def _text(text: str) -> str:
    """A text without what XML cannot hold."""
    return text.translate(_NO_XML)
