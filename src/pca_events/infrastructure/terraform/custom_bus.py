"""Event sources and subscribers of the Custom Event Bus, as the Terraform provider awscc has them."""

import os
from collections.abc import Callable
from typing import Any

from pca_events.infrastructure.custom_event_bus import bus_by_arn, event_source, from_snake_case, subscriber
from pca_events.infrastructure.model import CustomBus, Place, Reading, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.terraform.functions import Encoded

EVENT_SOURCE, SUBSCRIBER, BUS = "awscc_eventsv2_event_source", "awscc_eventsv2_subscriber", "awscc_eventsv2_event_bus"
KINDS = {EVENT_SOURCE, SUBSCRIBER}
_READ = (
    "configuration",
    "filter_configuration",
    "invoke_configuration",
    "on_failure_configuration",
    "state",
)


def read_custom_bus(kind: str, get: Callable[[str], Any], address: str, place: Place, last_line: int) -> Reading:
    """Read one event source or subscriber.

    Args:
        kind: its type.
        get: the value of an argument.
        address: of the resource, with that of its module.
        place: where it begins.
        last_line: where it ends.
    """
    written = {name: value for name in _READ if (value := _texts(get(name))) is not None}
    held = from_snake_case(written)
    held.line = place.line
    bus = _bus(get("event_bus_arn"), address, place)
    if kind == SUBSCRIBER:
        return Reading(subscribers=[subscriber(held, place, last_line, address, bus)])
    found = event_source(held, place, last_line, address, bus)
    return Reading(event_sources=[found] if found else [])


def _texts(value: Any) -> Any:
    """The same with JSON texts where `jsonencode` stands."""
    if isinstance(value, Encoded):
        return value.text()
    if isinstance(value, dict):
        return {str(key): _texts(held) for key, held in value.items()}
    return [_texts(held) for held in value] if isinstance(value, list | tuple) else value


def _bus(arn: Any, address: str, place: Place) -> CustomBus | Unknown:
    """The bus that an argument refers to, a resource of the same module where it is one."""
    if isinstance(arn, Reference) and arn.resource.startswith(f"{BUS}."):
        module = address.rpartition("awscc_eventsv2_")[0]
        return CustomBus(f"{module}{arn.resource}", Place(os.path.dirname(place.file), 1))
    return bus_by_arn(arn)
