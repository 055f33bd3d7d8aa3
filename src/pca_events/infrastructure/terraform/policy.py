"""IAM policies that are written as `aws_iam_policy_document`."""

from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.event_patterns import read_json
from pca_events.infrastructure.resource_policies import listed, statements_of
from pca_events.infrastructure.terraform.functions import Encoded, decoded

Get = Callable[[str], Any]

_LISTS = {
    "Action": "actions",
    "NotAction": "not_actions",
    "Resource": "resources",
    "NotResource": "not_resources",
}


def policy_document(get: Get) -> Encoded:
    """The JSON of a data source `aws_iam_policy_document`, of which `get` gives the arguments and nested blocks."""
    statements = [_statement(block.get) for block in blocks(get("statement"))]
    for name in ("source_policy_documents", "override_policy_documents", "source_json", "override_json"):
        given = (read_json(decoded(held)) for held in listed(get(name)) if held is not None)
        statements += [statement for held in given for statement in statements_of(held)]
    return Encoded({"Version": "2012-10-17", "Statement": statements})


def blocks(value: Any) -> list[Any]:
    """The nested blocks of one name; each gives its arguments by `get`."""
    return [block for block in listed(value) if hasattr(block, "get")]


def _statement(get: Get) -> dict[str, Any]:
    effect = get("effect")
    statement = {"Effect": "Allow" if effect is None else effect}
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
