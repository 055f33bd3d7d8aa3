"""Whether what a rule sends can arrive: policies, keys, dead-letter queues, retries."""

from collections.abc import Iterator

from pca_events.check.policies import admits
from pca_events.check.report import Finding, Level
from pca_events.infrastructure.model import Key, Queue, Rule, Unknown


def of_delivery(rule: Rule) -> Iterator[Finding]:
    """Yield what keeps events from arriving at the targets of a rule, or loses them."""
    for target in rule.targets or ():
        if target.queue is not None:
            yield from _of_queue(target.queue, f"target {target.name}", "error")
        if isinstance(target.dead_letter, Queue):
            yield from _of_queue(target.dead_letter, f"the dead-letter queue of {target.name}", "warning")
        elif target.dead_letter in (None, False):
            message = f"target {target.name} has no dead-letter queue: what cannot be delivered is lost after 24 hours"
            yield Finding("warning", "no-dead-letter-queue", message, "give it one", target.place)
        if not target.retry:
            message = f"target {target.name} has no retry policy: AWS tries for 24 hours, 185 times"
            yield Finding("note", "no-retry-policy", message, "leave it, if that is meant", target.place)


def _of_queue(queue: Queue, subject: str, level: Level) -> Iterator[Finding]:
    if admits(queue.policy, "sqs:SendMessage") is False:
        message = f"{subject}: the queue {queue.name} has no policy that lets events.amazonaws.com send to it"
        remedy = "allow sqs:SendMessage to the service events.amazonaws.com, with aws:SourceArn the ARN of the rule"
        yield Finding(level, "queue-policy", message, remedy, queue.place)
    yield from _of_key(queue.key, subject, queue, level)


def _of_key(key: Key | Unknown | str | None, subject: str, queue: Queue, level: Level) -> Iterator[Finding]:
    remedy = "allow kms:GenerateDataKey and kms:Decrypt to the service events.amazonaws.com"
    if key == "alias/aws/sqs":
        message = f"{subject}: the queue {queue.name} is encrypted with alias/aws/sqs, which EventBridge cannot use"
        yield Finding(level, "key-policy", message, "use a key of your own, or SSE-SQS", queue.place)
    elif isinstance(key, Key) and False in (
        admits(key.policy, f"kms:{verb}") for verb in ("GenerateDataKey", "Decrypt")
    ):
        message = f"{subject}: the key {key.name} of its queue does not let events.amazonaws.com use it"
        yield Finding(level, "key-policy", message, remedy, key.place)
