"""A report as SARIF 2.1.0, which code scanning and editors read."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pca_events import __version__
from pca_events.check.codes import CODES
from pca_events.check.formats.markdown import escaped, json_text, posix
from pca_events.check.report import LEVELS, CheckReport, Finding, Level
from pca_events.infrastructure.model import SourceLocation

_TOP = "%SRCROOT%"
_MOST_REMEDIES = 20
_NOTIFICATIONS = (
    ("unreadable", "A file, or a part of one, could not be read.", "Correct the file, or exclude it."),
    ("seen-not-read", "A program or a file may contain rules but is not read.", "Check its output instead."),
)

REPOSITORY = "https://pca-events.example"
"""The web address of the project; a reserved example domain until the project is published."""


def render(report: CheckReport) -> str:
    """Write one run: a result for each finding, a notification for what could not be read."""
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(report)],
    }
    return json_text(log)


def help_url(code: str) -> str:
    """Return the address of the page that documents a code.

    Raises:
        KeyError: the code does not exist.
    """
    return f"{REPOSITORY}/docs/findings/{CODES[code].name}.md"


def _run(report: CheckReport) -> dict[str, Any]:
    by_code: dict[str, list[Finding]] = {}
    for finding in report.findings:
        by_code.setdefault(finding.code, []).append(finding)
    codes = sorted(by_code)
    return {
        "tool": {
            "driver": {
                "name": "pca-events",
                "version": __version__,
                "informationUri": f"{REPOSITORY}/",
                "rules": [_code(code, by_code[code]) for code in codes],
                "notifications": [_descriptor(*known) for known in _NOTIFICATIONS],
            }
        },
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_TOP: {"description": {"text": "The folder that the command ran in."}}},
        "results": _results(report, codes),
        "columnKind": "utf16CodeUnits",
        "properties": {
            "uncovered": report.uncovered,
            "otherRules": report.other_rules,
            "notKnown": [rule.name for rule in report.not_known],
            "ignored": report.ignored,
            "filesRead": report.files_read,
        },
    }


def _descriptor(name: str, text: str, remedy: str) -> dict[str, Any]:
    """Describe a kind of notification or finding in the properties that every viewer shows."""
    return {
        "id": name,
        # SARIF forbids a name that is the id in other case.
        **({"name": "".join(word.capitalize() for word in name.split("-"))} if "-" in name else {}),
        "shortDescription": {"text": text},
        "fullDescription": {"text": text},
        "help": {"text": remedy},
        "helpUri": f"{REPOSITORY}/docs/check.md",
    }


def _code(code: str, findings: list[Finding]) -> dict[str, Any]:
    """Describe a kind of finding: its worst level and the remedies."""
    remedies = [_plain(text) for text in dict.fromkeys(finding.remedy for finding in findings if finding.remedy)]
    known = _descriptor(code, CODES[code].title, "\n".join([*remedies, help_url(code)]))
    items = "".join(f"- {escaped(remedy)}\n" for remedy in remedies[:_MOST_REMEDIES])
    known["fullDescription"]["text"] = CODES[code].meaning
    known["help"]["markdown"] = f"{items}\n[{code}]({help_url(code)})".lstrip()
    known["helpUri"] = help_url(code)
    known["defaultConfiguration"] = {"level": min((finding.level for finding in findings), key=LEVELS.index)}
    return known


def _invocation(report: CheckReport) -> dict[str, Any]:
    return {
        "executionSuccessful": not report.unreadable,
        "exitCode": report.exit_status,
        "toolExecutionNotifications": [
            *(_notification(0, "error", found.place, found.message) for found in report.unreadable),
            *(_notification(1, "note", skip.place, f"{skip.what}; {skip.remedy}") for skip in report.skipped),
        ],
    }


def _notification(index: int, level: Level, place: SourceLocation, text: str) -> dict[str, Any]:
    return {
        "descriptor": {"id": _NOTIFICATIONS[index][0], "index": index},
        "level": level,
        "message": {"text": _plain(text)},
        "locations": [{"physicalLocation": _location(place)}],
    }


def _results(report: CheckReport, codes: list[str]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    times: Counter[str] = Counter()
    for checked in report.checked:
        for finding in checked.findings:
            # Without the line, so that a finding keeps its identity if lines are added above it.
            name = _hash([posix(finding.place.file), checked.rule.name, finding.code, finding.message])
            times[name] += 1
            results.append(_result(checked.rule.name, finding, codes.index(finding.code)))
            results[-1]["partialFingerprints"] = {"findingOfRule/v1": f"{name}:{times[name]}"}
    return results


def _result(rule: str, finding: Finding, index: int) -> dict[str, Any]:
    return {
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": finding.level,
        "message": {"text": _plain("; ".join(filter(None, [f"{rule}: {finding.message}", finding.remedy])))},
        "locations": [
            {
                "physicalLocation": _location(finding.place),
                "logicalLocations": [{"fullyQualifiedName": rule, "kind": "resource"}],
            }
        ],
    }


def _location(place: SourceLocation) -> dict[str, Any]:
    file = posix(place.file)
    path = quote(file, errors="backslashreplace")
    if PurePath(file).is_absolute():
        artifact = {"uri": f"file:///{path.removeprefix('/')}"}
    else:
        artifact = {"uri": path, "uriBaseId": _TOP}
    return {"artifactLocation": artifact, "region": {"startLine": place.line}}


def _plain(text: str) -> str:
    """Escape brackets, because viewers render `[text](target)` as a link."""
    return text.replace("](", "] (")


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
