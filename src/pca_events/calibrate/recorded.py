"""What is recorded of AWS: event patterns with its answers, and the ledger of the known divergences from it."""

import json
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Literal

from pca_events import catalog
from pca_events.backends import CORRECTED, Backend
from pca_events.harness import Session
from pca_events.harness.aws_errors import aws_error_of
from pca_events.locations import locate


@dataclass(frozen=True)
class Divergence:
    """One known divergence.

    Attributes:
        backend: the product: `localstack`.
        version: of the product.
        behaviour: a name of `BEHAVIOURS`, or `pattern-` and an operator of the corpus.
        kind: `fails` if its trial must fail; `ignore` if it is not tested, because the test would wait in vain.
        reason: what the backend does instead of AWS's behaviour.
        seen: when it was last observed.
        expires: when it must be observed again; an expired entry fails a run.
    """

    backend: str
    version: str
    behaviour: str
    kind: Literal["fails", "ignore"]
    reason: str
    seen: date
    expires: date

    @property
    def expired(self) -> bool:
        """Whether it must be observed again."""
        return datetime.now(UTC).date() >= self.expires

    @property
    def skip_reason(self) -> str:
        """The reason that a run shows for a scenario that is skipped because of this divergence."""
        return f"known difference from AWS: {self.reason}"


@cache
def divergences() -> tuple[Divergence, ...]:
    """Return the whole ledger."""
    with (locate("calibration") / "divergences.toml").open("rb") as file:
        return tuple(Divergence(**entry) for entry in tomllib.load(file)["divergence"])


def uncalibrated(backend: Backend) -> list[str]:
    """Return why the ledger has no information on this backend; empty if it has."""
    known = {(entry.backend, entry.version) for entry in divergences()}
    if backend.product in ("aws", CORRECTED) or (backend.product, backend.version) in known:
        return []
    return [
        f"calibration/divergences.toml has no entry for {backend.name}; run pca-events calibrate to see what to add"
    ]


def divergence(backend: Backend, behaviour: str) -> Divergence | None:
    """Return the ledger's entry for a behaviour on this backend, or None if the backend behaves like AWS."""
    for entry in divergences():
        if (entry.backend, entry.version, entry.behaviour) == (backend.product, backend.version, behaviour):
            return entry
    return None


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
    refused = aws_error_of(lambda: answers.append(ask(EventPattern=case.pattern, Event=json.dumps(case.event))))
    if refused is not None:
        return "invalid" if refused.code == "InvalidEventPatternException" else f"fails with {refused.code}"
    result = answers[0].get("Result")
    return "no answer" if result is None else "matches" if result else "ignores"
