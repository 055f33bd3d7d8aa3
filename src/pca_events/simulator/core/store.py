"""The service in one account and Region: every operation of the API by its name, and what time brings about."""

import copy
from collections.abc import Callable
from typing import Any

from pca_events.simulator.core import (
    audit_reports,
    authorities,
    constraints,
    installation,
    issuance,
    permissions,
    policies,
    revocation,
    tags,
)
from pca_events.simulator.core.register import Register
from pca_events.simulator.core.world import World

OPERATIONS: dict[str, Callable[[Register, dict[str, Any]], dict[str, Any]]] = {
    "CreateCertificateAuthority": authorities.create,
    "CreateCertificateAuthorityAuditReport": audit_reports.create,
    "CreatePermission": permissions.create,
    "DeleteCertificateAuthority": authorities.delete,
    "DeletePermission": permissions.delete,
    "DeletePolicy": policies.delete,
    "DescribeCertificateAuthority": authorities.describe,
    "DescribeCertificateAuthorityAuditReport": audit_reports.describe,
    "GetCertificate": issuance.get,
    "GetCertificateAuthorityCertificate": installation.certificate,
    "GetCertificateAuthorityCsr": installation.csr,
    "GetPolicy": policies.get,
    "ImportCertificateAuthorityCertificate": installation.install,
    "IssueCertificate": issuance.issue,
    "ListCertificateAuthorities": authorities.listed,
    "ListPermissions": permissions.listed,
    "ListTags": tags.listed,
    "PutPolicy": policies.put,
    "RestoreCertificateAuthority": authorities.restore,
    "RevokeCertificate": revocation.revoke,
    "TagCertificateAuthority": tags.tag,
    "UntagCertificateAuthority": tags.untag,
    "UpdateCertificateAuthority": authorities.update,
}


class Store:
    """AWS Private CA for one account in one Region; safe to call from any thread."""

    def __init__(self, account: str, region: str, partition: str, world: World) -> None:
        self._register = Register(account, region, partition, world)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out an operation of the API; its events have been handed to the world when it returns.

        Args:
            operation: its name, such as `CreateCertificateAuthority`.
            request: with the API's member names; blobs are bytes.

        Returns:
            The response with the API's member names; times are datetimes in UTC. It is the caller's to change.

        Raises:
            ServiceError: the service refuses the request.
        """
        constraints.check(operation, request)
        self.tick()
        return copy.deepcopy(OPERATIONS[operation](self._register, copy.deepcopy(request)))

    def tick(self) -> None:
        """Do what has become due: delayed certificates, CRLs and reports, retries, expiries, ends of restoring."""
        self._register.agenda.run(self._register.now())
