"""Rules that are arguments of the public module terraform-aws-modules/eventbridge."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from pca_events.infrastructure.model import DEFAULT_BUS, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.resource_policies import listed
from pca_events.infrastructure.source_tree import Object
from pca_events.infrastructure.terraform.lines import Lines, in_file, pattern_and_lines
from pca_events.infrastructure.terraform.lookup import Resource
from pca_events.infrastructure.terraform.resources import BUS, RULE, TARGET

SOURCES = ("terraform-aws-modules/eventbridge", "terraform-aws-modules/terraform-aws-eventbridge")


def is_public_module(source: Any) -> bool:
    """Whether a source is the public module, from a registry or from its repository."""
    return isinstance(source, str) and any(name in source for name in SOURCES)


class PublicModule:
    """One call of the module."""

    def __init__(self, get: Callable[[str], Any], address: str, span: tuple[int, int], lines: Lines) -> None:
        """Take a call.

        Args:
            get: gives its arguments.
            address: of the call: `module.events`.
            span: its first and last line.
            lines: which lines are in which file.
        """
        self._get = get
        self._address = address
        self._span = span
        self._lines = lines

    def resources(self) -> Iterator[Resource]:
        """What it makes."""
        if self._get("create") is False:
            return
        if self._get("create_bus") is not False and self._get("bus_name") not in (None, "", DEFAULT_BUS):
            bus = {"name": self._get("bus_name"), "event_source_name": self._get("event_source_name")}
            yield Resource(BUS, f"{self._address}.bus", self._lines.place(self._span[0]), in_file(self._span[1]), bus)
        if self._get("create_rules") is not False:
            for name, rule, span in self._entries("rules", self._get("rules")):
                yield self._rule(f'{self._address}.rules["{name}"]', rule, span)
        if self._get("create_targets") is not False:
            for name, targets, span in self._entries("targets", self._get("targets")):
                for at, target in enumerate(listed(targets)):
                    yield self._target(name, at, target, span)

    def _entries(self, name: str, value: Any) -> Iterator[tuple[str, Any, tuple[int, int]]]:
        """The entries of an argument, each with its first and last line."""
        if isinstance(value, Unknown):
            yield "*", value, self._span
        elif isinstance(value, dict):
            spans = value.spans if isinstance(value, Object) else {}
            for key, held in value.items():
                yield key, Unknown(f"{name}.{key}") if held is None else held, spans.get(key, self._span)

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
