"""A handler that puts issued certificates into a queue; run_handler.py runs it behind a rule."""

import json
from typing import Any

import boto3


def handler(event: dict[str, Any], _context: object) -> None:
    """Put the certificate of an event into the inventory."""
    authority, certificate = event["resources"]
    sqs = boto3.client("sqs")
    queue = sqs.create_queue(QueueName="inventory")["QueueUrl"]
    item = {"certificate": certificate, "authority": authority, "result": event["detail"]["result"]}
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps(item))
