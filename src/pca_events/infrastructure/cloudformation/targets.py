"""The targets of CloudFormation rules: what they are, what they read of an event, where their failures go."""

import re
from typing import Any

from pca_events.infrastructure.cloudformation.destinations import Destinations
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.model import Destination, Place, Target, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import arn_of
from pca_events.infrastructure.source_tree import Object, child, only_unknown, plain, shown
from pca_events.infrastructure.wildcard_texts import wildcard_text

_SERVICES = {
    "AWS::StepFunctions::StateMachine": "states",
    "AWS::Serverless::StateMachine": "states",
    "AWS::Serverless::Function": "lambda",
    "AWS::KinesisFirehose::DeliveryStream": "firehose",
    "AWS::Events::ApiDestination": "api-destination",
    "AWS::RedshiftServerless::Workgroup": "redshift-serverless",
}
_OWN_ARNS = {
    "AWS::StepFunctions::StateMachine": ("stateMachine:", "StateMachineName"),
    "AWS::Serverless::StateMachine": ("stateMachine:", "Name"),
    "AWS::Kinesis::Stream": ("stream/", "Name"),
    "AWS::KinesisFirehose::DeliveryStream": ("deliverystream/", "DeliveryStreamName"),
    "AWS::CodeBuild::Project": ("project/", "Name"),
    "AWS::CodePipeline::Pipeline": ("", "Name"),
}
"""What stands before the name in the ARNs of targets that have a role, and the property that is the name, by type."""
_PARAMETERS = {
    "EcsParameters": "ecs",
    "BatchParameters": "batch",
    "KinesisParameters": "kinesis",
    "RedshiftDataParameters": "redshift",
    "RunCommandParameters": "ssm",
    "SageMakerPipelineParameters": "sagemaker",
    "AppSyncParameters": "appsync",
    "SqsParameters": "sqs",
}
"""The services whose settings a target has, whatever its ARN is."""
_NAMES = ("FunctionName", "QueueName", "TopicName", "LogGroupName", "StateMachineName", "Name")
_SERVICE = re.compile(r"arn:[^:]*:([a-z0-9-]+):")
_PREFIX = re.compile(r"(?:function|log-group|stateMachine|deliverystream|stream)[:/]([^:]+).*|event-bus/(.+)|([^:]+)")


class Targets:
    """Makes targets of what a template says about them."""

    def __init__(self, template: Template, destinations: Destinations, file: str) -> None:
        self._template = template
        self._destinations = destinations
        self._file = file

    def read(self, listed: Any, line: int) -> tuple[Target, ...] | None:
        """The targets of a rule, from its worked out `Targets`; None where they cannot be known."""
        if listed is None:
            return ()
        if not isinstance(listed, list):
            return None
        return tuple(self._target(held, line) for held in listed)

    def _target(self, held: Any, line: int) -> Target:
        if not isinstance(held, Object):
            unknown = only_unknown(held) if isinstance(held, Unknown) else Unknown("a target that is no object")
            place = Place(self._file, line)
            return Target(place, unknown.reason, arn=unknown, dead_letter=unknown, retry=True, role=unknown)
        name = shown(held.get("Id", ""))
        return self.made(held, Place(held.file or self._file, held.line or line), name, held.get("Arn"))

    def made(self, held: Object, place: Place, name: str, arn: Any, handler: str = "") -> Target:
        """A target with the settings that CloudFormation, SAM and `put-targets` write alike.

        Args:
            handler: what it is called, for a target to which SAM or Serverless gives permission itself.
        """
        paths = child(held, "InputTransformer", "InputPathsMap")
        return Target(
            place=place,
            name=name,
            kind=self._kind(arn) or next((_PARAMETERS[key] for key in held if key in _PARAMETERS), ""),
            arn=str(arn) if isinstance(arn, str) else plain(arn) if isinstance(arn, Unknown) else Unknown("its ARN"),
            handler=handler or self._handler(arn),
            destination=None if handler else self._destinations.find(arn),
            input_path=text_or_unknown(held.get("InputPath")),
            input_paths={key: path for key in paths if (path := text_or_unknown(paths[key])) is not None},
            dead_letter=self.dead_letter(held.get("DeadLetterConfig")),
            dead_letter_arn=text_or_unknown(child(held, "DeadLetterConfig").get("Arn")) or "",
            retry=held.get("RetryPolicy") is not None,
            role=bool(handler) or self._destinations.roles.given(held.get("RoleArn")),
            address="" if handler else self._destinations.address_of(arn),
            own_arn="" if handler else self._own_arn(arn),
            message_group=_is_given(child(held, "SqsParameters").get("MessageGroupId")),
        )

    def dead_letter(self, config: Any) -> Destination | Unknown | bool | None:
        """The dead-letter queue that a `DeadLetterConfig` names."""
        if isinstance(config, Unknown):
            return Unknown(config.reason)
        if not isinstance(config, Object):
            return None
        if config.get("Arn") is None:
            return True if config.get("Type") else None
        return self._destinations.find(config["Arn"]) or True

    def _kind(self, arn: Any) -> str:
        if isinstance(arn, Reference):
            kind = self._template.type_of(arn.resource)
            return _SERVICES.get(kind, kind.split("::")[1].lower() if kind.count("::") == 2 else "")
        text = wildcard_text(arn)
        found = _SERVICE.match(text)
        if ":api-destination/" in text or ":event-bus/" in text:
            return "events" if ":event-bus/" in text else "api-destination"
        return found[1] if found and ":target/" not in text else ""

    def _own_arn(self, arn: Any) -> str | Unknown:
        """The ARN of the resource that an ARN refers to, where its type says how that is made."""
        kind = self._template.type_of(arn.resource) if isinstance(arn, Reference) else ""
        if kind not in _OWN_ARNS:
            return ""
        before, key = _OWN_ARNS[kind]
        properties = self._template.properties(arn.resource)
        return arn_of(self._kind(arn), properties.get(key) if isinstance(properties, Object) else None, before)

    def _handler(self, arn: Any) -> str:
        """What a reader would call it: the name it has, else its logical id, else the end of its ARN."""
        if isinstance(arn, Reference):
            properties = self._template.properties(arn.resource)
            named = (properties.get(key) for key in _NAMES) if isinstance(properties, Object) else ()
            return next((str(name) for name in named if isinstance(name, str)), arn.resource)
        parts = wildcard_text(arn).split(":", 5)
        found = _PREFIX.fullmatch(parts[5]) if len(parts) == 6 else None
        named_as = next((group for group in found.groups() if group), "") if found else ""
        return "" if "*" in named_as else named_as


def _is_given(value: Any) -> bool | Unknown:
    """Whether a value is given; a parameter that is not known may be empty."""
    if isinstance(value, Unknown) and not isinstance(value, Reference | Composed):
        return Unknown(value.reason)
    return Unknown("a value that is empty by default") if value == "" else value is not None


def text_or_unknown(value: Any) -> str | Unknown | None:
    """A text without its lines; what is neither text nor unknown is none."""
    if isinstance(value, Unknown):
        return only_unknown(value)
    return None if value is None else shown(value)
