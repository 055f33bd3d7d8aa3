"""A request for each operation of AWS Private CA, and the buckets that the requests name."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.resources import files
from typing import Any

from pca_events.harness.session import Session

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
        "TemplateArn": f"arn:{authority.split(':')[1]}:acm-pca:::template/{template}",
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


_ACTIONS = {"s3:PutObject": "/*", "s3:PutObjectAcl": "/*", "s3:GetBucketAcl": "", "s3:GetBucketLocation": ""}
"""The actions that AWS Private CA needs, and the part of the bucket's ARN that they apply to."""

_MISSING = "is missing"
_DEFAULT_REGION = "us-east-1"  # the only one that is not a location constraint of S3
_ENCRYPTED = "is encrypted with the key aws/s3"
_UNGRANTED = {f"does not grant {action}": action for action in _ACTIONS}
BUCKET_STATES = (
    "is as documented",
    _MISSING,
    "has no policy",
    *_UNGRANTED,
    "grants the CAs of another account only",
    _ENCRYPTED,
)
"""The states of a bucket; all but the first make AWS Private CA fail."""


class Bucket:
    """One bucket.

    Args:
        session: the connection to the account that owns it.
        name: of the bucket.
    """

    def __init__(self, session: Session, name: str) -> None:
        self.name = name
        self._session = session
        self._touched = False
        self._encrypted = False

    def set_state(self, state: str) -> None:
        """Bring the bucket from any state to one of the `STATES`."""
        if state not in BUCKET_STATES:
            raise AssertionError(f'no bucket "{state}"; one of {", ".join(BUCKET_STATES)}')
        if state == _MISSING:
            self.delete()
            return
        s3 = self._session.s3
        region = self._session.backend.region
        elsewhere = {} if region == _DEFAULT_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=self.name, **elsewhere)
        self._touched = True
        if state == "has no policy":
            s3.delete_bucket_policy(Bucket=self.name)
        else:
            s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(self._policy(state)))
        if self._encrypted != (state == _ENCRYPTED):  # a new bucket has AES256
            self._encrypted = state == _ENCRYPTED
            algorithm = "aws:kms" if self._encrypted else "AES256"
            rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
            s3.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": rules})

    def objects(self) -> dict[str, bytes]:
        """Return the objects of the bucket, by key."""
        s3 = self._session.s3
        listed = s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: s3.get_object(Bucket=self.name, Key=each["Key"])["Body"].read() for each in listed}

    def destroy(self) -> bool:
        """Remove the bucket if it was created, and return whether it is gone."""
        if not self._touched:
            return True
        self.delete()
        return not self.exists()

    def delete(self) -> None:
        """Remove the bucket with its objects, if it exists."""
        s3 = self._session.s3
        self._encrypted = False
        with suppress(s3.exceptions.NoSuchBucket):
            while held := s3.list_objects_v2(Bucket=self.name).get("Contents"):  # a thousand at a time
                for listed in held:
                    s3.delete_object(Bucket=self.name, Key=listed["Key"])
            s3.delete_bucket(Bucket=self.name)

    def exists(self) -> bool:
        """Whether the account has a bucket of this name."""
        return self.name in [bucket["Name"] for bucket in self._session.s3.list_buckets()["Buckets"]]

    def _policy(self, state: str) -> dict[str, Any]:
        account = self._session.backend.account
        owner = account if state != "grants the CAs of another account only" else "999999999999"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "acm-pca.amazonaws.com"},
                    "Action": action,
                    "Resource": f"arn:{self._session.backend.partition}:s3:::{self.name}{part}",
                    "Condition": {"StringEquals": {"aws:SourceAccount": owner}},
                }
                for action, part in _ACTIONS.items()
                if action != _UNGRANTED.get(state)
            ],
        }
