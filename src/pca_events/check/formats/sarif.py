"""A report as SARIF 2.1.0, which code scanning and editors read."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pca_events import __version__
from pca_events.check.formats.json_format import written
from pca_events.check.formats.wording import posix
from pca_events.check.report import LEVELS, CheckReport, Finding
from pca_events.infrastructure.model import Place

_TOP = "%SRCROOT%"
_UNREADABLE = {"id": "unreadable", "shortDescription": {"text": "A file, or a part of one, could not be read."}}


def render(report: CheckReport) -> str:
    """Write one run: a result for each finding, a notification for what could not be read."""
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [_run(report)],
    }
    return written(log)


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
                "rules": [_code(code, by_code[code]) for code in codes],
                "notifications": [_UNREADABLE],
            }
        },
        "invocations": [_invocation(report)],
        "originalUriBaseIds": {_TOP: {"description": {"text": "The folder that the command ran in."}}},
        "results": [
            _result(checked.rule.name, finding, codes.index(finding.code))
            for checked in report.checked
            for finding in checked.findings
        ],
        "columnKind": "utf16CodeUnits",
        "properties": {
            "uncovered": report.uncovered,
            "otherRules": report.other_rules,
            "notKnown": [rule.name for rule in report.not_known],
            "ignored": report.ignored,
        },
    }


def _code(code: str, findings: list[Finding]) -> dict[str, Any]:
    """Describe a kind of finding: how bad it is at worst, and what helps."""
    title = code.replace("-", " ").capitalize()
    remedies = list(dict.fromkeys(finding.remedy for finding in findings if finding.remedy))
    return {
        "id": code,
        "shortDescription": {"text": title},
        "fullDescription": {"text": f"{title}: said of an EventBridge rule for the events of AWS Private CA."},
        "help": {"text": "\n".join(map(_plain, remedies)) or title},
        "defaultConfiguration": {"level": min((finding.level for finding in findings), key=LEVELS.index)},
    }


def _invocation(report: CheckReport) -> dict[str, Any]:
    return {
        "executionSuccessful": not report.unreadable,
        "exitCode": report.exit_status,
        "toolExecutionNotifications": [
            {
                "descriptor": {"id": "unreadable", "index": 0},
                "level": "error",
                "message": {"text": _plain(found.message)},
                "locations": [{"physicalLocation": _location(found.place)}],
            }
            for found in report.unreadable
        ],
    }


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
        # Without the line, so that a finding stays the same one when the text above it grows.
        "partialFingerprints": {
            "findingOfRule/v1": _hash([posix(finding.place.file), rule, finding.code, finding.message])
        },
    }


def _location(place: Place) -> dict[str, Any]:
    path = quote(posix(place.file), errors="backslashreplace")
    artifact = {"uri": f"file://{path}"} if PurePath(place.file).is_absolute() else {"uri": path, "uriBaseId": _TOP}
    return {"artifactLocation": artifact, "region": {"startLine": place.line}}


def _plain(text: str) -> str:
    """Keep brackets from becoming a link, which viewers make of `[text](target)`."""
    return text.replace("](", "] (")


def _hash(texts: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
