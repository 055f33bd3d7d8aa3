"""An event as a handler receives it: alone, in records of SQS and SNS, or as an entry of PutEvents."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from pca_events.catalog import Event
from pca_events.errors import BadInput
from pca_events.eventbridge.target_input import InvalidInput, text_for
from pca_events.regions import partition_of
from pca_events.wording import did_you_mean, printable

Form = Literal["lambda", "sqs", "sns", "sqs-sns", "put-events"]
FORMS: tuple[Form, ...] = get_args(Form)
"""`lambda` is the event itself; `sqs-sns` is a notification of SNS in a record of SQS."""

BATCHES: tuple[Form, ...] = ("sqs", "sns", "sqs-sns")
"""The forms with `Records`. SNS always delivers one."""

_EPOCH_MS = 1545082649183


class NotDelivered(Exception):
    """A target receives nothing; the text says why."""


def wrapped(events: Sequence[Event], form: Form, target: Mapping[str, Any] | None = None) -> Any:
    """Return the payload that delivers events.

    Args:
        events: one event; several for the forms with records, and for `put-events`.
        form: how they are delivered.
        target: what the target of the rule makes of an event, as PutTargets has it: Input, InputPath, InputTransformer.

    Returns:
        The event itself, `{"Records": [...]}`, or the list of entries that `aws events put-events` reads.

    Raises:
        NotDelivered: the target receives nothing.
        BadInput: there is no such form, or an event is not an object.
    """
    if form not in FORMS:
        raise BadInput(f'there is no form "{form}"; {did_you_mean(form, FORMS)}')
    for event in events:
        if not isinstance(event, dict):
            raise BadInput(f"{printable(repr(event)[:80])} is not an event; sample('ca-creation-success') makes one")
    if form == "put-events":
        return [_entry(event) for event in events]
    texts = [_text(event, target or {}) for event in events]
    if form == "lambda":
        (text,) = texts
        return json.loads(text)
    return {"Records": [_record(text, event, form) for text, event in zip(texts, events, strict=True)]}


def wrapped_text(text: str, event: Event, form: Form) -> Any:
    """Return the payload that delivers a text that a target received for an event."""
    return json.loads(text) if form == "lambda" else {"Records": [_record(text, event, form)]}


def _text(event: Event, target: Mapping[str, Any]) -> str:
    """Return what the target receives as text; that of a Lambda function is JSON."""
    if not target:
        return json.dumps(event, ensure_ascii=False)
    try:
        text = text_for(target, event, _arn("events", event), str(event.get("time", "")))
    except InvalidInput as error:
        raise NotDelivered(str(error)) from None
    if text is None:
        raise NotDelivered(f"its InputPath {target.get('InputPath')} leads nowhere")
    return text


def _record(text: str, event: Event, form: Form) -> dict[str, Any]:
    if form == "sqs":
        return sqs_record(text, event)
    if form == "sqs-sns":
        return sqs_record(json.dumps(_notification(text, event), ensure_ascii=False), event)
    topic = _arn("sns", event)
    return {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": f"{topic}:{uuid.uuid5(uuid.NAMESPACE_URL, topic)}",
        "Sns": _notification(text, event) | {"MessageAttributes": {}},
    }


def _entry(event: Event) -> dict[str, Any]:
    return {
        "Time": event["time"],
        "Source": event["source"],
        "DetailType": event["detail-type"],
        "Resources": event["resources"],
        "Detail": json.dumps(event["detail"], ensure_ascii=False),
    }


def _region(event: Event) -> str:
    return str(event.get("region", "us-east-1"))


def _account(event: Event) -> str:
    return str(event.get("account", "111122223333"))


def sqs_record(body: str, event: Event) -> dict[str, Any]:
    """Return a record of SQS with any body, from a queue in the account and Region of an event."""
    return {
        "messageId": str(uuid.uuid5(uuid.NAMESPACE_URL, body)),
        "receiptHandle": hashlib.sha256(body.encode()).hexdigest(),
        "body": body,
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": str(_EPOCH_MS),
            "SenderId": _account(event),
            "ApproximateFirstReceiveTimestamp": str(_EPOCH_MS + 1),
        },
        "messageAttributes": {},
        "md5OfBody": hashlib.md5(body.encode(), usedforsecurity=False).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": _arn("sqs", event),
        "awsRegion": _region(event),
    }


def _notification(text: str, event: Event) -> dict[str, Any]:
    domain = "amazonaws.com.cn" if _region(event).startswith("cn-") else "amazonaws.com"
    sns = f"https://sns.{_region(event)}.{domain}"
    subscription = f"{_arn('sns', event)}:00000000-0000-0000-0000-000000000000"
    return {
        "Type": "Notification",
        "MessageId": str(uuid.uuid5(uuid.NAMESPACE_URL, text)),
        "TopicArn": _arn("sns", event),
        "Subject": None,
        "Message": text,
        "Timestamp": f"{str(event.get('time', '2026-01-01T00:00:00Z')).removesuffix('Z')}.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertUrl": f"{sns}/SimpleNotificationService-00000000000000000000000000000000.pem",
        "UnsubscribeUrl": f"{sns}/?Action=Unsubscribe&SubscriptionArn={subscription}",
    }


def _arn(service: str, event: Event) -> str:
    return f"arn:{partition_of(_region(event))}:{service}:{_region(event)}:{_account(event)}:pca-events"
