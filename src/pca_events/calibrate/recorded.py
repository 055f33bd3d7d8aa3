"""What is recorded of AWS: event patterns with its answers, and the ledgers of known divergences."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.errors import BackendError
from pca_events.harness import Session
from pca_events.harness.aws_errors import aws_error_of
from pca_events.locations import locate


@dataclass(frozen=True)
class Divergence:
    """One known divergence.

    Attributes:
        product: as `Backend.product` has it: `localstack`.
        version: of the product.
        behaviour: a name of `BEHAVIOURS`, or `pattern-` and an operator of the corpus.
        kind: `fails` if its trial must fail; `ignore` if it is not tested, because the test would wait in vain.
        reason: what the backend does instead of AWS's behaviour.
        seen: when it was last observed.
        expires: when it must be observed again; an expired entry fails a run.
    """

    product: str
    version: str
    behaviour: str
    kind: Literal["fails", "ignore"]
    reason: str
    seen: date
    expires: date

    @property
    def skip_reason(self) -> str:
        """The reason that a run shows for a scenario that is skipped because of this divergence."""
        return f"known difference from AWS: {self.reason}"


@dataclass(frozen=True)
class Ledger:
    """What is known of one version of a product: every behaviour without an entry is as on AWS.

    Attributes:
        path: of its file, from the top of the project.
        product: as `Backend.product` has it.
        version: that was calibrated.
        reported: whether the product reports its version; if not, the ledger is used for every version.
        seen: when the product was last calibrated.
        expires: when it must be calibrated again; an expired ledger fails a run.
        divergences: the differences from AWS.
    """

    path: str
    product: str
    version: str
    reported: bool
    seen: date
    expires: date
    divergences: tuple[Divergence, ...]

    @property
    def expired(self) -> bool:
        """Whether the product must be calibrated again."""
        return datetime.now(UTC).date() >= self.expires

    def divergence(self, behaviour: str) -> Divergence | None:
        """Return the entry for a behaviour, or None if the product behaves like AWS."""
        return next((entry for entry in self.divergences if entry.behaviour == behaviour), None)


@cache
def ledgers() -> tuple[Ledger, ...]:
    """Return every ledger."""
    return tuple(_ledger(file) for file in sorted((locate("calibration") / "ledgers").glob("*.toml")))


def _ledger(file: Path) -> Ledger:
    stored = tomllib.loads(file.read_text("utf-8"))
    same = {name: stored[name] for name in ("product", "version", "seen", "expires")}
    entries = tuple(Divergence(**same, **entry) for entry in stored.get("divergence", ()))
    return Ledger(f"calibration/ledgers/{file.name}", reported=stored["reported"], divergences=entries, **same)


def ledger_of(backend: Backend) -> Ledger | None:
    """Return the ledger of a backend; None for AWS, and for a product or version that was not calibrated."""
    for ledger in ledgers():
        if ledger.product == backend.product and (ledger.version == backend.version or not ledger.reported):
            return ledger
    return None


def uncalibrated(backend: Backend) -> list[str]:
    """Return why nothing is known about how this backend differs from AWS; empty if it is known."""
    if backend.product == "aws" or ledger_of(backend):
        return []
    return [
        f"calibration/ledgers has no file for {backend.name}; run pca-events calibrate to see how it differs from AWS"
    ]


def divergence(backend: Backend, behaviour: str) -> Divergence | None:
    """Return the ledger's entry for a behaviour on this backend, or None if the backend behaves like AWS."""
    ledger = ledger_of(backend)
    return ledger.divergence(behaviour) if ledger else None


Answer = Literal["matches", "ignores", "invalid"]
_BASE = "crl-generation-failure-s3-permissions"


@dataclass(frozen=True)
class Case:
    """One pattern, one event, and AWS's answer.

    Attributes:
        name: unique in the corpus.
        pattern: as its exact text.
        event: the whole event.
        answer: matches, ignores, or invalid if AWS rejects the pattern.
    """

    name: str
    pattern: str
    event: dict[str, Any]
    answer: Answer


@dataclass(frozen=True)
class Operator:
    """One operator of event patterns, what it does, and its cases."""

    name: str
    says: str
    cases: tuple[Case, ...]

    @property
    def source(self) -> str:
        """Where the answers come from."""
        return "the engine that AWS publishes" if self.name == "engine" else "recorded on AWS"


@dataclass(frozen=True)
class NotRecorded:
    """A case without a recorded answer of AWS, where AWS's published engine contradicts the documentation.

    Attributes:
        case: the pattern and the event; its answer is the one that AWS documents, and that pca-events gives.
        engine: the answer of the published engine.
        why: which semantics is documented, or what the engine does.
    """

    case: Case
    engine: Answer
    why: str


@cache
def not_recorded() -> tuple[NotRecorded, ...]:
    """Return the cases to try on AWS; no answer of a backend is known to be wrong."""
    stored = json.loads((locate("calibration") / "not-recorded.json").read_text("utf-8"))
    base = catalog.documented(_BASE)
    return tuple(
        NotRecorded(_case(found, base.event, found["documented"]), found["engine"], found["why"])
        for found in stored["cases"]
    )


@cache
def operators() -> tuple[Operator, ...]:
    """Return the whole corpus, operator by operator."""
    files = sorted((locate("calibration") / "patterns").glob("*.json"))
    return tuple(_operator(json.loads(file.read_text("utf-8"))) for file in files)


def _operator(stored: dict[str, Any]) -> Operator:
    base = catalog.documented(_BASE)
    cases = tuple(_case(case, base.event, case["answer"]) for case in stored["cases"])
    return Operator(stored["operator"], stored["says"], cases)


def _case(stored: dict[str, Any], base: catalog.Event, answer: Answer) -> Case:
    pattern = stored["pattern"]
    text = pattern if isinstance(pattern, str) else json.dumps(pattern)
    return Case(stored["name"], text, {**base, **stored.get("event", {})}, answer)


def disagreements(session: Session, operator: Operator) -> list[str]:
    """Return the cases in which the backend's answer differs from AWS's, each with both answers."""
    return [
        f"{case.name}: {answer}, on AWS {case.answer}"
        for case in operator.cases
        if (answer := answer_of(session, case)) != case.answer
    ]


def answer_of(session: Session, case: Case) -> str:
    """Return the backend's answer: matches, ignores, invalid, or how it fails."""
    answers: list[dict[str, Any]] = []
    ask = session.events.test_event_pattern
    try:
        refused = aws_error_of(lambda: answers.append(ask(EventPattern=case.pattern, Event=json.dumps(case.event))))
    except BackendError:  # of a moto server, which answers without a result
        return "no answer"
    if refused is not None:
        return "invalid" if refused.code == "InvalidEventPatternException" else f"fails with {refused.code}"
    return "matches" if answers[0]["Result"] else "ignores"
