"""What one account has in one Region, CAs with their certificates, and what the service needs from outside."""

import heapq
import itertools
import re
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from cryptography import x509

from pca_events.simulator.core.api_protocol import invalid_arn, invalid_state, not_found
from pca_events.simulator.core.crl_state import CrlState
from pca_events.simulator.core.x509 import PrivateKey


@dataclass
class IssuedCertificate:
    """A certificate requested with IssueCertificate.

    Attributes:
        id: the serial number in hexadecimal, which the ARN ends with.
        requested_at: when.
        status: PENDING, ISSUED or FAILED.
        template: the ARN of its template.
        pem: the certificate; empty unless issued.
        chain: the certificates above it, from its CA up; empty for a root.
        revoked_at: when it was revoked, if it was.
    """

    id: str
    arn: str
    template: str
    requested_at: datetime
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
class Authority:
    """A certificate authority. Read and changed under the lock of the region's state.

    Attributes:
        disabled_when_expired: whether it was DISABLED when its certificate expired; a new certificate leaves it so.
    """

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
    disabled_when_expired: bool = False
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


AUTHORITY_ARN = re.compile(r"arn:[\w+=/,.@-]+:acm-pca:[\w+=/,.@-]*:\d*:certificate-authority/[\w+=,.@-]+", re.ASCII)
CERTIFICATE_ARN = re.compile(rf"(?P<authority>{AUTHORITY_ARN.pattern})/certificate/(?P<id>[\w+=,.@-]+)", re.ASCII)
TEMPLATE_ARN = re.compile(r"arn:[\w-]+:acm-pca:[\w-]*:\d*:template/(?P<name>\w+)/V1", re.ASCII)


def check_authority(arn: str) -> str:
    """Return the ARN if it has the form of the ARN of a CA; else raise InvalidArnException."""
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


class BucketRefused(Exception):
    """An S3 bucket rejects an object: it is missing, its policy does not allow it, or its encryption prevents it.

    Attributes:
        lacking: the actions that its policy does not grant.
    """

    def __init__(self, message: str, lacking: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.lacking = lacking


@dataclass(frozen=True)
class Settings:
    """Delays and quotas of the simulated service.

    Attributes:
        crl_delay: from a revocation to its CRL; about 30 minutes on AWS.
        retry_every: from a failed CRL or audit report to the next attempt.
        ocsp_delay: from a revocation until OCSP responses show it; up to 60 minutes on AWS.
        issue_delay: from IssueCertificate to the end of the issuance.
        report_delay: from CreateCertificateAuthorityAuditReport to the report.
        report_every: the least time between two successful reports of a CA; 30 minutes on AWS.
        authorities: the quota of CAs in one account and Region.
    """

    crl_delay: timedelta = timedelta(0)
    ocsp_delay: timedelta = timedelta(0)
    retry_every: timedelta = timedelta(minutes=15)
    issue_delay: timedelta = timedelta(0)
    report_delay: timedelta = timedelta(0)
    report_every: timedelta = timedelta(0)
    authorities: int = 200


class Environment(Protocol):
    """The clock, the bus and the buckets around the core; called from any thread, never under the state's lock."""

    @property
    def settings(self) -> Settings:
        """The settings; read on every use."""

    def now(self) -> datetime:
        """The time in UTC, which a test can advance."""

    def send(self, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Send an event to the default bus of the account and Region."""

    def check_bucket(self, bucket: str, acl: str, authority_arn: str) -> str:
        """Write a test object for a CA and return the Region of the bucket; raise BucketRefused if it rejects it."""

    def write_object(
        self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None, authority_arn: str
    ) -> None:
        """Store an object of a CA with a canned ACL of S3; raise BucketRefused if the bucket rejects it."""

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        """Whether the next such operation of a CA fails internally; called once per attempt."""


CA_CREATION = "ACM Private CA Creation"
CERTIFICATE_ISSUANCE = "ACM Private CA Certificate Issuance"
CERTIFICATE_REVOCATION = "ACM Private CA Certificate Revocation"
CRL_GENERATION = "ACM Private CA CRL Generation"
AUDIT_REPORT_GENERATION = "ACM Private CA Audit Report Generation"
CRL_NOT_WRITTEN = "Failed to write CRL to S3. Check your S3 bucket permissions."
CRL_WRITE_FAILED_INTERNALLY = "Failed to write CRL to S3. Internal failure."
CRL_NOT_GENERATED = "Failed to generate CRL. Internal failure."

TOKENS_LAST = timedelta(minutes=5)


Task = partial[None]
"""A function of the core with its arguments, so that it can be saved."""


class Scheduler:
    """Tasks by the time at which they are due. A task checks itself whether it is still needed."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Task]] = []
        self._numbers = itertools.count()
        self._lock = threading.Lock()

    def add(self, due: datetime, task: Task) -> None:
        """Add a task."""
        with self._lock:
            heapq.heappush(self._entries, (due, next(self._numbers), task))

    def run(self, now: datetime) -> None:
        """Run what is due, earliest first. Tasks added meanwhile wait for the next run, so that a retry cannot loop."""
        with self._lock:
            due = []
            while self._entries and self._entries[0][0] <= now:
                due.append(heapq.heappop(self._entries)[2])
        for task in due:
            task()

    def waiting(self) -> list[tuple[datetime, Task]]:
        """The tasks that are not due yet, in the order in which they will run."""
        with self._lock:
            return [(due, task) for due, _, task in sorted(self._entries, key=lambda entry: entry[:2])]


@dataclass
class RegionState:
    """Everything that one account has in one Region. Its state is read and changed under its lock."""

    account: str
    region: str
    partition: str
    environment: Environment
    lock: threading.RLock = field(default_factory=threading.RLock)
    scheduler: Scheduler = field(default_factory=Scheduler)
    authorities: dict[str, Authority] = field(default_factory=dict)
    tokens: dict[tuple[str, str], tuple[datetime, str]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings of the environment."""
        return self.environment.settings

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.environment.now()

    def authority(self, arn: str) -> Authority:
        """The CA of an ARN; raise InvalidArnException or ResourceNotFoundException."""
        found = self.authorities.get(check_authority(arn))
        if found is None:
            raise not_found(arn)
        return found

    def authority_in_use(self, arn: str) -> Authority:
        """The CA of an ARN; raise InvalidStateException if it is CREATING, FAILED or DELETED."""
        authority = self.authority(arn)
        if authority.status in ("CREATING", "FAILED", "DELETED"):
            raise invalid_state(f"The certificate authority is in the {authority.status} state.")
        return authority

    def remembered(self, scope: str, token: str | None) -> str | None:
        """The ARN created with this idempotency token in the last five minutes. Called under the lock."""
        if token is None:
            return None
        made = self.tokens.get((scope, token))
        return made[1] if made and self.now() < made[0] + TOKENS_LAST else None

    def remember(self, scope: str, token: str | None, arn: str) -> None:
        """Remember the ARN created with an idempotency token. Called under the lock."""
        if token is not None:
            now = self.now()
            self.tokens = {key: made for key, made in self.tokens.items() if now < made[0] + TOKENS_LAST}
            self.tokens[scope, token] = (now, arn)

    def send_success(self, detail_type: str, *resources: str) -> None:
        """Send the event of an operation that succeeded."""
        self.environment.send(detail_type, list(resources), {"result": "success"})

    def send_failure(self, detail_type: str, *resources: str, reason: str | None = None) -> None:
        """Send the event of an operation that failed."""
        detail = {"result": "failure"} if reason is None else {"result": "failure", "reason": reason}
        self.environment.send(detail_type, list(resources), detail)
