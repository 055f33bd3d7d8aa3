"""Rules that are arguments of the public module terraform-aws-modules/eventbridge."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from pca_events.infrastructure.model import DEFAULT_BUS, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.resource_policies import listed
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.instances import Declared, Instance
from pca_events.infrastructure.terraform.lines import Lines, in_file, pattern_and_lines
from pca_events.infrastructure.terraform.lookup import MODULE, Resource
from pca_events.infrastructure.terraform.resources import BUS, RULE, TARGET
from pca_events.infrastructure.terraform.scope import ModuleNames

SOURCES = ("terraform-aws-modules/eventbridge", "terraform-aws-modules/terraform-aws-eventbridge")


def module_resources(names: ModuleNames, block: Declared, lines: Lines) -> Iterator[Resource]:
    """The bus, the rules and the targets that a call of the module makes; a call of another module is one resource."""
    source = names.body(block).arguments.get("source")
    found = names.value(source, {}) if source else None
    if not isinstance(found, str) or not any(name in found for name in SOURCES):
        for instance in names.instances(block):
            place, values = lines.place(block.line), names.arguments(instance)
            written = tuple(instance.body.arguments)
            yield Resource(MODULE, instance.address, place, in_file(block.last_line), values, arguments=written)
        return
    for instance in names.instances(block):
        if names.arguments(instance).get("create") is not False:
            yield from _Call(names, instance, lines).resources()


class _Call:
    """One call of the module."""

    def __init__(self, names: ModuleNames, instance: Instance, lines: Lines) -> None:
        self._get = names.arguments(instance).get
        self._address = instance.address
        self._block = instance.declared
        self._lines = lines

    def resources(self) -> Iterator[Resource]:
        """What it makes."""
        if self._get("create_bus") is not False and self._get("bus_name") not in (None, "", DEFAULT_BUS):
            values = {"name": self._get("bus_name"), "event_source_name": self._get("event_source_name")}
            span = (self._block.line, self._block.last_line)
            yield Resource(BUS, f"{self._address}.bus", self._lines.place(span[0]), in_file(span[1]), values)
        if self._get("create_rules") is not False:
            for name, rule, span in self._entries("rules", self._get("rules")):
                yield self._rule(f'{self._address}.rules["{name}"]', rule, span)
        if self._get("create_targets") is not False:
            for name, targets, span in self._entries("targets", self._get("targets")):
                for at, target in enumerate(listed(targets)):
                    yield self._target(name, at, target, span)

    def _entries(self, name: str, value: Any) -> Iterator[tuple[str, Any, tuple[int, int]]]:
        """The entries of an argument, each with its first and last line."""
        span = (self._block.line, self._block.last_line)
        if isinstance(value, Unknown):
            yield "*", value, span
        elif isinstance(value, dict):
            spans = value.spans if isinstance(value, Object) else {}
            for key, held in value.items():
                yield key, Unknown(f"{name}.{key}") if held is None else held, spans.get(key, span)

    def _rule(self, address: str, rule: Any, span: tuple[int, int]) -> Resource:
        given = rule if isinstance(rule, dict) else {"event_pattern": rule}
        bus = self._get("bus_name")
        values = {
            "name": Unknown("its name"),
            "event_pattern": given.get("event_pattern"),
            "is_enabled": given.get("enabled"),
            "state": given.get("state"),
            "event_bus_name": DEFAULT_BUS if bus in (None, "") else bus,
        }
        line = given.line_of("event_pattern") if isinstance(given, Object) else span[0]
        pattern = partial(pattern_and_lines, values["event_pattern"], line)
        return Resource(RULE, address, self._lines.place(span[0]), in_file(span[1]), values, pattern)

    def _target(self, rule: str, at: int, target: Any, span: tuple[int, int]) -> Resource:
        address = f'{self._address}.targets["{rule}"][{at}]'
        if isinstance(target, Object) and target.line:
            span = (target.line, span[1])
        belongs = Unknown(f"{self._address}.targets") if rule == "*" else self._reference(rule)
        given = target if isinstance(target, dict) else {}
        values = {
            "rule": belongs,
            "target_id": given.get("target_id") or given.get("name"),
            "arn": given.get("arn") or Unknown(f"{address}.arn"),
            "input_path": given.get("input_path"),
            "input_transformer": given.get("input_transformer"),
            "dead_letter_config": _wrapped(given.get("dead_letter_arn")),
            "retry_policy": given.get("retry_policy"),
            "role_arn": self._role(given) if isinstance(target, dict) else Unknown(f"{address}.role_arn"),
            "sqs_target": {"message_group_id": given.get("message_group_id")},
        }
        return Resource(TARGET, address, self._lines.place(span[0]), in_file(span[1]), values)

    def _role(self, target: dict[str, Any]) -> Any:
        """The role of a target: its own, or the one that the module makes for it."""
        attached = target.get("attach_role_arn")
        return target.get("role_arn") or (attached if attached is not True else Unknown("the role of the module"))

    def _reference(self, rule: str) -> Reference:
        address = f'{self._address}.rules["{rule}"]'
        return Reference(f"{address}.name", resource=address, attribute="name")


def _wrapped(arn: Any) -> dict[str, Any] | None:
    return None if arn is None else {"arn": arn}
