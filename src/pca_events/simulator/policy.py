"""Whether a resource policy allows AWS Private CA an action, as IAM evaluates it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

PRINCIPAL = "acm-pca.amazonaws.com"
"""The service principal that a policy must name."""

Policy = Mapping[str, Any]


def grants(policy: Policy, action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether the policy allows the action on the resource and no statement denies it.

    Args:
        policy: the document.
        action: such as `s3:PutObject`.
        resource: an ARN.
        context: the condition keys of the call, such as `aws:SourceAccount`, in lower case.
    """
    effects = {
        statement.get("Effect")
        for statement in _listed(policy.get("Statement"))
        if isinstance(statement, Mapping) and _applies(statement, action, resource, context)
    }
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Policy, action: str, resource: str, context: Mapping[str, str]) -> bool:
    return (
        _names_us(statement)
        and _one_of(statement, "Action", action.lower(), str.lower)
        and _one_of(statement, "Resource", resource, str)
        and _conditions_hold(statement.get("Condition") or {}, context)
    )


def _names_us(statement: Policy) -> bool:
    if "NotPrincipal" in statement:
        return not _is_us(statement["NotPrincipal"])
    return _is_us(statement.get("Principal"))


def _is_us(principal: Any) -> bool:
    if principal == "*":
        return True
    if not isinstance(principal, Mapping):
        return False
    return "*" in _listed(principal.get("AWS")) or PRINCIPAL in _listed(principal.get("Service"))


def _one_of(statement: Policy, element: str, value: str, form: Callable[[str], str]) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(form(str(each)), value) for each in _listed(statement[f"Not{element}"]))
    return any(_like(form(str(each)), value) for each in _listed(statement.get(element)))


def _conditions_hold(conditions: Any, context: Mapping[str, str]) -> bool:
    if not isinstance(conditions, Mapping):
        return False
    return all(
        _holds(operator, context.get(key.lower()), [str(each) for each in _listed(wanted)])
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    name = operator.removesuffix("IfExists")
    negative = "Not" in name
    if value is None:
        return negative or operator.endswith("IfExists")
    match name.replace("Not", ""):
        case "StringEquals":
            found = value in wanted
        case "StringEqualsIgnoreCase" | "Bool":
            found = value.lower() in [each.lower() for each in wanted]
        case "StringLike" | "ArnLike" | "ArnEquals":
            found = any(_like(each, value) for each in wanted)
        case _:
            return False
    return found != negative


def _like(pattern: str, value: str) -> bool:
    words = {"*": ".*", "?": "."}
    return re.fullmatch("".join(words.get(each, re.escape(each)) for each in pattern), value, re.DOTALL) is not None


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
