"""A world in memory for the core of the simulator: its clock, bus and buckets are plain values."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pca_events.simulator.core.region_state import BucketRefused, Settings
from pca_events.simulator.core.service import PrivateCaService

ACCOUNT, REGION = "111122223333", "us-east-1"
BUCKET = "revocations"
TEMPLATE = "arn:aws:acm-pca:::template/{}/V1"
LEAF_KEY = ec.generate_private_key(ec.SECP256R1())


class MemoryWorld:
    """An environment whose events and objects can be looked at."""

    def __init__(self, **settings: Any) -> None:
        self.settings = Settings(**settings)
        self.clock = datetime(2026, 3, 1, 12, tzinfo=UTC)
        self.events: list[tuple[str, list[str], dict[str, str]]] = []
        self.objects: dict[tuple[str, str], bytes] = {}
        self.acls: dict[str, str | None] = {}
        self.buckets = {BUCKET}
        self.bucket_region = REGION
        self.lacking: tuple[str, ...] = ()
        self.planned: Counter[str] = Counter()

    def now(self) -> datetime:
        return self.clock

    def send(self, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        self.events.append((detail_type, resources, detail))

    def check_bucket(self, bucket: str, acl: str, authority_arn: str) -> str:
        if bucket not in self.buckets:
            raise BucketRefused(f"{bucket} refuses a test object with {acl} of {authority_arn}", self.lacking)
        return self.bucket_region

    def write_object(
        self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None, authority_arn: str
    ) -> None:
        assert authority_arn.startswith("arn:aws:acm-pca:")
        if bucket not in self.buckets:
            raise BucketRefused(f"{bucket} refuses {content_type}")
        self.objects[bucket, key] = body
        self.acls[key] = acl

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        assert authority_arn.startswith("arn:aws:acm-pca:")
        self.planned[operation] -= 1
        return self.planned[operation] >= 0

    def taken(self) -> list[tuple[str, list[str], dict[str, str]]]:
        """The events since the last look."""
        events, self.events = self.events, []
        return events


class Desk:
    """A store with a world, and the requests that tests repeat."""

    def __init__(self, **settings: Any) -> None:
        self.world = MemoryWorld(**settings)
        self.store = PrivateCaService(ACCOUNT, REGION, "aws", self.world)

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        """Call an operation."""
        return self.store.call(operation, request)

    def pass_time(self, **time: float) -> None:
        """Advance the clock, and run the tasks that are due."""
        self.world.clock += timedelta(**time)
        self.store.tick()

    def created(self, kind: str = "ROOT", algorithm: str = "EC_prime256v1", name: str = "Root", **request: Any) -> str:
        """The ARN of a new CA."""
        signing = "SHA256WITHRSA" if algorithm.startswith("RSA") else "SHA256WITHECDSA"
        configuration = {
            "KeyAlgorithm": algorithm,
            "SigningAlgorithm": signing,
            "Subject": {"Country": "DE", "Organization": "Example", "CommonName": name},
        }
        request.setdefault("CertificateAuthorityConfiguration", configuration)
        response = self.call("CreateCertificateAuthority", CertificateAuthorityType=kind, **request)
        return str(response["CertificateAuthorityArn"])

    def csr_of(self, arn: str) -> bytes:
        """The CSR of a CA."""
        return str(self.call("GetCertificateAuthorityCsr", CertificateAuthorityArn=arn)["Csr"]).encode()

    def root(self, years: int = 10, **request: Any) -> str:
        """The ARN of an active root CA."""
        arn = self.created(**request)
        made = self.issued(arn, Csr=self.csr_of(arn), TemplateArn="RootCACertificate", Validity=(years, "YEARS"))
        self.install(arn, made)
        return arn

    def install(self, arn: str, certificate_arn: str) -> None:
        """Import the certificate of a root CA."""
        pem = self.certificate(arn, certificate_arn)["Certificate"].encode()
        self.call("ImportCertificateAuthorityCertificate", CertificateAuthorityArn=arn, Certificate=pem)

    def key_of(self, arn: str) -> Any:
        """The key of a CA, which the API never returns."""
        return self.store._state.authorities[arn].signing_key

    def subordinate(self, parent: str, path: int = 0, **request: Any) -> str:
        """The ARN of an active CA below another."""
        arn = self.created(kind="SUBORDINATE", name=f"Below {path}", **request)
        template = f"SubordinateCACertificate_PathLen{path}"
        made = self.issued(parent, Csr=self.csr_of(arn), TemplateArn=template, Validity=(2, "YEARS"))
        found = self.certificate(parent, made)
        self.call(
            "ImportCertificateAuthorityCertificate",
            CertificateAuthorityArn=arn,
            Certificate=found["Certificate"].encode(),
            CertificateChain=found["CertificateChain"].encode(),
        )
        return arn

    def issued(self, arn: str, **request: Any) -> str:
        """The ARN of a certificate; by default for a server, for 30 days."""
        count, unit = request.pop("Validity", (30, "DAYS"))
        template = request.pop("TemplateArn", "EndEntityCertificate")
        configuration = self.described(arn)["CertificateAuthorityConfiguration"]
        request.setdefault("SigningAlgorithm", configuration["SigningAlgorithm"])
        request.setdefault("Csr", csr())
        response = self.call(
            "IssueCertificate",
            CertificateAuthorityArn=arn,
            Validity={"Value": count, "Type": unit},
            TemplateArn=template if ":" in template else TEMPLATE.format(template),
            **request,
        )
        return str(response["CertificateArn"])

    def described(self, arn: str) -> dict[str, Any]:
        """The description of a CA."""
        found: dict[str, Any] = self.call("DescribeCertificateAuthority", CertificateAuthorityArn=arn)
        return dict(found["CertificateAuthority"])

    def status(self, arn: str) -> str:
        """The state of a CA."""
        return str(self.described(arn)["Status"])

    def certificate(self, arn: str, certificate_arn: str) -> dict[str, str]:
        """An issued certificate and its chain, as PEM."""
        return self.call("GetCertificate", CertificateAuthorityArn=arn, CertificateArn=certificate_arn)

    def parsed(self, arn: str, certificate_arn: str) -> x509.Certificate:
        """An issued certificate."""
        return x509.load_pem_x509_certificate(self.certificate(arn, certificate_arn)["Certificate"].encode())

    def revoke(self, arn: str, certificate_arn: str, reason: str = "KEY_COMPROMISE") -> None:
        """Revoke a certificate by its serial number, as openssl writes it."""
        digits = certificate_arn.rpartition("/")[2]
        serial = ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))
        request = {"CertificateAuthorityArn": arn, "CertificateSerial": serial, "RevocationReason": reason}
        self.call("RevokeCertificate", **request)


def crl_enabled(**more: Any) -> dict[str, Any]:
    """A revocation configuration with a CRL."""
    return {"CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": BUCKET, **more}}


def csr(name: str = "www.example.com", *extensions: tuple[x509.ExtensionType, bool], key: Any = LEAF_KEY) -> bytes:
    """A CSR as PEM; without a name it has no subject."""
    attributes = [x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else []
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name(attributes))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
