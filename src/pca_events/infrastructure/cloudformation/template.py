"""EventBridge rules in CloudFormation templates, CDK and SAM output included, with their targets."""

import re
from typing import Any

from pca_events.infrastructure.cloudformation.destinations import Destinations
from pca_events.infrastructure.cloudformation.intrinsics import LOOP, without_loops
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.embedded_json import arn_of, asks_for_read_only_calls, pattern_of, rule_arn
from pca_events.infrastructure.model import (
    DEFAULT_BUS,
    Destination,
    Reading,
    Rule,
    SourceLocation,
    Target,
    Unknown,
    Unreadable,
)
from pca_events.infrastructure.partial_values import Composed, Reference, wildcard_text
from pca_events.infrastructure.source_tree import Object, child, only_unknown, plain, shown

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
"""The ARN text before the name of a target that has a role, and the property that holds the name, by type."""
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
"""The service of each service-specific setting of a target, whatever its ARN."""
_NAMES = ("FunctionName", "QueueName", "TopicName", "LogGroupName", "StateMachineName", "Name")
_SERVICE = re.compile(r"arn:[^:]*:([a-z0-9-]+):")
_PREFIX = re.compile(r"(?:function|log-group|stateMachine|deliverystream|stream)[:/]([^:]+).*|event-bus/(.+)|([^:]+)")


class Targets:
    """Creates targets from the values in a template."""

    def __init__(self, template: Template, destinations: Destinations, file: str) -> None:
        self._template = template
        self._destinations = destinations
        self._file = file

    def read(self, listed: Any, line: int) -> tuple[Target, ...] | None:
        """The targets of a rule from its resolved `Targets`; None if they are unknown."""
        if listed is None:
            return ()
        if not isinstance(listed, list):
            return None
        return tuple(self._target(held, line) for held in listed)

    def _target(self, held: Any, line: int) -> Target:
        if not isinstance(held, Object):
            unknown = only_unknown(held) if isinstance(held, Unknown) else Unknown("a target that is not an object")
            place = SourceLocation(self._file, line)
            return Target(place, unknown.reason, arn=unknown, dead_letter=unknown, retry=True, role=unknown)
        name = shown(held.get("Id", ""))
        return self.made(held, SourceLocation(held.file or self._file, held.line or line), name, held.get("Arn"))

    def made(self, held: Object, place: SourceLocation, name: str, arn: Any, handler: str = "") -> Target:
        """A target with the settings that CloudFormation, SAM and `put-targets` have in common.

        Args:
            handler: the name of a target to which SAM or Serverless itself grants permission.
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
            input_template=text_or_unknown(child(held, "InputTransformer").get("InputTemplate")),
            constant=text_or_unknown(held.get("Input")),
            dead_letter=self.dead_letter(held.get("DeadLetterConfig")),
            dead_letter_arn=text_or_unknown(child(held, "DeadLetterConfig").get("Arn")) or "",
            retry=held.get("RetryPolicy") is not None,
            role=bool(handler) or self._destinations.roles.given(held.get("RoleArn")),
            address="" if handler else self._destinations.address_of(arn),
            own_arn="" if handler else self._own_arn(arn),
            message_group=_is_given(child(held, "SqsParameters").get("MessageGroupId")),
        )

    def dead_letter(self, config: Any) -> Destination | Unknown | bool | None:
        """The dead-letter queue of a `DeadLetterConfig`."""
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
        """The ARN of the referenced resource, if its type determines the ARN format."""
        kind = self._template.type_of(arn.resource) if isinstance(arn, Reference) else ""
        if kind not in _OWN_ARNS:
            return ""
        before, key = _OWN_ARNS[kind]
        properties = self._template.properties(arn.resource)
        return arn_of(self._kind(arn), properties.get(key) if isinstance(properties, Object) else None, before)

    def _handler(self, arn: Any) -> str:
        """The name to show: the resource name, else its logical ID, else the end of its ARN."""
        if isinstance(arn, Reference):
            properties = self._template.properties(arn.resource)
            named = (properties.get(key) for key in _NAMES) if isinstance(properties, Object) else ()
            return next((str(name) for name in named if isinstance(name, str)), arn.resource)
        parts = wildcard_text(arn).split(":", 5)
        found = _PREFIX.fullmatch(parts[5]) if len(parts) == 6 else None
        named_as = next((group for group in found.groups() if group), "") if found else ""
        return "" if "*" in named_as else named_as


def _is_given(value: Any) -> bool | Unknown:
    """Whether a value is set; an unknown parameter may be empty."""
    if isinstance(value, Unknown) and not isinstance(value, Reference | Composed):
        return Unknown(value.reason)
    return Unknown("a value that is empty by default") if value == "" else value is not None


def text_or_unknown(value: Any) -> str | Unknown | None:
    """The value as a plain string; None if it is missing."""
    if isinstance(value, Unknown):
        return only_unknown(value)
    return None if value is None else shown(value)


class Stack:
    """One template with all resources that its rules may refer to.

    Attributes:
        template: its values.
        destinations: what rules deliver to.
        targets: creates targets.
        file: the file that contains it.
        prefix: the start of each rule name: `StackSet/` for a nested template.
        faults: the errors in its loops.
        spans: the first and the last line of each resource.
    """

    def __init__(self, document: Object, file: str, prefix: str = "") -> None:
        self.file = file
        self.prefix = prefix
        document, self.faults = without_loops(document, Template(document).resolve, file)
        self.template = Template(document)
        self.spans = child(document, "Resources").spans
        places = {name: self.place(held, self.spans[name][0]) for name, held in self.template.resources.items()}
        self.destinations = Destinations(self.template, places, document.get("Transform"), prefix)
        self.targets = Targets(self.template, self.destinations, file)

    def place(self, held: Object, line: int) -> SourceLocation:
        """The location of a key in an object, which may come from another file."""
        return SourceLocation(held.file or self.file, line)

    def enabled(self, resource: str, state: Any) -> bool | Unknown:
        """Whether the rule of a resource is enabled.

        A condition that is false by default may be true in some deployment, so the state is then unknown.
        """
        condition = self.template.resources[resource].get("Condition")
        if condition is not None and self.template.conditions.holds(condition) is not True:
            return Unknown(f"condition {condition}")
        if isinstance(state, Unknown):
            return Unknown(state.reason)
        return state not in ("DISABLED", False, "false")

    def off(self, resource: str) -> str:
        """The condition of a resource that is false by default; empty if it is true or unknown."""
        condition = self.template.resources[resource].get("Condition")
        return f"condition {condition}" if self.template.conditions.holds(condition) is False else ""


def is_cloudformation(document: Any) -> bool:
    """Whether a document is a template: its resources have CloudFormation types."""
    resources = child(document, "Resources")
    if any(name.startswith(LOOP) for name in resources):
        return True
    types = (held.get("Type") for held in resources.values() if isinstance(held, Object))
    return any(isinstance(kind, str) and "::" in kind for kind in types)


def misplaced(stack: Stack, held: Object, key: str, name: str) -> Unreadable:
    """Report a key that is outside the `Properties` to which it belongs."""
    message = f"{name}: {key} is outside Properties, where it has no effect; move it into Properties"
    return Unreadable(stack.place(held, held.line_of(key)), message)


def bus_of(value: Any) -> str | Unknown:
    """The bus of a rule: a name, an ARN, a `Reference` to a resource, or the default bus if none is set."""
    return value if isinstance(value, Reference) else text_or_unknown(value) or DEFAULT_BUS


def read_resources(stack: Stack) -> Reading:
    """Read the rules that are `AWS::Events::Rule` resources."""
    reading = Reading(unreadable=list(stack.faults))
    for name, held in stack.template.resources.items():
        if held.get("Type") != "AWS::Events::Rule":
            continue
        if "EventPattern" in held:
            reading.unreadable.append(misplaced(stack, held, "EventPattern", name))
        if (rule := _rule(stack, name)) is not None:
            reading.rules.append(rule)
    return reading


def _rule(stack: Stack, name: str) -> Rule | None:
    properties = stack.template.properties(name)
    line, last_line = stack.spans[name]
    place = stack.place(stack.template.resources[name], line)
    if isinstance(properties, Unknown):
        pattern = Unknown(properties.reason)
        return Rule(place, last_line, f"{stack.prefix}{name}", pattern, targets=None)
    if properties.get("EventPattern") is None:
        return None
    pattern, lines = pattern_of(properties, "EventPattern")
    return Rule(
        place=place,
        last_line=last_line,
        name=f"{stack.prefix}{name}",
        pattern=pattern,
        lines=lines,
        bus=bus_of(properties.get("EventBusName")),
        enabled=stack.enabled(name, properties.get("State")),
        read_only_calls=asks_for_read_only_calls(properties.get("State")),
        targets=stack.targets.read(properties.get("Targets"), properties.line_of("Targets")),
        own_bus=stack.destinations.bus(properties.get("EventBusName")),
        arn=rule_arn(properties.get("Name"), properties.get("EventBusName")),
        off=stack.off(name),
    )
