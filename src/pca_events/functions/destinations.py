"""Where asynchronous invocations go at their end: the destinations and the dead-letter queue of a function."""

import json
import uuid
from datetime import datetime
from typing import Any, Literal

from localstack.aws.connect import connect_to
from localstack.utils.aws.arns import sqs_queue_url_for_arn

from pca_events.functions.invocations import Ran
from pca_events.functions.names import LATEST, FunctionId

Condition = Literal["Success", "RetriesExhausted", "EventAgeExceeded"]
"""Why an asynchronous invocation has ended."""

_LONGEST_MESSAGE = 1_024  # bytes of ErrorMessage


def invocation_record(
    function: FunctionId, request_id: str, payload: bytes, ran: Ran, *, condition: Condition, count: int, now: datetime
) -> dict[str, Any]:
    """Return what a destination receives.

    Args:
        function: the function.
        request_id: of the invocation.
        payload: what the function received.
        ran: its last attempt.
        condition: why it has ended.
        count: how many attempts there were.
        now: by the clock of the account.
    """
    failed = {"functionError": "Unhandled"} if ran.failed else {}
    return {
        "version": "1.0",
        "timestamp": f"{now:%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": function.qualified_arn,
            "condition": condition,
            "approximateInvokeCount": count,
        },
        "requestPayload": _json(payload),
        "responseContext": {"statusCode": 200, "executedVersion": LATEST, **failed},
        "responsePayload": _json(ran.payload),
    }


def send_record(arn: str, record: dict[str, Any], function: FunctionId, *, failed: bool) -> None:
    """Send a record to a queue, a topic, a bucket, an event bus or another function.

    Raises:
        Exception: whatever the service answers.
    """
    text = json.dumps(record, ensure_ascii=False)
    service = arn.split(":")[2]
    client = _client(service, arn, function)
    if service == "sqs":
        client.send_message(QueueUrl=sqs_queue_url_for_arn(arn), MessageBody=text)
    elif service == "sns":
        client.publish(TopicArn=arn, Message=text)
    elif service == "s3":
        day, second = record["timestamp"][:10].replace("-", "/"), record["timestamp"][:19].replace(":", ".")
        key = f"aws/lambda/async/{function.name}/{day}/{second}-{uuid.uuid4()}"
        client.put_object(Bucket=arn.rpartition(":")[2], Key=key, Body=text.encode())
    elif service == "lambda":
        client.invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())
    else:
        entry = {
            "EventBusName": arn,
            "Source": "lambda",
            "DetailType": f"Lambda Function Invocation Result - {'Failure' if failed else 'Success'}",
            "Resources": [function.qualified_arn, arn],
            "Detail": text,
        }
        (result,) = client.put_events(Entries=[entry])["Entries"]
        if "ErrorCode" in result:
            raise RuntimeError(f"{result['ErrorCode']}: {result['ErrorMessage']}")


def send_dead_letter(arn: str, payload: bytes, ran: Ran, request_id: str, function: FunctionId) -> None:
    """Send an event to the dead-letter queue of a function, or to the topic that is one.

    Raises:
        Exception: whatever the service answers.
    """
    message = error_message(ran).encode()[:_LONGEST_MESSAGE].decode("utf-8", "ignore")
    attributes = {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": message or "-"},
    }
    service = arn.split(":")[2]
    client = _client(service, arn, function)
    if service == "sqs":
        url = sqs_queue_url_for_arn(arn)
        client.send_message(QueueUrl=url, MessageBody=payload.decode(), MessageAttributes=attributes)
    else:
        client.publish(TopicArn=arn, Message=payload.decode(), MessageAttributes=attributes)


def error_message(ran: Ran) -> str:
    """Return the message of the error with which an invocation has ended."""
    answered = _json(ran.payload)
    return str(answered.get("errorMessage") or "") if isinstance(answered, dict) else ""


def _client(service: str, arn: str, function: FunctionId) -> Any:
    """Return the client of the function's account; the roles of functions are not evaluated."""
    clients = connect_to(aws_access_key_id=function.account, region_name=arn.split(":")[3] or function.region)
    if service == "lambda":
        return clients.lambda_  # its caller is the account, as with an execution role
    return getattr(clients, service).request_metadata(service_principal="lambda", source_arn=function.arn)


def _json(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
