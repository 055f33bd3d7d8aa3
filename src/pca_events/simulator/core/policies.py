"""The resource policy of a CA: kept, and checked for its form; nobody is refused by it here."""

import json
from typing import Any

from pca_events.simulator.core.refusals import not_found
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.world import ServiceError

NEEDED = ("Effect", "Principal", "Action", "Resource")


def put(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """PutPolicy."""
    with register.lock:
        authority = register.authority_in_use(request["ResourceArn"])
        check(request["Policy"], authority.arn)
        authority.policy = request["Policy"]
    return {}


def get(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """GetPolicy."""
    with register.lock:
        authority = register.authority_in_use(request["ResourceArn"])
        if authority.policy is None:
            raise not_found(f"{authority.arn}: policy")
        return {"Policy": authority.policy}


def delete(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePolicy: well also where there is none."""
    with register.lock:
        register.authority_in_use(request["ResourceArn"]).policy = None
    return {}


def check(text: str, arn: str) -> None:
    """Raise InvalidPolicyException, or LockoutPreventedException for a policy that denies everybody."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid("it is no JSON") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise invalid("it has no Statement")
    for statement in statements:
        check_statement(statement, arn)


def check_statement(statement: Any, arn: str) -> None:
    """Raise what is wrong with one statement."""
    if not isinstance(statement, dict) or any(name not in statement for name in NEEDED):
        raise invalid(f"a statement needs {', '.join(NEEDED)}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise invalid("Effect is neither Allow nor Deny")
    if statement["Effect"] == "Deny" and statement["Principal"] in ("*", {"AWS": "*"}) and "Condition" not in statement:
        raise ServiceError(
            "LockoutPreventedException",
            "The current action was prevented because it would lock the caller out from performing subsequent actions.",
        )
    if statement["Resource"] not in (arn, [arn]):
        raise invalid(f"Resource is not {arn}")


def invalid(why: str) -> ServiceError:
    """A policy that does not hold."""
    return ServiceError(
        "InvalidPolicyException", f"The resource policy is invalid or is missing a required statement: {why}."
    )
