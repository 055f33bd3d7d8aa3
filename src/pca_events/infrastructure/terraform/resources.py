"""Builds rules and their targets from resources, whether of a configuration, a plan or a state."""

import re
from collections.abc import Iterable
from typing import Any

from pca_events.infrastructure.event_patterns import asks_for_read_only_calls
from pca_events.infrastructure.model import DEFAULT_BUS, Destination, Rule, Target, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import arn_of, rule_arn
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform import destinations, policies
from pca_events.infrastructure.terraform.destinations import (
    BEFORE_NAME,
    OF_BLOCK,
    Destinations,
    Service,
    named_service,
    referred_service,
)
from pca_events.infrastructure.terraform.functions import Encoded
from pca_events.infrastructure.terraform.lookup import RULE, Lookup, Resource, ResourceValues
from pca_events.infrastructure.terraform.owners import BUS, Owners, name_of
from pca_events.infrastructure.terraform.policies import Roles, blocks

__all__ = ["BUS", "READ", "RULE", "TARGET", "Resources"]

TARGET = "aws_cloudwatch_event_target"

READ = re.compile(
    rf"{RULE}|{TARGET}|{destinations.READ}|{policies.READ}|aws_(?:sfn_state_machine|kinesis_\w+"
    r"|cloudwatch_event_api_destination|ecs_cluster|batch_job_queue|code\w+|ssm_document)"
)
"""The resource types that are relevant to rules, as a regular expression."""


class Resources:
    """All resources that are relevant to rules."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._lookup = Lookup(resources)
        owners = Owners(self._lookup)
        self._destinations = Destinations(self._lookup, owners)
        self._roles = Roles(self._lookup, owners)
        self._targets: dict[str, list[Target]] = {}
        self._elsewhere = False
        self._named: dict[Any, list[Resource]] = {}
        for rule in self._lookup.of_kind(RULE):
            if isinstance(name := plain(rule.values.get("name")), (str, Unknown)):
                self._named.setdefault(name, []).append(rule)
        for target in self._lookup.of_kind(TARGET):
            self._give(target)

    def rules(self) -> list[Rule]:
        """Every rule with an event pattern."""
        made = [self._rule(resource) for resource in self._lookup.of_kind(RULE)]
        return [rule for rule in made if rule]

    def _rule(self, resource: Resource) -> Rule | None:
        if resource.values.get("event_pattern") in (None, ""):
            return None
        pattern, lines = resource.pattern()
        bus = resource.values.get("event_bus_name")
        targets = self._targets.get(resource.address)
        return Rule(
            place=resource.place,
            last_line=resource.last_line,
            name=resource.address,
            pattern=pattern,
            lines=lines,
            bus=DEFAULT_BUS if bus in (None, "") else _text(bus),
            enabled=_enabled(resource.values),
            read_only_calls=asks_for_read_only_calls(resource.values.get("state")),
            targets=None if self._elsewhere and not targets else tuple(targets or ()),
            own_bus=None if bus is None else self._destinations.bus(bus),
            arn=rule_arn(name_of(resource), bus, resource.values.get("region")),
        )

    def _give(self, target: Resource) -> None:
        """Add a target to its rules; a target whose rule is known only at deployment may belong to any."""
        rule = target.values.get("rule")
        rules = self._lookup.find(rule, RULE) or self._named.get(
            plain(rule) if isinstance(rule, (str, Unknown)) else None, []
        )
        if len(rules) > 1 and not isinstance(rule, Reference):
            bus = target.values.get("event_bus_name")
            rules = [found for found in rules if found.values.get("event_bus_name") == bus] or rules
        if rules:
            made = self._target(target)
            for found in rules:
                self._targets.setdefault(found.address, []).append(made)
        self._elsewhere |= isinstance(rule, Unknown) and not rules

    def _target(self, resource: Resource) -> Target:
        get = resource.values.get
        name, arn = get("target_id"), get("arn")
        service, found = self._service(arn), self._referred(arn)
        transformers, dead_letters = blocks(get("input_transformer")), blocks(get("dead_letter_config"))
        queues, role = blocks(get("sqs_target")), get("role_arn")
        paths = transformers[0].get("input_paths") if transformers else None
        input_path = get("input_path")
        return Target(
            place=resource.place,
            name=name if isinstance(name, str) else resource.address,
            kind=service.kind or next((kind for block, kind in OF_BLOCK.items() if blocks(get(block))), ""),
            arn=_text(arn),
            handler=service.name,
            destination=self._destinations.find(arn),
            input_path=None if input_path is None else _text(input_path),
            input_paths={key: _text(path) for key, path in paths.items()} if isinstance(paths, dict) else {},
            dead_letter=self._dead_letter(dead_letters[0].get("arn")) if dead_letters else None,
            dead_letter_arn=_text(dead_letters[0].get("arn")) if dead_letters else "",
            retry=bool(blocks(get("retry_policy"))),
            role=Unknown("role_arn") if role is None and "role_arn" in resource.arguments else self._roles.given(role),
            address=found.address if found else "",
            own_arn=_own_arn(found, service.kind) if found else "",
            message_group=_is_given(queues[0].get("message_group_id")) if queues else False,
        )

    def _referred(self, arn: Any) -> Resource | None:
        """The resource that an ARN refers to, if it is exactly one."""
        found = self._lookup.at(arn) if isinstance(arn, Reference) else []
        return found[0] if len(found) == 1 else None

    def _service(self, arn: Any) -> Service:
        """The service of an ARN, as far as it is known."""
        if not isinstance(arn, Reference):
            return named_service(arn)
        found = self._lookup.at(arn)
        return referred_service(arn, found[0].kind, found[0].values.get) if found else referred_service(arn)

    def _dead_letter(self, arn: Any) -> Destination | Unknown | bool | None:
        if arn is None:
            return None
        if queue := self._destinations.find(arn):
            return queue
        elsewhere = isinstance(arn, Reference) and arn.resource.startswith(("data.", "module."))
        return _unknown(arn) if isinstance(arn, Unknown) and not elsewhere else True


def _own_arn(resource: Resource, service: str) -> str | Unknown:
    before = BEFORE_NAME.get(resource.kind)
    return "" if before is None else arn_of(service, name_of(resource), before, resource.values.get("region"))


def _is_given(value: Any) -> bool | Unknown:
    """Whether a value is set; an unknown variable may be null."""
    if isinstance(value, Unknown) and not isinstance(value, Reference | Composed):
        return Unknown(value.reason)
    return value not in (None, "", False)


def _enabled(values: ResourceValues) -> bool | Unknown:
    enabled, state = values.get("is_enabled"), values.get("state")
    for value in (state, enabled):
        if isinstance(value, Unknown):
            return _unknown(value)
    return state != "DISABLED" and enabled not in (False, "false")


def _text(value: Any) -> str | Unknown:
    """A value that is a string or Unknown."""
    if isinstance(value, Encoded):
        value = value.text()
    if isinstance(value, Unknown):
        return _unknown(value)
    if isinstance(value, bool | list | dict):
        return _text(Encoded(value))
    return str(plain(value)) if value is not None else Unknown("null")


def _unknown(value: Any) -> Unknown:
    return plain(value) if isinstance(value, Unknown) else Unknown(str(value))
