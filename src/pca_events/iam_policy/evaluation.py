"""Policies and their statements: effect, principal, action, resource."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pca_events.iam_policy.conditions import conditions_of
from pca_events.iam_policy.principals import names_caller
from pca_events.iam_policy.request import Decision, Request, any_of, as_list, as_text, is_known, negated
from pca_events.iam_policy.text_patterns import is_like, is_like_resource, tokens_of

VERSION_WITH_VARIABLES = "2012-10-17"
"""The version of the policy language that has policy variables."""


@dataclass(frozen=True)
class StatementResult:
    """What one statement says about a request.

    Attributes:
        effect: None if it is not known.
        applies: whether the statement is about the request; None if that is not known.
        decision: what it comes to if no other statement decides.
    """

    effect: Literal["Allow", "Deny"] | None
    applies: bool | None
    decision: Decision


UNKNOWN = StatementResult(None, None, Decision(None))
"""The result of a statement that is not known."""

MALFORMED = StatementResult("Allow", False, Decision(False, "missing"))
"""The result of a statement that AWS does not accept: it allows nothing."""


def evaluate(policy: Any, request: Request) -> Decision:
    """Return the decision of a policy: a Deny wins, and what no statement allows is denied.

    Args:
        policy: the policy as a JSON object; None if it does not exist.
        request: the request.
    """
    if policy is None:
        return Decision(False, "missing")
    if not isinstance(policy, Mapping):
        return MALFORMED.decision if is_known(policy) else UNKNOWN.decision
    variables = policy.get("Version") == VERSION_WITH_VARIABLES
    return decide(judge(statement, request, variables) for statement in as_list(policy.get("Statement")))


def decide(results: Iterable[StatementResult]) -> Decision:
    """Return the decision of a policy from the results of its statements."""
    found = list(results)
    denials = [each for each in found if each.effect != "Allow"]
    allowing = [each for each in found if each.effect != "Deny"]
    for each in denials:
        if each.effect == "Deny" and each.applies:
            return each.decision
    if any_of(each.applies for each in allowing) is False:
        others = (each.decision for each in allowing if each.decision.why != "missing")
        return next(others, Decision(False, "missing"))
    if any(each.applies is not False for each in denials):
        return UNKNOWN.decision
    return next((each.decision for each in allowing if each.applies), UNKNOWN.decision)


def judge(statement: Any, request: Request, variables: bool = True) -> StatementResult:
    """Return what a statement says about a request.

    Args:
        statement: the statement as a JSON object.
        request: the request.
        variables: whether the version of the policy language has policy variables.
    """
    if not isinstance(statement, Mapping):
        return MALFORMED if is_known(statement) else UNKNOWN
    effect = statement.get("Effect")
    if is_known(effect) and effect not in ("Allow", "Deny"):
        return MALFORMED
    known: Literal["Allow", "Deny"] | None = effect if is_known(effect) else None
    if known == "Allow" and statement.get("NotPrincipal") is not None:  # AWS supports it with Deny only
        return MALFORMED
    sid = as_text(statement.get("Sid") or "")
    applies: bool | None = True
    for answer, decision in _answers(statement, request, variables, sid):
        if answer is False:
            return StatementResult(known, answer, decision)
        applies = applies and answer
    if applies and known == "Deny":
        return StatementResult(known, applies, Decision(False, "denied", sid))
    return StatementResult(known, applies, Decision(applies if known else None, sid=sid))


def _answers(
    statement: Mapping[str, Any], request: Request, variables: bool, sid: str
) -> Iterator[tuple[bool | None, Decision]]:
    """Yield whether each element of a statement is about the request, and the decision if it is not."""
    missing = Decision(False, "missing", sid)
    yield _names_principal(statement, request), missing
    yield _one_of(statement, "Action", request, variables), missing
    resources = as_list(statement.get("Resource")) or as_list(statement.get("NotResource"))
    yield (
        _one_of(statement, "Resource", request, variables),
        Decision(False, "resource", sid, written=resources[0] if resources else None),
    )
    if statement.get("Condition") is not None:
        for found in conditions_of(statement["Condition"], request, variables):
            written = found.values[0] if found.values else None
            yield found.holds, Decision(False, "condition", sid, found.operator, found.key.lower(), written)


def _names_principal(statement: Mapping[str, Any], request: Request) -> bool | None:
    named, spared = statement.get("Principal"), statement.get("NotPrincipal")
    if named is None and spared is None:
        return not request.services and not request.caller
    if spared is not None:
        return negated(names_caller(spared, request, every_form=True))
    return names_caller(named, request)


def _one_of(statement: Mapping[str, Any], element: str, request: Request, variables: bool) -> bool | None:
    """Whether the request is about an action or a resource of the statement; one without the element is about all."""
    if element == "Resource" and request.resource is None:
        return True
    named, spared = as_list(statement.get(element)), as_list(statement.get(f"Not{element}"))
    test = _is_action if element == "Action" else _is_resource
    if spared:
        return negated(any_of(test(each, request, variables) for each in spared))
    if not named:
        return element == "Resource"
    return any_of(test(each, request, variables) for each in named)


def _is_action(written: Any, request: Request, _variables: bool) -> bool | None:
    if not is_known(written):
        return request.compare(written, request.action, "action")
    _, tokens = tokens_of(as_text(written).lower(), request, variables=False)
    return is_like(tokens, request.action.lower())


def _is_resource(written: Any, request: Request, variables: bool) -> bool | None:
    if isinstance(written, str) and written == "*":
        return True
    if not is_known(written) or not is_known(request.resource):
        return request.compare(written, request.resource, "resource")
    there, tokens = tokens_of(as_text(written), request, variables)
    return is_like_resource(tokens, request.resource) if there else there
