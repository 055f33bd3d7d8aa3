"""Whether a policy of infrastructure code, of which parts may be unknown, lets EventBridge do something for a rule."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from pca_events.iam_policy import VERSION_WITH_VARIABLES, Decision, Request, StatementResult, as_list, decide, judge
from pca_events.infrastructure.embedded_json import NAME_OF_RULE
from pca_events.infrastructure.model import Destination, Rule, Unknown
from pca_events.infrastructure.partial_values import Composed, Reference, may_be_equal, read_arn, wildcard_text

EVENTBRIDGE = "events.amazonaws.com"

MOST_STATEMENTS = 200
"""How many statements are evaluated: more than AWS allows for a queue (20) or fit into 20 KB of a function's policy."""

_SOURCE_ARN, _SOURCE_ACCOUNT = "aws:sourcearn", "aws:sourceaccount"


@dataclass(frozen=True)
class Permission:
    """What EventBridge needs.

    Attributes:
        action: such as `sqs:SendMessage`.
        to: the resource; None if the policy belongs to its resource.
        rule: the rule whose ARN is the aws:SourceArn; None if it is not compared.
        services: the service principals, of which one must be allowed; none for the policy of a role.
    """

    action: str
    to: Destination | None = None
    rule: Rule | None = None
    services: tuple[str, ...] = (EVENTBRIDGE,)


Why = Literal["", "missing", "denied", "resource", "source", "account"]


@dataclass(frozen=True)
class Grant:
    """Whether a policy grants a permission.

    Attributes:
        allowed: None if it is known only after deployment.
        why: the reason of a denial: no statement allows it (`missing`), one denies it (`denied`), or those that allow
            it are only for another resource (`resource`), another rule (`source`) or another account (`account`).
        named: that other resource, rule or account, as written.
    """

    allowed: bool | None
    why: Why = ""
    named: str = ""


def grant_of(policy: Any, permission: Permission) -> Grant:
    """Return whether a policy grants a permission.

    Args:
        policy: a policy as a JSON object whose values may be unknown, or None if it has none.
        permission: what EventBridge needs.
    """
    if policy is None:
        return Grant(False, "missing")
    if not isinstance(policy, dict):
        return Grant(None)
    statements = as_list(policy.get("Statement"))
    if len(statements) > MOST_STATEMENTS:
        return Grant(None)
    variables = policy.get("Version") == VERSION_WITH_VARIABLES
    return _grant(decide(_judged(each, permission, variables) for each in statements), permission)


def _grant(decision: Decision, permission: Permission) -> Grant:
    if decision.why == "resource" and permission.to:
        return Grant(False, "resource", _named(decision.written, permission.to))
    if decision.why == "condition":
        named = "nothing" if decision.written is None else _words(decision.written)
        return Grant(False, "source" if decision.key == _SOURCE_ARN else "account", named)
    return Grant(decision.allowed, "denied" if decision.why == "denied" else "missing" if decision.why else "")


_DOUBTFUL = StatementResult("Allow", None, Decision(None))
"""The result of a statement that may allow anything."""


def _judged(statement: Any, permission: Permission, variables: bool) -> StatementResult:
    """The result of a statement, where doubt counts in favour of EventBridge.

    An Allow applies if it may, and a Deny only if it certainly does. A statement is doubtful as a whole if it is not
    known whom or what it is about; NotAction and NotResource count as such.
    """
    if not isinstance(statement, dict) or {"NotAction", "NotResource"} & statement.keys():
        return _DOUBTFUL
    effect = statement.get("Effect")
    is_denial = effect == "Deny"
    if statement.get("NotPrincipal") is not None and not is_denial:
        return _DOUBTFUL
    conditions = _readable(statement.get("Condition"))
    subject = {key: held for key, held in statement.items() if key not in ("Resource", "Condition")}
    subject["Effect"] = "Deny" if is_denial else "Allow"
    request = Request(
        permission.action,
        permission.to or _NOT_KNOWN,
        permission.services,
        context=_context(permission.rule, conditions, is_denial=is_denial),
        complete=False,
        compare=partial(_compare, doubt=None if is_denial else True),
    )
    about = judge(subject, request, variables)
    if about.applies is None or (about.applies and isinstance(effect, Unknown)):
        return _DOUBTFUL
    found = judge(subject | {"Resource": statement.get("Resource"), "Condition": conditions}, request, variables)
    return replace(found, applies=False) if is_denial and found.applies is None else found


def _readable(conditions: Any) -> Any:
    """The Condition of a statement, in which anything that is not an object is not known."""
    if not conditions:
        return None
    if not isinstance(conditions, dict):
        return _NOT_KNOWN
    return {operator: keys if isinstance(keys, dict) else _NOT_KNOWN for operator, keys in conditions.items()}


def _compared(conditions: Any) -> Iterator[tuple[str, Any]]:
    for keys in conditions.values() if isinstance(conditions, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else [("", None)]:
            yield str(key).lower(), values


def _context(rule: Rule | None, conditions: Any, *, is_denial: bool) -> Mapping[str, Any]:
    """The condition keys that are known; for a Deny only the rule, if nothing else is compared."""
    compared = list(_compared(conditions))
    if rule is None or (is_denial and len(compared) != 1):
        return {}
    if is_denial:
        return {_SOURCE_ARN: _Source(rule)}
    accounts = {read_arn(value).account for key, values in compared if key == _SOURCE_ARN for value in as_list(values)}
    known = read_arn(rule.arn).account or read_arn(rule.bus).account or (accounts.pop() if len(accounts) == 1 else "")
    return {_SOURCE_ARN: _Source(rule), _SOURCE_ACCOUNT: _Account(known)}


@dataclass(frozen=True)
class _Source:
    """The ARN of a rule."""

    rule: Rule


@dataclass(frozen=True)
class _Account:
    """The account of a rule; empty if it is not known."""

    known: str


_NOT_KNOWN = object()
_OF_TEXTS = {"stringlike", "stringequals", "stringequalsignorecase"}
_OF_ARNS = {"arnlike", "arnequals", *_OF_TEXTS}
_NEGATED = {"arnnotlike", "arnnotequals", "stringnotlike", "stringnotequals", "stringnotequalsignorecase"}
_ACCOUNT = re.compile(r"\d{12}")


def _compare(written: Any, value: Any, how: str, doubt: bool | None) -> bool | None:
    """Compare a value of a policy with one of the request; `doubt` is the answer where they may match."""
    match value:
        case str() if how == "principal":
            return None if _may_be_text(written, value) else False
        case Destination():
            if doubt is None:
                return (isinstance(written, Reference) and written.resource == value.address) or None
            return _may_name(written, value)
        case _Source(rule) if how in _OF_ARNS:
            is_literal = how.startswith("stringequals") and isinstance(written, str) and "*" in written
            return doubt if _may_be_rule(written, rule) and not is_literal else False
        case _Source(rule) if how in _NEGATED and doubt is None:
            return None if _may_be_rule(written, rule) else False
        case _Account(known) if how in _OF_TEXTS:
            return doubt if _may_be_account(written, known) else False
        case _ if value is _NOT_KNOWN:
            return doubt
    return None


def _may_be_text(value: Unknown, text: str) -> bool:
    known = "".join(part for part in value.parts if part)
    return known in ("", "*") if text == "*" else may_be_equal(wildcard_text(value), text)


def _may_be_account(value: Any, known: str) -> bool:
    """Whether a value may be an account, or the known account if there is one."""
    text = wildcard_text(value) if isinstance(value, str | Unknown) else str(value)
    text = text.replace("?", "*")
    return may_be_equal(text, known) if known else "*" in text or _ACCOUNT.fullmatch(text) is not None


_NAMED_BY_ARN = ("sqs", "sns", "logs", "events")
"""The kinds of destinations of which it is known which attributes are their ARN."""


def _may_be_rule(value: Any, rule: Rule) -> bool:
    """Whether a value may be the ARN of a rule."""
    last = list(value.pieces())[-1] if isinstance(value, Composed) else None
    if isinstance(last, Reference) and last.attribute == NAME_OF_RULE and last.resource != rule.name:
        return False
    return _may_be(value, rule.name, wildcard_text(rule.arn))


def _may_name(value: Any, to: Destination) -> bool:
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


def _named(value: Any, to: Destination) -> str:
    """A resource of a policy as written; for a permission the function with its version or alias."""
    if to.kind == "lambda" and isinstance(value, Reference | Composed):
        behind = list(value.pieces())[1:] if isinstance(value, Composed) else []
        return "".join([to.name, *map(str, behind)])
    return _words(value)


def _words(value: Any) -> str:
    """A value as written."""
    return value.reason if isinstance(value, Unknown) and value.parts == (None,) else str(value)
