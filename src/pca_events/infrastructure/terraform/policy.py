"""IAM policies that are written as `aws_iam_policy_document`."""

from collections.abc import Callable, Iterator
from typing import Any

from pca_events.infrastructure.event_patterns import read_json
from pca_events.infrastructure.model import Unknown
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
    """The JSON of a data source `aws_iam_policy_document`, of which `get` gives the arguments and nested blocks.

    A statement replaces an earlier one with the same Sid: the own ones those of sources, overrides all others. What is
    not known may replace any that has a Sid.
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
    """The nested blocks of one name; each gives its arguments by `get`."""
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
