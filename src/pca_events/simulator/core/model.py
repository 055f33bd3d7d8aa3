"""CAs, certificates, audit reports and CRL states, with their ARNs."""

import re
import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509

from pca_events.simulator.core.errors import invalid_arn
from pca_events.simulator.core.keys import PrivateKey


@dataclass
class IssuedCertificate:
    """A certificate requested with IssueCertificate.

    Attributes:
        id: the serial number in hexadecimal, which the ARN ends with.
        status: PENDING, ISSUED or FAILED.
        template: the ARN of its template.
        pem: the certificate; empty unless issued.
        chain: the certificates above it, from its CA up; empty for a root.
        revoked_at: when it was revoked, if it was.
    """

    id: str
    arn: str
    template: str
    status: str = "PENDING"
    certificate: x509.Certificate | None = None
    pem: str = ""
    chain: str = ""
    issued_at: datetime | None = None
    revoked_at: datetime | None = None
    reason: str = ""

    @property
    def serial(self) -> str:
        """The serial number as two hexadecimal digits a byte, between colons."""
        return ":".join(self.id[i : i + 2] for i in range(0, len(self.id), 2))


@dataclass
class AuditReport:
    """An audit report: CREATING, SUCCESS or FAILED."""

    id: str
    bucket: str
    key: str
    form: str
    created_at: datetime
    status: str = "CREATING"


@dataclass
class CrlState:
    """The state of a CA's CRLs.

    Attributes:
        lock: held while one is made; reentrant, since an environment may call the service.
        due: when the next one is due; None if none is.
        made_at: when the last one was stored.
        number: the CRL number of the last one.
        partition: the id of the one partition, if CRLs are partitioned.
    """

    partition: str
    lock: threading.RLock = field(default_factory=threading.RLock)
    due: datetime | None = None
    made_at: datetime | None = None
    number: int = 0


@dataclass
class Authority:
    """A certificate authority. Read and changed under the lock of the region's state."""

    id: str
    arn: str
    kind: str
    configuration: dict[str, Any]
    subject: x509.Name
    revocation: dict[str, Any]
    usage_mode: str
    key_storage: str
    created_at: datetime
    crl: CrlState
    status: str = "CREATING"
    changed_at: datetime | None = None
    failure_reason: str | None = None
    key: PrivateKey | None = None
    csr: str = ""
    certificate: x509.Certificate | None = None
    chain: list[x509.Certificate] = field(default_factory=list)
    restorable_until: datetime | None = None
    status_before_deletion: str = ""
    issued: dict[str, IssuedCertificate] = field(default_factory=dict)
    reports: dict[str, AuditReport] = field(default_factory=dict)
    tags: dict[str, str | None] = field(default_factory=dict)
    permissions: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    policy: str | None = None

    @property
    def signing_key(self) -> PrivateKey:
        """The key; every CA has one that is neither CREATING nor FAILED."""
        if self.key is None:
            raise AssertionError(f"{self.arn} has no key")
        return self.key

    @property
    def key_identifier(self) -> x509.AuthorityKeyIdentifier:
        """The identifier of the CA's key, as given in its certificate."""
        if self.certificate is not None:
            for extension in self.certificate.extensions:
                if isinstance(extension.value, x509.SubjectKeyIdentifier):
                    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(extension.value)
        return x509.AuthorityKeyIdentifier.from_issuer_public_key(self.signing_key.public_key())

    @property
    def crl_configuration(self) -> dict[str, Any]:
        """The CRL part of the revocation configuration, if CRLs are enabled; else empty."""
        crl: dict[str, Any] = self.revocation["CrlConfiguration"]
        return crl if crl["Enabled"] else {}

    def set_status(self, status: str, now: datetime) -> None:
        """Set the status, and the time of the change."""
        self.status = status
        self.changed_at = now


AUTHORITY_ARN = re.compile(
    r"arn:[\w-]+:acm-pca:[\w-]*:\d*:certificate-authority/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII
)
CERTIFICATE_ARN = re.compile(rf"(?P<authority>{AUTHORITY_ARN.pattern})/certificate/(?P<id>[0-9a-f]{{1,64}})", re.ASCII)
TEMPLATE_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]*:\d*:template/(?P<name>\w+)/V1", re.ASCII)


def check_authority(arn: str) -> str:
    """Return the ARN if it is the ARN of a CA; else raise InvalidArnException."""
    if not AUTHORITY_ARN.fullmatch(arn):
        raise invalid_arn(arn)
    return arn


def certificate_id(arn: str, authority_arn: str) -> str:
    """The id in the ARN of a certificate; raise InvalidArnException if it does not belong to this CA."""
    found = CERTIFICATE_ARN.fullmatch(arn)
    if not found or found["authority"] != authority_arn:
        raise invalid_arn(arn)
    return found["id"]


def template_name(arn: str) -> str:
    """The name in the ARN of a template; raise InvalidArnException for another ARN."""
    found = TEMPLATE_ARN.fullmatch(arn)
    if not found:
        raise invalid_arn(arn)
    return found["name"]
