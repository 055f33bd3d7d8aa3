"""The result of each pickle in a message file: its last attempt, and the results of the steps."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pca_events.messages.envelopes import END
from pca_events.messages.message_file import Message, MessageFile
from pca_events.messages.model import Attachment, Outcome, Phase
from pca_events.messages.recording_model import EXPECTED_FAILURE

_WORST_FIRST = ("FAILED", "AMBIGUOUS", "UNDEFINED", "PENDING", "SKIPPED", "PASSED", "UNKNOWN")
_OUTCOMES: dict[str, Outcome] = {
    "FAILED": "failed",
    "AMBIGUOUS": "failed",
    "UNDEFINED": "undefined",
    "PENDING": "undefined",
    "UNKNOWN": "not run",
    "SKIPPED": "skipped",
    "PASSED": "passed",
}
_PHASES: dict[str, Phase] = {"BEFORE_TEST_CASE": "setup", "AFTER_TEST_CASE": "teardown"}


@dataclass(frozen=True)
class Result:
    """The result of a step or hook."""

    outcome: Outcome
    message: str
    seconds: float
    rank: int

    @classmethod
    def of(cls, body: dict[str, Any]) -> "Result":
        """Return the result in a testStepResult."""
        status, message = body["status"], body.get("message", "")
        outcome = _OUTCOMES[status]
        if status == "PENDING" and message.startswith(EXPECTED_FAILURE):
            outcome = "expected failure"
        return cls(outcome, message, seconds(body["duration"]), _WORST_FIRST.index(status))


NOT_REACHED = Result("not run", "", 0.0, _WORST_FIRST.index("UNKNOWN"))
PASSED = Result("passed", "", 0.0, _WORST_FIRST.index("PASSED"))


@dataclass
class TestCaseAttempt:
    """One attempt of a test case."""

    case: Message
    number: int
    finished: bool = False
    results: dict[str, Result] = field(default_factory=dict)
    attachments: dict[str, list[Attachment]] = field(default_factory=dict)

    def decided(self, file: MessageFile) -> tuple[Phase, Result]:
        """Return the first of the worst results, and the phase that it belongs to."""
        if not self.finished:
            return "steps", Result("not run", "interrupted", 0.0, 0)
        found = [(phase, self.results.get(step["id"], NOT_REACHED)) for phase, step in self._steps(file)]
        phase, worst = min(found, key=lambda pair: pair[1].rank, default=("steps", PASSED))
        return phase if worst.rank < PASSED.rank else "steps", worst

    def _steps(self, file: MessageFile) -> Iterator[tuple[Phase, dict[str, Any]]]:
        before: Phase = "setup"
        for step in self.case.body["testSteps"]:
            if "hookId" not in step:
                before = "teardown"
                yield "steps", step
            else:
                hook = file.find("hook", step["hookId"], self.case).body
                yield _phase_of(hook, before), step


def _phase_of(hook: dict[str, Any], by_place: Phase) -> Phase:
    return "steps" if hook.get("name") == END else _PHASES.get(hook.get("type", ""), by_place)


def last_attempts(file: MessageFile) -> dict[str, TestCaseAttempt]:
    """Return the last attempt of each pickle that was run, by the pickle's id; the worst of several test cases."""
    attempts = _all_attempts(file)
    latest: dict[str, TestCaseAttempt] = {}
    for attempt in attempts.values():
        known = latest.get(attempt.case.body["id"])
        if known is None or attempt.number >= known.number:
            latest[attempt.case.body["id"]] = attempt
    by_pickle: dict[str, TestCaseAttempt] = {}
    for attempt in latest.values():
        with file.shape_of(attempt.case):
            pickle = file.find("pickle", attempt.case.body["pickleId"], attempt.case).body["id"]
            known = by_pickle.get(pickle)
            if known is None or attempt.decided(file)[1].rank < known.decided(file)[1].rank:
                by_pickle[pickle] = attempt
    return by_pickle


def _all_attempts(file: MessageFile) -> dict[str, TestCaseAttempt]:
    attempts: dict[str, TestCaseAttempt] = {}
    for message in file.all("testCaseStarted"):
        with file.shape_of(message):
            case = file.find("testCase", message.body["testCaseId"], message)
            attempts[message.body["id"]] = TestCaseAttempt(case, int(message.body.get("attempt", 0)))
    for kind, take in (("testStepFinished", _take_result), ("attachment", _attach), ("testCaseFinished", _finish)):
        for message in file.all(kind):
            with file.shape_of(message):
                if started := message.body.get("testCaseStartedId"):
                    file.find("testCaseStarted", started, message)
                    take(attempts[started], message.body)
    return attempts


def _take_result(attempt: TestCaseAttempt, body: dict[str, Any]) -> None:
    attempt.results[body["testStepId"]] = Result.of(body["testStepResult"])


def _attach(attempt: TestCaseAttempt, body: dict[str, Any]) -> None:
    evidence = Attachment(
        body["mediaType"], body.get("fileName", ""), body["body"], body["contentEncoding"] == "BASE64"
    )
    attempt.attachments.setdefault(body.get("testStepId", ""), []).append(evidence)


def _finish(attempt: TestCaseAttempt, _: dict[str, Any]) -> None:
    attempt.finished = True


def seconds(body: dict[str, Any]) -> float:
    """Return a duration or a timestamp as seconds."""
    return float(int(body["seconds"]) + int(body["nanos"]) / 1_000_000_000)
