"""The roles of targets of CloudFormation rules: trust policies and permissions."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from pca_events.infrastructure.cloudformation.values import Template
from pca_events.infrastructure.embedded_json import Resolve, combined, listed, read_policy
from pca_events.infrastructure.model import Role, SourceLocation, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.source_tree import Object, child

_ROLE = "AWS::IAM::Role"
_ATTACHED = {
    "AWS::IAM::Policy": "Roles",
    "AWS::IAM::ManagedPolicy": "Roles",
    "AWS::IAM::RolePolicy": "RoleName",
}
"""The resource types that add policies to roles, with the property that names the roles."""


class Roles:
    """The roles of a template, created on demand.

    Args:
        template: the template.
        places: the location of each resource, by logical ID.
        resolve: sets the address of the resource in references within policies.
        added: the policies that a macro or a connector may add to any role; None without one.
        conditional: returns the document, or Unknown if its resource depends on a condition.
    """

    def __init__(
        self,
        template: Template,
        places: dict[str, SourceLocation],
        resolve: Resolve,
        added: Unknown | None,
        conditional: Callable[[str, Any], Any],
    ) -> None:
        self._template = template
        self._places = places
        self._resolve = resolve
        self._added = added
        self._conditional = conditional
        self._made: dict[str, Role] = {}
        self._attached: dict[str, list[Any]] | None = None
        self._of_any: Unknown | None = None

    def given(self, arn: Any) -> Role | Unknown | bool:
        """The role of a target if it is in the template, else whether there is a role; a parameter may be empty.

        A role without a trust policy, which CloudFormation requires, is unknown.
        """
        if isinstance(arn, Reference) and self._template.type_of(arn.resource) == _ROLE:
            if arn.resource not in self._made:
                self._made[arn.resource] = self._role(arn.resource)
            return self._made[arn.resource]
        if isinstance(arn, Unknown) and not isinstance(arn, Reference | Composed):
            return Unknown(arn.reason)
        return Unknown("a value that is empty by default") if arn == "" else arn is not None

    def _role(self, name: str) -> Role:
        properties = self._template.properties(name)
        place, unknown = self._places[name], Unknown(f"the properties of {name}")
        written = properties.get("AssumeRolePolicyDocument") if isinstance(properties, Object) else None
        if not isinstance(properties, Object) or written is None:
            return Role(place, name, unknown, unknown)
        trust = self._read(written)
        documents = [self._inline(held) for held in listed(properties.get("Policies"))]
        documents += [self._managed(held) for held in listed(properties.get("ManagedPolicyArns"))]
        documents += self._by_role().get(name, [])
        documents += [held for held in (self._of_any, self._added) if held is not None]
        return Role(place, name, trust, combined(documents))

    def _inline(self, held: Any) -> Any:
        return self._read(held.get("PolicyDocument")) if isinstance(held, Object) else Unknown("a policy")

    def _managed(self, arn: Any) -> Any:
        """The managed policy of the template with this ARN; any other is unknown."""
        name = arn.resource if isinstance(arn, Reference) else ""
        if self._template.type_of(name) != "AWS::IAM::ManagedPolicy":
            return Unknown("a managed policy")
        return self._read(child(self._template.properties(name)).get("PolicyDocument"))

    def _by_role(self) -> dict[str, list[Any]]:
        """The policies that other resources add, by role; a policy with unknown roles may apply to any role."""
        if self._attached is None:
            self._attached = {}
            for name in self._template.resources:
                kind = self._template.type_of(name)
                if kind in _ATTACHED:
                    self._attach(name, kind)
        return self._attached

    def _attach(self, name: str, kind: str) -> None:
        properties, attached = self._template.properties(name), self._attached or {}
        if not isinstance(properties, Object):
            self._of_any = properties
            return
        document = self._conditional(name, self._read(properties.get("PolicyDocument")))
        for role in listed(properties.get(_ATTACHED[kind])):
            own = self._named(role)
            if own is not None:
                attached.setdefault(own, []).append(document)
            elif isinstance(role, Unknown):
                self._of_any = Unknown(role.reason)
        self._attached = attached

    def _named(self, role: Any) -> str | None:
        """The logical ID of the role that a reference or a name identifies."""
        if isinstance(role, Reference):
            return role.resource if self._template.type_of(role.resource) == _ROLE else None
        return self._names.get(role) if isinstance(role, str) else None

    @cached_property
    def _names(self) -> dict[str, str]:
        """The logical IDs of roles with a literal name, by name."""
        found: dict[str, str] = {}
        for name in self._template.resources:
            if self._template.type_of(name) == _ROLE:
                called = child(self._template.properties(name)).get("RoleName")
                found |= {str(called): name} if isinstance(called, str) else {}
        return found

    def _read(self, document: Any) -> Any:
        return read_policy(document, self._resolve)
