"""Targets that PutTargets accepts, as AWS does, and that nothing in this LocalStack can invoke."""

import logging
from functools import lru_cache

from pca_events.eventbridge.failures import Failure
from pca_events.eventbridge.functions import function_host

LOG = logging.getLogger(__name__)

_ALWAYS_THERE = ("events", "logs", "sns", "sqs")
_SERVED_BY = {
    "apigateway": "apigateway",
    "execute-api": "apigateway",
    "firehose": "firehose",
    "kinesis": "kinesis",
    "states": "stepfunctions",
    "stepfunctions": "stepfunctions",
}
"""The services that LocalStack's EventBridge calls, each with the service of LocalStack that must start for it."""


def warn_if_unavailable(rule: str, arn: str) -> None:
    """Log a warning for a target that was accepted and cannot be invoked."""
    if failure := unavailability(arn):
        LOG.warning("target %s of rule %s: %s", arn, rule, failure.message)


def refuse_unavailable(rule: str, arn: str) -> None:
    """Raise the failure of a delivery to a target that nothing here can invoke, after a line in the log.

    Raises:
        Failure: it cannot be invoked.
    """
    if failure := unavailability(arn):
        LOG.warning("an event for target %s of rule %s is not delivered: %s", arn, rule, failure.message)
        raise failure


def unavailability(arn: str) -> Failure | None:
    """Return why nothing here can invoke a target; None if something can."""
    service = arn.split(":")[2]
    if service in _ALWAYS_THERE:
        return None
    if service == "lambda":
        return _of_function(arn)
    if service not in _SERVED_BY:
        return _failure(f"LocalStack's EventBridge does not call {service or 'such a target'}")
    cause = _why_not_started(_SERVED_BY[service])
    return _failure(f"{_SERVED_BY[service]} does not start in this LocalStack ({cause})") if cause else None


def _of_function(arn: str) -> Failure | None:
    if host := function_host():
        if host.policy_of(arn) is not None:
            return None
        how = "pca-events localstack --function NAME=ENTRY runs one"
        return _failure(f"the function {arn} does not exist; {how}", "NO_RESOURCE")
    # Their imports look for Docker, so they are not made before a function is a target.
    from localstack.services.lambda_.invocation.models import lambda_stores
    from localstack.utils.docker_utils import DOCKER_CLIENT

    _, _, _, region, account, name = arn.split(":", 5)
    exists = name.split(":")[1:2] and name.split(":")[1] in lambda_stores[account][region].functions
    if DOCKER_CLIENT.has_docker():
        return None if exists else _failure(f"the function {arn} does not exist", "NO_RESOURCE")
    no_docker = "LocalStack runs functions in Docker, which is not available"
    return _failure(no_docker) if exists else _failure(f"the function {arn} does not exist; {no_docker}", "NO_RESOURCE")


def _failure(cause: str, code: str = "") -> Failure:
    return Failure(code, f"accepted; nothing here can invoke it: {cause}")


@lru_cache(maxsize=len(_SERVED_BY))
def _why_not_started(name: str) -> str:
    from localstack.services.plugins import SERVICE_PLUGINS

    try:
        SERVICE_PLUGINS.require(name)
    except Exception as error:
        return str(error) or type(error).__name__
    return ""
