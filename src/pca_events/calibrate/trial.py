"""A behaviour of EventBridge on AWS, with a trial that tests it on any backend, and what trials have in common."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.errors import PcaEventsError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.aws_errors import AwsError, aws_error_of
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.resources import Target

SOON = 5  # seconds within which expected events must have arrived
RULE = "under-trial"
"""The name of the rule under test."""


@dataclass(frozen=True)
class TrialSetup:
    """The connection and the buses of a trial."""

    session: Session
    bus_pool: BusPool | None

    @property
    def events(self) -> Any:
        """The EventBridge client."""
        return self.session.events

    def bus(self) -> ScenarioBus:
        """Return a bus with a short deadline."""
        return ScenarioBus(self.session, "calibration", patience=SOON, bus_pool=self.bus_pool)

    def fresh_bus(self, session: Session | None = None) -> ScenarioBus:
        """Return a bus that is destroyed afterwards, for events that arrive with ids that no answer contained."""
        return ScenarioBus(session or self.session, "calibration", patience=SOON)


Trial = Callable[[TrialSetup], bool]


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of EventBridge on AWS.

    Attributes:
        name: as used in the ledgers and in the tag `@needs_...`.
        says: what AWS does, in a sentence.
        source: the documentation page that says so; or `recorded on AWS`, if public recordings of its answer show it.
        trial: tests whether a backend does the same.
        on_aws: why the trial cannot be made on AWS; empty if it can.
        service_events: whether the trial publishes an event as an AWS service does.
        needs_kms: whether the trial needs KMS, which is off in `pca-events localstack` without `--services kms`.
    """

    name: str
    says: str
    source: str
    trial: Trial
    on_aws: str = ""
    service_events: bool = False
    needs_kms: bool = False

    def not_testable(self, session: Session) -> str:
        """Return why the trial cannot be made on a backend; empty if it can."""
        if self.service_events and session.mode.name in ("alias", "pattern-only"):
            return f"in the mode {session.mode.name}, no event is published as an AWS service publishes it"
        if self.needs_kms and session.backend.is_localstack:
            error = aws_error_of(lambda: session.backend.client("kms").list_keys(Limit=1))
            if error is not None:
                return f"{error.code}: {error.message}"
        return self.on_aws if session.backend.product == "aws" else ""

    def shown_by(self, session: Session, bus_pool: BusPool | None = None) -> bool:
        """Return whether a backend shows the behaviour; an error counts as no.

        A trial needs deliveries: in the mode pattern-only, the mode alias is used instead.

        Args:
            session: the connection to the backend.
            bus_pool: where the trial takes its bus from; without it, a bus is created and destroyed.
        """
        if not session.mode.delivers:
            session, bus_pool = Session(session.backend, session.run, "alias"), None
        shown: list[bool] = []
        try:
            refused = aws_error_of(lambda: shown.append(self.trial(TrialSetup(session, bus_pool))))
        except PcaEventsError:
            return False
        return refused is None and shown[0]


def behaviour(
    says: str, source: str, *, on_aws: str = "", service_events: bool = False, needs_kms: bool = False
) -> Callable[[Trial], Behaviour]:
    """Return a decorator that makes a behaviour of a trial; the function's name gives the behaviour's."""

    def named(trial: Trial) -> Behaviour:
        name = getattr(trial, "__name__", "").replace("_", "-")
        return Behaviour(name, says, source, trial, on_aws, service_events, needs_kms)

    return named


def sample() -> catalog.DocumentedEvent:
    """Return the event that trials publish."""
    return catalog.documented("ca-creation-failure")


def failed(operation: Callable[..., Any], **words: Any) -> AwsError | None:
    """Call an operation, and return its AWS error; None if it succeeded."""
    return aws_error_of(lambda: operation(**words))


def rejected(code: str, operation: Callable[..., Any], **words: Any) -> bool:
    """Whether a backend rejects a call with an error code."""
    error = failed(operation, **words)
    return error is not None and error.code == code


def soon(condition: Callable[[], bool]) -> bool:
    """Whether a condition becomes true soon; each check asks the backend."""
    deadline = time.monotonic() + SOON
    while time.monotonic() < deadline:
        if condition():
            return True
    return False


@dataclass(frozen=True)
class Message:
    """A message from a queue: its text, and its string attributes."""

    text: str
    attributes: dict[str, str]

    @property
    def event(self) -> Any:
        """The text, as JSON."""
        return json.loads(self.text)


def messages(session: Session, queue: str, wait: int = 0) -> list[Message]:
    """Receive from a queue once, waiting at most `wait` seconds for the first message."""
    answer = session.sqs.receive_message(
        QueueUrl=session.queue_url(queue), MaxNumberOfMessages=10, WaitTimeSeconds=wait, MessageAttributeNames=["All"]
    )
    return [
        Message(
            found["Body"],
            {name: value.get("StringValue", "") for name, value in found.get("MessageAttributes", {}).items()},
        )
        for found in answer.get("Messages", [])
    ]


def awaited(session: Session, queue: str, wanted: Callable[[Message], bool]) -> Message | None:
    """Return the first such message that a queue receives soon, or None."""
    deadline = time.monotonic() + SOON
    while (left := deadline - time.monotonic()) > 0:
        found = [message for message in messages(session, queue, wait=min(1, int(left) + 1)) if wanted(message)]
        if found:
            return found[0]
    return None


def received_with(setup: TrialSetup, options: dict[str, Any]) -> list[Any]:
    """Return what a target with these options receives of one event."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(), options))
        bus.publish(sample().event)
        return [delivery.event for delivery in bus.deliveries()]
