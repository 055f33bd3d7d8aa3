"""Permissions and the resource policy of a CA: stored and validated, but not enforced."""

import json
from typing import Any

from pca_events.simulator.core.api_protocol import page
from pca_events.simulator.core.errors import ServiceError, not_found, validation
from pca_events.simulator.core.region_state import RegionState

PRINCIPAL = "acm.amazonaws.com"


def create_permission(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """CreatePermission."""
    if request["Principal"] != PRINCIPAL:
        raise validation(f"The principal {request['Principal']} is not valid; the only valid principal is {PRINCIPAL}.")
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or state.account
        if (PRINCIPAL, source) in authority.permissions:
            raise ServiceError(
                "PermissionAlreadyExistsException", "The designated permission has already been given to the user."
            )
        authority.permissions[PRINCIPAL, source] = {
            "CertificateAuthorityArn": authority.arn,
            "CreatedAt": state.now(),
            "Principal": PRINCIPAL,
            "SourceAccount": source,
            "Actions": list(dict.fromkeys(request["Actions"])),
        }
    return {}


def delete_permission(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePermission."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or state.account
        if authority.permissions.pop((request["Principal"], source), None) is None:
            raise not_found(f"{authority.arn}: permission of {request['Principal']} for {source}")
    return {}


def list_permissions(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """ListPermissions."""
    with state.lock:
        authority = state.authority_in_use(request["CertificateAuthorityArn"])
        permissions = [dict(each) for each in authority.permissions.values()]
    return page(permissions, request, "Permissions")


REQUIRED_ELEMENTS = ("Effect", "Principal", "Action", "Resource")


def put_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """PutPolicy."""
    with state.lock:
        authority = state.authority_in_use(request["ResourceArn"])
        check_policy(request["Policy"], authority.arn)
        authority.policy = request["Policy"]
    return {}


def get_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """GetPolicy."""
    with state.lock:
        authority = state.authority_in_use(request["ResourceArn"])
        if authority.policy is None:
            raise not_found(f"{authority.arn}: policy")
        return {"Policy": authority.policy}


def delete_policy(state: RegionState, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePolicy; succeeds also if there is no policy."""
    with state.lock:
        state.authority_in_use(request["ResourceArn"]).policy = None
    return {}


def check_policy(text: str, arn: str) -> None:
    """Raise InvalidPolicyException, or LockoutPreventedException for a policy that denies everybody."""
    try:
        policy = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid_policy("it is not valid JSON") from error
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise invalid_policy("it has no Statement")
    for statement in statements:
        check_policy_statement(statement, arn)


def check_policy_statement(statement: Any, arn: str) -> None:
    """Raise an error if a statement is invalid."""
    if not isinstance(statement, dict) or any(name not in statement for name in REQUIRED_ELEMENTS):
        raise invalid_policy(f"a statement needs {', '.join(REQUIRED_ELEMENTS)}")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise invalid_policy("Effect is neither Allow nor Deny")
    if statement["Effect"] == "Deny" and statement["Principal"] in ("*", {"AWS": "*"}) and "Condition" not in statement:
        raise ServiceError(
            "LockoutPreventedException",
            "The current action was prevented because it would lock the caller out from performing subsequent actions.",
        )
    if statement["Resource"] not in (arn, [arn]):
        raise invalid_policy(f"Resource is not {arn}")


def invalid_policy(why: str) -> ServiceError:
    """The error for an invalid policy."""
    return ServiceError(
        "InvalidPolicyException", f"The resource policy is invalid or is missing a required statement: {why}."
    )
