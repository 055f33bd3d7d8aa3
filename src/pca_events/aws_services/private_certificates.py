"""Private certificates of AWS Certificate Manager, issued by the CAs of the simulator.

LocalStack's ACM keeps all other certificates; its private ones would be signed by nobody.
"""

import re
import threading
import uuid
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from cryptography import x509
from localstack.aws.api import CommonServiceException
from localstack.aws.connect import connect_to

from pca_events.aws_services.acm_certificates import KEY_ALGORITHMS, PrivateCertificate, csr_of, new_key
from pca_events.moving_clock import clock_of

Answer = dict[str, Any]
Operation = Callable[[Any, Any], Any]

_VALID_FOR = 395  # days; ACM requests 13 months
_TOKENS_LAST = timedelta(hours=1)
_PASSPHRASE = range(4, 129)  # its length
_MOST_NAMES = 10
_DOMAIN = re.compile(r"(\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])")
_NEEDED = {"IssueCertificate", "GetCertificate", "ListPermissions"}
_FAILURES = {
    "AccessDeniedException": "PCA_ACCESS_DENIED",
    "InvalidArgsException": "PCA_INVALID_ARGS",
    "InvalidArnException": "PCA_INVALID_ARN",
    "InvalidStateException": "PCA_INVALID_STATE",
    "LimitExceededException": "PCA_LIMIT_EXCEEDED",
    "RequestFailedException": "PCA_REQUEST_FAILED",
    "ResourceNotFoundException": "PCA_RESOURCE_NOT_FOUND",
    "ValidationException": "PCA_INVALID_DURATION",
}
"""The FailureReason for each error of AWS Private CA, as the ACM User Guide lists them."""

_ABOUT_ONE = {
    "DescribeCertificate": "describe",
    "GetCertificate": "get",
    "ExportCertificate": "export",
    "DeleteCertificate": "delete",
    "RenewCertificate": "renew",
    "ListTagsForCertificate": "list_tags",
    "AddTagsToCertificate": "add_tags",
    "RemoveTagsFromCertificate": "remove_tags",
}


class PrivateCertificates:
    """The private certificates of all accounts and Regions.

    Args:
        stock: the operations of LocalStack's ACM.
    """

    def __init__(self, stock: Mapping[str, Operation]) -> None:
        self._stock = stock
        self._certificates: dict[str, PrivateCertificate] = {}
        self._tokens: dict[tuple[str, str, str], tuple[Any, str]] = {}
        self._lock = threading.RLock()

    def operations(self) -> dict[str, Operation]:
        """Return the operations: LocalStack's, and ours for private certificates."""
        about_one = {operation: self._about_one(operation, name) for operation, name in _ABOUT_ONE.items()}
        return {**self._stock, **about_one, "RequestCertificate": self.request, "ListCertificates": self.list_all}

    def _about_one(self, operation: str, name: str) -> Operation:
        def call(context: Any, request: Answer) -> Any:
            with self._lock:
                found = self._certificates.get(request.get("CertificateArn") or "")
                if found is None or found.account != context.account_id:
                    return self._stock[operation](context, request)
                self._refresh(found)
                return getattr(self, name)(found, request)

        return call

    def request(self, context: Any, request: Answer) -> Any:
        """Request a certificate; a failure of the CA shows in its status, as on AWS."""
        authority = request.get("CertificateAuthorityArn")
        if not authority:
            return self._stock["RequestCertificate"](context, request)
        names = list(dict.fromkeys([request["DomainName"], *(request.get("SubjectAlternativeNames") or [])]))
        algorithm = request.get("KeyAlgorithm") or "RSA_2048"
        _check_request(names, algorithm)
        now = clock_of(context.account_id).now()
        token = context.account_id, context.region, request.get("IdempotencyToken") or ""
        with self._lock:
            made = self._tokens.get(token)
            if token[2] and made and made[1] in self._certificates and now < made[0] + _TOKENS_LAST:
                return {"CertificateArn": made[1]}
            arn = f"arn:{context.partition}:acm:{context.region}:{context.account_id}:certificate/{uuid.uuid4()}"
            options = {"CertificateTransparencyLoggingPreference": "DISABLED", "Export": "ENABLED"}
            tags = {tag["Key"]: tag.get("Value") for tag in request.get("Tags") or []}
            private = new_key(algorithm)
            certificate = PrivateCertificate(arn, names, authority, algorithm, now, options, tags, private)
            self._certificates[arn] = certificate
            if token[2]:
                self._tokens = {key: made for key, made in self._tokens.items() if now < made[0] + _TOKENS_LAST}
                self._tokens[token] = now, arn
            certificate.failure = self._issue(certificate)
            self._refresh(certificate)
        return {"CertificateArn": arn}

    def list_all(self, context: Any, request: Answer) -> Any:
        """List LocalStack's certificates, then the private ones."""
        answer = self._stock["ListCertificates"](context, request)
        if request.get("NextToken") or answer.get("NextToken"):
            return answer
        wanted, place = request.get("CertificateStatuses"), f":acm:{context.region}:{context.account_id}:"
        now = clock_of(context.account_id).now()
        with self._lock:
            own = [each for each in self._certificates.values() if place in each.arn]
            for each in own:
                self._refresh(each)
            listed = [each.summarized(now) for each in own if not wanted or each.status(now) in wanted]
        return {**answer, "CertificateSummaryList": [*(answer.get("CertificateSummaryList") or []), *listed]}

    def describe(self, found: PrivateCertificate, _request: Answer) -> Answer:
        """DescribeCertificate."""
        return {"Certificate": found.described(clock_of(found.account).now())}

    def get(self, found: PrivateCertificate, _request: Answer) -> Answer:
        """GetCertificate."""
        _check_issued(found)
        return {"Certificate": found.pem, "CertificateChain": found.chain}

    def export(self, found: PrivateCertificate, request: Answer) -> Answer:
        """ExportCertificate."""
        _check_issued(found)
        passphrase = bytes(request["Passphrase"])
        if len(passphrase) not in _PASSPHRASE:
            raise CommonServiceException("ValidationException", "Passphrase must have 4 to 128 characters", 400)
        found.exported = True
        return {
            "Certificate": found.pem,
            "CertificateChain": found.chain,
            "PrivateKey": found.exported_key(passphrase),
        }

    def delete(self, found: PrivateCertificate, _request: Answer) -> Answer:
        """DeleteCertificate; the CA does not revoke it."""
        del self._certificates[found.arn]
        return {}

    def renew(self, found: PrivateCertificate, _request: Answer) -> Answer:
        """RenewCertificate: needs the permission of ACM on the CA, and a certificate that was exported."""
        _check_issued(found)
        if not found.exported:
            raise CommonServiceException(
                "ValidationException", f"Certificate {found.arn} is not eligible to renew", 400
            )
        failure = "" if self._may_renew(found) else "PCA_ACCESS_DENIED"
        if not failure:
            key, earlier = found.key, found.issued_arn
            found.key = new_key(found.algorithm)
            if failure := self._issue(found):
                found.key, found.issued_arn = key, earlier
            else:
                found.certificate = None
                self._refresh(found)
        status = (
            {"RenewalStatus": "FAILED", "RenewalStatusReason": failure} if failure else {"RenewalStatus": "SUCCESS"}
        )
        now = clock_of(found.account).now()
        found.renewal = {**status, "DomainValidationOptions": [], "UpdatedAt": now}
        return {}

    def list_tags(self, found: PrivateCertificate, _request: Answer) -> Answer:
        """ListTagsForCertificate."""
        return {
            "Tags": [{"Key": key} | ({} if value is None else {"Value": value}) for key, value in found.tags.items()]
        }

    def add_tags(self, found: PrivateCertificate, request: Answer) -> Answer:
        """AddTagsToCertificate."""
        found.tags |= {tag["Key"]: tag.get("Value") for tag in request["Tags"]}
        return {}

    def remove_tags(self, found: PrivateCertificate, request: Answer) -> Answer:
        """RemoveTagsFromCertificate: a tag given with a value is removed only if it has that value."""
        for tag in request["Tags"]:
            if tag.get("Value") in (None, found.tags.get(tag["Key"])):
                found.tags.pop(tag["Key"], None)
        return {}

    def _issue(self, found: PrivateCertificate) -> str:
        """Request the certificate from its CA, and return the reason if the CA rejects it."""
        pca, about = _private_ca(found), {"CertificateAuthorityArn": found.authority}
        try:
            authority = pca.describe_certificate_authority(**about)["CertificateAuthority"]
            issued = pca.issue_certificate(
                **about,
                Csr=csr_of(found.names, found.key),
                SigningAlgorithm=authority["CertificateAuthorityConfiguration"]["SigningAlgorithm"],
                Validity={"Type": "DAYS", "Value": _VALID_FOR},
            )
        except ClientError as error:
            return _FAILURES.get(error.response["Error"]["Code"], "OTHER")
        found.issued_arn = issued["CertificateArn"]
        return ""

    def _refresh(self, found: PrivateCertificate) -> None:
        """Get a certificate that was not issued yet."""
        if found.certificate is not None or not found.issued_arn or found.failure:
            return
        about = {"CertificateAuthorityArn": found.authority, "CertificateArn": found.issued_arn}
        try:
            answer = _private_ca(found).get_certificate(**about)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code != "RequestInProgressException":
                found.failure = _FAILURES.get(code, "OTHER")
            return
        found.certificate = x509.load_pem_x509_certificate(answer["Certificate"].encode())
        found.chain = answer.get("CertificateChain", "")
        found.issued_at = clock_of(found.account).now()

    @staticmethod
    def _may_renew(found: PrivateCertificate) -> bool:
        """Whether the CA grants ACM what a renewal needs; the policy of a CA of another account decides later."""
        if found.authority.split(":")[4] != found.account:
            return True
        try:
            listed = _private_ca(found).list_permissions(CertificateAuthorityArn=found.authority)["Permissions"]
        except ClientError:
            return False
        return any(each["SourceAccount"] == found.account and _NEEDED.issubset(each["Actions"]) for each in listed)


def _private_ca(found: PrivateCertificate) -> Any:
    """AWS Private CA, called by ACM for the account of a certificate."""
    clients = connect_to(aws_access_key_id=found.account, region_name=found.arn.split(":")[3])
    return clients.acm_pca.request_metadata(service_principal="acm", source_arn=found.arn)


def _check_request(names: list[str], algorithm: str) -> None:
    if len(names) > _MOST_NAMES:
        raise CommonServiceException("LimitExceededException", f"more than {_MOST_NAMES} domain names", 400)
    if wrong := [name for name in names if not _DOMAIN.fullmatch(name)]:
        message = f"'{wrong[0][:100]}' is not a domain name such as www.example.com or *.example.com"
        raise CommonServiceException("ValidationException", message, 400)
    if algorithm not in KEY_ALGORITHMS:
        message = f"KeyAlgorithm {algorithm} is not one of {', '.join(KEY_ALGORITHMS)}"
        raise CommonServiceException("InvalidParameterException", message, 400)


def _check_issued(found: PrivateCertificate) -> None:
    """Raise the error for a certificate that is not issued, or could not be."""
    if found.certificate is None:
        state = f"could not be issued: {found.failure}" if found.failure else "is still being issued"
        raise CommonServiceException("RequestInProgressException", f"Certificate {found.arn} {state}", 400)
