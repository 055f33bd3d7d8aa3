"""The operations of the service, by name, and who calls them: the account of a CA, or one that its policy allows."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

from cryptography.x509.ocsp import OCSPRequest

from pca_events.simulator.core.access import (
    check_access,
    create_permission,
    delete_permission,
    delete_policy,
    get_policy,
    list_permissions,
    put_policy,
)
from pca_events.simulator.core.api_protocol import ServiceError, check_request, page
from pca_events.simulator.core.audit_reports import create_audit_report, describe_audit_report
from pca_events.simulator.core.authorities import (
    create_certificate_authority,
    delete_certificate_authority,
    describe_certificate_authority,
    description,
    list_certificate_authorities,
    list_tags,
    restore_certificate_authority,
    tag_certificate_authority,
    untag_certificate_authority,
    update_certificate_authority,
)
from pca_events.simulator.core.certificates import get_certificate, issue_certificate, revoke_certificate
from pca_events.simulator.core.gate import Gate
from pca_events.simulator.core.installation import (
    get_certificate_authority_certificate,
    get_certificate_authority_csr,
    import_certificate_authority_certificate,
)
from pca_events.simulator.core.ocsp import Issuers, ocsp_response
from pca_events.simulator.core.region_state import Authority, Environment, RegionState, check_authority
from pca_events.simulator.core.saved_records import Record
from pca_events.simulator.core.saved_region import restore_region, saved_region

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
        self._issuers = Issuers()
        self._gate = Gate()

    @property
    def account(self) -> str:
        """The account that owns the CAs."""
        return self._state.account

    def call(
        self, operation: str, request: dict[str, Any], others: "Iterable[PrivateCaService]" = ()
    ) -> dict[str, Any]:
        """Perform an operation of the API; its events have been passed to the environment when it returns.

        Args:
            operation: its name, such as `CreateCertificateAuthority`.
            request: with the API's member names; blobs are bytes.
            others: the services of the other accounts in the Region, whose CAs may be shared with this one.

        Returns:
            The response with the API's member names; times are datetimes in UTC. The caller may change it.

        Raises:
            ServiceError: the service rejects the request.
        """
        check_request(operation, request)
        request = copy.deepcopy(request)
        if operation == "ListCertificateAuthorities" and request.get("ResourceOwner") == "OTHER_ACCOUNTS":
            shared = [each for other in others for each in other.shared_with(self._state)]
            return copy.deepcopy(page(shared, request, "CertificateAuthorities", most=100))
        owner = self._owner(operation, request, others)
        with owner._gate.entered():
            owner.tick()
            return copy.deepcopy(OPERATIONS[operation](owner._state, request))

    def _owner(
        self, operation: str, request: dict[str, Any], others: "Iterable[PrivateCaService]"
    ) -> "PrivateCaService":
        """The service that has the CA of a request; raise AccessDeniedException if its policy denies it."""
        arn = request.get("CertificateAuthorityArn") or request.get("ResourceArn")
        if not arn:
            return self
        account = check_authority(arn).split(":")[4]
        owner = self if account == self.account else next((each for each in others if each.account == account), None)
        authority = owner.find(str(arn)) if owner is not None else None
        check_access(self._state, operation, request, authority)
        if owner is self:
            return self
        if owner is None:
            raise AssertionError(f"{arn} has no owner, but somebody may use it")
        if token := request.get("IdempotencyToken"):  # another account may use the same one
            request["IdempotencyToken"] = f"{self.account}:{token}"
        return owner

    def find(self, arn: str) -> Authority | None:
        """The CA with an ARN, if there is one."""
        with self._state.lock:
            return self._state.authorities.get(arn)

    def shared_with(self, caller: RegionState) -> list[dict[str, Any]]:
        """The descriptions of the CAs whose policy lets another account describe them."""
        self.tick()
        with self._state.lock:
            return [
                description(self._state, authority)
                for authority in self._state.authorities.values()
                if authority.policy is not None and _may_describe(caller, authority)
            ]

    def has_issuer(self, request: OCSPRequest) -> bool:
        """Whether an OCSP request asks one of the CAs."""
        with self._state.lock:
            return self._issuers.find(self._state.authorities, request) is not None

    def ocsp_response(self, request: OCSPRequest) -> bytes:
        """The response to an OCSP request, as DER."""
        return ocsp_response(self._state, self._issuers, request)

    def tick(self) -> None:
        """Run the tasks that are due: certificates, CRLs, reports, retries, expiries, permanent deletions."""
        with self._gate.entered():
            self._state.scheduler.run(self._state.now())

    @property
    def has_authorities(self) -> bool:
        """Whether there is a CA in any state."""
        return bool(self._state.authorities)

    def saved(self) -> dict[str, Any]:
        """Return everything as plain data, between two operations.

        Raises:
            TimeoutError: an operation does not end.
        """
        with self._gate.paused():
            return saved_region(self._state)

    def restore(self, record: Record) -> None:
        """Restore what was saved, in a service that has not been used.

        Raises:
            DamagedState: it is not what `saved` returns.
        """
        restore_region(self._state, record)


def _may_describe(caller: RegionState, authority: Authority) -> bool:
    request = {"CertificateAuthorityArn": authority.arn}
    try:
        check_access(caller, "DescribeCertificateAuthority", request, authority)
    except ServiceError:
        return False
    return True
