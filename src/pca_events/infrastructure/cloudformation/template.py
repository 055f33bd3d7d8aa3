"""EventBridge rules in CloudFormation templates, also in those that CDK and SAM make."""

from typing import Any

from pca_events.infrastructure.cloudformation.destinations import Destinations
from pca_events.infrastructure.cloudformation.targets import Targets, text_or_unknown
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.event_patterns import read_pattern
from pca_events.infrastructure.model import DEFAULT_BUS, Place, Reading, Rule, Unknown, Unreadable
from pca_events.infrastructure.partial_values import joined
from pca_events.infrastructure.resource_policies import arn_of
from pca_events.infrastructure.source_tree import Object, child


class Stack:
    """One template with everything that its rules may refer to.

    Attributes:
        template: its values.
        destinations: what rules deliver to.
        targets: makes targets.
        file: where it stands.
        spans: the first and the last line of each resource.
    """

    def __init__(self, document: Object, file: str) -> None:
        self.file = file
        self.template = Template(document)
        self.spans = child(document, "Resources").spans
        places = {name: Place(file, self.spans[name][0]) for name in self.template.resources}
        self.destinations = Destinations(self.template, places, document.get("Transform"))
        self.targets = Targets(self.template, self.destinations, file)

    def enabled(self, resource: str, state: Any) -> bool | Unknown:
        """Whether a rule of a resource is on.

        A condition that does not hold by the defaults holds in some deployment, so it leaves the rule in question.
        """
        condition = self.template.resources[resource].get("Condition")
        if condition is not None and self.template.conditions.holds(condition) is not True:
            return Unknown(f"condition {condition}")
        if isinstance(state, Unknown):
            return Unknown(state.reason)
        return state not in ("DISABLED", False, "false")


def is_cloudformation(document: Any) -> bool:
    """Whether a document is a template: its resources have types as CloudFormation writes them."""
    resources = child(document, "Resources").values()
    types = (held.get("Type") for held in resources if isinstance(held, Object))
    return any(isinstance(kind, str) and "::" in kind for kind in types)


def read_cloudformation(document: Object, file: str) -> Reading:
    """Read the rules of a template; those within SAM functions are for `read_sam`."""
    return read_resources(Stack(document, file))


def read_resources(stack: Stack) -> Reading:
    """Read the rules that are resources of their own."""
    reading = Reading()
    for name, held in stack.template.resources.items():
        if held.get("Type") == "AWS::Events::Rule" and (rule := _rule(stack, name)) is not None:
            reading.rules.append(rule)
    for name, (line, _) in stack.spans.items():
        if name.startswith("Fn::ForEach"):
            message = f"{name} is a loop, which check does not follow; give it the template as it is deployed"
            reading.unreadable.append(Unreadable(Place(stack.file, line), message))
    return reading


def _rule(stack: Stack, name: str) -> Rule | None:
    properties = stack.template.properties(name)
    line, last_line = stack.spans[name]
    if isinstance(properties, Unknown):
        return Rule(Place(stack.file, line), last_line, name, Unknown(properties.reason), targets=None)
    if properties.get("EventPattern") is None:
        return None
    pattern, lines = read_pattern(properties["EventPattern"], properties.line_of("EventPattern"))
    return Rule(
        place=Place(stack.file, line),
        last_line=last_line,
        name=name,
        pattern=pattern,
        lines=lines,
        bus=text_or_unknown(properties.get("EventBusName")) or DEFAULT_BUS,
        enabled=stack.enabled(name, properties.get("State")),
        targets=stack.targets.read(properties.get("Targets"), properties.line_of("Targets")),
        own_bus=stack.destinations.bus(properties.get("EventBusName")),
        arn=_arn(properties.get("Name"), properties.get("EventBusName")),
    )


def _arn(name: Any, bus: Any) -> Unknown:
    """The ARN of a rule; on an event bus other than the default one the name of the bus stands before its own."""
    named = name if isinstance(name, str | Unknown) else Unknown("its name")
    return arn_of("events", named if bus in (None, "", DEFAULT_BUS) else joined([Unknown("bus"), named]), "rule/")
