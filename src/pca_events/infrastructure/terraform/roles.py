"""The roles that targets of Terraform rules have: who can assume them, and what their policies allow."""

from typing import Any

from pca_events.infrastructure.model import Role, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import combined, listed, read_policy
from pca_events.infrastructure.terraform.functions import decoded
from pca_events.infrastructure.terraform.lookup import Lookup, Resource
from pca_events.infrastructure.terraform.owners import ROLE, Owners
from pca_events.infrastructure.terraform.policy import blocks

_POLICY, _INLINE = "aws_iam_policy", "aws_iam_role_policy"
READ = f"{ROLE}|{_POLICY}"
"""The types of resources that it reads beside those that grant something, as a regular expression."""


class Roles:
    """The roles of a project, each made when it is asked for."""

    def __init__(self, lookup: Lookup, owners: Owners) -> None:
        self._lookup = lookup
        self._owners = owners
        self._made: dict[str, Role] = {}

    def given(self, arn: Any) -> Role | Unknown | bool:
        """The role of a target: one of the project, or whether there is one; a value that is not known may be null.

        Of a role without a trust policy, which AWS requires, nothing is known.
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
        """The policy that is attached by its ARN; those that are not in the code, and those of AWS, are not known."""
        found = self._lookup.find(arn, _POLICY)
        return self._document(found[0].values.get("policy")) if len(found) == 1 else Unknown("a managed policy")

    def _document(self, value: Any) -> Any:
        return read_policy(decoded(value), self._lookup.resolve)
