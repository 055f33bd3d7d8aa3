"""IAM policy documents, and the roles that targets assume."""

from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.event_patterns import read_json
from pca_events.infrastructure.model import Role, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import combined, listed, read_policy, statements_of
from pca_events.infrastructure.terraform.functions import Encoded, decoded
from pca_events.infrastructure.terraform.lookup import Lookup, Resource
from pca_events.infrastructure.terraform.owners import ROLE, Owners

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
READ = f"{ROLE}|{_POLICY}"
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
