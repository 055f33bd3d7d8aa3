"""What a test of a handler finds, and its report."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pca_events.wording import counted

Verdict = Literal["passed", "failed", "not judged"]
Level = Literal["error", "warning"]

TRIALS = {
    "delivered": "is processed",
    "alone": "is processed without the events that usually precede it",
    "duplicate": "is processed once if it arrives twice",
    "overlap": "is processed once if it arrives twice at the same time",
    "crash": "is processed once if the handler ends in the middle and the event is delivered again",
    "partitions": "is processed in every AWS partition",
    "new fields": "is processed with fields that its contract does not define",
    "late": "is processed a day after it was sent",
    "order": "has the same effect in any order with the other events",
    "ignored": "changes nothing, as an event that the handler does not accept",
    "batch": "is processed among other records",
}
"""What each trial shows about an event."""

FINDINGS: Mapping[str, tuple[Level, str]] = {
    "does-not-start": (
        "error",
        "run the handler's module alone; install its packages in this environment; if it imports its own package, name "
        "that in the entry, such as package.app:handler",
    ),
    "fails": ("error", "handle this event, or accept fewer events in the rule and in `accepts`"),
    "not-idempotent": (
        "error",
        "EventBridge delivers at least once: keep the id of each processed event, for example with the Idempotency "
        "utility of Powertools for AWS Lambda",
    ),
    "not-idempotent-at-once": (
        "error",
        "claim the id of the event in one atomic step, such as a conditional write, before the side effect; the "
        "Idempotency utility of Powertools for AWS Lambda does",
    ),
    "not-idempotent-after-crash": (
        "warning",
        "commit the side effect together with the id of the event, or make it idempotent itself; no lease, and so no "
        "Idempotency utility, can undo it",
    ),
    "lost-after-crash": ("error", "mark an event as processed only after its side effect"),
    "fails-in-partition": ("error", "do not parse ARNs and Regions by the partition aws"),
    "fails-on-new-field": ("error", "ignore unknown fields: AWS adds fields without a new version of an event"),
    "ignores-late-event": ("warning", "EventBridge retries for up to 24 hours; process late events, or raise an alarm"),
    "needs-predecessor": ("error", "events arrive in any order, and some never: create what is missing"),
    "depends-on-order": ("error", "compare the field time instead of the order of arrival"),
    "failure-as-success": ("error", "look at detail.result before acting"),
    "acts-on-other-event": ("warning", "check detail-type and detail.result in the handler as well as in the rule"),
    "first-record-only": ("error", 'loop over event["Records"]'),
    "whole-batch-fails": (
        "warning",
        "return batchItemFailures with the messageId of the record, and set ReportBatchItemFailures",
    ),
    "batch-is-blocked": (
        "error",
        "process the other records, and return batchItemFailures with the messageId of the bad one",
    ),
    "loses-record": ("error", "return batchItemFailures with the messageId of a record that could not be processed"),
    "undeclared-need": ("warning", "add the field to `needs`"),
}
"""The level of each finding, and what to do."""


@dataclass(frozen=True)
class HandlerFinding:
    """A fault of a handler.

    Attributes:
        code: a key of `FINDINGS`.
        event: the id of the event.
        message: what happened.
    """

    code: str
    event: str
    message: str

    @property
    def level(self) -> Level:
        """How serious it is."""
        return FINDINGS[self.code][0]

    @property
    def advice(self) -> str:
        """What to do."""
        return FINDINGS[self.code][1]

    def __str__(self) -> str:
        return f"{self.event}: {self.level}: {self.message} ({self.code})"


@dataclass(frozen=True)
class Trial:
    """One trial of one event.

    Attributes:
        name: a key of `TRIALS`.
        reason: why it was not judged; empty if it was.
    """

    name: str
    event: str
    verdict: Verdict
    reason: str = ""


@dataclass
class HandlerReport:
    """The results of a test of a handler.

    Attributes:
        handler: its entry.
        accepts: the ids of the events that it claims to accept.
        seed: that of the events.
        needs: for each event, the JSON paths of the fields without which the outcome is another one.
        invocations: how many there were.
        stopped: why trials were left out; empty if none were.
    """

    handler: str
    accepts: tuple[str, ...]
    seed: str
    trials: list[Trial] = field(default_factory=list)
    findings: list[HandlerFinding] = field(default_factory=list)
    needs: dict[str, list[str]] = field(default_factory=dict)
    invocations: int = 0
    stopped: str = ""

    def passed(self, name: str, event: str) -> None:
        """Add a trial that the handler passed."""
        self.trials.append(Trial(name, event, "passed"))

    def not_judged(self, name: str, event: str, reason: str) -> None:
        """Add a trial without a verdict."""
        self.trials.append(Trial(name, event, "not judged", reason))

    def failed(self, name: str, event: str, code: str, message: str) -> None:
        """Add a trial that the handler failed, with its finding."""
        self.trials.append(Trial(name, event, "failed"))
        self.findings.append(HandlerFinding(code, event, message))

    @property
    def exit_status(self) -> int:
        """1 if there is an error, or trials were left out; otherwise 0."""
        return 1 if self.stopped or any(finding.level == "error" for finding in self.findings) else 0

    def check(self) -> None:
        """Raise an AssertionError with all findings if one of them is an error, or trials were left out."""
        __tracebackhide__ = True
        if self.exit_status:
            raise AssertionError("\n".join(self._lines()))

    def _lines(self) -> Iterator[str]:
        errors = sum(finding.level == "error" for finding in self.findings)
        yield f"{self.handler}: {counted(errors, 'error')} in {counted(self.invocations, 'invocation')}"
        advised = set()
        for finding in self.findings:
            yield f"  {finding}"
            if finding.code not in advised:
                yield f"      {finding.advice}"
            advised.add(finding.code)
        if self.stopped:
            yield f"  {self.stopped}"
        yield f'  the same events again: seed="{self.seed}"'

    def verdict(self, name: str, event: str) -> Verdict | None:
        """Return the verdict of a trial; None if it was not made. A failure counts more than the rest."""
        found: list[Verdict] = [each.verdict for each in self.trials if (each.name, each.event) == (name, event)]
        return min(found, key=("failed", "not judged", "passed").index, default=None)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON."""
        return {
            "handler": self.handler,
            "accepts": list(self.accepts),
            "seed": self.seed,
            "invocations": self.invocations,
            "stopped": self.stopped,
            "findings": [
                {
                    "code": each.code,
                    "level": each.level,
                    "event": each.event,
                    "message": each.message,
                    "advice": each.advice,
                }
                for each in self.findings
            ],
            "trials": [
                {"name": each.name, "event": each.event, "verdict": each.verdict, "reason": each.reason}
                for each in self.trials
            ],
            "needs": self.needs,
        }
