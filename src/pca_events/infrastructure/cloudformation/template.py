"""EventBridge rules in CloudFormation templates, also in those that CDK and SAM make."""

from typing import Any

from pca_events.infrastructure.cloudformation.destinations import Destinations
from pca_events.infrastructure.cloudformation.loops import LOOP, without_loops
from pca_events.infrastructure.cloudformation.targets import Targets, text_or_unknown
from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.event_patterns import pattern_of
from pca_events.infrastructure.model import (
    DEFAULT_BUS,
    Place,
    Reading,
    Rule,
    Unknown,
    Unreadable,
    asks_for_read_only_calls,
)
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.resource_policies import rule_arn
from pca_events.infrastructure.source_tree import Object, child


class Stack:
    """One template with everything that its rules may refer to.

    Attributes:
        template: its values.
        destinations: what rules deliver to.
        targets: makes targets.
        file: where it stands.
        prefix: what the names of its rules begin with: `StackSet/` for a template within another.
        faults: what is wrong with its loops.
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

    def place(self, held: Object, line: int) -> Place:
        """The place of something within an object, which may come from another file."""
        return Place(held.file or self.file, line)

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
    resources = child(document, "Resources")
    if any(name.startswith(LOOP) for name in resources):
        return True
    types = (held.get("Type") for held in resources.values() if isinstance(held, Object))
    return any(isinstance(kind, str) and "::" in kind for kind in types)


def misplaced(stack: Stack, held: Object, key: str, name: str) -> Unreadable:
    """Say that a key stands beside the `Properties` to which it belongs."""
    message = f"{name}: {key} stands beside Properties, where it has no effect; move it into Properties"
    return Unreadable(stack.place(held, held.line_of(key)), message)


def bus_of(value: Any) -> str | Unknown:
    """The bus of a rule: its name or ARN, a `Reference` where it is a resource, the default bus where none is given."""
    return value if isinstance(value, Reference) else text_or_unknown(value) or DEFAULT_BUS


def read_resources(stack: Stack) -> Reading:
    """Read the rules that are resources of their own."""
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
    )
