"""Finds the resources that policies and permissions apply to: by reference, by name, or possibly."""

from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.arns import may_be_equal, wildcard_text
from pca_events.infrastructure.model import Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.infrastructure.resource_policies import listed
from pca_events.infrastructure.terraform.lookup import Lookup, Resource, ResourceValues

BUS, FUNCTION, ALIAS, ROLE = (
    "aws_cloudwatch_event_bus",
    "aws_lambda_function",
    "aws_lambda_alias",
    "aws_iam_role",
)
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
