"""The call that delivers to a target, by its service."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

import requests
from localstack.aws.connect import connect_to
from localstack.services.events.api_destination import add_api_destination_authorization
from localstack.utils.aws.arns import sqs_queue_url_for_arn
from localstack.utils.aws.message_forwarding import add_target_http_parameters
from localstack.utils.xray.trace_header import TraceHeader

from pca_events.eventbridge.failures import failure_of_status
from pca_events.eventbridge.target_input import MISSING, Event, at_path

_API_DESTINATION = ":api-destination/"
_ANSWERS_WITHIN = 5.0  # seconds; the documented limit of API destinations
_HEADERS = {
    "User-Agent": "Amazon/EventBridge/ApiDestinations",
    "Content-Type": "application/json; charset=utf-8",
    "Range": "bytes=0-1048575",
    "Accept-Encoding": "gzip,deflate",
    "Connection": "close",
}


def send(sender: Any, text: str, event: Event, trace_header: TraceHeader) -> None:
    """Deliver a text to a target.

    Args:
        sender: LocalStack's TargetSender, which has the client of the target's service.
        text: what the target receives.
        event: the whole event, for what a target takes from it.
        trace_header: of X-Ray.

    Raises:
        Failure: an HTTP target answered with an error.
        Exception: whatever the client raises.
    """
    if _API_DESTINATION in sender.arn:
        _to_api_destination(sender, text, trace_header)
    elif call := _CALLS.get(sender.service):
        call(sender, text, event)
    else:
        sender.send_event(_value(text), trace_header)


def _to_queue(sender: Any, text: str, _event: Event) -> None:
    group = (sender.target.get("SqsParameters") or {}).get("MessageGroupId")
    more = {"MessageGroupId": group} if group else {}
    sender.client.send_message(QueueUrl=sqs_queue_url_for_arn(sender.arn), MessageBody=text, **more)


def _to_topic(sender: Any, text: str, _event: Event) -> None:
    sender.client.publish(TopicArn=sender.arn, Message=text)


def _to_log_group(sender: Any, text: str, _event: Event) -> None:
    names = {"logGroupName": sender.arn.split(":")[6], "logStreamName": str(uuid.uuid4())}
    sender.client.create_log_stream(**names)
    sender.client.put_log_events(**names, logEvents=[{"timestamp": int(time.time() * 1000), "message": text}])


def _to_stream(sender: Any, text: str, event: Event) -> None:
    path = (sender.target.get("KinesisParameters") or {}).get("PartitionKeyPath", "$.id")
    key = at_path(event, path)
    stream = sender.arn.rpartition("/")[2]
    sender.client.put_record(
        StreamName=stream, Data=text.encode(), PartitionKey=event["id"] if key is MISSING else str(key)
    )


def _to_state_machine(sender: Any, text: str, _event: Event) -> None:
    sender.service = "stepfunctions"  # the name of the client, which LocalStack's sender sets as late
    sender.client.start_execution(stateMachineArn=sender.arn, input=text)


def _to_api_destination(sender: Any, text: str, trace_header: TraceHeader) -> None:
    """Send an HTTP request as LocalStack does, and look at the answer."""
    events = connect_to(aws_access_key_id=sender.target_account_id, region_name=sender.target_region).events
    destination = events.describe_api_destination(Name=sender.arn.split("/")[1])
    trace: str = trace_header.to_header_str()  # type: ignore[no-untyped-call]
    headers = {**_HEADERS, "X-Amzn-Trace-Id": trace}
    body = _value(text)
    url = add_api_destination_authorization(destination, headers, body)  # type: ignore[no-untyped-call]
    if parameters := sender.target.get("HttpParameters"):
        url = add_target_http_parameters(parameters, url, headers, body)
    method = destination["HttpMethod"]
    answer = requests.request(method, url, data=json.dumps(body), headers=headers, timeout=_ANSWERS_WITHIN)
    if not answer.ok:
        raise failure_of_status(answer.status_code, f"{method} {url}", answer.headers.get("Retry-After"))


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


_CALLS: dict[str, Callable[[Any, str, Event], None]] = {
    "sqs": _to_queue,
    "sns": _to_topic,
    "logs": _to_log_group,
    "kinesis": _to_stream,
    "states": _to_state_machine,
    "stepfunctions": _to_state_machine,
}
