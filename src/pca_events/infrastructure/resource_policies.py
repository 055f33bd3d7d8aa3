"""Resource-based policies as JSON in which references to resources of the project remain `Reference` values."""

from collections.abc import Callable, Iterable
from typing import Any

from pca_events.infrastructure.arns import wildcard_text
from pca_events.infrastructure.event_patterns import read_json
from pca_events.infrastructure.model import DEFAULT_BUS, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.infrastructure.source_tree import Text

Resolve = Callable[[Reference], Unknown]
"""Returns the reference with the address of its resource, or Unknown."""

NAME_OF_RULE = "name of the rule"
"""The attribute of a resolved reference to an event rule by name."""

_COMPARED = ("Resource", "Condition")
_VERSION = "2012-10-17"


def read_policy(value: Any, resolve: Resolve) -> Any:
    """Return a policy given as an object or a JSON string; None if there is none.

    Args:
        value: the policy; its values may be unknown.
        resolve: called for each reference in `Resource` and `Condition`; any other reference becomes Unknown.
    """
    if value is None or value == "":
        return None
    document = _as_json(read_json(value))
    if not isinstance(document, dict):
        return document
    statements = [_resolved_statement(held, resolve) for held in listed(document.get("Statement"))]
    return {key: statements if key == "Statement" else _resolved(held, _forget) for key, held in document.items()}


def combined(policies: Iterable[Any]) -> Any:
    """Return one policy with all statements; an unknown policy counts as an unknown statement."""
    there = [policy for policy in policies if policy is not None]
    if len(there) < 2:
        return there[0] if there else None
    return {"Version": _VERSION, "Statement": [held for policy in there for held in statements_of(policy)]}


def statements_of(policy: Any) -> list[Any]:
    """Return the statements of a policy; an unknown policy counts as a statement."""
    return listed(policy.get("Statement")) if isinstance(policy, dict) else [policy]


def invoke_permission(
    function: Any, principal: Any, action: Any, source_arn: Any, source_account: Any
) -> dict[str, Any]:
    """Return a permission of a Lambda function as a policy.

    Args:
        function: its resource: the ARN of the function, or of one of its versions or aliases.
        principal: a service or an account, as in `AddPermission`.
        action: such as `lambda:InvokeFunction`.
        source_arn, source_account: None if the permission does not restrict them.
    """
    service = isinstance(principal, Unknown) or principal == "*" or "." in str(principal)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service" if service else "AWS": principal},
        "Action": action,
        "Resource": function,
    }
    condition = {}
    if source_arn is not None:
        condition["ArnLike"] = {"AWS:SourceArn": source_arn}
    if source_account is not None:
        condition["StringEquals"] = {"AWS:SourceAccount": source_account}
    return {"Version": _VERSION, "Statement": [statement | ({"Condition": condition} if condition else {})]}


def arn_of(service: str, resource: Any, before: str = "", region: Any = None) -> Unknown:
    """Return the ARN of a resource in an unknown partition and account.

    Args:
        service: such as `sqs`.
        resource: its name, which may be partly or fully Unknown.
        before: the text before the name: `function:`.
        region: its Region if it is a string.
    """
    name = resource if isinstance(resource, str | Unknown) else Unknown("its name")
    there = region if isinstance(region, str) and region else Unknown("Region")
    made = joined(["arn:", Unknown("partition"), f":{service}:", there, ":", Unknown("account"), f":{before}", name])
    return Unknown("its ARN", made.parts if isinstance(made, Unknown) else (None,))


def rule_arn(name: Any, bus: Any, region: Any = None) -> Unknown:
    """Return the ARN of a rule, which includes the name of its event bus unless that is the default bus.

    Args:
        name: its name, which may be partly or fully Unknown.
        bus: the name or ARN of its event bus, likewise; None or empty for the default bus.
        region: its Region if it is a string.
    """
    on = wildcard_text(bus).rpartition(":event-bus/")[2]
    named = name if isinstance(name, str | Unknown) else Unknown("its name")
    if on in ("", DEFAULT_BUS):
        return arn_of("events", named, "rule/", region)
    before = Unknown("event bus") if "*" in on else f"{on}/"
    return arn_of("events", joined([before, named]), "rule/", region)


def listed(value: Any) -> list[Any]:
    """Return one value or several values as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _as_json(value: Any) -> Any:
    """Return the value without lines; unknown values are kept."""
    if isinstance(value, dict):
        return {str(key): _as_json(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_as_json(held) for held in value]
    return str(value) if isinstance(value, Text) else value


def _resolved_statement(statement: Any, resolve: Resolve) -> Any:
    if not isinstance(statement, dict):
        return _resolved(statement, _forget)
    resolvers = {"Principal": _of_principal, "NotPrincipal": _of_principal} | dict.fromkeys(_COMPARED, resolve)
    return {key: _resolved(held, resolvers.get(key, _forget)) for key, held in statement.items()}


def _resolved(value: Any, resolve: Resolve) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(held, resolve) for key, held in value.items()}
    if isinstance(value, list):
        return [_resolved(held, resolve) for held in value]
    if isinstance(value, Reference):
        return resolve(value)
    if isinstance(value, Composed):
        holes = tuple(resolve(hole) if isinstance(hole, Reference) else hole for hole in value.holes)
        return Composed(
            value.reason, value.parts, meanings=value.meanings, reasons=value.reasons, holes=holes, line=value.line
        )
    return value


def _of_principal(reference: Reference) -> Unknown:
    """The known part of a principal; a reference to the ARN of a resource is an ARN, so it is not `*`."""
    is_arn = reference.attribute.lower().endswith("arn") and not reference.resource.startswith(("module.", "data."))
    return Unknown(reference.reason, ("arn:", None) if is_arn else reference.parts)


def _forget(reference: Reference) -> Unknown:
    return Unknown(reference.reason, reference.parts)
