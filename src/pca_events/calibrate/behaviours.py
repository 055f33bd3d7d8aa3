"""What EventBridge on AWS does, each as a trial that any backend can be put to."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.errors import PcaEventsError
from pca_events.harness import ScenarioBus, Session
from pca_events.harness.expect_error import refusal
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
    trial: Callable[[Session], bool]

    def shown_by(self, session: Session) -> bool:
        """Try it; a backend that answers with an error does not do as AWS does.

        A trial needs deliveries: where the session's mode has none, the source is rewritten.
        """
        if session.mode == "pattern-only":
            session = Session(session.backend, session.run, "alias")
        shown: list[bool] = []
        try:
            refused = refusal(lambda: shown.append(self.trial(session)))
        except PcaEventsError:
            return False
        return refused is None and shown[0]


def _bus(session: Session) -> ScenarioBus:
    return ScenarioBus(session, "calibration", patience=_SOON)


def _source_refused(session: Session) -> bool:
    answer = session.events.put_events(Entries=[{"Source": "aws.acm-pca", "DetailType": "trial", "Detail": "{}"}])
    return bool(answer["Entries"][0].get("ErrorCode") == "NotAuthorizedForSourceException")


def _stamps(session: Session) -> bool:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        (stamped,) = bus.publish(EVENT.event)
        (received,) = [delivery.event or {} for delivery in bus.deliveries()]
        expected = {"id": stamped, "account": bus.backend.account, "region": bus.backend.region, "version": "0"}
        return all(received.get(field) == value for field, value in expected.items())


def _time_kept(session: Session) -> bool:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        return [(delivery.event or {}).get("time") for delivery in bus.deliveries()] == [EVENT.sample["time"]]


def _disabled_rule(session: Session) -> bool:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Rule(bus.name, RULE, EVENT.pattern, state="DISABLED"))
        bus.publish(EVENT.event)
        return bus.deliveries() == []


def _invalid_pattern(session: Session) -> bool:
    with _bus(session) as bus:
        return _refused(
            "InvalidEventPatternException", session.events.put_rule,
            Name=RULE, EventBusName=bus.name, EventPattern='{"source": "text"}',
        )  # fmt: skip


def _no_starvation(session: Session) -> bool:
    with _bus(session) as bus:
        broken = '{"detail": {"result": [{"prefix": 1}]}}'
        refusal(lambda: session.events.put_rule(Name="broken", EventBusName=bus.name, EventPattern=broken))
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        return len(bus.deliveries()) == 1


def _dead_letter_queue(session: Session) -> bool:
    with _bus(session) as bus:
        nowhere = {"DeadLetterConfig": {"Arn": bus.queue_arn()}, "RetryPolicy": {"MaximumRetryAttempts": 0}}
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(f"{bus.name}-nowhere"), nowhere))
        bus.publish(EVENT.event)
        return _comes(lambda: len(bus.deliveries()) == 1)


def _retry(session: Session) -> bool:
    with _bus(session) as bus:
        late = Queue(f"{bus.name}-late")
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(late.name)))
        bus.publish(EVENT.event)
        bus.deliveries()
        bus.apply({**bus.applied, "late": late, "target": Target(bus.name, RULE, bus.queue_arn(late.name))})
        return _comes(lambda: len(bus.deliveries()) == 1)


def _queue_policy(session: Session) -> bool:
    with _bus(session) as bus:
        bare = Queue(f"{bus.name}-bare")
        bare.create(session, {})
        bus.watch(RULE, EVENT.pattern)
        bus.apply({**bus.applied, "bare": bare, "target": Target(bus.name, RULE, bus.queue_arn(bare.name))})
        bus.publish(EVENT.event)
        without = bus.deliveries() == []
        bus.apply({**bus.applied, "bare-policy": QueuePolicy(bare.name)})
        bus.publish(EVENT.event)
        return without and _comes(lambda: len(bus.deliveries()) == 1)


def _told(session: Session, options: dict[str, Any]) -> list[Any]:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        bus.elsewhere(Target(bus.name, RULE, bus.queue_arn(), options))
        bus.publish(EVENT.event)
        return [delivery.event for delivery in bus.deliveries()]


def _transformer(session: Session) -> bool:
    paths = {"kind": "$.detail-type", "detail": "$.detail"}
    template = '{"of": <kind>, "detail": <detail>, "by": "<aws.events.rule-name>"}'
    told = _told(session, {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    return told == [{"of": EVENT.detail_type, "detail": {"result": "failure"}, "by": RULE}]


def _input_path(session: Session) -> bool:
    return _told(session, {"InputPath": "$.detail"}) == [{"result": "failure"}]


def _constant_input(session: Session) -> bool:
    return _told(session, {"Input": '{"alarm": true}'}) == [{"alarm": True}]


def _archive_and_replay(session: Session) -> bool:
    with _bus(session) as bus:
        archive = Archive(bus.name, bus.name, {"source": EVENT.pattern["source"]})
        archive.create(session, {})
        bus.watch(RULE, EVENT.pattern)
        bus.publish(EVENT.event)
        bus.deliveries()
        bus.replay(archive)
        return bool(bus.replayed())


def _long_rule_name(session: Session) -> bool:
    with _bus(session) as bus:
        return _refused(
            "ValidationException", session.events.put_rule,
            Name="r" * 65, EventBusName=bus.name, EventPattern='{"source": ["text"]}',
        )  # fmt: skip


def _long_detail_type(session: Session) -> bool:
    answer = session.events.put_events(Entries=[{"Source": "trial", "DetailType": "x" * 129, "Detail": "{}"}])
    return "ErrorCode" in answer["Entries"][0]


def _rule_with_targets(session: Session) -> bool:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        return _refused("ValidationException", session.events.delete_rule, Name=RULE, EventBusName=bus.name)


def _bus_with_rules(session: Session) -> bool:
    with _bus(session) as bus:
        bus.watch(RULE, EVENT.pattern)
        return _refused("ValidationException", session.events.delete_event_bus, Name=bus.name)


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
