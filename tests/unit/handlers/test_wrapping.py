"""Events as SQS, SNS and PutEvents deliver them: what unwraps recordings finds them again."""

import json
import random
from typing import Any

import pytest
from botocore.loaders import Loader

from pca_events.catalog import documented_events
from pca_events.errors import BadInput
from pca_events.events import aws_location, realistic
from pca_events.handlers.wrapping import BATCHES, Form, wrapped
from pca_events.recordings import unwrap

CHINA = aws_location(region="cn-north-1")
EVENTS = [realistic(entry, CHINA, random.Random(7)) for entry in documented_events()]


@pytest.mark.parametrize("form", ["lambda", *BATCHES])
def test_a_wrapped_event_is_found_again(form: Form) -> None:
    for event in EVENTS:
        assert [vars(found)["event"] for found in unwrap(wrapped([event], form))] == [event]


@pytest.mark.parametrize("form", BATCHES)
def test_several_events_are_several_records(form: Form) -> None:
    assert [vars(found)["event"] for found in unwrap(wrapped(EVENTS, form))] == EVENTS


def test_records_name_the_account_region_and_partition_of_the_event() -> None:
    [record] = wrapped([EVENTS[0]], "sqs")["Records"]
    assert record["eventSourceARN"] == "arn:aws-cn:sqs:cn-north-1:111122223333:pca-events"
    assert record["awsRegion"] == "cn-north-1"
    [record] = wrapped([EVENTS[0]], "sns")["Records"]
    assert record["Sns"]["TopicArn"] == "arn:aws-cn:sns:cn-north-1:111122223333:pca-events"


@pytest.mark.parametrize(
    ("event", "form", "told"),
    [
        (EVENTS[0], "kinesis", 'there is no form "kinesis"; known: lambda, sqs, sns, sqs-sns, put-events'),
        (EVENTS[0], "sqs_sns", 'there is no form "sqs_sns"; did you mean "sqs-sns"'),
        ("ca-creation-success", "lambda", "'ca-creation-success' is not an event; sample"),
    ],
)
def test_another_form_or_event_is_bad_input(event: Any, form: Any, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        wrapped([event], form)


def test_each_record_has_an_id_of_its_own() -> None:
    ids = [record["messageId"] for record in wrapped(EVENTS, "sqs-sns")["Records"]]
    assert len(set(ids)) == len(EVENTS)


def test_entries_have_the_fields_of_put_events() -> None:
    shapes = Loader().load_service_model("events", "service-2")["shapes"]
    known = shapes["PutEventsRequestEntry"]["members"]
    for event, entry in zip(EVENTS, wrapped(EVENTS, "put-events"), strict=True):
        assert entry.keys() <= known.keys()
        assert json.loads(entry["Detail"]) == event["detail"]


def test_an_event_without_a_region_is_wrapped_as_well() -> None:
    event = {name: value for name, value in EVENTS[0].items() if name not in ("region", "account", "time", "id")}
    for form in BATCHES:
        assert [vars(found)["event"] for found in unwrap(wrapped([event], form))] == [event]
