"""Event sources and subscribers of the Custom Event Bus in CloudFormation templates."""

from typing import Any

from pca_events.infrastructure.cloudformation.template import Stack
from pca_events.infrastructure.custom_event_bus import bus_by_arn, event_source, subscriber
from pca_events.infrastructure.model import CustomBus, Place, Reading, Target, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import Object, child

_BUS = "AWS::EventsV2::EventBus"


def read_custom_bus(stack: Stack) -> Reading:
    """Read the event sources and subscribers of a template."""
    reading = Reading()
    for name, held in stack.template.resources.items():
        if held.get("Type") not in ("AWS::EventsV2::EventSource", "AWS::EventsV2::Subscriber"):
            continue
        properties = stack.template.properties(name)
        if not isinstance(properties, Object):
            properties = Object()
        line, last_line = stack.spans[name]
        place, shown = stack.place(held, line), f"{stack.prefix}{name}"
        bus = _bus(stack, properties.get("EventBusArn"))
        if held.get("Type") == "AWS::EventsV2::Subscriber":
            target = _target(stack, properties, place, shown)
            reading.subscribers.append(subscriber(properties, place, last_line, shown, bus, target))
        elif (found := event_source(properties, place, last_line, shown, bus)) is not None:
            reading.event_sources.append(found)
    return reading


def _target(stack: Stack, properties: Object, place: Place, name: str) -> Target | None:
    invoke = child(properties, "InvokeConfiguration")
    arn = invoke.get("TargetArn")
    return None if arn is None else stack.targets.made(invoke, place, name, arn)


def _bus(stack: Stack, arn: Any) -> CustomBus | Unknown:
    """The bus of an ARN, with its place where it is a resource of the template."""
    if isinstance(arn, Reference) and stack.template.type_of(arn.resource) == _BUS:
        return CustomBus(arn.resource, Place(stack.file, stack.spans[arn.resource][0]))
    return bus_by_arn(arn)
