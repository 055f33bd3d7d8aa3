"""Whether a resource-based policy lets EventBridge deliver the events of a rule."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.infrastructure.model import Destination, Rule, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import NAME_OF_RULE
from pca_events.infrastructure.wildcard_texts import may_be_equal, wildcard_text

EVENTBRIDGE = "events.amazonaws.com"

_OPERATORS = {"arnlike", "arnequals", "stringlike", "stringequals", "stringequalsignorecase"}
_SOURCE_ARN = "aws:sourcearn"

Why = Literal["", "missing", "denied", "resource", "source"]


@dataclass(frozen=True)
class Answer:
    """What a policy says about a request of EventBridge.

    Attributes:
        allowed: None where only a deployment can tell.
        why: what keeps EventBridge out: no statement allows it (`missing`), one denies it (`denied`), or those that
            allow it name another resource (`resource`) or another rule (`source`) only.
        named: the resource or the rule that they name instead, as written.
    """

    allowed: bool | None
    why: Why = ""
    named: str = ""


@dataclass(frozen=True)
class Request:
    """What EventBridge asks for.

    Attributes:
        action: such as `sqs:SendMessage`.
        to: the resource that it delivers to; None where the policy stands for its resource.
        rule: the rule whose ARN is the aws:SourceArn; None where that is not compared.
        services: the service principals, of which one has to be allowed.
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
    said = [_said(statement, request) for statement in _many(policy.get("Statement"))]
    denied = [found for found in said if found.why == "denied"]
    for found in (*denied, *said):
        if found.why == "denied" or found.allowed:
            return found
    if any(found.allowed is None for found in said):
        return Answer(None)
    return next((found for found in said if found.why != "missing"), Answer(False, "missing"))


def _said(statement: Any, request: Request) -> Answer:
    """What one statement says: a statement about something else is `missing`."""
    if not isinstance(statement, dict) or {"NotAction", "NotPrincipal", "NotResource"} & statement.keys():
        return Answer(None)
    applies = (_names_service(statement.get("Principal"), request.services), _names_action(statement, request.action))
    if False in applies:
        return Answer(False, "missing")
    effect = statement.get("Effect")
    if None in applies or isinstance(effect, Unknown):
        return Answer(None)
    if effect == "Deny":
        return _denied(statement, request)
    resources = _many(statement.get("Resource"))
    if request.to and resources and not any(_may_name(held, request.to) for held in resources):
        return Answer(False, "resource", _named(resources[0], request.to))
    return _restricted(statement.get("Condition"), request)


def _denied(statement: dict[str, Any], request: Request) -> Answer:
    """A Deny counts where it has no condition and is for every resource, or for this one by its reference."""
    resources = _many(statement.get("Resource")) or ["*"]
    own = request.to.address if request.to else ""
    named = any(held == "*" or (isinstance(held, Reference) and held.resource == own) for held in resources)
    return Answer(False, "denied" if named and not statement.get("Condition") else "missing")


def _restricted(conditions: Any, request: Request) -> Answer:
    """What an Allow with these conditions says."""
    if not conditions:
        return Answer(True)
    if not isinstance(conditions, dict):
        return Answer(None)
    answers = [
        _condition(str(operator), str(key), values, request)
        for operator, compared in conditions.items()
        for key, values in (compared.items() if isinstance(compared, dict) else [("", None)])
    ]
    refused = [found for found in answers if found.allowed is False]
    return next(iter(refused), Answer(True if all(found.allowed for found in answers) else None))


def _condition(operator: str, key: str, values: Any, request: Request) -> Answer:
    bare = operator.lower().rpartition(":")[2].removesuffix("ifexists")
    if key.lower() == "aws:sourceaccount":
        return Answer(True)
    if key.lower() != _SOURCE_ARN or bare not in _OPERATORS or request.rule is None:
        return Answer(None)
    sources = _many(values)
    for source in sources:
        literal = bare.startswith("stringequals")
        if _may_be_rule(source, request.rule) and not (literal and isinstance(source, str) and "*" in source):
            return Answer(True)
    return Answer(False, "source", _words(sources[0]) if sources else "nothing")


def _may_be_rule(value: Any, rule: Rule) -> bool:
    last = list(value.pieces())[-1] if isinstance(value, Composed) else None
    if isinstance(last, Reference) and last.attribute == NAME_OF_RULE and last.resource != rule.name:
        return False
    return _may_be(value, rule.name, wildcard_text(rule.arn))


def _may_name(value: Any, to: Destination) -> bool:
    if to.kind == "lambda":
        return _may_name_function(value, to)
    arn = wildcard_text(to.arn)
    return _may_be(value, to.address, arn) or (to.kind == "logs" and _may_be(value, to.address, f"{arn}:*"))


def _may_name_function(value: Any, to: Destination) -> bool:
    """Whether a permission may be for a function, or for the version or the alias of it that a target has."""
    pieces = list(value.pieces()) if isinstance(value, Composed) else [value]
    function, qualifier = pieces[0], "".join(map(wildcard_text, pieces[1:]))
    if not isinstance(function, Reference):
        return True
    return function.resource == to.address and may_be_equal(qualifier, wildcard_text(to.qualifier))


def _may_be(value: Any, address: str, arn: str) -> bool:
    """Whether a value of a policy may be the ARN of a resource, which has this address in the project.

    References are to resources of the project, so two addresses are two resources.
    """
    if isinstance(value, Reference):
        return value.resource == address and value.attribute == "arn"
    pieces = list(value.pieces()) if isinstance(value, Composed) else [value]
    first = pieces[0]
    if isinstance(first, Reference) and first.attribute == "arn":
        follows = pieces[1] if isinstance(pieces[1], str) else ""
        return first.resource == address or not follows.startswith((":", "/"))
    text = wildcard_text(value).replace("?", "*")
    if not arn.startswith("arn:"):
        return True
    fields, own = text.split(":", 5), arn.split(":", 5)
    if len(fields) > 2 and "*" not in fields[2] and fields[2] != own[2]:
        return False
    if len(fields) == len(own) and "*" not in "".join(fields[:5]):
        return may_be_equal(fields[5], own[5])
    return may_be_equal(text, arn)


def _names_service(principal: Any, services: tuple[str, ...]) -> bool | None:
    if isinstance(principal, dict):
        found = [value for kind in ("Service", "AWS", "*") for value in _many(principal.get(kind))]
    else:
        found = _many(principal)
    return _any(found, lambda value: value == "*" or value in services)


def _names_action(statement: dict[str, Any], wanted: str) -> bool | None:
    actions = _many(statement.get("Action"))
    return _any(actions, lambda action: may_be_equal(str(action).lower().replace("?", "*"), wanted.lower()))


def _any(values: list[Any], test: Callable[[Any], bool]) -> bool | None:
    if any(test(value) for value in values if not isinstance(value, Unknown)):
        return True
    return None if any(isinstance(value, Unknown) for value in values) else False


def _named(value: Any, to: Destination) -> str:
    """A resource of a policy as its author wrote it; for a permission the function with its version or alias."""
    if to.kind == "lambda" and isinstance(value, Reference | Composed):
        behind = list(value.pieces())[1:] if isinstance(value, Composed) else []
        return "".join([to.name, *map(str, behind)])
    return _words(value)


def _words(value: Any) -> str:
    """A value as its author wrote it."""
    return value.reason if isinstance(value, Unknown) and value.parts == (None,) else str(value)


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
