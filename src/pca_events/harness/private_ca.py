"""A local AWS Private CA for tests of other code: boto3 clients, and the operations that need several calls."""

from typing import Any

from pca_events.catalog import Event
from pca_events.harness import pca_requests as requests
from pca_events.harness.pca_scenario import PcaScenario


class PrivateCa:
    """AWS Private CA in an account of this test worker. Its operations send events to the account's default bus.

    Attributes:
        account: the account ID, which is also the access key ID that selects it.
        region: the Region.
        endpoint_url: where every service of the account answers.
        acm_pca: the boto3 client of AWS Private CA.
        events: that of EventBridge.
        sqs: that of SQS.
        s3: that of S3.
        bucket: the name of a bucket for CRLs and audit reports; `create_root` creates it if a CRL is wanted.
    """

    def __init__(self, scenario: PcaScenario) -> None:
        session = scenario.session
        self.account, self.region = session.backend.account, session.backend.region
        self.endpoint_url = session.backend.endpoint_url
        self.acm_pca, self.events, self.sqs, self.s3 = session.pca, session.events, session.sqs, session.s3
        self.bucket = scenario.bucket.name
        self._scenario = scenario

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables with which an AWS SDK, in a handler for example, reaches this account."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
        }

    def client(self, service: str) -> Any:
        """Return a boto3 client of any service in this account, by its boto3 name."""
        return self._scenario.session.backend.client(service)

    def create_root(self, *, crl: bool = False) -> str:
        """Create an active root CA and return its ARN.

        Args:
            crl: whether it writes a CRL to the bucket, whose policy permits that.
        """
        if crl:
            self._scenario.bucket.set_state("is as documented")
        self._scenario.make_authority("ACTIVE", with_crl=crl)
        return self._scenario.authority

    def issue(self, authority: str, csr: bytes | None = None) -> str:
        """Issue a certificate for 30 days and return its ARN.

        Args:
            authority: the ARN of the CA.
            csr: a certificate signing request as PEM; by default one for desk.example.com.
        """
        return str(self.acm_pca.issue_certificate(**requests.issuance(authority, csr))["CertificateArn"])

    def revoke(self, certificate: str, reason: str = "SUPERSEDED") -> None:
        """Revoke a certificate by its ARN; a CA with a CRL then writes it."""
        authority = certificate.partition("/certificate/")[0]
        self.acm_pca.revoke_certificate(
            CertificateAuthorityArn=authority,
            CertificateSerial=requests.serial_of(certificate),
            RevocationReason=reason,
        )

    def sent(self) -> list[Event]:
        """Return the events that this Private CA has sent since the last call, once each has arrived on the bus.

        Raises:
            BusSilent: an event did not arrive before the deadline.
        """
        return self._scenario.sent()

    def fail_next(self, operation: str, count: int = 1, code: str | None = None) -> None:
        """Make the next calls of an operation fail, as `pca-events fail` does.

        Args:
            operation: such as `IssueCertificate`.
            count: how many calls fail.
            code: of the error; without one, an operation that sends an event of a failure is accepted and sends it.
        """
        more = {} if code is None else {"code": code}
        self._scenario.simulator.set("failures", operation=operation, count=count, **more)
