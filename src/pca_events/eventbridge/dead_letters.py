"""Dead-letter queues: where events go that were not delivered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localstack.aws.connect import connect_to
from localstack.utils.aws.arns import sqs_queue_url_for_arn
from localstack.utils.aws.client_types import ServicePrincipal

from pca_events.eventbridge.failures import Failure, failure_of
from pca_events.eventbridge.permissions import check_delivery
from pca_events.eventbridge.publishing import Event
from pca_events.eventbridge.target_input import compact


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that was not delivered to a target.

    Attributes:
        event: the whole event.
        rule: LocalStack's model of the rule.
        target: as PutTargets got it.
        failure: of the last attempt.
        retries: how many were made.
        exhausted: the limit that ended the retries; empty if the failure did not allow any.
    """

    event: Event
    rule: Any
    target: Mapping[str, Any]
    failure: Failure
    retries: int
    exhausted: str

    @property
    def attributes(self) -> dict[str, dict[str, str]]:
        """The message attributes that tell why the event was not delivered."""
        texts = {
            "RULE_ARN": self.rule.arn,
            "TARGET_ARN": self.target["Arn"],
            "ERROR_CODE": self.failure.code,
            "ERROR_MESSAGE": self.failure.message,
            "RETRY_ATTEMPTS": str(self.retries),
            "EXHAUSTED_RETRY_CONDITION": self.exhausted,
        }
        return {name: {"DataType": "String", "StringValue": text} for name, text in texts.items() if text}


def send_dead_letter(letter: DeadLetter) -> str:
    """Send a dead letter to the queue of its target, and return the outcome, for the trace."""
    queue = (letter.target.get("DeadLetterConfig") or {}).get("Arn")
    if not queue or not letter.failure.code:
        return "dropped"
    try:
        check_delivery(letter.rule, letter.event, queue)
        rule = letter.rule
        client = connect_to(aws_access_key_id=rule.account_id, region_name=rule.region).sqs.request_metadata(
            service_principal=ServicePrincipal.events, source_arn=rule.arn
        )
        client.send_message(
            QueueUrl=sqs_queue_url_for_arn(queue),
            MessageBody=compact(letter.event),
            MessageAttributes=letter.attributes,
        )
    except Exception as error:
        return f"dropped: not accepted by the dead-letter queue {queue}: {failure_of(error)}"
    return f"sent to the dead-letter queue {queue}"
