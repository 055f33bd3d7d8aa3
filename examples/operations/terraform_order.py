"""The calls that Terraform's provider makes for a root and a subordinate CA, in its order, with boto3.

    python examples/operations/terraform_order.py [ENDPOINT]

Each function is one resource, `create` or `destroy`; every call is printed with what it answers, a refusal by its code.
"""

import sys
import uuid

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError

endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
aws = boto3.Session("111122223333", "any", region_name="us-east-1")
pca = aws.client("acm-pca", endpoint_url=endpoint)
SIGNED = {"SigningAlgorithm": "SHA256WITHECDSA"}


def call(operation, **request):
    """Make one call; a rejection that the provider expects is ignored."""
    try:
        answer = getattr(pca, xform_name(operation))(**request)
    except ClientError as error:
        print(f"  {operation}: {error.response['Error']['Code']}")
        return error.response
    status = answer.get("CertificateAuthority", {}).get("Status", "")
    print(f"  {operation} {status}".rstrip())
    return answer


def read_authority(arn):
    """Read after each change: the CA, its certificate (rejected while it has none), its CSR, its tags."""
    call("DescribeCertificateAuthority", CertificateAuthorityArn=arn)
    call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)
    csr = call("GetCertificateAuthorityCsr", CertificateAuthorityArn=arn)["Csr"]
    call("ListTags", CertificateAuthorityArn=arn)
    return csr


def create_authority(kind, name):
    """aws_acmpca_certificate_authority: the ARN and the request for its certificate."""
    print(f"aws_acmpca_certificate_authority.{name}: create")
    arn = call(
        "CreateCertificateAuthority",
        CertificateAuthorityType=kind,
        CertificateAuthorityConfiguration={"KeyAlgorithm": "EC_prime256v1", **SIGNED, "Subject": {"CommonName": name}},
        IdempotencyToken=uuid.uuid4().hex,
        Tags=[{"Key": "Name", "Value": name}],
    )["CertificateAuthorityArn"]
    while (
        call("DescribeCertificateAuthority", CertificateAuthorityArn=arn)["CertificateAuthority"]["Status"]
        == "CREATING"
    ):
        pass
    return arn, read_authority(arn)


def create_certificate(authority, name, csr, template, days):
    """aws_acmpca_certificate: what GetCertificate answers once the waiter has ended."""
    print(f"aws_acmpca_certificate.{name}: create")
    made = call(
        "IssueCertificate",
        CertificateAuthorityArn=authority,
        Csr=csr,
        IdempotencyToken=uuid.uuid4().hex,
        TemplateArn=f"arn:aws:acm-pca:::template/{template}",
        Validity={"Type": "DAYS", "Value": days},
        **SIGNED,
    )
    named = {"CertificateArn": made["CertificateArn"], "CertificateAuthorityArn": authority}
    pca.get_waiter("certificate_issued").wait(**named)
    return call("GetCertificate", **named) | named


def create_authority_certificate(authority, name, certificate):
    """aws_acmpca_certificate_authority_certificate: the CA becomes active."""
    print(f"aws_acmpca_certificate_authority_certificate.{name}: create")
    chain = {"CertificateChain": certificate["CertificateChain"]} if "CertificateChain" in certificate else {}
    own = certificate["Certificate"]
    call("ImportCertificateAuthorityCertificate", CertificateAuthorityArn=authority, Certificate=own, **chain)
    call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=authority)
    read_authority(authority)


def update_authority(authority, name, status):
    """aws_acmpca_certificate_authority: `enabled` changes."""
    print(f"aws_acmpca_certificate_authority.{name}: update")
    call("UpdateCertificateAuthority", CertificateAuthorityArn=authority, Status=status)
    read_authority(authority)


def destroy_certificate(certificate, name):
    """aws_acmpca_certificate: revoked; that of a root CA cannot be, which is ignored."""
    print(f"aws_acmpca_certificate.{name}: destroy")
    arn, authority = certificate["CertificateArn"], certificate["CertificateAuthorityArn"]
    serial, reason = arn.rpartition("/")[2], "UNSPECIFIED"
    call("RevokeCertificate", CertificateAuthorityArn=authority, CertificateSerial=serial, RevocationReason=reason)


def destroy_authority(authority, name):
    """aws_acmpca_certificate_authority: disabled, then deleted, and restorable for seven days."""
    print(f"aws_acmpca_certificate_authority.{name}: destroy")
    call("UpdateCertificateAuthority", CertificateAuthorityArn=authority, Status="DISABLED")
    call("DeleteCertificateAuthority", CertificateAuthorityArn=authority, PermanentDeletionTimeInDays=7)
    call("DescribeCertificateAuthority", CertificateAuthorityArn=authority)


root, root_csr = create_authority("ROOT", "root")
root_certificate = create_certificate(root, "root", root_csr, "RootCACertificate/V1", 3650)
create_authority_certificate(root, "root", root_certificate)
desk, desk_csr = create_authority("SUBORDINATE", "desk")
desk_certificate = create_certificate(root, "desk", desk_csr, "SubordinateCACertificate_PathLen0/V1", 1825)
create_authority_certificate(desk, "desk", desk_certificate)
server = create_certificate(desk, "server", desk_csr, "EndEntityCertificate/V1", 30)
update_authority(desk, "desk", "DISABLED")
update_authority(desk, "desk", "ACTIVE")
spare, _ = create_authority("SUBORDINATE", "spare")
destroy_certificate(server, "server")
destroy_certificate(desk_certificate, "desk")
destroy_certificate(root_certificate, "root")
for arn, name in ((spare, "spare"), (desk, "desk"), (root, "root")):
    destroy_authority(arn, name)
