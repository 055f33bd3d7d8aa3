"""Invalid requests, and how EventBridge rejects them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pytest_bdd import parsers, then, when

from pca_events import catalog
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.aws_errors import AwsError, aws_error_of
from pca_events.harness.expectations import expect, expect_aws_error


@when(parsers.parse("a rule with the pattern {pattern} is attempted"), target_fixture="pca_refused")
def attempt_pattern(pca_bus: ScenarioBus, pattern: str) -> AwsError | None:
    """Call TestEventPattern with the pattern, as the harness does before PutRule."""
    event = json.dumps(catalog.documented_events()[0].event)
    return aws_error_of(lambda: pca_bus.session.events.test_event_pattern(EventPattern=pattern, Event=event))


@when(parsers.parse("PutRule is attempted with the pattern {pattern}"), target_fixture="pca_refused")
def attempt_rule(pca_bus: ScenarioBus, pattern: str) -> AwsError | None:
    """Call PutRule with the pattern, without asking TestEventPattern before."""
    return aws_error_of(
        lambda: pca_bus.session.events.put_rule(Name="rejected", EventBusName=pca_bus.name, EventPattern=pattern)
    )


@when(parsers.re("(?P<mistake>(?!a rule with the pattern ).*) is attempted"), target_fixture="pca_refused")
def attempt(pca_bus: ScenarioBus, mistake: str) -> AwsError | None:
    """Send an invalid request."""
    return aws_error_of(lambda: MISTAKES[mistake](pca_bus, pca_bus.session.events))


@then(parsers.parse('"{operation}" is rejected with "{code}"'))
def is_refused(pca_refused: AwsError | None, operation: str, code: str) -> None:
    """Compare the operation that was rejected and its error code."""
    expect_aws_error(pca_refused, operation, code)


@then(parsers.parse('the message contains "{words}"'))
def message_contains(pca_refused: AwsError, words: str) -> None:
    """Expect the words of AWS in the message of the rejection."""
    expect(
        words in pca_refused.message,
        f'the message of {pca_refused.operation}: wanted "{words}", found "{pca_refused.message}"',
    )


def _sent(operation: str, request: dict[str, Any]) -> Callable[[ScenarioBus, Any], Any]:
    """Return a call of an operation on the bus of the scenario; entries of PutEvents go to the default bus."""

    def call(bus: ScenarioBus, events: Any) -> Any:
        where = {} if operation == "put_events" else {"EventBusName": bus.name}
        return getattr(events, operation)(**request, **where)

    return call


def _entry(**fields: str) -> dict[str, Any]:
    return {"Entries": [{"Source": "trial", "DetailType": "trial", "Detail": "{}", **fields}]}


def _target(**fields: Any) -> dict[str, Any]:
    return {"Rule": RULE_UNDER_TEST, "Targets": [{"Id": "one", "Arn": _QUEUE, **fields}]}


def _rule(**fields: Any) -> dict[str, Any]:
    return {"Name": "rejected", "EventPattern": '{"source": ["trial"]}', **fields}


def _tags(count: int) -> list[dict[str, str]]:
    return [{"Key": f"key-{number}", "Value": "value"} for number in range(count)]


def _template(template: str) -> dict[str, Any]:
    return _target(InputTransformer={"InputPathsMap": {"result": "$.detail.result"}, "InputTemplate": template})


def _replay(bus: ScenarioBus, archive: str, start: int, end: int) -> dict[str, Any]:
    return {
        "ReplayName": "rejected",
        "EventSourceArn": bus.backend.archive_arn(archive),
        "EventStartTime": datetime.fromtimestamp(start, UTC),
        "EventEndTime": datetime.fromtimestamp(end, UTC),
        "Destination": {"Arn": bus.backend.bus_arn(bus.name)},
    }


_QUEUE = "arn:aws:sqs:us-east-1:111122223333:any"
_STREAM = "arn:aws:kinesis:us-east-1:111122223333:stream/any"
_FIVE_MORE = [{"Id": f"more-{number}", "Arn": _QUEUE} for number in range(5)]
_LONG_PATTERN = json.dumps({"source": ["trial"], "detail": {"result": ["x" * 2_020]}})
_BROKEN = '{"source": "trial"}'

_RULE_MISTAKES: dict[str, dict[str, Any]] = {
    "a rule with a name of 65 characters": _rule(Name="r" * 65),
    "a rule with a space in its name": _rule(Name="two words"),
    "a rule with a description of 513 characters": _rule(Description="d" * 513),
    "a rule with an unknown state": _rule(State="PAUSED"),
    "a rule with a pattern of more than 2,048 characters": _rule(EventPattern=_LONG_PATTERN),
    "a rule with 51 tags": _rule(Tags=_tags(51)),
}
_TARGET_MISTAKES: dict[str, dict[str, Any]] = {
    "adding a target to an unknown rule": _target() | {"Rule": "unknown"},
    "adding five targets to a rule that has one": _target() | {"Targets": _FIVE_MORE},
    "a target with an ID of 65 characters": _target(Id="t" * 65),
    "a target with both an input and an input path": _target(Input="{}", InputPath="$.detail"),
    "a target with an unknown variable in its template": _template('{"reason": <reason>}'),
    "a target with an input of 8,193 characters": _target(Input='"' + "x" * 8_191 + '"'),
    "a target with an input path of 257 characters": _target(InputPath="$." + "p" * 255),
    "a target with 186 retries": _target(RetryPolicy={"MaximumRetryAttempts": 186}),
    "a target with retries for 86,401 seconds": _target(RetryPolicy={"MaximumEventAgeInSeconds": 86_401}),
    "a Kinesis stream as target without a role": _target(Arn=_STREAM),
}
_ENTRY_MISTAKES: dict[str, dict[str, Any]] = {
    "an entry without a source": _entry(Source=""),
    "an entry without a detail-type": _entry(DetailType=""),
    "an entry with a list as detail": _entry(Detail="[]"),
    "an entry with a string as detail": _entry(Detail='"text"'),
    "an entry with truncated detail": _entry(Detail='{"result": '),
    "an entry with a detail-type of 129 characters": _entry(DetailType="x" * 129),
    "an entry with a source reserved for AWS": _entry(Source="aws.acm-pca"),
    "an entry of more than 1 MB": _entry(Detail=json.dumps({"text": "x" * 1_048_576})),
    "a request with eleven entries": {"Entries": _entry()["Entries"] * 11},
}
_BUS_MISTAKES: dict[str, Callable[[ScenarioBus, Any], Any]] = {
    "a second bus with the same name": lambda bus, events: events.create_event_bus(Name=bus.name),
    "a bus with a name of 257 characters": lambda _, events: events.create_event_bus(Name="b" * 257),
    "a bus with a space in its name": lambda _, events: events.create_event_bus(Name="two words"),
    "a bus with 51 tags": lambda bus, events: events.create_event_bus(Name=f"{bus.name}-tags", Tags=_tags(51)),
    "a rule on an unknown bus": lambda bus, events: events.put_rule(**_rule(), EventBusName=f"{bus.name}-unknown"),
    "removing a target from an unknown rule": lambda bus, events: events.remove_targets(
        Rule="unknown", EventBusName=bus.name, Ids=["target"]
    ),
    "deleting a rule that has a target": lambda bus, events: events.delete_rule(
        Name=RULE_UNDER_TEST, EventBusName=bus.name
    ),
    "deleting a bus that has a rule": lambda bus, events: events.delete_event_bus(Name=bus.name),
    "deleting the default bus": lambda _, events: events.delete_event_bus(Name="default"),
    "an archive with an invalid pattern": lambda bus, events: events.create_archive(
        ArchiveName=bus.name, EventSourceArn=bus.backend.bus_arn(bus.name), EventPattern=_BROKEN
    ),
    "an archive with a name of 49 characters": lambda bus, events: events.create_archive(
        ArchiveName="a" * 49, EventSourceArn=bus.backend.bus_arn(bus.name)
    ),
    "an archive of an unknown bus": lambda bus, events: events.create_archive(
        ArchiveName=bus.name, EventSourceArn=bus.backend.bus_arn(f"{bus.name}-unknown")
    ),
    "a replay of an unknown archive": lambda bus, events: events.start_replay(**_replay(bus, "unknown", 0, 60)),
    "a replay that ends before it starts": lambda bus, events: events.start_replay(**_replay(bus, "unknown", 60, 0)),
}

MISTAKES: dict[str, Callable[[ScenarioBus, Any], Any]] = {
    **_BUS_MISTAKES,
    **{words: _sent("put_rule", request) for words, request in _RULE_MISTAKES.items()},
    **{words: _sent("put_targets", request) for words, request in _TARGET_MISTAKES.items()},
    **{words: _sent("put_events", request) for words, request in _ENTRY_MISTAKES.items()},
}
"""The invalid requests, as the features phrase them."""
