"""What ACM may do with a CA."""

from typing import Any

from pca_events.simulator.core.paging import page
from pca_events.simulator.core.refusals import not_found, validation
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.world import ServiceError

PRINCIPAL = "acm.amazonaws.com"


def create(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """CreatePermission."""
    if request["Principal"] != PRINCIPAL:
        raise validation(f"The principal {request['Principal']} is not valid; the only valid principal is {PRINCIPAL}.")
    with register.lock:
        authority = register.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or register.account
        if (PRINCIPAL, source) in authority.permissions:
            raise ServiceError(
                "PermissionAlreadyExistsException", "The designated permission has already been given to the user."
            )
        authority.permissions[PRINCIPAL, source] = {
            "CertificateAuthorityArn": authority.arn,
            "CreatedAt": register.now(),
            "Principal": PRINCIPAL,
            "SourceAccount": source,
            "Actions": list(dict.fromkeys(request["Actions"])),
        }
    return {}


def delete(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """DeletePermission."""
    with register.lock:
        authority = register.authority_in_use(request["CertificateAuthorityArn"])
        source = request.get("SourceAccount") or register.account
        if authority.permissions.pop((request["Principal"], source), None) is None:
            raise not_found(f"{authority.arn}: permission of {request['Principal']} for {source}")
    return {}


def listed(register: Register, request: dict[str, Any]) -> dict[str, Any]:
    """ListPermissions."""
    with register.lock:
        authority = register.authority_in_use(request["CertificateAuthorityArn"])
        permissions = [dict(each) for each in authority.permissions.values()]
    return page(permissions, request, "Permissions")
