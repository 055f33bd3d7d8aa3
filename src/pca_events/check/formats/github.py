"""A report as workflow commands, which GitHub Actions shows as annotations beside the code."""

from pca_events.check.formats.wording import posix
from pca_events.check.report import CheckReport, Level
from pca_events.infrastructure.model import Place
from pca_events.printable import printable

_COMMANDS: dict[Level, str] = {"error": "error", "warning": "warning", "note": "notice"}


def render(report: CheckReport) -> str:
    """Write one command a line: the findings, what could not be read, and what no rule handles."""
    lines = [
        _command(
            _COMMANDS[finding.level],
            finding.place,
            f"{checked.rule.name}: {finding.code}",
            f"{finding.message}\n{finding.remedy}",
        )
        for checked in report.checked
        for finding in checked.findings
    ]
    lines += [_command("error", found.place, "not read", found.message) for found in report.unreadable]
    lines += [
        _command("warning", found.place, "seen, not read", f"{found.what}\n{found.remedy}") for found in report.skipped
    ]
    if report.uncovered:
        lines.append(_command("notice", None, "no rule handles these failures", ", ".join(report.uncovered)))
    return "".join(f"{line}\n" for line in lines)


def _command(name: str, place: Place | None, title: str, message: str) -> str:
    where = {} if place is None else {"file": posix(place.file), "line": str(place.line)}
    properties = ",".join(f"{key}={_property(value)}" for key, value in {**where, "title": title}.items())
    return f"::{name} {properties}::{_data(message.rstrip())}"


def _data(text: str) -> str:
    safe = printable(text, keep="\r\n")
    return safe.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
