"""Whether events can arrive at the targets: permissions, keys, FIFO queues, dead-letter queues, retries, inputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pca_events import contract
from pca_events.catalog import documented
from pca_events.check.findings.permissions import EVENTBRIDGE, Grant, Permission, grant_of
from pca_events.check.findings.target_roles import target_role_findings
from pca_events.check.report import CodeName, Finding, Level
from pca_events.infrastructure.model import Destination, Key, Rule, Target, Unknown
from pca_events.infrastructure.partial_values import may_be_equal, read_arn, wildcard_text


@dataclass(frozen=True)
class _PolicyKind:
    """What EventBridge needs to deliver to a kind of destination.

    Attributes:
        code: the finding if it is missing.
        grant: what grants it: a policy, a permission.
        action: what EventBridge does.
    """

    noun: str
    code: CodeName
    grant: str
    action: str
    services: tuple[str, ...] = (EVENTBRIDGE,)


_KINDS = {
    "sqs": _PolicyKind("queue", "queue-policy", "queue policy", "sqs:SendMessage"),
    "sns": _PolicyKind("topic", "topic-policy", "topic policy", "sns:Publish"),
    "lambda": _PolicyKind("function", "lambda-permission", "permission", "lambda:InvokeFunction"),
    "logs": _PolicyKind(
        "log group",
        "log-policy",
        "resource policy of CloudWatch Logs",
        "logs:PutLogEvents",
        (EVENTBRIDGE, "delivery.logs.amazonaws.com"),
    ),
}
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_CONSOLE_LOGS = "/aws/events/*"


def delivery_findings(rule: Rule) -> Iterator[Finding]:
    """Yield what prevents delivery to the targets of a rule, or loses events."""
    for target in rule.targets or ():
        yield from _of_target(rule, target)
        yield from _of_dead_letter(rule, target)
        if not target.retry:
            message = f"target {target.name} has no retry policy: EventBridge retries for 24 hours, up to 185 times"
            yield Finding("note", "no-retry-policy", message, "no action needed if intended", target.place)


def _of_target(rule: Rule, target: Target) -> Iterator[Finding]:
    subject, to = f"target {target.name}", target.destination
    by_policy = target.role is False or target.kind == "logs"
    if to and to.kind in _KINDS and by_policy and not _is_named_by_console(to):
        yield from _of_policy(rule, to, subject, "warning" if to.kind == "logs" else "error")
        yield from _of_key(to, subject, "error")
    yield from _of_fifo(target)
    yield from target_role_findings(rule, target)
    own, there = _region_of(rule), _region_of_target(target)
    if own and there and own != there:
        message = f"{subject} is in {there}, but the rule is in {own}: only an event bus can be in another Region"
        remedy = f"send the events to an event bus in {there}, with a rule there for this target"
        yield Finding("error", "target-region", message, remedy, target.place)


def _of_fifo(target: Target) -> Iterator[Finding]:
    """Yield what a FIFO queue lacks; a queue outside the project is recognized by its name."""
    to, subject, elsewhere = target.destination, f"target {target.name}", read_arn(target.arn)
    fifo = to.kind == "sqs" and to.fifo if to else elsewhere.service == "sqs" and elsewhere.resource.endswith(".fifo")
    if fifo is not True:
        return
    name = to.name if to else elsewhere.resource
    if target.message_group is False:
        message = f"{subject}: the queue {name} is a FIFO queue, and the target has no message group ID"
        remedy = "set SqsParameters.MessageGroupId (Terraform: sqs_target.message_group_id)"
        yield Finding("error", "fifo-queue", message, remedy, target.place)
    if to and to.deduplicates is False:
        message = f"{subject}: the FIFO queue {name} has no content-based deduplication, which EventBridge needs"
        yield Finding("error", "fifo-queue", message, "enable content-based deduplication", to.place)


def _is_named_by_console(to: Destination) -> bool:
    """Whether a log group may be covered by the resource policy that the console creates for the account."""
    name = wildcard_text(to.arn).partition(":log-group:")[2]
    return to.kind == "logs" and not to.generated and may_be_equal(name, _CONSOLE_LOGS)


def _of_dead_letter(rule: Rule, target: Target) -> Iterator[Finding]:
    queue, subject = target.dead_letter, f"the dead-letter queue of {target.name}"
    place = queue.place if isinstance(queue, Destination) else target.place
    if isinstance(queue, Destination) and queue.kind == "sqs":
        yield from _of_policy(rule, queue, subject, "warning")
        yield from _of_key(queue, subject, "warning")
    if queue in (None, False):
        message = f"target {target.name} has no dead-letter queue: undelivered events are lost after 24 hours"
        yield Finding("warning", "no-dead-letter-queue", message, "add a dead-letter queue", target.place)
        return
    arn = read_arn(target.dead_letter_arn)
    kind = queue.kind if isinstance(queue, Destination) else arn.service
    name = queue.name if isinstance(queue, Destination) else arn.resource
    if kind not in ("", "sqs"):
        message = f"{subject} is {target.dead_letter_arn}, which is not a queue: EventBridge accepts only an SQS queue"
        yield Finding("error", "dead-letter-queue", message, "use the ARN of an SQS queue", target.place)
    elif (queue.fifo if isinstance(queue, Destination) else name.endswith(".fifo")) is True:
        message = f"{subject}: {name} is a FIFO queue; a dead-letter queue for EventBridge must be a standard queue"
        yield Finding("warning", "fifo-queue", message, "use a standard queue", place)
    region = read_arn(queue.arn).region if isinstance(queue, Destination) else arn.region
    yield from _of_regions(rule, target, region)


def _region_of(rule: Rule) -> str:
    return next((arn.region for arn in map(read_arn, (rule.arn, rule.bus)) if arn.region), "")


def _region_of_target(target: Target) -> str:
    """The Region of a target that must be in the Region of its rule; only an event bus can be in another."""
    return (
        "" if target.kind == "events" else read_arn(target.destination.arn if target.destination else target.arn).region
    )


def _of_regions(rule: Rule, target: Target, region: str) -> Iterator[Finding]:
    for what, other in (("the rule", _region_of(rule)), (f"target {target.name}", _region_of_target(target))):
        if region and other and region != other:
            message = f"the dead-letter queue of {target.name} is in {region}, but {what} is in {other}"
            remedy = "use a queue in the Region of the rule"
            yield Finding("warning", "dead-letter-queue", message, remedy, target.place)
            return


def _of_policy(rule: Rule, to: Destination, subject: str, level: Level) -> Iterator[Finding]:
    kind = _KINDS[to.kind]
    found = grant_of(to.policy, Permission(kind.action, to, rule, kind.services))
    if found.allowed is False:
        message = f"{subject}: {_reason(found, kind, to)}"
        principals = " and ".join(kind.services)
        remedy = f"allow {kind.action} to {principals}, with the {kind.noun} as Resource and the rule as aws:SourceArn"
        if to.kind == "lambda":
            named = f"{to.name}{to.qualifier}"
            remedy = f"allow {kind.action} on {named} to {principals}, with the ARN of the rule as source ARN"
        yield Finding(level, kind.code, message, remedy, to.place)


def _reason(found: Grant, kind: _PolicyKind, to: Destination) -> str:
    """Explain in one line why EventBridge cannot deliver."""
    if found.why == "denied":
        return f"the {kind.grant} of the {kind.noun} {to.name} denies {kind.action} to {EVENTBRIDGE}"
    if found.why == "resource" and to.kind == "lambda":
        return (
            f"the {kind.grant} is for {found.named}, but the target is {to.name}{to.qualifier}: a {kind.grant} for a "
            "version or an alias does not apply to the function, or vice versa"
        )
    if found.why == "resource":
        return (
            f"the {kind.grant} allows {kind.action} on {found.named}, which is not the ARN of the {kind.noun} {to.name}"
        )
    if found.why == "source":
        return f"the {kind.grant} of the {kind.noun} {to.name} is for {found.named}, which is not the ARN of this rule"
    if found.why == "account":
        return f"the {kind.grant} of the {kind.noun} {to.name} is for the account {found.named}, not that of this rule"
    return f"no {kind.grant} lets {' or '.join(kind.services)} use {kind.action} on the {kind.noun} {to.name}"


def _of_key(to: Destination, subject: str, level: Level) -> Iterator[Finding]:
    key, noun = to.key, _KINDS[to.kind].noun
    if isinstance(key, str):
        message = f"{subject}: the {noun} {to.name} is encrypted with {key}, which EventBridge cannot use"
        other = ", or SSE-SQS" if to.kind == "sqs" else ""
        yield Finding(level, "key-policy", message, f"use a customer managed key{other}", to.place)
    elif isinstance(key, Key) and any(
        grant_of(key.policy, Permission(action)).allowed is False for action in _KEY_ACTIONS
    ):
        message = f"{subject}: the key {key.name} of its {noun} does not let {EVENTBRIDGE} use it"
        remedy = f"allow kms:GenerateDataKey and kms:Decrypt to the service {EVENTBRIDGE}"
        yield Finding(level, "key-policy", message, remedy, key.place)


def unknown_inputs(target: Target, events: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each path that a target reads but some of these events lack, with the ids of those events."""
    for path in paths_read(target):
        missing = [event for event in events if path not in _paths(event)]
        if missing:
            yield path, missing


def paths_read(target: Target) -> list[str]:
    """Return every JSON path that a target reads, once."""
    paths: list[str | Unknown | None] = [target.input_path, *target.input_paths.values()]
    return list(dict.fromkeys(path for path in paths if isinstance(path, str)))


@cache
def _paths(event_id: str) -> frozenset[str]:
    """Every JSON path that exists in an event of this kind."""
    entry = documented(event_id)
    schema = contract.per_result(contract.schema_of()[entry.detail_type])[entry.result]
    fields = {field.path for field in contract.fields(schema)}
    return frozenset(fields | {"$", "$.resources[*]"})
