"""Finds the resources of a project: by type, address, name, ARN, ID or URL, and those that a policy applies to."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pca_events.infrastructure.embedded_json import NAME_OF_RULE, listed
from pca_events.infrastructure.model import SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined, may_be_equal, wildcard_text

RULE = "aws_cloudwatch_event_rule"
MODULE = "module"
"""The kind of a call to a module whose resources are unknown."""

_IDENTITIES = ("arn", "id", "url", "key_id", "name")
_ARNS = ("arn", "qualified_arn")
_NO_ARNS = ("id", "name", "name_prefix", "url", "queue_url", "function_name", "key_id")
_ID_IS_ARN = ("aws_sns_topic",)


class ResourceValues(Protocol):
    """The values of a resource."""

    def get(self, name: str, /) -> Any:
        """The value of an argument, the nested blocks of this name as a list, or None."""


@dataclass(frozen=True)
class Resource:
    """A resource, or one instance of it.

    Attributes:
        kind: its type; that of a data source begins with `data.`; `module` for a call to a module that is not read.
        address: with `["key"]` or `[0]`.
        pattern: returns the event pattern of a rule and the lines of its keys.
        arguments: the names of the arguments in the code; empty if unknown, as in a plan.
    """

    kind: str
    address: str
    place: SourceLocation
    last_line: int
    values: ResourceValues
    pattern: Callable[[], tuple[Any, Mapping[str, int]]] = lambda: (None, {})
    arguments: tuple[str, ...] = ()


def base(address: str) -> str:
    """An address without its instance key."""
    return re.sub(r"\[[^\[\]]*\]$", "", address)


class Lookup:
    """Finds resources."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._of_kind: dict[str, list[Resource]] = {}
        self._at: dict[str, list[Resource]] = {}
        self._identities: dict[str, dict[str, list[Resource]]] = {}
        self._mentioned: frozenset[str] | None = None
        for resource in resources:
            self._of_kind.setdefault(resource.kind, []).append(resource)
            for address in {resource.address, base(resource.address)}:
                self._at.setdefault(address, []).append(resource)

    def of_kind(self, kind: str) -> list[Resource]:
        """All resources of a type."""
        return self._of_kind.get(kind, [])

    def at(self, reference: Reference) -> list[Resource]:
        """The resources that a reference identifies: one, all instances, or none if unknown."""
        return self._at.get(reference.resource) or self._at.get(base(reference.resource), [])

    def find(self, value: Any, *kinds: str) -> list[Resource]:
        """The resources that a value refers to: by reference, or by their literal ARN, URL, id or name."""
        if isinstance(value, Reference):
            return [resource for resource in self.at(value) if resource.kind in kinds]
        if not isinstance(value, str):
            return []
        return [held for kind in kinds for held in self._identified(kind).get(value, [])]

    def resolve(self, reference: Reference) -> Unknown:
        """The reference with the full address of its resource, and with the attribute `arn` for the ARN."""
        found, attribute = self.at(reference), reference.attribute
        if len(found) == 1:
            if attribute in _ARNS or (attribute == "id" and found[0].kind in _ID_IS_ARN):
                return Reference(reference.reason, resource=found[0].address, attribute="arn")
            if attribute in _NO_ARNS and reference.reason.endswith(f".{attribute}"):
                name = NAME_OF_RULE if found[0].kind == RULE else attribute
                return Reference(reference.reason, resource=found[0].address, attribute=name)
        return Unknown(reference.reason, reference.parts)

    def is_given_to_a_module(self, resource: Resource) -> bool:
        """Whether the resource, or its name, is an argument of a call to a module that is not read."""
        if self._mentioned is None:
            calls = self.of_kind(MODULE)
            values = [call.values.get(name) for call in calls for name in call.arguments]
            self._mentioned = frozenset(_mentioned(values))
        names = [resource.values.get(key) for key in ("name", "function_name")]
        known_as = {resource.address, base(resource.address), *(name for name in names if isinstance(name, str))}
        return not self._mentioned.isdisjoint(known_as)

    def _identified(self, kind: str) -> dict[str, list[Resource]]:
        if kind not in self._identities:
            found = self._identities[kind] = {}
            for resource in self.of_kind(kind):
                values = {resource.values.get(name) for name in _IDENTITIES if _is_text(resource.values.get(name))}
                for value in values:
                    found.setdefault(value, []).append(resource)
        return self._identities[kind]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _mentioned(values: list[Any]) -> Iterable[str]:
    """The addresses and strings within values."""
    waiting = list(values)
    while waiting:
        value = waiting.pop()
        if isinstance(value, Reference):
            yield from (value.resource, base(value.resource))
        elif isinstance(value, Composed):
            waiting += value.holes
        elif isinstance(value, str):
            yield str(value)
        elif isinstance(value, dict):
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


BUS, FUNCTION = "aws_cloudwatch_event_bus", "aws_lambda_function"
ALIAS, ROLE = "aws_lambda_alias", "aws_iam_role"
PERMISSION = "aws_lambda_permission"
KINDS = {
    "aws_sqs_queue": "sqs",
    "aws_sns_topic": "sns",
    FUNCTION: "lambda",
    "aws_cloudwatch_log_group": "logs",
    BUS: "events",
    ROLE: "iam",
}
"""The service of each resource type that policies apply to."""

_POLICIES = {
    "aws_sqs_queue": {
        "aws_sqs_queue_policy": "queue_url",
        "awscc_sqs_queue_policy": "queues",
        "awscc_sqs_queue_inline_policy": "queue",
    },
    "aws_sns_topic": {
        "aws_sns_topic_policy": "arn",
        "awscc_sns_topic_policy": "topics",
        "awscc_sns_topic_inline_policy": "topic_arn",
    },
    "aws_kms_key": {"aws_kms_key_policy": "key_id"},
    FUNCTION: {PERMISSION: "function_name", "awscc_lambda_permission": "function_name"},
    BUS: {
        "aws_cloudwatch_event_bus_policy": "event_bus_name",
        "aws_cloudwatch_event_permission": "event_bus_name",
        "awscc_events_event_bus_policy": "event_bus_name",
    },
    ROLE: {
        "aws_iam_role_policy": "role",
        "aws_iam_role_policy_attachment": "role",
        "aws_iam_policy_attachment": "roles",
        "awscc_iam_role_policy": "role_name",
    },
}
LOG_POLICIES = ("aws_cloudwatch_log_resource_policy", "awscc_logs_resource_policy")

GRANTS = {kind: argument for kinds in _POLICIES.values() for kind, argument in kinds.items()} | dict.fromkeys(
    LOG_POLICIES, ""
)
"""The resource types that grant permissions, with the argument that names the resource they apply to."""

_MOST_COMPARED = 200
"""The maximum number of partly unknown names that are compared; above it, they may name any resource."""


class Owners:
    """Finds the resources that policies and permissions apply to."""

    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._owned: dict[str, _Owned] = {}
        self._by_name: dict[tuple[str, str], list[Resource]] = {}
        for kind, service in KINDS.items():
            for resource in lookup.of_kind(kind):
                self._by_name.setdefault((service, wildcard_text(name_of(resource))), []).append(resource)

    def named(self, service: str, name: str) -> list[Resource]:
        """The resources of a service with this name."""
        return self._by_name.get((service, name), [])

    def function_of(self, resource: Resource) -> Resource | None:
        """The function of an alias; any other resource is returned unchanged."""
        if resource.kind != ALIAS:
            return resource
        function = resource.values.get("function_name")
        found = self._lookup.find(function, FUNCTION) or self.named("lambda", str(function))
        return found[0] if len(found) == 1 else None

    def policies_of(self, resource: Resource, given: Callable[[Resource, Resource], Any]) -> Iterator[Any]:
        """The grants of policies and permissions that apply, or may apply, to a resource; `given` reads each."""
        for kind, argument in _POLICIES.get(resource.kind, {}).items():
            owned = self._owned_by(kind, argument, resource.kind)
            for other in owned.certain.get(resource.address, ()):
                yield given(other, resource)
            if owned.may_be_of(resource):
                yield Unknown(f"a {kind}")

    def _owned_by(self, kind: str, argument: str, of: str) -> "_Owned":
        """The policies or permissions of a type, by the owner that an argument names."""
        if kind not in self._owned:
            owned = self._owned[kind] = _Owned()
            for other in self._lookup.of_kind(kind):
                for value in listed(other.values.get(argument)) or [None]:
                    owned.add(other, value, self._owners(value, of))
        return self._owned[kind]

    def _owners(self, value: Any, of: str) -> list[Resource] | None:
        """The resources that a value may name; None if it may name any.

        A policy without the argument could not be read; but a bus without a name is the default bus.
        """
        if value is None:
            return [] if of == BUS else None
        if isinstance(reference := reference_in(value), Reference) and of == FUNCTION:
            value = reference
        if isinstance(value, Reference):
            found = [self.function_of(held) for held in self._lookup.at(value)]
            if not found and f"{of}." in value.resource and "data." not in value.resource:
                return []
            return [held for held in found if held] if found and None not in found else None
        if identified := self._lookup.find(value, of):
            return identified
        names = {value, *value.replace("/", ":").split(":")} if isinstance(value, str) else {wildcard_text(value)}
        named = [held for name in names for held in self._by_name.get((KINDS.get(of, ""), name), ())]
        if isinstance(value, Unknown):
            return [held for held in named if name_of(held) == value] or None
        return named


class NotByDefault:
    """The values of a policy or permission that is off by default: only its owner is known.

    Args:
        values: its values when it is deployed.
        owner: the argument that names its owner.
    """

    def __init__(self, values: ResourceValues, owner: str) -> None:
        self._values = values
        self._owner = owner

    def get(self, name: str, /) -> Any:
        """The value of an argument."""
        return self._values.get(name) if name == self._owner else Unknown("what is left out by default")


class _Owned:
    """Policies or permissions of one type, by owner.

    Attributes:
        certain: those with exactly one owner, by its address.
    """

    def __init__(self) -> None:
        self.certain: dict[str, list[Resource]] = {}
        self._possible: set[str] = set()
        self._texts: set[str] = set()

    def add(self, other: Resource, value: Any, owners: list[Resource] | None) -> None:
        """Add one with the value that names its owner and the resources that may be the owner."""
        if owners is None:
            self._texts.add(wildcard_text(value) or "*")
        elif len(owners) == 1:
            self.certain.setdefault(owners[0].address, []).append(other)
        else:
            self._possible.update(owner.address for owner in owners)

    def may_be_of(self, resource: Resource) -> bool:
        """Whether one may apply to a resource, which is known only at deployment."""
        name = wildcard_text(name_of(resource))
        if resource.address in self._possible or len(self._texts) > _MOST_COMPARED:
            return True
        return any(_may_name(text, name) for text in self._texts)


def _may_name(text: str, name: str) -> bool:
    """Whether a partly unknown string may be the name, or an ARN or URL that ends with the name or its alias."""
    forms = [name, f"*:{name}", f"*/{name}"]
    if text == "*" or ":" in text:
        forms += [f"{name}:*", f"*:{name}:*"]
    return any(may_be_equal(text, form) for form in forms)


def name_of(resource: Resource) -> str | Unknown:
    """The name of a resource; fully Unknown if the provider generates it."""
    name = resource.values.get("function_name" if resource.kind == FUNCTION else "name")
    if name and isinstance(name, str | Unknown):
        return name
    prefix = resource.values.get("name_prefix")
    generated = Unknown("its name")
    return joined([prefix, generated]) if isinstance(prefix, str | Unknown) else generated


def reference_in(arn: Any) -> Any:
    """The reference at the beginning of a string with a suffix: `${aws_lambda_function.f.arn}:live`."""
    if not isinstance(arn, Composed):
        return arn
    pieces = list(arn.pieces())
    after = pieces[1] if len(pieces) > 1 else ""
    return pieces[0] if isinstance(after, str) and after.startswith(":") else pieces[-1]
