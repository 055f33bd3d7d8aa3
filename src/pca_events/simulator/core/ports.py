"""What the core needs from outside: a clock, an event bus, S3 buckets, and the planned failures."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol


class BucketRefused(Exception):
    """An S3 bucket rejects an object: it is missing, its policy does not allow it, or its encryption prevents it."""


@dataclass(frozen=True)
class Settings:
    """Delays and quotas of the simulated service.

    Attributes:
        crl_delay: from a revocation to its CRL; about 30 minutes on AWS.
        retry_every: from a failed CRL or audit report to the next attempt.
        issue_delay: from IssueCertificate to the end of the issuance.
        report_delay: from CreateCertificateAuthorityAuditReport to the report.
        report_every: the least time between two successful reports of a CA; 30 minutes on AWS.
        authorities: the quota of CAs in one account and Region.
    """

    crl_delay: timedelta = timedelta(0)
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

    def write_object(self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None) -> None:
        """Store an object with a canned ACL of S3; raise BucketRefused if the bucket rejects it."""

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        """Whether the next such operation of a CA fails internally; called once per attempt."""
