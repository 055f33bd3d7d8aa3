"""Pages somebody about each CRL that could not be generated or stored."""

import json
import os
from functools import cache
from typing import Any

import boto3

ADVICE = {
    "Failed to write CRL to S3. Check your S3 bucket permissions.": "correct the policy of the bucket",
    "Failed to write CRL to S3. Internal failure.": "wait: AWS Private CA tries again every 15 minutes",
    "Failed to generate CRL. Internal failure.": "wait: AWS Private CA tries again every 15 minutes",
}


@cache
def queue() -> Any:
    """The client of the queue that the paging system reads."""
    return boto3.client("sqs")


def handler(event: dict[str, Any], context: Any) -> None:
    """Handle a notification of SNS."""
    for record in event["Records"]:
        page(json.loads(record["Sns"]["Message"]))


def page(event: dict[str, Any]) -> None:
    """Page somebody, once for each event: the queue drops what it has seen."""
    if event["detail-type"] != "ACM Private CA CRL Generation" or event["detail"]["result"] != "failure":
        return
    reason = event["detail"].get("reason", "no reason given")
    text = f"No CRL for {event['resources'][0]}: {reason} What to do: {ADVICE.get(reason, 'look at the CA')}."
    queue().send_message(
        QueueUrl=os.environ["PAGES"],
        MessageBody=text,
        MessageGroupId=event["resources"][0].rpartition("/")[2],
        MessageDeduplicationId=event["id"],
    )
