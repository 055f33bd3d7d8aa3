"""Event patterns outside `aws_cloudwatch_event_rule`: Cloud Control, archives, pipes, Custom Event Bus, templates."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from pca_events.infrastructure.checked_tree import looks_like_ours
from pca_events.infrastructure.custom_event_bus import bus_by_arn, event_source, from_snake_case, subscriber
from pca_events.infrastructure.embedded_json import listed
from pca_events.infrastructure.model import DEFAULT_BUS, CustomBus, Reading, Rule, SourceLocation, Unknown, Unreadable
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.source_tree import Text, plain
from pca_events.infrastructure.terraform.functions import Encoded, decoded
from pca_events.infrastructure.terraform.lookup import Resource
from pca_events.infrastructure.terraform.resources import RULE, TARGET, blocks
from pca_events.infrastructure.terraform.source_files import in_file, pattern_and_lines

CLOUD_CONTROL_RULE, ARCHIVE, PIPE = "awscc_events_rule", "aws_cloudwatch_event_archive", "aws_pipes_pipe"

Get = Callable[[str], Any]


def cloud_control_rule(
    get: Get, address: str, place: SourceLocation, last_line: int, pattern: Callable[[], Any]
) -> Iterator[Resource]:
    """The rule and targets of an `awscc_events_rule`, as resources of the AWS provider."""
    values = {name: get(name) for name in ("name", "event_pattern", "event_bus_name", "state")}
    yield Resource(RULE, address, place, last_line, values, pattern)
    targets = get("targets")
    for at, target in enumerate(listed(targets)):
        given = target if isinstance(target, dict) else {}
        transformer, dead_letter = given.get("input_transformer"), given.get("dead_letter_config")
        held = {
            "rule": Reference(f"{address}.name", resource=address, attribute="name"),
            "target_id": given.get("id"),
            "arn": given.get("arn") or Unknown(f"{address}.targets"),
            "role_arn": given.get("role_arn"),
            "input": given.get("input"),
            "input_path": given.get("input_path"),
            "input_transformer": _renamed(transformer, {"input_paths_map": "input_paths"}),
            "dead_letter_config": dead_letter,
            "sqs_target": given.get("sqs_parameters"),
            "retry_policy": given.get("retry_policy"),
        }
        yield Resource(TARGET, f"{address}.targets[{at}]", place, last_line, held)


def archive(
    get: Get, address: str, place: SourceLocation, last_line: int, pattern: Callable[[], Any]
) -> Iterator[Rule]:
    """The pattern of an archive; an archive without one stores every event of its bus."""
    if get("event_pattern") in (None, ""):
        return
    found, lines = pattern()
    bus = get("event_source_arn")
    bus = plain(bus) if isinstance(bus, str | Unknown) else DEFAULT_BUS
    yield Rule(place, last_line, address, found, lines, bus, targets=None, kind="archive")


def pipe(get: Get, address: str, place: SourceLocation, last_line: int, line: int) -> Iterator[Rule]:
    """The filters of a pipe on the body or data of messages, which is the event if a rule sent it."""
    filters = [
        found
        for parameters in blocks(get("source_parameters"))
        for criteria in blocks(parameters.get("filter_criteria"))
        for found in blocks(criteria.get("filter"))
    ]
    for at, held in enumerate(filters):
        pattern, lines = pattern_and_lines(held.get("pattern"), line)
        if pattern is None:
            continue
        for key in ("body", "data"):
            if isinstance(pattern, dict) and pattern.keys() == {key} and isinstance(decoded(pattern[key]), dict):
                pattern = pattern[key]
                lines = {path.removeprefix(f"{key}."): number for path, number in lines.items()}
        name = address if len(filters) == 1 else f"{address} filter {at + 1}"
        yield Rule(place, in_file(last_line), name, pattern, lines, targets=None, kind="pipe")


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {names.get(key, key): held for key, held in value.items()}


EVENT_SOURCE, SUBSCRIBER, BUS = "awscc_eventsv2_event_source", "awscc_eventsv2_subscriber", "awscc_eventsv2_event_bus"
CUSTOM_BUS_KINDS = {EVENT_SOURCE, SUBSCRIBER}
STACKS = {"aws_cloudformation_stack", "aws_cloudformation_stack_set"}
KINDS = {CLOUD_CONTROL_RULE, ARCHIVE, PIPE, *CUSTOM_BUS_KINDS, *STACKS}
_READ = (
    "configuration",
    "filter_configuration",
    "invoke_configuration",
    "on_failure_configuration",
    "state",
)


def read_custom_bus(
    kind: str, get: Callable[[str], Any], address: str, place: SourceLocation, last_line: int
) -> Reading:
    """Read one event source or subscriber.

    Args:
        kind: its type.
        get: returns the value of an argument.
        address: the address of the resource, module path included.
        place: the location of its first line.
        last_line: its last line.
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
    """The value with every `jsonencode` result converted to a JSON string."""
    if isinstance(value, Encoded):
        return value.text()
    if isinstance(value, dict):
        return {str(key): _texts(held) for key, held in value.items()}
    return [_texts(held) for held in value] if isinstance(value, list | tuple) else value


def _bus(arn: Any, address: str, place: SourceLocation) -> CustomBus | Unknown:
    """The bus that an argument refers to, as a resource of the same module if it is one."""
    if isinstance(arn, Reference) and arn.resource.startswith(f"{BUS}."):
        module = address.rpartition("awscc_eventsv2_")[0]
        return CustomBus(f"{module}{arn.resource}", SourceLocation(os.path.dirname(place.file), 1))
    return bus_by_arn(arn)


def read_stack(body: Any, address: str, place: SourceLocation, *, lines_known: bool) -> Reading:
    """Read a CloudFormation template in Terraform.

    Rules are named after their stack; event sources and subscribers keep their logical IDs.

    Args:
        body: the value of `template_body`.
        address: the address of the stack, as in `aws_cloudformation_stack.pki/CrlFailed`.
        place: the location of the first line of the template.
        lines_known: whether its lines are lines of that file.
    """
    from pca_events.infrastructure.cloudformation.nested import read_template_body

    body = body.text() if isinstance(body, Encoded) else body
    line = place.line if lines_known else 0
    if isinstance(body, Composed):
        body = replace(body, line=line)
    elif isinstance(body, Unknown):
        return Reading()
    elif isinstance(body, dict):
        body = json.dumps(plain(body), default=lambda value: getattr(value, "reason", ""))
    elif isinstance(body, str):
        body = Text(body, line) if line else str(body)
    reading = read_template_body(body, place, f"{address}/")
    subscribers, sources = reading.subscribers, reading.event_sources
    reading.subscribers = [replace(held, name=held.name.removeprefix(f"{address}/")) for held in subscribers]
    reading.event_sources = [replace(held, name=held.name.removeprefix(f"{address}/")) for held in sources]
    found = reading.written or looks_like_ours(str(body))
    reading.unreadable = [
        Unreadable(fault.place, f"template of {address}: {fault.message}") for fault in reading.unreadable if found
    ]
    return reading
