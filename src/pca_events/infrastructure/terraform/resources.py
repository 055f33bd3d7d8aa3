"""Builds rules and their targets, with policy documents and roles, from the resources of any source."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from pca_events.infrastructure.embedded_json import (
    arn_of,
    asks_for_read_only_calls,
    combined,
    listed,
    read_json,
    read_policy,
    rule_arn,
    statements_of,
)
from pca_events.infrastructure.model import DEFAULT_BUS, Destination, Role, Rule, Target, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform import destinations
from pca_events.infrastructure.terraform.destinations import (
    BEFORE_NAME,
    OF_BLOCK,
    Destinations,
    Service,
    named_service,
    referred_service,
)
from pca_events.infrastructure.terraform.functions import Encoded, decoded
from pca_events.infrastructure.terraform.lookup import (
    BUS,
    ROLE,
    RULE,
    Lookup,
    Owners,
    Resource,
    ResourceValues,
    name_of,
)

Get = Callable[[str], Any]

_LISTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}


def policy_document(get: Get) -> Encoded:
    """The JSON of a data source `aws_iam_policy_document`; `get` returns its arguments and nested blocks.

    A statement replaces an earlier one with the same Sid: own statements replace those of sources, overrides replace
    all others. An unknown document may replace any statement with a Sid.
    """
    given = [statement for name in ("source_json", "source_policy_documents") for statement in _given(get(name))]
    given += [_statement(block.get) for block in blocks(get("statement"))]
    given += [statement for name in ("override_json", "override_policy_documents") for statement in _given(get(name))]
    statements: dict[Any, Any] = {}
    for at, statement in enumerate(given):
        if isinstance(statement, Unknown):
            statements = {key: statement if isinstance(key, str) else held for key, held in statements.items()}
        sid = statement.get("Sid") if isinstance(statement, dict) else None
        statements[sid if isinstance(sid, str) and sid else at] = statement
    return Encoded({"Version": "2012-10-17", "Statement": list(statements.values())})


def _given(documents: Any) -> list[Any]:
    read = (read_json(decoded(held)) for held in listed(documents) if held is not None)
    return [statement for held in read for statement in statements_of(held)]


def blocks(value: Any) -> list[Any]:
    """The nested blocks with this name; each has its arguments in `get`."""
    return [block for block in listed(value) if hasattr(block, "get")]


def _statement(get: Get) -> dict[str, Any]:
    effect = get("effect")
    statement = {"Effect": "Allow" if effect is None else effect}
    if (sid := get("sid")) is not None:
        statement["Sid"] = sid
    statement |= {name: values for name, argument in _LISTS.items() if (values := get(argument)) is not None}
    for name, block in (("Principal", "principals"), ("NotPrincipal", "not_principals")):
        if principals := list(_principals(get(block))):
            everybody = ("*", ["*"]) in principals
            statement[name] = "*" if everybody else _merged(principals)
    conditions: dict[str, Any] = {}
    for block in blocks(get("condition")):
        conditions.setdefault(str(block.get("test")), {})[str(block.get("variable"))] = block.get("values")
    return statement | ({"Condition": conditions} if conditions else {})


def _principals(value: Any) -> Iterator[tuple[str, Any]]:
    for block in blocks(value):
        kind = block.get("type")
        yield kind if isinstance(kind, str) else "Service", block.get("identifiers")


def _merged(principals: list[tuple[str, Any]]) -> dict[str, list[Any]]:
    merged: dict[str, list[Any]] = {}
    for kind, identifiers in principals:
        merged[kind] = merged.get(kind, []) + listed(identifiers)
    return merged


_POLICY, _INLINE = "aws_iam_policy", "aws_iam_role_policy"
READ_DOCUMENT = f"{ROLE}|{_POLICY}"
"""The resource types read here besides those that grant permissions, as a regular expression."""


class Roles:
    """The roles of a project, created on demand."""

    def __init__(self, lookup: Lookup, owners: Owners) -> None:
        self._lookup = lookup
        self._owners = owners
        self._made: dict[str, Role] = {}

    def given(self, arn: Any) -> Role | Unknown | bool:
        """The role of a target if it is in the project, else whether there is a role; an unknown value may be null.

        A role without a trust policy, which AWS requires, is unknown.
        """
        if found := self._resource(arn):
            if found.address not in self._made:
                self._made[found.address] = self._role(found)
            return self._made[found.address]
        if isinstance(arn, Unknown) and not isinstance(arn, Reference | Composed):
            return Unknown(arn.reason)
        return arn not in (None, "", False)

    def _resource(self, arn: Any) -> Resource | None:
        if isinstance(arn, str) and ":role/" in arn:
            found = self._owners.named("iam", arn.rpartition("/")[2])
        else:
            found = self._lookup.find(arn, ROLE)
        return found[0] if len(found) == 1 else None

    def _role(self, resource: Resource) -> Role:
        get = resource.values.get
        documents = [self._document(held.get("policy")) for held in blocks(get("inline_policy"))]
        documents += map(self._attached, listed(get("managed_policy_arns")))
        documents += self._owners.policies_of(resource, self._of_resource)
        if self._lookup.is_given_to_a_module(resource):
            documents.append(Unknown("the policies of a module"))
        trust = self._document(get("assume_role_policy"))
        if trust is None:
            trust, documents = Unknown("its trust policy"), [Unknown("what is left out")]
        return Role(resource.place, resource.address, trust, combined(documents))

    def _of_resource(self, other: Resource, _role: Resource) -> Any:
        if other.kind == _INLINE:
            return self._document(other.values.get("policy"))
        return self._attached(other.values.get("policy_arn"))

    def _attached(self, arn: Any) -> Any:
        """The policy attached by its ARN; a policy that is not in the code, or is managed by AWS, is unknown."""
        found = self._lookup.find(arn, _POLICY)
        return self._document(found[0].values.get("policy")) if len(found) == 1 else Unknown("a managed policy")

    def _document(self, value: Any) -> Any:
        return read_policy(decoded(value), self._lookup.resolve)


__all__ = ["BUS", "READ", "RULE", "TARGET", "Resources"]

TARGET = "aws_cloudwatch_event_target"

READ = re.compile(
    rf"{RULE}|{TARGET}|{destinations.READ}|{READ_DOCUMENT}|aws_(?:sfn_state_machine|kinesis_\w+"
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
            input_template=_text(transformers[0].get("input_template")) if transformers else None,
            constant=None if get("input") is None else _text(get("input")),
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
