"""The service in one account and Region: every operation of the API by its name, and the scheduled tasks."""

import copy
from collections.abc import Callable
from typing import Any

from pca_events.simulator.core.api_protocol import check_request
from pca_events.simulator.core.audit_reports import create_audit_report, describe_audit_report
from pca_events.simulator.core.authorities import (
    create_certificate_authority,
    delete_certificate_authority,
    describe_certificate_authority,
    list_certificate_authorities,
    list_tags,
    restore_certificate_authority,
    tag_certificate_authority,
    untag_certificate_authority,
    update_certificate_authority,
)
from pca_events.simulator.core.certificates import get_certificate, issue_certificate, revoke_certificate
from pca_events.simulator.core.installation import (
    get_certificate_authority_certificate,
    get_certificate_authority_csr,
    import_certificate_authority_certificate,
)
from pca_events.simulator.core.permissions import (
    create_permission,
    delete_permission,
    delete_policy,
    get_policy,
    list_permissions,
    put_policy,
)
from pca_events.simulator.core.region_state import Environment, RegionState

OPERATIONS: dict[str, Callable[[RegionState, dict[str, Any]], dict[str, Any]]] = {
    "CreateCertificateAuthority": create_certificate_authority,
    "CreateCertificateAuthorityAuditReport": create_audit_report,
    "CreatePermission": create_permission,
    "DeleteCertificateAuthority": delete_certificate_authority,
    "DeletePermission": delete_permission,
    "DeletePolicy": delete_policy,
    "DescribeCertificateAuthority": describe_certificate_authority,
    "DescribeCertificateAuthorityAuditReport": describe_audit_report,
    "GetCertificate": get_certificate,
    "GetCertificateAuthorityCertificate": get_certificate_authority_certificate,
    "GetCertificateAuthorityCsr": get_certificate_authority_csr,
    "GetPolicy": get_policy,
    "ImportCertificateAuthorityCertificate": import_certificate_authority_certificate,
    "IssueCertificate": issue_certificate,
    "ListCertificateAuthorities": list_certificate_authorities,
    "ListPermissions": list_permissions,
    "ListTags": list_tags,
    "PutPolicy": put_policy,
    "RestoreCertificateAuthority": restore_certificate_authority,
    "RevokeCertificate": revoke_certificate,
    "TagCertificateAuthority": tag_certificate_authority,
    "UntagCertificateAuthority": untag_certificate_authority,
    "UpdateCertificateAuthority": update_certificate_authority,
}


class PrivateCaService:
    """AWS Private CA for one account in one Region; safe to call from any thread."""

    def __init__(self, account: str, region: str, partition: str, environment: Environment) -> None:
        self._state = RegionState(account, region, partition, environment)

    def call(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Perform an operation of the API; its events have been passed to the environment when it returns.

        Args:
            operation: its name, such as `CreateCertificateAuthority`.
            request: with the API's member names; blobs are bytes.

        Returns:
            The response with the API's member names; times are datetimes in UTC. The caller may change it.

        Raises:
            ServiceError: the service rejects the request.
        """
        check_request(operation, request)
        self.tick()
        return copy.deepcopy(OPERATIONS[operation](self._state, copy.deepcopy(request)))

    def tick(self) -> None:
        """Run the tasks that are due: certificates, CRLs, reports, retries, expiries, permanent deletions."""
        self._state.scheduler.run(self._state.now())
