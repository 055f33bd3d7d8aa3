"""A request for each operation of AWS Private CA, with the CA and the certificate of a scenario."""

import json
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import Any

Request = dict[str, Any]


@cache
def certificate_request() -> bytes:
    """Return a CSR for desk.example.com as PEM; its private key was deleted."""
    return files(__package__).joinpath("certificate_request.pem").read_bytes()


FAILS = [{"Key": "pca-events:fail", "Value": "CreateCertificateAuthority=1"}]
"""The tag that makes the creation of a CA fail."""


def creation(common_name: str, **more: Any) -> Request:
    """Return a request for a root CA with an EC key."""
    configuration = {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": common_name},
    }
    return {
        "CertificateAuthorityType": "ROOT",
        "CertificateAuthorityConfiguration": configuration,
        **more,
    }


def crl_in(bucket: str) -> Request:
    """Return a revocation configuration with a CRL in the bucket, which only the bucket's owner may read."""
    crl = {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": bucket, "S3ObjectAcl": "BUCKET_OWNER_FULL_CONTROL"}
    return {"CrlConfiguration": crl}


def issuance(
    authority: str, csr: bytes | None = None, template: str = "EndEntityCertificate/V1", days: int = 30
) -> Request:
    """Return a request for a certificate, by default with the CSR for desk.example.com."""
    return {
        "CertificateAuthorityArn": authority,
        "Csr": certificate_request() if csr is None else csr,
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": f"arn:aws:acm-pca:::template/{template}",
        "Validity": {"Value": days, "Type": "DAYS"},
    }


def serial_of(certificate: str) -> str:
    """Return the serial number of a certificate, two hexadecimal digits per byte, from its ARN."""
    digits = certificate.rpartition("/")[2]
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def report(authority: str, bucket: str) -> Request:
    """Return a request for an audit report."""
    return {"CertificateAuthorityArn": authority, "S3BucketName": bucket, "AuditReportResponseFormat": "JSON"}


def _about(authority: str, **more: Any) -> Request:
    return {"CertificateAuthorityArn": authority, **more}


def _policy(authority: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "444455556666"},
        "Action": ["acm-pca:DescribeCertificateAuthority", "acm-pca:GetCertificate"],
        "Resource": authority,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


_PRINCIPAL = "acm.amazonaws.com"
_TAGS = [{"Key": "desk", "Value": "one"}]

REQUESTS: dict[str, Callable[[str, str, str], Request]] = {
    "CreateCertificateAuthority": lambda *_: creation("desk"),
    "IssueCertificate": lambda authority, *_: issuance(authority),
    "RevokeCertificate": lambda authority, certificate, _: _about(
        authority, CertificateSerial=serial_of(certificate), RevocationReason="SUPERSEDED"
    ),
    "CreateCertificateAuthorityAuditReport": lambda authority, _, bucket: report(authority, bucket),
    "CreatePermission": lambda authority, *_: _about(authority, Principal=_PRINCIPAL, Actions=["IssueCertificate"]),
    "DeletePermission": lambda authority, *_: _about(authority, Principal=_PRINCIPAL),
    "PutPolicy": lambda authority, *_: {"ResourceArn": authority, "Policy": _policy(authority)},
    "GetPolicy": lambda authority, *_: {"ResourceArn": authority},
    "DeletePolicy": lambda authority, *_: {"ResourceArn": authority},
    "TagCertificateAuthority": lambda authority, *_: _about(authority, Tags=_TAGS),
    "UntagCertificateAuthority": lambda authority, *_: _about(authority, Tags=_TAGS),
    "GetCertificate": lambda authority, certificate, _: _about(authority, CertificateArn=certificate),
    "UpdateCertificateAuthority": lambda authority, *_: _about(authority, Status="DISABLED"),
    "DeleteCertificateAuthority": lambda authority, *_: _about(authority, PermanentDeletionTimeInDays=7),
    "ListCertificateAuthorities": lambda *_: {},
} | dict.fromkeys(
    (
        "DescribeCertificateAuthority",
        "GetCertificateAuthorityCertificate",
        "GetCertificateAuthorityCsr",
        "ListPermissions",
        "ListTags",
        "RestoreCertificateAuthority",
    ),
    lambda authority, *_: _about(authority),
)
"""By operation: creates a request from the ARNs of a CA and of a certificate, and the name of a bucket."""
