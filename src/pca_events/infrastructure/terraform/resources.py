"""Rules and what they send events to, put together from resources, however those were read."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pca_events.infrastructure.model import DEFAULT_BUS, Key, Place, Queue, Rule, Target, Unknown
from pca_events.infrastructure.partial_values import Reference
from pca_events.infrastructure.source_tree import plain
from pca_events.infrastructure.terraform.functions import Encoded
from pca_events.infrastructure.terraform.policy import blocks, policy, statements_of
from pca_events.infrastructure.terraform.services import Service, named_service, referred_service

RULE, TARGET, QUEUE, KEY = "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target", "aws_sqs_queue", "aws_kms_key"
QUEUE_POLICY, KEY_POLICY, ALIAS = "aws_sqs_queue_policy", "aws_kms_key_policy", "aws_kms_alias"
DATA_ALIAS, DATA_KEY = "data.aws_kms_alias", "data.aws_kms_key"
MANAGED_KEY = "alias/aws/sqs"

READ = re.compile(
    rf"{RULE}|{TARGET}|{QUEUE}|{QUEUE_POLICY}|{KEY}|{KEY_POLICY}|{ALIAS}|{DATA_ALIAS}|{DATA_KEY}"
    r"|aws_(?:lambda_function|lambda_alias|sns_topic|sfn_state_machine|kinesis_\w+|cloudwatch_log_group"
    r"|cloudwatch_event_bus|cloudwatch_event_api_destination|ecs_cluster|batch_job_queue|code\w+|ssm_document)"
)
"""The types of resources that can tell something about rules."""

_IDENTITIES = ("arn", "id", "url", "key_id", "name")


class Values(Protocol):
    """The values of a resource."""

    def get(self, name: str, /) -> Any:
        """The value of an argument, the nested blocks of this name as a list, or None."""


@dataclass(frozen=True)
class Resource:
    """A resource, or one instance of it.

    Attributes:
        kind: its type; a data source's begins with `data.`.
        address: with `["key"]` or `[0]`.
        pattern: gives the event pattern of a rule, and the lines of its keys.
    """

    kind: str
    address: str
    place: Place
    last_line: int
    values: Values
    pattern: Callable[[], tuple[Any, Mapping[str, int]]] = lambda: (None, {})


def base(address: str) -> str:
    """An address without the key of an instance."""
    return re.sub(r"\[[^\[\]]*\]$", "", address)


class Resources:
    """All resources that can tell something about rules."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._of_kind: dict[str, list[Resource]] = {}
        self._at: dict[str, list[Resource]] = {}
        for resource in resources:
            self._of_kind.setdefault(resource.kind, []).append(resource)
            for address in {resource.address, base(resource.address)}:
                self._at.setdefault(address, []).append(resource)
        self._queues: dict[str, Queue] = {}
        self._targets: dict[str, list[Target]] = {}
        self._elsewhere = False
        self._named: dict[Any, list[Resource]] = {}
        for rule in self._of_kind.get(RULE, []):
            if isinstance(name := plain(rule.values.get("name")), (str, Unknown)):
                self._named.setdefault(name, []).append(rule)
        for target in self._of_kind.get(TARGET, []):
            self._give(target)

    def rules(self) -> list[Rule]:
        """Every rule that has an event pattern."""
        made = [self._rule(resource) for resource in self._of_kind.get(RULE, [])]
        return [rule for rule in made if rule]

    def _rule(self, resource: Resource) -> Rule | None:
        if resource.values.get("event_pattern") is None:
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
            bus=DEFAULT_BUS if bus is None else _text(bus),
            enabled=_enabled(resource.values),
            targets=None if self._elsewhere and not targets else tuple(targets or ()),
        )

    def _give(self, target: Resource) -> None:
        """Give a target to the rules that it belongs to; it may belong to any where only a deployment can tell."""
        rule = target.values.get("rule")
        rules = self._find(rule, RULE) or self._named.get(plain(rule) if isinstance(rule, (str, Unknown)) else None, [])
        if rules:
            made = self._target(target)
            for found in rules:
                self._targets.setdefault(found.address, []).append(made)
        self._elsewhere |= isinstance(rule, Unknown) and not rules

    def _find(self, value: Any, *kinds: str) -> list[Resource]:
        """The resources that a value refers to: by reference, or by their literal ARN, URL or id."""
        if isinstance(value, Reference):
            found = self._at.get(value.resource) or self._at.get(base(value.resource), [])
            return [resource for resource in found if resource.kind in kinds]
        if not isinstance(value, str):
            return []
        among = [resource for kind in kinds for resource in self._of_kind.get(kind, [])]
        return [held for held in among if any(held.values.get(name) == value for name in _IDENTITIES)]

    def _target(self, resource: Resource) -> Target:
        get = resource.values.get
        name, arn = get("target_id"), get("arn")
        service = self._service(arn)
        transformers, dead_letters = blocks(get("input_transformer")), blocks(get("dead_letter_config"))
        paths = transformers[0].get("input_paths") if transformers else None
        input_path = get("input_path")
        return Target(
            place=resource.place,
            name=name if isinstance(name, str) else resource.address,
            kind=service.kind,
            arn=_text(arn),
            handler=service.name,
            queue=self._queue_at(arn),
            input_path=None if input_path is None else _text(input_path),
            input_paths={key: _text(path) for key, path in paths.items()} if isinstance(paths, dict) else {},
            dead_letter=self._dead_letter(dead_letters[0].get("arn")) if dead_letters else None,
            retry=bool(blocks(get("retry_policy"))),
        )

    def _service(self, arn: Any) -> Service:
        """What an ARN belongs to, as far as a reader can tell."""
        if not isinstance(arn, Reference):
            return named_service(arn)
        found = self._at.get(arn.resource) or self._at.get(base(arn.resource), [])
        return referred_service(arn, found[0].kind, found[0].values.get) if found else referred_service(arn)

    def _dead_letter(self, arn: Any) -> Queue | Unknown | bool | None:
        if arn is None:
            return None
        if queue := self._queue_at(arn):
            return queue
        elsewhere = isinstance(arn, Reference) and arn.resource.startswith(("data.", "module."))
        return _unknown(arn) if isinstance(arn, Unknown) and not elsewhere else True

    def _queue_at(self, arn: Any) -> Queue | None:
        found = self._find(arn, QUEUE)
        service = named_service(arn)
        if not found and service.kind == "sqs":
            found = [queue for queue in self._of_kind.get(QUEUE, []) if queue.values.get("name") == service.name]
        return self._queue(found[0]) if found else None

    def _queue(self, resource: Resource) -> Queue:
        if resource.address not in self._queues:
            name, key = resource.values.get("name"), resource.values.get("kms_master_key_id")
            self._queues[resource.address] = Queue(
                place=resource.place,
                name=name if isinstance(name, str) else resource.address,
                policy=self._policy(resource, QUEUE_POLICY, "queue_url"),
                key=None if key is None else self._key(key),
            )
        return self._queues[resource.address]

    def _policy(self, resource: Resource, kind: str, argument: str) -> Any:
        """The policy of a queue or key: its own, and those of resources that belong to it."""
        others = [other for other in self._of_kind.get(kind, []) if self._belongs(other, argument, resource)]
        policies = [policy(held.values.get("policy")) for held in (resource, *others)]
        there = [held for held in policies if held is not None]
        if len(there) < 2:
            return there[0] if there else None
        return {"Version": "2012-10-17", "Statement": [said for held in there for said in statements_of(held)]}

    def _belongs(self, other: Resource, argument: str, resource: Resource) -> bool:
        return any(found is resource for found in self._find(other.values.get(argument), resource.kind))

    def _key(self, value: Any) -> Key | Unknown | str:
        """The key that a queue is encrypted with."""
        if value == MANAGED_KEY:
            return MANAGED_KEY
        for found in self._find(value, KEY):
            return Key(found.place, found.address, self._policy(found, KEY_POLICY, "key_id"))
        for found in self._find(value, ALIAS, DATA_ALIAS, DATA_KEY):
            to = found.values.get({ALIAS: "target_key_id", DATA_ALIAS: "name", DATA_KEY: "key_id"}[found.kind])
            if to is not None and to != value and not self._find(to, ALIAS):
                return self._key(to)
        return _unknown(value)


def _enabled(values: Values) -> bool | Unknown:
    enabled, state = values.get("is_enabled"), values.get("state")
    for value in (state, enabled):
        if isinstance(value, Unknown):
            return _unknown(value)
    return state != "DISABLED" and enabled not in (False, "false")


def _text(value: Any) -> str | Unknown:
    """A value that is a text or not known."""
    if isinstance(value, Encoded):
        value = value.text()
    if isinstance(value, Unknown):
        return _unknown(value)
    if isinstance(value, bool | list | dict):
        return _text(Encoded(value))
    return str(plain(value)) if value is not None else Unknown("null")


def _unknown(value: Any) -> Unknown:
    return plain(value) if isinstance(value, Unknown) else Unknown(str(value))
