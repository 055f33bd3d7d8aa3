"""A request for each documented error that a request can cause, by operation and error."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from simulated_world import BUCKET, TEMPLATE, Desk

from pca_events.harness.pca_requests import REQUESTS
from pca_events.simulator.core.api_protocol import ServiceError

Request = dict[str, Any]
UNKNOWN = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
REPORT = "00000000-0000-0000-0000-000000000000"
BEGIN, END = b"-----BEGIN CERTIFICATE REQUEST-----\n", b"-----END CERTIFICATE REQUEST-----\n"


def request_of(operation: str, authority: str, certificate: str = "") -> Request:
    """A valid request of an operation about a CA and a certificate."""
    if operation == "ImportCertificateAuthorityCertificate":
        return {"CertificateAuthorityArn": authority, "Certificate": b"x"}
    if operation == "DescribeCertificateAuthorityAuditReport":
        return {"CertificateAuthorityArn": authority, "AuditReportId": REPORT}
    return REQUESTS[operation](authority, certificate or f"{authority}/certificate/ab", BUCKET)


def deleted(desk: Desk) -> str:
    """A CA that can be restored."""
    arn = desk.created()
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    return arn


def about(operation: str, authority: Callable[[Desk], str]) -> Callable[[Desk], Request]:
    """The request of an operation about a CA."""
    return lambda desk: request_of(operation, authority(desk))


def root_with(operation: str, **more: Any) -> Callable[[Desk], Request]:
    """The request of an operation about an active root CA, with other members."""
    return lambda desk: request_of(operation, desk.root()) | more


def twice(operation: str) -> Callable[[Desk], Request]:
    """The second of two equal requests."""

    def prepared(desk: Desk) -> Request:
        desk.world.settings = Desk(report_every=timedelta(minutes=30)).world.settings
        root = desk.root()
        request = request_of(operation, root, desk.issued(root))
        desk.call(operation, **request)
        return request

    return prepared


def about_certificate(operation: str, planned: int = 0, delay: int = 0) -> Callable[[Desk], Request]:
    """The request of an operation about a certificate that could not be issued, or is not issued yet."""

    def prepared(desk: Desk) -> Request:
        root = desk.root()
        desk.world.planned["IssueCertificate"] = planned
        desk.world.settings = Desk(issue_delay=timedelta(minutes=delay)).world.settings
        return request_of(operation, root, desk.issued(root))

    return prepared


def own_certificate(desk: Desk) -> Request:
    """The revocation of the certificate of a root CA."""
    arn = desk.created()
    made = desk.issued(arn, Csr=desk.csr_of(arn), TemplateArn="RootCACertificate", Validity=(1, "YEARS"))
    desk.install(arn, made)
    return request_of("RevokeCertificate", arn, made)


def imported(kind: str) -> Callable[[Desk], Request]:
    """The import of the certificate of one CA into another."""

    def prepared(desk: Desk) -> Request:
        root = desk.root()
        pem = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"].encode()
        arn = desk.created(kind="SUBORDINATE", name="Below")
        if kind == "without a chain":
            made = desk.issued(root, Csr=desk.csr_of(arn), TemplateArn="SubordinateCACertificate_PathLen0")
            pem = desk.certificate(root, made)["Certificate"].encode()
        return {"CertificateAuthorityArn": arn, "Certificate": pem}

    return prepared


def failed(desk: Desk) -> str:
    """A CA whose creation failed."""
    desk.world.planned["CreateCertificateAuthority"] = 1
    return desk.created()


def with_policy(effect: str, action: str) -> Callable[[Desk], Request]:
    """A policy of a root CA for everybody."""

    def prepared(desk: Desk) -> Request:
        root = desk.root()
        statement = {"Effect": effect, "Principal": "*", "Action": action, "Resource": root}
        return request_of("PutPolicy", root) | {"Policy": json.dumps({"Statement": statement})}

    return prepared


def over_the_quota(desk: Desk) -> Request:
    """The creation of one CA too many."""
    desk.world.settings = Desk(authorities=0).world.settings
    return REQUESTS["CreateCertificateAuthority"]("", "", "")


TAG = "TagCertificateAuthority"
IMPORT = "ImportCertificateAuthorityCertificate"
AUDIT = "CreateCertificateAuthorityAuditReport"
CREATE = "CreateCertificateAuthority"
OF_A_CA = [
    *(name for name in REQUESTS if name not in (CREATE, "ListCertificateAuthorities")),
    IMPORT,
    "DescribeCertificateAuthorityAuditReport",
]
PROVOKED: dict[tuple[str, str], Callable[[Desk], Request]] = {
    **{(name, "ResourceNotFoundException"): about(name, lambda _: UNKNOWN) for name in OF_A_CA},
    **{(name, "InvalidArnException"): about(name, lambda _: "arn:aws:acm-pca:us-east-1::x") for name in OF_A_CA},
    **{(name, "InvalidStateException"): about(name, deleted) for name in OF_A_CA if not name.startswith("Describe")},
    ("RestoreCertificateAuthority", "InvalidStateException"): root_with("RestoreCertificateAuthority"),
    (CREATE, "LimitExceededException"): over_the_quota,
    (CREATE, "InvalidArgsException"): lambda _: (
        REQUESTS[CREATE]("", "", "")
        | {
            "CertificateAuthorityConfiguration": {
                "KeyAlgorithm": "RSA_2048",
                "SigningAlgorithm": "SHA256WITHECDSA",
                "Subject": {"CommonName": "it"},
            }
        }
    ),
    (CREATE, "InvalidTagException"): lambda _: REQUESTS[CREATE]("", "", "") | {"Tags": [{"Key": "aws:x"}]},
    (AUDIT, "InvalidArgsException"): root_with(AUDIT, S3BucketName="Not_A_Bucket"),
    (AUDIT, "RequestInProgressException"): twice(AUDIT),
    ("CreatePermission", "PermissionAlreadyExistsException"): twice("CreatePermission"),
    ("GetCertificate", "RequestFailedException"): about_certificate("GetCertificate", planned=1),
    ("GetCertificate", "RequestInProgressException"): about_certificate("GetCertificate", delay=1),
    ("GetCertificateAuthorityCsr", "RequestFailedException"): about("GetCertificateAuthorityCsr", failed),
    (IMPORT, "MalformedCertificateException"): root_with(IMPORT, Certificate=b"no certificate"),
    (IMPORT, "CertificateMismatchException"): imported("of another CA"),
    (IMPORT, "InvalidRequestException"): imported("without a chain"),
    ("IssueCertificate", "InvalidArgsException"): root_with("IssueCertificate", TemplateArn=TEMPLATE.format("Unknown")),
    ("IssueCertificate", "MalformedCSRException"): root_with("IssueCertificate", Csr=BEGIN + b"AAAA\n" + END),
    ("ListCertificateAuthorities", "InvalidNextTokenException"): lambda _: {"NextToken": "none"},
    ("ListPermissions", "InvalidNextTokenException"): root_with("ListPermissions", NextToken="none"),
    ("PutPolicy", "InvalidPolicyException"): with_policy("Allow", "s3:GetObject"),
    ("PutPolicy", "LockoutPreventedException"): with_policy("Deny", "acm-pca:IssueCertificate"),
    ("RevokeCertificate", "RequestAlreadyProcessedException"): twice("RevokeCertificate"),
    ("RevokeCertificate", "InvalidRequestException"): own_certificate,
    ("RevokeCertificate", "RequestFailedException"): about_certificate("RevokeCertificate", planned=1),
    ("RevokeCertificate", "RequestInProgressException"): about_certificate("RevokeCertificate", delay=1),
    (TAG, "InvalidTagException"): root_with(TAG, Tags=[{"Key": "aws:x"}]),
    (TAG, "TooManyTagsException"): lambda desk: (
        desk.call(TAG, CertificateAuthorityArn=(root := desk.root()), Tags=[{"Key": str(n)} for n in range(50)])
        | request_of(TAG, root)
    ),
    ("UntagCertificateAuthority", "InvalidTagException"): root_with(
        "UntagCertificateAuthority", Tags=[{"Key": "aws:x"}]
    ),
    ("UpdateCertificateAuthority", "InvalidArgsException"): root_with("UpdateCertificateAuthority", Status="EXPIRED"),
}


def provoked(operation: str, code: str) -> str:
    """The error that the request for one causes; empty if it causes none."""
    desk = Desk()
    request = PROVOKED[operation, code](desk)
    desk.world.taken()
    try:
        desk.call(operation, **request)
    except ServiceError as error:
        assert desk.world.taken() == []
        return error.code
    return ""
