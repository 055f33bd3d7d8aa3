"""Evaluation of IAM policies with unknown parts: does a policy allow EventBridge an action for a rule?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.infrastructure.arns import may_be_equal, read_arn, wildcard_text
from pca_events.infrastructure.model import Destination, Rule, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference
from pca_events.infrastructure.resource_policies import NAME_OF_RULE

EVENTBRIDGE = "events.amazonaws.com"

MOST_STATEMENTS = 200
"""How many statements are evaluated: more than AWS allows for a queue (20) or fit into 20 KB of a function's policy."""


@dataclass(frozen=True)
class Request:
    """What EventBridge requests.

    Attributes:
        action: such as `sqs:SendMessage`.
        to: the resource; None if the policy belongs to its resource.
        rule: the rule whose ARN is the aws:SourceArn; None if that is not compared.
        services: the service principals, one of which must be allowed; empty for the policy of a role.
    """

    action: str
    to: Destination | None = None
    rule: Rule | None = None
    services: tuple[str, ...] = (EVENTBRIDGE,)


Why = Literal["", "missing", "denied", "resource", "source", "account"]


@dataclass(frozen=True)
class Decision:
    """The decision of a policy on a request.

    Attributes:
        allowed: None if it is known only after deployment.
        why: the reason of a denial: no statement allows it (`missing`), one denies it (`denied`), or those that allow
            it are only for another resource (`resource`), another rule (`source`) or another account (`account`).
        named: that other resource, rule or account, as written.
    """

    allowed: bool | None
    why: Why = ""
    named: str = ""


def evaluate(policy: Any, request: Request) -> Decision:
    """Return the decision of a policy.

    Args:
        policy: a policy as a JSON object whose values may be unknown, or None if there is none.
        request: what EventBridge requests.
    """
    if policy is None:
        return Decision(False, "missing")
    if isinstance(policy, Unknown) or not isinstance(policy, dict):
        return Decision(None)
    statements = many(policy.get("Statement"))
    if len(statements) > MOST_STATEMENTS:
        return Decision(None)
    said = [_said(statement, request) for statement in statements]
    denied = [found for found in said if found.why == "denied"]
    for found in (*denied, *said):
        if found.why == "denied" or found.allowed:
            return found
    if any(found.allowed is None for found in said):
        return Decision(None)
    return next((found for found in said if found.why != "missing"), Decision(False, "missing"))


def _said(statement: Any, request: Request) -> Decision:
    """The decision of one statement; `missing` for a statement about something else."""
    if not isinstance(statement, dict) or {"NotAction", "NotResource"} & statement.keys():
        return Decision(None)
    effect, spared = statement.get("Effect"), statement.get("NotPrincipal")
    if spared is not None and effect != "Deny":
        return Decision(None)
    is_of_role = not request.services and statement.get("Principal") is None
    for_service = is_of_role or _names_service(
        statement.get("Principal") if spared is None else spared, request.services
    )
    if spared is not None and for_service is not None:
        for_service = not for_service
    applies = (for_service, _names_action(statement, request.action))
    if False in applies:
        return Decision(False, "missing")
    if None in applies or isinstance(effect, Unknown):
        return Decision(None)
    if effect == "Deny":
        return _denied(statement, request)
    resources = many(statement.get("Resource"))
    if request.to and resources and not any(may_name(held, request.to) for held in resources):
        return Decision(False, "resource", named(resources[0], request.to))
    return restricted(statement.get("Condition"), request.rule)


def _denied(statement: dict[str, Any], request: Request) -> Decision:
    """A Deny counts if its conditions certainly hold and it applies to every resource, or refers to this one."""
    resources = many(statement.get("Resource")) or ["*"]
    own = request.to.address if request.to else ""
    is_named = any(held == "*" or (isinstance(held, Reference) and held.resource == own) for held in resources)
    return Decision(False, "denied" if is_named and denies(statement.get("Condition"), request.rule) else "missing")


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
    """Whether one of the values is a wanted string; None if a partly unknown value may be one."""
    if any(value in wanted for value in values if not isinstance(value, Unknown)):
        return True
    unknown = [value for value in values if isinstance(value, Unknown)]
    return None if any(_may_be_text(value, text) for value in unknown for text in wanted) else False


def _may_be_text(value: Unknown, text: str) -> bool:
    known = "".join(part for part in value.parts if part)
    return known in ("", "*") if text == "*" else may_be_equal(wildcard_text(value), text)


_OF_TEXTS = {"stringlike", "stringequals", "stringequalsignorecase"}
_OF_ARNS = {"arnlike", "arnequals", *_OF_TEXTS}
_NEGATED = {"arnnotlike", "arnnotequals", "stringnotlike", "stringnotequals", "stringnotequalsignorecase"}
_SOURCE_ARN, _SOURCE_ACCOUNT = "aws:sourcearn", "aws:sourceaccount"
_ACCOUNT = re.compile(r"\d{12}")


def restricted(conditions: Any, rule: Rule | None) -> Decision:
    """Return the decision of an Allow with these conditions; without a rule, conditions on it are unknown."""
    if not conditions:
        return Decision(True)
    if not isinstance(conditions, dict):
        return Decision(None)
    compared = list(_compared(conditions))
    sources = [read_arn(value).account for _, key, values in compared if key == _SOURCE_ARN for value in many(values)]
    answers = [_condition(operator, key, values, rule, sources) for operator, key, values in compared]
    refused = [found for found in answers if found.allowed is False]
    return next(iter(refused), Decision(True if all(found.allowed for found in answers) else None))


def denies(conditions: Any, rule: Rule | None) -> bool:
    """Whether the conditions of a Deny certainly hold: it has none, or its only one exempts other rules than this."""
    if not conditions:
        return True
    compared = list(_compared(conditions)) if isinstance(conditions, dict) else []
    if len(compared) != 1 or rule is None:
        return False
    operator, key, values = compared[0]
    return operator in _NEGATED and key == _SOURCE_ARN and not any(may_be_rule(held, rule) for held in many(values))


def _compared(conditions: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """The operator (without set qualifier and IfExists), the key and the values of each condition."""
    for operator, compared in conditions.items():
        bare = str(operator).lower().rpartition(":")[2].removesuffix("ifexists")
        for key, values in compared.items() if isinstance(compared, dict) else [("", None)]:
            yield bare, str(key).lower(), values


def _condition(operator: str, key: str, values: Any, rule: Rule | None, sources: list[str]) -> Decision:
    if rule is None:
        return Decision(None)
    is_literal, given = operator.startswith("stringequals"), many(values)
    if key == _SOURCE_ARN and operator in _OF_ARNS:
        for source in given:
            if may_be_rule(source, rule) and not (is_literal and isinstance(source, str) and "*" in source):
                return Decision(True)
        return Decision(False, "source", words(given[0]) if given else "nothing")
    if key == _SOURCE_ACCOUNT and operator in _OF_TEXTS:
        known = _account_of(rule) or (sources[0] if len(set(sources)) == 1 else "")
        if any(_may_be_account(value, known) for value in given):
            return Decision(True)
        return Decision(False, "account", words(given[0]) if given else "nothing")
    return Decision(None)


def _may_be_account(value: Any, known: str) -> bool:
    """Whether a value may be an account, or the known account if there is one."""
    text = wildcard_text(value) if isinstance(value, str | Unknown) else str(value)
    text = text.replace("?", "*")
    return may_be_equal(text, known) if known else "*" in text or _ACCOUNT.fullmatch(text) is not None


def _account_of(rule: Rule) -> str:
    """The account of a rule, if its ARN or that of its event bus contains it; otherwise empty."""
    return read_arn(rule.arn).account or read_arn(rule.bus).account


_NAMED_BY_ARN = ("sqs", "sns", "logs", "events")
"""The kinds of destinations of which it is known which attributes are their ARN."""


def may_be_rule(value: Any, rule: Rule) -> bool:
    """Whether a value may be the ARN of a rule."""
    last = list(value.pieces())[-1] if isinstance(value, Composed) else None
    if isinstance(last, Reference) and last.attribute == NAME_OF_RULE and last.resource != rule.name:
        return False
    return _may_be(value, rule.name, wildcard_text(rule.arn))


def may_name(value: Any, to: Destination) -> bool:
    """Whether a value may be the ARN of a destination; for a log group also of its log streams."""
    if to.kind == "lambda":
        return _may_name_function(value, to)
    first = next(iter(value.pieces())) if isinstance(value, Composed) else value
    if isinstance(first, Reference) and (not to.address or to.kind not in _NAMED_BY_ARN):
        return not to.address or first.resource == to.address
    arn = wildcard_text(to.arn)
    return _may_be(value, to.address, arn) or (to.kind == "logs" and _may_be(value, to.address, f"{arn}:*"))


def _may_name_function(value: Any, to: Destination) -> bool:
    """Whether a value may be the ARN of a function, or of its version or alias that is the target.

    A reference to another resource may be to that alias.
    """
    pieces = list(value.pieces()) if isinstance(value, Composed) else [value]
    function, qualifier = pieces[0], "".join(map(wildcard_text, pieces[1:]))
    if not isinstance(function, Reference):
        return True
    if function.resource != to.address:
        return to.qualifier != ""
    return may_be_equal(qualifier, wildcard_text(to.qualifier))


def _may_be(value: Any, address: str, arn: str) -> bool:
    """Whether a policy value may be the ARN of a resource with this address in the project.

    References are to resources of the project, so different addresses are different resources.
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
    if len(fields) == len(own) and (isinstance(value, str) or all(piece.meaning for piece in _holes(pieces))):
        return all(map(may_be_equal, fields, own))
    if len(fields) > 2 and "*" not in fields[2] and fields[2] != own[2]:
        return False
    if len(fields) == len(own) and "*" not in "".join(fields[:5]):
        return may_be_equal(fields[5], own[5])
    return may_be_equal(text, arn)


def _holes(pieces: list[Any]) -> list[Unknown]:
    return [piece for piece in pieces if isinstance(piece, Unknown)]


def named(value: Any, to: Destination) -> str:
    """A resource of a policy as written; for a permission the function with its version or alias."""
    if to.kind == "lambda" and isinstance(value, Reference | Composed):
        behind = list(value.pieces())[1:] if isinstance(value, Composed) else []
        return "".join([to.name, *map(str, behind)])
    return words(value)


def words(value: Any) -> str:
    """A value as written."""
    return value.reason if isinstance(value, Unknown) and value.parts == (None,) else str(value)


def many(value: Any) -> list[Any]:
    """Return one or several values as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
