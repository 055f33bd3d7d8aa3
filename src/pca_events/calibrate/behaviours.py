"""The behaviours of EventBridge on AWS, each with a trial that tests them on any backend."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.calibrate.retry import flaky_target
from pca_events.errors import PcaEventsError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.bus_pool import BusPool
from pca_events.harness.resources import Archive, Queue, QueuePolicy, Rule, Target

_SOON = 2  # seconds within which expected events must have arrived
RULE = "under-trial"


def _event() -> catalog.DocumentedEvent:
    """The event that trials publish."""
    return catalog.documented("ca-creation-failure")


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of EventBridge on AWS.

    Attributes:
        name: as used in the ledger and in the tag `@needs_...`.
        says: what AWS does, in a sentence.
        trial: tests whether a backend does the same.
    """

    name: str
    says: str
    trial: Callable[["TrialSetup"], bool]

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
        return ScenarioBus(self.session, "calibration", patience=_SOON, bus_pool=self.bus_pool)


def _source_refused(setup: TrialSetup) -> bool:
    answer = setup.events.put_events(Entries=[{"Source": "aws.acm-pca", "DetailType": "trial", "Detail": "{}"}])
    return bool(answer["Entries"][0].get("ErrorCode") == "NotAuthorizedForSourceException")


def _stamps(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        (stamped,) = bus.publish(_event().event)
        (received,) = [delivery.event or {} for delivery in bus.deliveries()]
        expected = {"id": stamped, "account": bus.backend.account, "region": bus.backend.region, "version": "0"}
        return all(received.get(field) == value for field, value in expected.items())


def _time_kept(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.publish(_event().event)
        return [(delivery.event or {}).get("time") for delivery in bus.deliveries()] == [_event().sample["time"]]


def _disabled_rule(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.modify_out_of_band(Rule(bus.name, RULE, _event().pattern, state="DISABLED"))
        bus.publish(_event().event)
        return bus.deliveries() == []


def _invalid_pattern(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        return _refused(
            "InvalidEventPatternException", setup.events.put_rule,
            Name=RULE, EventBusName=bus.name, EventPattern='{"source": "text"}',
        )  # fmt: skip


def _no_starvation(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        broken = '{"detail": {"result": [{"prefix": 1}]}}'
        aws_error_of(lambda: setup.events.put_rule(Name="broken", EventBusName=bus.name, EventPattern=broken))
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.publish(_event().event)
        return len(bus.deliveries()) == 1


def _dead_letter_queue(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        nowhere = {"DeadLetterConfig": {"Arn": bus.queue_arn()}, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(f"{bus.name}-nowhere"), nowhere))
        bus.publish(_event().event)
        return _comes(lambda: len(bus.deliveries()) == 1)


def _retry(setup: TrialSetup) -> bool:
    with setup.bus() as bus, flaky_target(setup.session, bus, RULE) as flaky:
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.modify_out_of_band(flaky.target)
        bus.publish(_event().event)
        bus.deliveries()
        return _comes(flaky.reached)


def _queue_policy(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bare = Queue(f"{bus.name}-bare")
        bare.create(setup.session, {})
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.apply({**bus.applied, "bare": bare, "target": Target(bus.name, RULE, bus.queue_arn(bare.name))})
        bus.publish(_event().event)
        without = bus.deliveries() == []
        bus.apply({**bus.applied, "bare-policy": QueuePolicy(bare.name)})
        bus.publish(_event().event)
        return without and _comes(lambda: len(bus.deliveries()) == 1)


def _told(setup: TrialSetup, options: dict[str, Any]) -> list[Any]:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(), options))
        bus.publish(_event().event)
        return [delivery.event for delivery in bus.deliveries()]


def _transformer(setup: TrialSetup) -> bool:
    paths = {"kind": "$.detail-type", "detail": "$.detail"}
    template = '{"of": <kind>, "detail": <detail>, "by": "<aws.events.rule-name>"}'
    told = _told(setup, {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    return told == [{"of": _event().detail_type, "detail": {"result": "failure"}, "by": RULE}]


def _input_path(setup: TrialSetup) -> bool:
    return _told(setup, {"InputPath": "$.detail"}) == [{"result": "failure"}]


def _constant_input(setup: TrialSetup) -> bool:
    return _told(setup, {"Input": '{"alarm": true}'}) == [{"alarm": True}]


def _archive_and_replay(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        archive = Archive(bus.name, bus.name, {"source": _event().pattern["source"]})
        bus.create("archive", archive)
        bus.put_rule_under_test(RULE, _event().pattern)
        bus.publish(_event().event)
        bus.deliveries()
        bus.replay(archive)
        return bool(bus.replayed())


def _long_rule_name(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        return _refused(
            "ValidationException", setup.events.put_rule,
            Name="r" * 65, EventBusName=bus.name, EventPattern='{"source": ["text"]}',
        )  # fmt: skip


def _long_detail_type(setup: TrialSetup) -> bool:
    answer = setup.events.put_events(Entries=[{"Source": "trial", "DetailType": "x" * 129, "Detail": "{}"}])
    return "ErrorCode" in answer["Entries"][0]


def _rule_with_targets(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        return _refused("ValidationException", setup.events.delete_rule, Name=RULE, EventBusName=bus.name)


def _bus_with_rules(setup: TrialSetup) -> bool:
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, _event().pattern)
        return _refused("ValidationException", setup.events.delete_event_bus, Name=bus.name)


def _refused(code: str, operation: Any, **words: Any) -> bool:
    refused = aws_error_of(lambda: operation(**words))
    return refused is not None and refused.code == code


def _comes(condition: Callable[[], bool]) -> bool:
    """Whether the condition becomes true soon; each check asks the backend."""
    deadline = time.monotonic() + _SOON
    while time.monotonic() < deadline:
        if condition():
            return True
    return False


BEHAVIOURS: dict[str, Behaviour] = {
    name.replace("_", "-"): Behaviour(name.replace("_", "-"), says, trial)
    for name, says, trial in (
        ("source_refused", "PutEvents rejects a source that begins with aws.", _source_refused),
        ("stamps", "the bus stamps id, account, region and version", _stamps),
        ("time_kept", "the time of an entry is kept", _time_kept),
        ("disabled_rule", "a disabled rule does not fire", _disabled_rule),
        ("invalid_pattern", "PutRule rejects an invalid pattern", _invalid_pattern),
        ("no_starvation", "an invalid pattern does not affect other rules", _no_starvation),
        ("dead_letter_queue", "an event that cannot be delivered is sent to the dead-letter queue", _dead_letter_queue),
        ("retry", "a failed delivery is retried", _retry),
        ("queue_policy", "a queue without a policy for EventBridge receives nothing", _queue_policy),
        ("transformer", "an input transformer fills its template", _transformer),
        ("input_path", "an input path selects a part of the event", _input_path),
        ("constant_input", "a constant input replaces the event", _constant_input),
        ("archive_and_replay", "an archived event can be replayed", _archive_and_replay),
        ("long_rule_name", "PutRule rejects a name of more than 64 characters", _long_rule_name),
        ("long_detail_type", "PutEvents rejects a detail-type of more than 128 characters", _long_detail_type),
        ("rule_with_targets", "DeleteRule rejects a rule that has targets", _rule_with_targets),
        ("bus_with_rules", "DeleteEventBus rejects a bus that has rules", _bus_with_rules),
    )
}
"""Every behaviour, by its name."""
