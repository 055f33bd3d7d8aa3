"""Whether a target lets EventBridge deliver: resource policies and key policies, read at each attempt."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from localstack.aws.api import CommonServiceException

from pca_events.eventbridge.failures import Failure
from pca_events.eventbridge.functions import function_host
from pca_events.eventbridge.publishing import Event
from pca_events.iam_policy import Decision, Request, evaluate

SERVICE = "events.amazonaws.com"
"""The service principal that a policy must name."""

_MOST_DECISIONS = 10_000  # that are kept
_KEY_ACTIONS = ("kms:GenerateDataKey", "kms:Decrypt")
_LOG_ACTIONS = ("logs:CreateLogStream", "logs:PutLogEvents")


def check_delivery(rule: Any, event: Event, target_arn: str, role_arn: str | None = None) -> None:
    """Check that a target exists and that its policies let EventBridge deliver for a rule.

    What the role of a target may do is not evaluated; with a role, only the policy of an event bus is.

    Raises:
        Failure: they do not.
    """
    _, _, service, region, account, name = target_arn.split(":", 5)
    if name.startswith("event-bus/"):
        if account != rule.account_id:
            _check_bus(rule, event, target_arn, role_arn)
    elif not role_arn and (check := _CHECKS.get(service)):
        check(rule, target_arn, account, region, name)


def _check_bus(rule: Any, event: Event, arn: str, role_arn: str | None) -> None:
    """Check the policy of an event bus of another account, which must name the account of the rule or the role."""
    from localstack.services.events.models import events_stores

    _, partition, _, region, account, name = arn.split(":", 5)
    bus = events_stores[account][region].event_buses.get(name.removeprefix("event-bus/"))
    if bus is None:
        raise Failure("NO_RESOURCE", f"the event bus {arn} does not exist")
    source = {"aws:sourcearn": rule.arn, "aws:sourceaccount": rule.account_id}
    caller = role_arn or f"arn:{partition}:iam::{rule.account_id}:root"
    decision = _of_bus(bus, event, caller, source)
    if not decision.allowed:
        reason = f"the policy of the event bus does not let {caller} call events:PutEvents: {decision.reason}"
        raise Failure("NO_PERMISSIONS", reason)


def check_publishing(bus: Any, event: Event) -> None:
    """Check that the policy of an event bus lets the account of an event publish it there, if the bus is another's.

    Raises:
        CommonServiceException: it does not; AWS rejects the whole request.
    """
    if bus.account_id == event["account"]:
        return
    caller = f"arn:{bus.arn.split(':')[1]}:iam::{event['account']}:root"
    decision = _of_bus(bus, event, caller, {})
    if not decision.allowed:
        because = (
            "with an explicit deny in a resource-based policy"
            if decision.why == "denied"
            else "because no resource-based policy allows the events:PutEvents action"
        )
        message = f"User: {caller} is not authorized to perform: events:PutEvents on resource: {bus.arn} {because}"
        raise CommonServiceException("AccessDeniedException", message, 400)


def _of_bus(bus: Any, event: Event, caller: str, source: dict[str, str]) -> Decision:
    context = {
        **source,
        "aws:principalaccount": event["account"],
        "aws:securetransport": "true",
        "events:source": event["source"],
        "events:detail-type": event["detail-type"],
    }
    return evaluate(bus.policy, Request("events:PutEvents", bus.arn, caller=caller, context=context))


def _check_queue(rule: Any, arn: str, account: str, region: str, name: str) -> None:
    from localstack.services.sqs.models import sqs_stores

    queue = sqs_stores[account][region].queues.get(name)
    if queue is None:
        raise Failure("NO_RESOURCE", f"the queue {arn} does not exist")
    attributes: dict[Any, str] = queue.attributes
    _require(attributes.get("Policy"), "sqs:SendMessage", arn, rule, "the queue's policy")
    _check_key(attributes.get("KmsMasterKeyId"), account, region, rule)


def _check_topic(rule: Any, arn: str, account: str, region: str, _name: str) -> None:
    from moto.sns.models import sns_backends

    topic = sns_backends[account][region].topics.get(arn)
    if topic is None:
        raise Failure("NO_RESOURCE", f"the topic {arn} does not exist")
    _require(topic.policy, "sns:Publish", arn, rule, "the topic's policy")
    _check_key(topic.kms_master_key_id, account, region, rule)


def _check_function(rule: Any, arn: str, account: str, region: str, name: str) -> None:
    policy = host.policy_of(arn) if (host := function_host()) else _stock_policy(account, region, name)
    if policy is None:
        raise Failure("NO_RESOURCE", f"the function {arn} does not exist")
    _require(policy, "lambda:InvokeFunction", arn.removesuffix(":$LATEST"), rule, "the function's policy")


def _stock_policy(account: str, region: str, name: str) -> str | None:
    """The policy of a function of LocalStack's own Lambda."""
    from localstack.services.lambda_.invocation.models import lambda_stores

    _, function_name, *qualifiers = name.split(":")
    function = lambda_stores[account][region].functions.get(function_name)
    if function is None:
        return None
    granted = function.permissions.get(qualifiers[0] if qualifiers else "$LATEST")
    statements = [] if granted is None else granted.policy.Statement
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _check_log_group(rule: Any, arn: str, account: str, region: str, name: str) -> None:
    from moto.logs.models import logs_backends

    logs = logs_backends[account][region]
    group = name.split(":")[1]
    if group not in logs.groups:
        raise Failure("NO_RESOURCE", f"the log group {group} does not exist")
    documents = [json.loads(each.policy_document) for each in logs.resource_policies.values()]
    statements = [statement for document in documents for statement in _listed(document.get("Statement"))]
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    for action in _LOG_ACTIONS:
        _require(policy, action, f"{arn.removesuffix(':*')}:log-stream:any", rule, "no resource policy of the account")


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []


def _check_key(key_id: str | None, account: str, region: str, rule: Any) -> None:
    """Check the key of an encrypted queue or topic."""
    if not key_id:
        return
    if key_id.rpartition("alias/")[2].startswith("aws/"):
        raise Failure("NO_PERMISSIONS", f"EventBridge cannot use the AWS managed key {key_id}; its policy is fixed")
    key = _key(key_id, account, region)
    if key is None:
        raise Failure("NO_RESOURCE", f"the key {key_id} does not exist")
    for action in _KEY_ACTIONS:
        _require(key.policy, action, key.metadata["Arn"], rule, "the key's policy")


def _key(key_id: str, account: str, region: str) -> Any:
    from localstack.services.kms.models import kms_stores

    if key_id.startswith("arn:"):
        _, _, _, region, account, key_id = key_id.split(":", 5)
    store = kms_stores[account][region]
    if key_id.startswith("alias/"):
        alias = store.aliases.get(key_id)
        key_id = alias.metadata["TargetKeyId"] if alias else ""
    return store.keys.get(key_id.removeprefix("key/"))


def _require(policy: str | None, action: str, resource: str, rule: Any, what: str) -> None:
    """Require that a policy lets EventBridge do something for a rule.

    Raises:
        Failure: it does not.
    """
    decision = _decision(policy, action, resource, rule.arn, rule.account_id)
    if not decision.allowed:
        reason = f"{what} does not let {SERVICE} call {action} for {rule.arn}: {decision.reason}"
        raise Failure("NO_PERMISSIONS", reason)


@lru_cache(maxsize=_MOST_DECISIONS)
def _decision(policy: str | None, action: str, resource: str, rule_arn: str, account: str) -> Decision:
    context = {
        "aws:sourcearn": rule_arn,
        "aws:sourceaccount": account,
        "aws:securetransport": "true",
        "aws:principalisawsservice": "true",
        "aws:principalservicename": SERVICE,
    }
    request = Request(action, resource, services=(SERVICE,), context=context)
    return evaluate(json.loads(policy) if policy else None, request)


_CHECKS: dict[str, Callable[[Any, str, str, str, str], None]] = {
    "sqs": _check_queue,
    "sns": _check_topic,
    "lambda": _check_function,
    "logs": _check_log_group,
}
