"""Finds the resources of a project by type, address, name, ARN, ID or URL."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pca_events.infrastructure.model import SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import NAME_OF_RULE

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
