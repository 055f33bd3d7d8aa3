"""Which service a target belongs to, and what a reader calls it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.wildcard_texts import wildcard_text

_OF_TYPE = {
    "aws_sqs_queue": "sqs",
    "aws_lambda_function": "lambda",
    "aws_lambda_alias": "lambda",
    "aws_sns_topic": "sns",
    "aws_cloudwatch_log_group": "logs",
    "aws_cloudwatch_event_bus": "events",
    "aws_cloudwatch_event_api_destination": "api-destination",
    "aws_sfn_state_machine": "states",
    "aws_kinesis_stream": "kinesis",
    "aws_kinesis_firehose_delivery_stream": "firehose",
    "aws_ecs_cluster": "ecs",
    "aws_batch_job_queue": "batch",
    "aws_codebuild_project": "codebuild",
    "aws_codepipeline": "codepipeline",
    "aws_ssm_document": "ssm",
    "aws_glue_workflow": "glue",
    "aws_redshift_cluster": "redshift",
    "aws_redshiftserverless_workgroup": "redshift-serverless",
    "aws_sagemaker_pipeline": "sagemaker",
    "aws_appsync_graphql_api": "appsync",
    "aws_inspector_assessment_template": "inspector",
}
BEFORE_NAME = {
    "aws_sfn_state_machine": "stateMachine:",
    "aws_kinesis_stream": "stream/",
    "aws_kinesis_firehose_delivery_stream": "deliverystream/",
    "aws_codebuild_project": "project/",
    "aws_codepipeline": "",
}
"""What stands before the name in the ARNs of targets that have a role, by type of resource."""

OF_BLOCK = {
    "ecs_target": "ecs",
    "batch_target": "batch",
    "kinesis_target": "kinesis",
    "redshift_target": "redshift",
    "run_command_targets": "ssm",
    "sagemaker_pipeline_target": "sagemaker",
    "appsync_target": "appsync",
    "sqs_target": "sqs",
}
"""The services whose settings a target has in a block, whatever its ARN is."""

_OF_OUTPUT = {"lambda": "lambda", "queue": "sqs", "topic": "sns", "state_machine": "states", "log_group": "logs"}
_NAMES = ("function_name", "name", "queue_name", "topic_name")


@dataclass(frozen=True)
class Service:
    """What an ARN says.

    Attributes:
        kind: the service, as ARNs have it, or api-destination; empty where it is not known.
        name: the function, queue or topic; empty where nothing names it.
    """

    kind: str = ""
    name: str = ""


def named_service(arn: Any) -> Service:
    """What an ARN belongs to, or the part of it that is known."""
    return _spelt(wildcard_text(arn))


def referred_service(arn: Reference, kind: str = "", get: Callable[[str], Any] = lambda _name: None) -> Service:
    """What a reference leads to.

    Args:
        arn: the reference.
        kind: the type of the resource, where that is known.
        get: gives the arguments of the resource.
    """
    first, _, label = re.sub(r"\[[^\[\]]*\]", "", arn.resource.removeprefix("data.")).partition(".")
    if first == "module" and not kind:
        kinds = [service for word, service in _OF_OUTPUT.items() if word in arn.attribute]
        return Service(kinds[0] if kinds else "", label)
    named = next((name for key in _NAMES if isinstance(name := get(key), str)), "")
    return Service(_OF_TYPE.get((kind or first).removeprefix("data."), ""), named or label.rpartition(".")[2])


def _spelt(arn: str) -> Service:
    fields = arn.split(":", 5)
    if len(fields) < 6 or fields[0] != "arn":
        bus = arn.rpartition(":event-bus/")
        return Service("events" if bus[1] else "", "" if "*" in bus[2] or not bus[1] else bus[2])
    kind = "" if "*" in fields[2] or fields[5].startswith("target/") else fields[2]
    if kind == "events" and fields[5].startswith("api-destination/"):
        return Service("api-destination", fields[5].split("/")[1])
    rest = fields[5].split(":")
    last = rest[1] if kind in ("lambda", "logs") and len(rest) > 1 else rest[-1]
    name = last if kind == "logs" else last.rpartition("/")[2]
    return Service(kind, "" if "*" in name else name)
