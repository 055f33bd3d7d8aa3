"""What EventBridge on AWS makes of an event: what it stamps, which rules fire, and what a target receives."""

import json
from datetime import UTC, datetime, timedelta

from pca_events import catalog
from pca_events.calibrate.trial import (
    RULE,
    Behaviour,
    TrialSetup,
    awaited,
    behaviour,
    messages,
    received_with,
    sample,
)
from pca_events.harness.aws_errors import aws_error_of
from pca_events.harness.events import Publisher
from pca_events.harness.resources import Queue, Rule, Target
from pca_events.harness.session import now_on

_TRANSFORMING = "User Guide, Input transformation"
_READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


@behaviour("the bus stamps id, account, region and version", "User Guide, Events; API Reference, PutEvents")
def stamps(setup: TrialSetup) -> bool:
    """Compare the event that arrives with the answer of PutEvents."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        (stamped,) = bus.publish(sample().event)
        (received,) = [delivery.event or {} for delivery in bus.deliveries()]
        expected = {"id": stamped, "account": bus.backend.account, "region": bus.backend.region, "version": "0"}
        return all(received.get(field) == value for field, value in expected.items())


@behaviour("the time of an entry is kept", "API Reference, PutEventsRequestEntry")
def time_kept(setup: TrialSetup) -> bool:
    """Compare the time of the event that arrives."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.publish(sample().event)
        return [(delivery.event or {}).get("time") for delivery in bus.deliveries()] == [sample().sample["time"]]


@behaviour("an entry without a time gets the time of the call", "API Reference, PutEventsRequestEntry")
def time_stamped(setup: TrialSetup) -> bool:
    """Publish an entry without one."""
    with setup.fresh_bus() as bus:
        bus.put_rule_under_test(RULE, {"source": ["trial"]})
        entry = {"Source": "trial", "DetailType": "trial", "Detail": "{}", "EventBusName": bus.name}
        setup.events.put_events(Entries=[entry])
        came = awaited(setup.session, bus.name, lambda _: True)
        return came is not None and _is_recent(came.event["time"], now_on(setup.session))


def _is_recent(text: str, now: datetime) -> bool:
    try:
        time = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - time) < timedelta(minutes=5)


@behaviour("a disabled rule does not fire", "API Reference, PutRule")
def disabled_rule(setup: TrialSetup) -> bool:
    """Publish what it matches."""
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.modify_out_of_band(Rule(bus.name, RULE, sample().pattern, state="DISABLED"))
        bus.publish(sample().event)
        return bus.deliveries() == []


@behaviour(
    "read-only calls that CloudTrail reports fire only rules in a state for them",
    "API Reference, PutRule",
    on_aws="AWS accepts events of CloudTrail from CloudTrail only",
    service_events=True,
)
def read_only_calls(setup: TrialSetup) -> bool:
    """Publish one to an ordinary rule, and to a rule in that state, put last, which gets it after the other."""
    twin = next(twin for twin in catalog.cloudtrail_twins() if twin.id == "api-call").sample
    pattern = {"source": [twin["source"]], "detail-type": [twin["detail-type"]]}
    event = {**twin, "detail": {**twin["detail"], "eventName": "ListTags", "readOnly": True}}
    with setup.fresh_bus() as bus:
        bus.put_rule_under_test(RULE, pattern)
        queue = Queue(f"{bus.name}-reads", open=True)
        bus.create("reads queue", queue)
        bus.create("reads", Rule(bus.name, "reads", pattern, state=_READS_TOO))
        bus.create("reads target", Target(bus.name, "reads", bus.queue_arn(queue.name)))
        Publisher(setup.session, bus.name).publish([event])
        arrived = awaited(setup.session, queue.name, lambda _: True)
        return arrived is not None and messages(setup.session, bus.name) == []


@behaviour("an invalid pattern does not affect other rules", "API Reference, PutRule")
def no_starvation(setup: TrialSetup) -> bool:
    """Publish to a rule that was put after PutRule got an invalid pattern."""
    with setup.bus() as bus:
        broken = '{"detail": {"result": [{"prefix": 1}]}}'
        aws_error_of(lambda: setup.events.put_rule(Name="broken", EventBusName=bus.name, EventPattern=broken))
        bus.put_rule_under_test(RULE, sample().pattern)
        bus.publish(sample().event)
        return len(bus.deliveries()) == 1


@behaviour("a constant input replaces the event", "API Reference, Target")
def constant_input(setup: TrialSetup) -> bool:
    """Send a constant."""
    return received_with(setup, {"Input": '{"alarm": true}'}) == [{"alarm": True}]


@behaviour("an input path selects a part of the event", "API Reference, Target")
def input_path(setup: TrialSetup) -> bool:
    """Select the detail."""
    return received_with(setup, {"InputPath": "$.detail"}) == [{"result": "failure"}]


@behaviour("an input path selects an item of a list", "API Reference, Target")
def input_path_item(setup: TrialSetup) -> bool:
    """Select the first resource."""
    first: list[str] = sample().event["resources"][:1]
    return received_with(setup, {"InputPath": "$.resources[0]"}) == first


def _filled(setup: TrialSetup, template: str, **paths: str) -> object:
    """What a target receives with a template, or None."""
    received = received_with(setup, {"InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}})
    return received[0] if len(received) == 1 else None


@behaviour("an input transformer fills its template", _TRANSFORMING)
def transformer(setup: TrialSetup) -> bool:
    """Fill a template with a string, an object and the name of the rule."""
    template = '{"of": <kind>, "detail": <detail>, "by": "<aws.events.rule-name>"}'
    expected = {"of": sample().detail_type, "detail": {"result": "failure"}, "by": RULE}
    return _filled(setup, template, kind="$.detail-type", detail="$.detail") == expected


@behaviour("a template in quotes is filled as text", _TRANSFORMING)
def transformer_text(setup: TrialSetup) -> bool:
    """Fill a string."""
    filled = _filled(setup, '"<kind>: <result>"', kind="$.detail-type", result="$.detail.result")
    return filled == f"{sample().detail_type}: failure"


@behaviour("a variable whose path leads nowhere does not appear", _TRANSFORMING)
def transformer_missing(setup: TrialSetup) -> bool:
    """Fill a string with one."""
    return _filled(setup, '{"said": "because <why>."}', why="$.detail.not-there") == {"said": "because ."}


@behaviour("a template may have objects and lists within each other", _TRANSFORMING)
def transformer_nested(setup: TrialSetup) -> bool:
    """Fill one."""
    template = '{"one": {"two": [<result>, {"three": <resources>}]}}'
    expected = {"one": {"two": ["failure", {"three": sample().event["resources"]}]}}
    return _filled(setup, template, result="$.detail.result", resources="$.resources") == expected


@behaviour("a template has the reserved variables", _TRANSFORMING)
def transformer_reserved(setup: TrialSetup) -> bool:
    """Fill one with the rule, the time of the arrival, and the whole event."""
    names = ("rule-arn", "rule-name", "event.ingestion-time", "event.json")
    template = "{" + ", ".join(f'"{name}": <aws.events.{name}>' for name in names) + "}"
    with setup.bus() as bus:
        bus.put_rule_under_test(RULE, sample().pattern)
        options = {"InputTransformer": {"InputTemplate": template}}
        bus.modify_out_of_band(Target(bus.name, RULE, bus.queue_arn(), options))
        (stamped,) = bus.publish(sample().event)
        filled = [json.loads(json.dumps(delivery.event)) for delivery in bus.deliveries()]
        if len(filled) != 1 or not isinstance(filled[0], dict) or set(filled[0]) != set(names):
            return False
        arn, name, ingested, event = (filled[0][name] for name in names)
        same_rule = (arn, name) == (bus.backend.rule_arn(bus.name, RULE), RULE)
        latest = now_on(bus.session) + timedelta(seconds=1)  # it is in whole seconds
        return same_rule and event["id"] == stamped and datetime.fromisoformat(ingested) <= latest


RULES: tuple[Behaviour, ...] = (
    stamps,
    time_kept,
    time_stamped,
    disabled_rule,
    read_only_calls,
    no_starvation,
    constant_input,
    input_path,
    input_path_item,
    transformer,
    transformer_text,
    transformer_missing,
    transformer_nested,
    transformer_reserved,
)
"""The behaviours of this module."""
