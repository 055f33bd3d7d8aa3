"""Invalid requests, and how EventBridge rejects them."""

import json
from collections.abc import Callable
from typing import Any

from pytest_bdd import parsers, then, when

from pca_events import catalog
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.aws_errors import AwsError, aws_error_of
from pca_events.harness.expectations import expect_aws_error


@when(parsers.parse("a rule with the pattern {pattern} is attempted"), target_fixture="refused")
def attempt_pattern(bus: ScenarioBus, pattern: str) -> AwsError | None:
    """Call TestEventPattern with the pattern, as the harness does before PutRule."""
    event = json.dumps(catalog.documented_events()[0].event)
    return aws_error_of(lambda: bus.session.events.test_event_pattern(EventPattern=pattern, Event=event))


@when(parsers.re("(?P<mistake>(?!a rule with the pattern ).*) is attempted"), target_fixture="refused")
def attempt(bus: ScenarioBus, mistake: str) -> AwsError | None:
    """Send an invalid request."""
    return aws_error_of(lambda: MISTAKES[mistake](bus, bus.session.events))


@then(parsers.parse('"{operation}" is rejected with "{code}"'))
def is_refused(refused: AwsError | None, operation: str, code: str) -> None:
    """Compare the operation that was rejected and its error code."""
    expect_aws_error(refused, operation, code)


def _entry(**fields: str) -> dict[str, Any]:
    return {"Entries": [{"Source": "trial", "DetailType": "trial", "Detail": "{}", **fields}]}


_TARGET = {"Targets": [{"Id": "target", "Arn": "arn:aws:sqs:us-east-1:111122223333:any"}]}
_PATTERN = {"EventPattern": '{"source": ["trial"]}'}
MISTAKES: dict[str, Callable[[ScenarioBus, Any], Any]] = {
    "a second bus with the same name": lambda bus, events: events.create_event_bus(Name=bus.name),
    "a rule on an unknown bus": lambda bus, events: events.put_rule(
        Name=RULE_UNDER_TEST, EventBusName=f"{bus.name}-unknown", **_PATTERN
    ),
    "a rule with a name of 65 characters": lambda bus, events: events.put_rule(
        Name="r" * 65, EventBusName=bus.name, **_PATTERN
    ),
    "adding a target to an unknown rule": lambda bus, events: events.put_targets(
        Rule="unknown", EventBusName=bus.name, **_TARGET
    ),
    "removing a target from an unknown rule": lambda bus, events: events.remove_targets(
        Rule="unknown", EventBusName=bus.name, Ids=["target"]
    ),
    "deleting a rule that has a target": lambda bus, events: events.delete_rule(
        Name=RULE_UNDER_TEST, EventBusName=bus.name
    ),
    "deleting the default bus": lambda _, events: events.delete_event_bus(Name="default"),
    "an entry without a source": lambda _, events: events.put_events(**_entry(Source="")),
    "an entry without a detail-type": lambda _, events: events.put_events(**_entry(DetailType="")),
    "an entry with a list as detail": lambda _, events: events.put_events(**_entry(Detail="[]")),
    "an entry with a string as detail": lambda _, events: events.put_events(**_entry(Detail='"text"')),
    "an entry with truncated detail": lambda _, events: events.put_events(**_entry(Detail='{"result": ')),
    "an entry with a detail-type of 129 characters": lambda _, events: events.put_events(
        **_entry(DetailType="x" * 129)
    ),
    "an entry with a source reserved for AWS": lambda _, events: events.put_events(**_entry(Source="aws.acm-pca")),
    "a request with eleven entries": lambda _, events: events.put_events(Entries=_entry()["Entries"] * 11),
}
"""The invalid requests, as the features phrase them."""
