"""A private certificate of AWS Certificate Manager: its key, its CSR, and how ACM describes it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

_KEYS: dict[str, Callable[[], PrivateKey]] = {
    "RSA_2048": lambda: rsa.generate_private_key(65537, 2048),
    "RSA_3072": lambda: rsa.generate_private_key(65537, 3072),
    "RSA_4096": lambda: rsa.generate_private_key(65537, 4096),
    "EC_prime256v1": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EC_secp384r1": lambda: ec.generate_private_key(ec.SECP384R1()),
    "EC_secp521r1": lambda: ec.generate_private_key(ec.SECP521R1()),
}
KEY_ALGORITHMS = tuple(_KEYS)
"""The key algorithms of private certificates; RSA_1024 is for imported ones."""

_LONGEST_COMMON_NAME = 64
_ECDSA = "1.2.840.10045."
_USAGES = {
    "digital_signature": "DIGITAL_SIGNATURE",
    "content_commitment": "NON_REPUDIATION",
    "key_encipherment": "KEY_ENCIPHERMENT",
    "data_encipherment": "DATA_ENCIPHERMENT",
    "key_agreement": "KEY_AGREEMENT",
    "key_cert_sign": "CERTIFICATE_SIGNING",
    "crl_sign": "CRL_SIGNING",
}
_EXTENDED_USAGES = {
    ExtendedKeyUsageOID.SERVER_AUTH: "TLS_WEB_SERVER_AUTHENTICATION",
    ExtendedKeyUsageOID.CLIENT_AUTH: "TLS_WEB_CLIENT_AUTHENTICATION",
}


@dataclass
class PrivateCertificate:
    """A certificate that a private CA issues for ACM.

    Attributes:
        arn: of ACM.
        names: the domain name first.
        authority: the ARN of the CA.
        issued_arn: of AWS Private CA, once it has accepted the request.
        failure: the FailureReason, if the request or the issuance failed.
        exported: whether it was exported, which makes it eligible for renewal.
        renewal: the RenewalSummary, once a renewal was tried.
        certificate: as issued; None while the CA has not issued it.
        chain: the certificates above it as PEM.
    """

    arn: str
    names: list[str]
    authority: str
    algorithm: str
    created_at: datetime
    options: dict[str, str]
    tags: dict[str, str | None]
    key: PrivateKey
    issued_arn: str = ""
    failure: str = ""
    exported: bool = False
    renewal: dict[str, Any] | None = None
    certificate: x509.Certificate | None = None
    chain: str = ""
    issued_at: datetime | None = None
    in_use_by: list[str] = field(default_factory=list)

    @property
    def account(self) -> str:
        """The account that requested it."""
        return self.arn.split(":")[4]

    def status(self, now: datetime) -> str:
        """Return the status: PENDING_VALIDATION, ISSUED, EXPIRED or FAILED."""
        if self.certificate is None:
            return "FAILED" if self.failure else "PENDING_VALIDATION"
        return "EXPIRED" if self.certificate.not_valid_after_utc <= now else "ISSUED"

    @property
    def pem(self) -> str:
        """The certificate as PEM; empty while it is not issued."""
        if self.certificate is None:
            return ""
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    def exported_key(self, passphrase: bytes) -> str:
        """Return the private key as PEM, encrypted with a passphrase."""
        encryption = serialization.BestAvailableEncryption(passphrase)
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, encryption).decode()

    def described(self, now: datetime) -> dict[str, Any]:
        """Return the certificate as DescribeCertificate does."""
        return {
            "CertificateArn": self.arn,
            "DomainName": self.names[0],
            "SubjectAlternativeNames": self.names,
            "CreatedAt": self.created_at,
            "Status": self.status(now),
            "KeyAlgorithm": self.algorithm.replace("_", "-", 1),
            "InUseBy": self.in_use_by,
            "Type": "PRIVATE",
            "CertificateAuthorityArn": self.authority,
            "RenewalEligibility": "ELIGIBLE" if self.exported and self.certificate is not None else "INELIGIBLE",
            "Options": self.options,
            **({"FailureReason": self.failure} if self.failure else {}),
            **({"RenewalSummary": self.renewal} if self.renewal else {}),
            **(self._of(self.certificate) if self.certificate is not None else {}),
        }

    def summarized(self, now: datetime) -> dict[str, Any]:
        """Return the certificate as ListCertificates does."""
        described = self.described(now)
        summary = {name: described[name] for name in _SUMMARY if name in described}
        return summary | {
            "SubjectAlternativeNameSummaries": self.names,
            "HasAdditionalSubjectAlternativeNames": False,
            "InUse": bool(self.in_use_by),
            "Exported": self.exported,
            "KeyUsages": [usage["Name"] for usage in described.get("KeyUsages", [])],
            "ExtendedKeyUsages": [usage["Name"] for usage in described.get("ExtendedKeyUsages", [])],
        }

    def _of(self, certificate: x509.Certificate) -> dict[str, Any]:
        """What ACM reads from an issued certificate."""
        serial = f"{certificate.serial_number:032x}"
        hashed = certificate.signature_hash_algorithm
        name = "" if hashed is None else hashed.name.upper()
        signed_with_ec = certificate.signature_algorithm_oid.dotted_string.startswith(_ECDSA)
        return {
            "Serial": ":".join(serial[at : at + 2] for at in range(0, len(serial), 2)),
            "Subject": certificate.subject.rfc4514_string(),
            "Issuer": _issuer(certificate.issuer),
            "IssuedAt": self.issued_at,
            "NotBefore": certificate.not_valid_before_utc,
            "NotAfter": certificate.not_valid_after_utc,
            "SignatureAlgorithm": f"{name}WITH{'ECDSA' if signed_with_ec else 'RSA'}",
            "KeyUsages": [{"Name": usage} for usage in _key_usages(certificate)],
            "ExtendedKeyUsages": _extended_key_usages(certificate),
        }


_SUMMARY = (
    "CertificateArn",
    "DomainName",
    "Status",
    "Type",
    "KeyAlgorithm",
    "RenewalEligibility",
    "NotBefore",
    "NotAfter",
    "CreatedAt",
    "IssuedAt",
)


def new_key(algorithm: str) -> PrivateKey:
    """Return a new private key of one of KEY_ALGORITHMS."""
    return _KEYS[algorithm]()


def csr_of(names: list[str], key: PrivateKey) -> bytes:
    """Return a CSR as PEM for domain names, of which the first is the common name unless it is too long for one."""
    common = [x509.NameAttribute(NameOID.COMMON_NAME, names[0])] if len(names[0]) <= _LONGEST_COMMON_NAME else []
    alternatives = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(common))
    signed = builder.add_extension(alternatives, critical=False).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM)


def _issuer(name: x509.Name) -> str:
    """The organization of an issuer, or else its common name."""
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        for attribute in name.get_attributes_for_oid(kind):
            return str(attribute.value)
    return name.rfc4514_string()


def _key_usages(certificate: x509.Certificate) -> list[str]:
    for extension in certificate.extensions:
        if isinstance(usage := extension.value, x509.KeyUsage):
            return [name for attribute, name in _USAGES.items() if getattr(usage, attribute)]
    return []


def _extended_key_usages(certificate: x509.Certificate) -> list[dict[str, str]]:
    for extension in certificate.extensions:
        if isinstance(usages := extension.value, x509.ExtendedKeyUsage):
            return [{"Name": _EXTENDED_USAGES.get(each, "CUSTOM"), "OID": each.dotted_string} for each in usages]
    return []
