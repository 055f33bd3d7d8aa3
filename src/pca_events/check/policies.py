"""Whether a resource-based policy lets EventBridge deliver the events of a rule."""

from dataclasses import dataclass
from typing import Any

from pca_events.check.policy_arns import many, may_name, named
from pca_events.check.policy_conditions import Answer, denies, restricted
from pca_events.infrastructure.arns import may_be_equal, wildcard_text
from pca_events.infrastructure.model import Destination, Rule, Unknown
from pca_events.infrastructure.partial_values import Reference

EVENTBRIDGE = "events.amazonaws.com"

MOST_STATEMENTS = 200
"""How many statements are evaluated: more than AWS takes for a queue (20) or fit into 20 KB of a function's policy."""


@dataclass(frozen=True)
class Request:
    """What EventBridge asks for.

    Attributes:
        action: such as `sqs:SendMessage`.
        to: the resource that it delivers to; None where the policy stands for its resource.
        rule: the rule whose ARN is the aws:SourceArn; None where that is not compared.
        services: the service principals, of which one has to be allowed; none for a policy of a role, which is for
            that role.
    """

    action: str
    to: Destination | None = None
    rule: Rule | None = None
    services: tuple[str, ...] = (EVENTBRIDGE,)


def answer(policy: Any, request: Request) -> Answer:
    """Return what a policy says.

    Args:
        policy: a policy as a JSON object whose values may be unknown, or None where there is none.
        request: what EventBridge asks for.
    """
    if policy is None:
        return Answer(False, "missing")
    if isinstance(policy, Unknown) or not isinstance(policy, dict):
        return Answer(None)
    statements = many(policy.get("Statement"))
    if len(statements) > MOST_STATEMENTS:
        return Answer(None)
    said = [_said(statement, request) for statement in statements]
    denied = [found for found in said if found.why == "denied"]
    for found in (*denied, *said):
        if found.why == "denied" or found.allowed:
            return found
    if any(found.allowed is None for found in said):
        return Answer(None)
    return next((found for found in said if found.why != "missing"), Answer(False, "missing"))


def _said(statement: Any, request: Request) -> Answer:
    """What one statement says: a statement about something else is `missing`."""
    if not isinstance(statement, dict) or {"NotAction", "NotResource"} & statement.keys():
        return Answer(None)
    effect, spared = statement.get("Effect"), statement.get("NotPrincipal")
    if spared is not None and effect != "Deny":
        return Answer(None)
    is_of_role = not request.services and statement.get("Principal") is None
    for_service = is_of_role or _names_service(
        statement.get("Principal") if spared is None else spared, request.services
    )
    if spared is not None and for_service is not None:
        for_service = not for_service
    applies = (for_service, _names_action(statement, request.action))
    if False in applies:
        return Answer(False, "missing")
    if None in applies or isinstance(effect, Unknown):
        return Answer(None)
    if effect == "Deny":
        return _denied(statement, request)
    resources = many(statement.get("Resource"))
    if request.to and resources and not any(may_name(held, request.to) for held in resources):
        return Answer(False, "resource", named(resources[0], request.to))
    return restricted(statement.get("Condition"), request.rule)


def _denied(statement: dict[str, Any], request: Request) -> Answer:
    """A Deny counts where its conditions certainly hold and it is for every resource, or for this by its reference."""
    resources = many(statement.get("Resource")) or ["*"]
    own = request.to.address if request.to else ""
    is_named = any(held == "*" or (isinstance(held, Reference) and held.resource == own) for held in resources)
    return Answer(False, "denied" if is_named and denies(statement.get("Condition"), request.rule) else "missing")


def _names_service(principal: Any, services: tuple[str, ...]) -> bool | None:
    if not isinstance(principal, dict):
        return _any(many(principal), ("*",))
    everybody = _any([held for kind in ("AWS", "*") for held in many(principal.get(kind))], ("*",))
    named = _any(many(principal.get("Service")), ("*", *services))
    return True if everybody or named else None if None in (everybody, named) else False


def _names_action(statement: dict[str, Any], wanted: str) -> bool | None:
    actions = many(statement.get("Action"))
    known = [str(action).lower().replace("?", "*") for action in actions if not isinstance(action, Unknown)]
    if any(may_be_equal(action, wanted.lower()) for action in known):
        return True
    return None if len(known) < len(actions) else False


def _any(values: list[Any], wanted: tuple[str, ...]) -> bool | None:
    """Whether one of the values is one of the wanted texts; None where one that is known in part may be."""
    if any(value in wanted for value in values if not isinstance(value, Unknown)):
        return True
    unknown = [value for value in values if isinstance(value, Unknown)]
    return None if any(_may_be_text(value, text) for value in unknown for text in wanted) else False


def _may_be_text(value: Unknown, text: str) -> bool:
    known = "".join(part for part in value.parts if part)
    return known in ("", "*") if text == "*" else may_be_equal(wildcard_text(value), text)
