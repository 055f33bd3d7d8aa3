"""What EventBridge on AWS does, each as a trial that any backend can be put to."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.errors import PcaEventsError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.aws_errors import refusal
from pca_events.harness.bus_pool import Lanes
from pca_events.harness.resources import Archive, Queue, QueuePolicy, Rule, Target

_SOON = 2  # seconds in which what is to come must have come
EVENT = catalog.documented("ca-creation-failure")
RULE = "under-trial"


@dataclass(frozen=True)
class Behaviour:
    """One thing that AWS does.

    Attributes:
        name: as the ledger and the tag `@needs_...` call it.
        says: what AWS does, in a sentence.
        trial: whether a backend does so.
    """

    name: str
    says: str
    trial: Callable[["Bench"], bool]

    def shown_by(self, session: Session, lanes: Lanes | None = None) -> bool:
        """Try it; a backend that answers with an error does not do as AWS does.

        A trial needs deliveries: where the session's mode has none, the source is rewritten.

        Args:
            session: the connection to the backend.
            lanes: where the trial takes its bus from; without them it makes one, and destroys it.
        """
        if session.mode == "pattern-only":
            session, lanes = Session(session.backend, session.run, "alias"), None
        shown: list[bool] = []
        try:
            refused = refusal(lambda: shown.append(self.trial(Bench(session, lanes))))
        except PcaEventsError:
            return False
        return refused is None and shown[0]


@dataclass(frozen=True)
class Bench:
    """Where a trial is made."""

    session: Session
    lanes: Lanes | None

    @property
    def events(self) -> Any:
        """The EventBridge client."""
        return self.session.events

    def bus(self) -> ScenarioBus:
        """Return a bus that is given up soon."""
        return ScenarioBus(self.session, "calibration", patience=_SOON, lanes=self.lanes)


def _source_refused(bench: Bench) -> bool:
    answer = bench.events.put_events(Entries=[{"Source": "aws.acm-pca", "DetailType": "trial", "Detail": "{}"}])
    return bool(answer["Entries"][0].get("ErrorCode") == "NotAuthorizedForSourceException")


def _stamps(bench: Bench) -> bool:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        (stamped,) = bus.publish(EVENT.event)
        (received,) = [delivery.event or {} for delivery in bus.deliveries()]
        expected = {"id": stamped, "account": bus.backend.account, "region": bus.backend.region, "version": "0"}
        return all(received.get(field) == value for field, value in expected.items())


def _time_kept(bench: Bench) -> bool:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        return [(delivery.event or {}).get("time") for delivery in bus.deliveries()] == [EVENT.sample["time"]]


def _disabled_rule(bench: Bench) -> bool:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Rule(bus.name, RULE, EVENT.pattern, state="DISABLED"))
        bus.publish(EVENT.event)
        return bus.deliveries() == []


def _invalid_pattern(bench: Bench) -> bool:
    with bench.bus() as bus:
        return _refused(
            "InvalidEventPatternException", bench.events.put_rule,
            Name=RULE, EventBusName=bus.name, EventPattern='{"source": "text"}',
        )  # fmt: skip


def _no_starvation(bench: Bench) -> bool:
    with bench.bus() as bus:
        broken = '{"detail": {"result": [{"prefix": 1}]}}'
        refusal(lambda: bench.events.put_rule(Name="broken", EventBusName=bus.name, EventPattern=broken))
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        return len(bus.deliveries()) == 1


def _dead_letter_queue(bench: Bench) -> bool:
    with bench.bus() as bus:
        nowhere = {"DeadLetterConfig": {"Arn": bus.queue_arn()}, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(f"{bus.name}-nowhere"), nowhere))
        bus.publish(EVENT.event)
        return _comes(lambda: len(bus.deliveries()) == 1)


def _retry(bench: Bench) -> bool:
    with bench.bus() as bus:
        late = Queue(f"{bus.name}-late")
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(late.name)))
        bus.publish(EVENT.event)
        bus.deliveries()
        bus.apply({**bus.applied, "late": late, "target": Target(bus.name, RULE, bus.queue_arn(late.name))})
        return _comes(lambda: len(bus.deliveries()) == 1)


def _queue_policy(bench: Bench) -> bool:
    with bench.bus() as bus:
        bare = Queue(f"{bus.name}-bare")
        bare.create(bench.session, {})
        bus.watch(RULE, EVENT.pattern)
        bus.apply({**bus.applied, "bare": bare, "target": Target(bus.name, RULE, bus.queue_arn(bare.name))})
        bus.publish(EVENT.event)
        without = bus.deliveries() == []
        bus.apply({**bus.applied, "bare-policy": QueuePolicy(bare.name)})
        bus.publish(EVENT.event)
        return without and _comes(lambda: len(bus.deliveries()) == 1)


def _told(bench: Bench, options: dict[str, Any]) -> list[Any]:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(), options))
        bus.publish(EVENT.event)
        return [delivery.event for delivery in bus.deliveries()]


def _transformer(bench: Bench) -> bool:
    paths = {"kind": "$.detail-type", "detail": "$.detail"}
    template = '{"of": <kind>, "detail": <detail>, "by": "<aws.events.rule-name>"}'
    told = _told(bench, {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    return told == [{"of": EVENT.detail_type, "detail": {"result": "failure"}, "by": RULE}]


def _input_path(bench: Bench) -> bool:
    return _told(bench, {"InputPath": "$.detail"}) == [{"result": "failure"}]


def _constant_input(bench: Bench) -> bool:
    return _told(bench, {"Input": '{"alarm": true}'}) == [{"alarm": True}]


def _archive_and_replay(bench: Bench) -> bool:
    with bench.bus() as bus:
        archive = Archive(bus.name, bus.name, {"source": EVENT.pattern["source"]})
        archive.create(bench.session, {})
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        bus.deliveries()
        bus.replay(archive)
        return bool(bus.replayed())


def _long_rule_name(bench: Bench) -> bool:
    with bench.bus() as bus:
        return _refused(
            "ValidationException", bench.events.put_rule,
            Name="r" * 65, EventBusName=bus.name, EventPattern='{"source": ["text"]}',
        )  # fmt: skip


def _long_detail_type(bench: Bench) -> bool:
    answer = bench.events.put_events(Entries=[{"Source": "trial", "DetailType": "x" * 129, "Detail": "{}"}])
    return "ErrorCode" in answer["Entries"][0]


def _rule_with_targets(bench: Bench) -> bool:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        return _refused("ValidationException", bench.events.delete_rule, Name=RULE, EventBusName=bus.name)


def _bus_with_rules(bench: Bench) -> bool:
    with bench.bus() as bus:
        bus.watch(RULE, EVENT.pattern)
        return _refused("ValidationException", bench.events.delete_event_bus, Name=bus.name)


def _refused(code: str, operation: Any, **words: Any) -> bool:
    refused = refusal(lambda: operation(**words))
    return refused is not None and refused.code == code


def _comes(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true soon; each look at it asks the backend."""
    deadline = time.monotonic() + _SOON
    while time.monotonic() < deadline:
        if condition():
            return True
    return False


BEHAVIOURS: dict[str, Behaviour] = {
    name.replace("_", "-"): Behaviour(name.replace("_", "-"), says, trial)
    for name, says, trial in (
        ("source_refused", "PutEvents refuses a source that begins with aws.", _source_refused),
        ("stamps", "the bus stamps id, account, region and version", _stamps),
        ("time_kept", "the time of an entry is kept", _time_kept),
        ("disabled_rule", "a disabled rule is silent", _disabled_rule),
        ("invalid_pattern", "PutRule refuses an invalid pattern", _invalid_pattern),
        ("no_starvation", "a broken pattern does not silence the rules after it", _no_starvation),
        ("dead_letter_queue", "what cannot be delivered reaches the dead-letter queue", _dead_letter_queue),
        ("retry", "a failed delivery is tried again", _retry),
        ("queue_policy", "a queue without a policy for EventBridge receives nothing", _queue_policy),
        ("transformer", "an input transformer fills its template", _transformer),
        ("input_path", "an input path selects a part of the event", _input_path),
        ("constant_input", "a constant input replaces the event", _constant_input),
        ("archive_and_replay", "an archived event can be replayed", _archive_and_replay),
        ("long_rule_name", "PutRule refuses a name of more than 64 characters", _long_rule_name),
        ("long_detail_type", "PutEvents refuses a detail-type of more than 128 characters", _long_detail_type),
        ("rule_with_targets", "DeleteRule refuses a rule that has targets", _rule_with_targets),
        ("bus_with_rules", "DeleteEventBus refuses a bus that has rules", _bus_with_rules),
    )
}
"""Every behaviour, by its name."""
