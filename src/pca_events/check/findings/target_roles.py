"""The RoleArn of targets: which need one, who can assume the role, and whether it allows what EventBridge does.

Sources: PutTargets, "IAM roles for sending events to targets" and "Using resource-based policies for Amazon
EventBridge" in the EventBridge user guide.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pca_events.check.findings.permissions import EVENTBRIDGE, Permission, grant_of
from pca_events.check.report import Finding
from pca_events.infrastructure.model import Destination, Role, Rule, Subscriber, Target


@dataclass(frozen=True)
class _RoleUse:
    """What EventBridge does to a kind of target.

    Attributes:
        noun: the name of the kind of target.
        actions: the actions, of which the role must allow one.
        needs_role: whether AWS rejects the target without a role.
        named: whether the resource of the action is the ARN of the target.
    """

    noun: str
    actions: tuple[str, ...]
    needs_role: bool = True
    named: bool = True


_STATEMENTS = ("redshift-data:ExecuteStatement", "redshift-data:BatchExecuteStatement")
_KINDS = {
    "states": _RoleUse("Step Functions", ("states:StartExecution", "states:StartSyncExecution")),
    "kinesis": _RoleUse("a Kinesis stream", ("kinesis:PutRecord", "kinesis:PutRecords")),
    "firehose": _RoleUse("a Firehose stream", ("firehose:PutRecord", "firehose:PutRecordBatch")),
    "ecs": _RoleUse("an ECS task", ("ecs:RunTask",), named=False),
    "batch": _RoleUse("a Batch job", ("batch:SubmitJob",), named=False),
    "codebuild": _RoleUse("CodeBuild", ("codebuild:StartBuild",)),
    "codepipeline": _RoleUse("CodePipeline", ("codepipeline:StartPipelineExecution",)),
    "api-destination": _RoleUse("an API destination", ("events:InvokeApiDestination",)),
    "ssm": _RoleUse("Systems Manager", ("ssm:SendCommand", "ssm:StartAutomationExecution"), named=False),
    "redshift": _RoleUse("the Redshift Data API", _STATEMENTS, named=False),
    "redshift-serverless": _RoleUse("the Redshift Data API", _STATEMENTS, named=False),
    "sagemaker": _RoleUse("a SageMaker pipeline", ("sagemaker:StartPipelineExecution",)),
    "glue": _RoleUse("a Glue workflow", ("glue:NotifyEvent",)),
    "appsync": _RoleUse("AppSync", ("appsync:GraphQL",), named=False),
    "inspector": _RoleUse("Amazon Inspector", ("inspector:StartAssessmentRun",), named=False),
    "events": _RoleUse("an event bus", ("events:PutEvents", "events:PutRawEvents"), needs_role=False),
    "sqs": _RoleUse("a queue", ("sqs:SendMessage",), needs_role=False),
    "sns": _RoleUse("a topic", ("sns:Publish",), needs_role=False),
    "lambda": _RoleUse("a function", ("lambda:InvokeFunction",), needs_role=False),
}
"""By the service of the ARN."""

_RUN = ("document/", "automation-definition/")
"""The prefixes of Systems Manager resources that need a role; an OpsItem needs none."""


def target_role_findings(rule: Rule, target: Target) -> Iterator[Finding]:
    """Yield the findings about the role of a target."""
    subject, kind = f"target {target.name}", _KINDS.get(target.kind)
    if target.kind == "logs" and (target.role is True or isinstance(target.role, Role)):
        message = f"{subject} has a RoleArn: CloudWatch Logs uses its resource policy instead"
        yield Finding("warning", "target-role", message, "remove the RoleArn", target.place)
    elif kind is None:
        return
    elif isinstance(target.role, Role):
        yield from _of_known(rule, target, target.role, kind)
    elif target.role is False and kind.needs_role and _is_run(target):
        message = f"{subject} has no RoleArn, which AWS requires for {kind.noun}"
        remedy = "give the target a role that events.amazonaws.com can assume; the role of the rule does not apply"
        yield Finding("error", "target-role", message, remedy, target.place)
    elif target.role is False and target.kind == "events":
        message = f"{subject} has no RoleArn: AWS documents an IAM role for every target that is an event bus"
        remedy = "give the target a role with events:PutEvents on the bus"
        yield Finding("warning", "target-role", message, remedy, target.place)


def subscriber_role_findings(found: Subscriber) -> Iterator[Finding]:
    """Yield the findings about the role with which a subscriber invokes its target; the API requires one."""
    target = found.target
    if target is None:
        return
    if isinstance(target.role, Role):
        yield from _of_known(None, target, target.role, _KINDS.get(target.kind))
    elif target.role is False:
        message = "has no RoleArn in its InvokeConfiguration, which AWS requires for every target"
        remedy = "give it a role that events.amazonaws.com can assume and that allows the action on the target"
        yield Finding("error", "target-role", message, remedy, found.place)


def _is_run(target: Target) -> bool:
    fields = str(target.arn).split(":", 5)
    return target.kind != "ssm" or len(fields) < 6 or fields[5].startswith(_RUN)


def _of_known(rule: Rule | None, target: Target, role: Role, kind: _RoleUse | None) -> Iterator[Finding]:
    subject = f"target {target.name}"
    if grant_of(role.trust, Permission("sts:AssumeRole", rule=rule)).allowed is False:
        message = f"{subject}: the trust policy of the role {role.name} does not let {EVENTBRIDGE} assume it"
        remedy = f"allow sts:AssumeRole to the service {EVENTBRIDGE} in its trust policy"
        yield Finding("error", "target-role", message, remedy, role.place)
    if kind is None:
        return
    to = target.destination or Destination(
        target.kind, target.place, target.name, target.address, target.own_arn or target.arn
    )
    permissions = [Permission(action, to if kind.named else None, services=()) for action in kind.actions]
    found = [grant_of(role.policy, each) for each in permissions]
    if any(each.allowed is not False for each in found):
        return
    other = next((each.named for each in found if each.why == "resource"), "")
    if any(each.why == "denied" for each in found):
        message = f"{subject}: a policy of the role {role.name} denies {kind.actions[0]}"
    elif other:
        message = f"{subject}: the role {role.name} allows {kind.actions[0]} on {other}, which is not the target"
    else:
        message = f"{subject}: no policy of the role {role.name} allows {kind.actions[0]}"
    remedy = f"allow {kind.actions[0]}" + (" on the ARN of the target" if kind.named else "")
    yield Finding("error", "target-role", message, remedy, role.place)
