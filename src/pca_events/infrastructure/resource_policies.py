"""Resource-based policies as JSON, in which a reference to a resource of the project stays a `Reference`."""

from collections.abc import Callable, Iterable
from typing import Any

from pca_events.infrastructure.arns import wildcard_text
from pca_events.infrastructure.event_patterns import read_json
from pca_events.infrastructure.model import DEFAULT_BUS, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, joined
from pca_events.infrastructure.source_tree import Text

Resolve = Callable[[Reference], Unknown]
"""Gives the reference with the address of the resource that it names, or Unknown where that is not known."""

NAME_OF_RULE = "name of the rule"
"""The attribute of a resolved reference to the name of an event rule."""

_COMPARED = ("Resource", "Condition")
_VERSION = "2012-10-17"


def read_policy(value: Any, resolve: Resolve) -> Any:
    """Return the policy that is given as an object or as JSON text; None where there is none.

    Args:
        value: what is given; its values may be unknown.
        resolve: is called for each reference in `Resource` and `Condition`; any other reference becomes Unknown.
    """
    if value is None or value == "":
        return None
    document = _as_json(read_json(value))
    if not isinstance(document, dict):
        return document
    statements = [_resolved_statement(held, resolve) for held in listed(document.get("Statement"))]
    return {key: statements if key == "Statement" else _resolved(held, _forget) for key, held in document.items()}


def combined(policies: Iterable[Any]) -> Any:
    """Return one policy with the statements of all; a policy that is not known is a statement that is not known."""
    there = [policy for policy in policies if policy is not None]
    if len(there) < 2:
        return there[0] if there else None
    return {"Version": _VERSION, "Statement": [held for policy in there for held in statements_of(policy)]}


def statements_of(policy: Any) -> list[Any]:
    """Return the statements of a policy; one that is not known counts as a statement."""
    return listed(policy.get("Statement")) if isinstance(policy, dict) else [policy]


def invoke_permission(
    function: Any, principal: Any, action: Any, source_arn: Any, source_account: Any
) -> dict[str, Any]:
    """Return a permission of a Lambda function as a policy.

    Args:
        function: its resource: the ARN of the function, or of a version or an alias of it.
        principal: a service or an account, as `AddPermission` has it.
        action: such as `lambda:InvokeFunction`.
        source_arn, source_account: None where the permission does not restrict them.
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
    """Return the ARN of a resource in a partition and an account that are not known.

    Args:
        service: such as `sqs`.
        resource: its name; Unknown in whole or in part.
        before: what stands before the name: `function:`.
        region: its Region, where that is a text.
    """
    name = resource if isinstance(resource, str | Unknown) else Unknown("its name")
    there = region if isinstance(region, str) and region else Unknown("Region")
    made = joined(["arn:", Unknown("partition"), f":{service}:", there, ":", Unknown("account"), f":{before}", name])
    return Unknown("its ARN", made.parts if isinstance(made, Unknown) else (None,))


def rule_arn(name: Any, bus: Any, region: Any = None) -> Unknown:
    """Return the ARN of a rule; before its name stands that of its event bus, where that is not the default one.

    Args:
        name: Unknown where it is not known, in whole or in part.
        bus: the name or ARN of its event bus, likewise; None or empty for the default one.
        region: its Region, where that is a text.
    """
    on = wildcard_text(bus).rpartition(":event-bus/")[2]
    named = name if isinstance(name, str | Unknown) else Unknown("its name")
    if on in ("", DEFAULT_BUS):
        return arn_of("events", named, "rule/", region)
    before = Unknown("event bus") if "*" in on else f"{on}/"
    return arn_of("events", joined([before, named]), "rule/", region)


def listed(value: Any) -> list[Any]:
    """Return a value, or several, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _as_json(value: Any) -> Any:
    """Return the value without lines; what is not known stays as it is."""
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
    """What is known of a principal: the ARN of a resource of the project is an ARN, so it is not everybody."""
    is_arn = reference.attribute.lower().endswith("arn") and not reference.resource.startswith(("module.", "data."))
    return Unknown(reference.reason, ("arn:", None) if is_arn else reference.parts)


def _forget(reference: Reference) -> Unknown:
    return Unknown(reference.reason, reference.parts)
