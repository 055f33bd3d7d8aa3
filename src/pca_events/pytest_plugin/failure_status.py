"""The status of a test phase, and why it did not pass, as in Cucumber Messages."""

from dataclasses import dataclass
from pathlib import Path

import _pytest
import pluggy
import pytest
import pytest_bdd
from pytest_bdd.exceptions import StepDefinitionNotFoundError

from pca_events.errors import BackendGone
from pca_events.messages import EXPECTED_FAILURE, Status
from pca_events.pytest_plugin.completion import STOPPED_ANSWERING, in_words
from pca_events.pytest_plugin.step_definitions import code_uri

_MACHINERY = tuple(package.__path__[0] for package in (_pytest, pluggy, pytest_bdd))


@dataclass(frozen=True)
class PhaseStatus:
    """A status, with the reason if it is not PASSED; `exception` and `said` are type and text of an exception."""

    status: Status
    message: str = ""
    exception: str = ""
    said: str = ""


def phase_status(report: pytest.TestReport, call: pytest.CallInfo[None], root: Path) -> PhaseStatus:
    """Return the status of a test phase.

    Args:
        report: of the phase, with skips and expected failures as pytest reports them.
        call: contains the exception that ended it.
        root: of the suite; files in it are named from there.
    """
    expected = getattr(report, "wasxfail", None)
    if report.passed:
        return PhaseStatus("PASSED")
    if report.skipped and expected is not None:
        reason = expected.removeprefix("reason: ")
        return PhaseStatus("PENDING", f"{EXPECTED_FAILURE}: {reason}" if reason else EXPECTED_FAILURE)
    if report.skipped:
        return PhaseStatus("SKIPPED", _reason(report))
    if call.excinfo is None:
        return PhaseStatus("FAILED", report.longreprtext)
    if call.excinfo.errisinstance(StepDefinitionNotFoundError):
        return PhaseStatus("UNDEFINED", "no step definition matches")
    return _failure(call.excinfo, root)


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2].removeprefix("Skipped: ")
    return report.longreprtext


def _failure(info: pytest.ExceptionInfo[BaseException], root: Path) -> PhaseStatus:
    if isinstance(info.value, BackendGone):
        said = f"{STOPPED_ANSWERING}\n  {info.value}"
        return PhaseStatus("FAILED", said, info.typename, said)
    if said := in_words(info.value):
        return PhaseStatus("FAILED", said, info.typename, said)
    text = info.exconly(tryshort=True)
    return PhaseStatus("FAILED", "\n".join([text, *_frames(info, root)]), info.typename, str(info.value))


def _frames(info: pytest.ExceptionInfo[BaseException], root: Path) -> list[str]:
    """The traceback in pytest's short style, without pytest's own frames."""
    if getattr(info.value, "pytrace", True) is False:
        return []
    lines = []
    for entry in info.traceback:
        file = Path(entry.path)
        if entry.ishidden(info) or str(file).startswith(_MACHINERY):
            continue
        uri = code_uri(entry.frame.f_globals.get("__name__", ""), file, root)
        lines += [f"{uri}:{entry.lineno + 1}: in {entry.name}", f"    {str(entry.statement).strip()}"]
    return lines
