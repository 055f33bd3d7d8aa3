"""Asks for the status of a certificate with OpenSSL, before and after its revocation:  python ocsp.py [ENDPOINT].

Writes root.pem and certificate.pem into the working folder.
"""

import subprocess
import sys
from pathlib import Path

import boto3

endpoint = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:4566"
aws = boto3.Session("111122223333", "any", region_name="us-east-1")  # LocalStack takes the account from the access key
pca = aws.client("acm-pca", endpoint_url=endpoint)

signed = {"SigningAlgorithm": "SHA256WITHECDSA"}
named = {"KeyAlgorithm": "EC_prime256v1", "Subject": {"CommonName": "OCSP"}, **signed}
made = pca.create_certificate_authority(
    CertificateAuthorityType="ROOT",
    CertificateAuthorityConfiguration=named,
    RevocationConfiguration={"OcspConfiguration": {"Enabled": True}},
)
ca = {"CertificateAuthorityArn": made["CertificateAuthorityArn"]}
csr = pca.get_certificate_authority_csr(**ca)["Csr"]


def issued(days: int, **more: str) -> dict[str, str]:
    """Issue a certificate for the key of the CA, which spares this example another key."""
    validity = {"Value": days, "Type": "DAYS"}
    arn = pca.issue_certificate(Csr=csr, Validity=validity, **more, **ca, **signed)["CertificateArn"]
    return {"CertificateArn": arn, "Certificate": pca.get_certificate(CertificateArn=arn, **ca)["Certificate"]}


def asked() -> list[str]:
    """Return what OpenSSL prints; it sends the request to the URL in the certificate, through the emulator."""
    command = ["openssl", "ocsp", "-issuer", "root.pem", "-CAfile", "root.pem", "-cert", "certificate.pem", "-no_nonce"]
    command += ["-url", responder, "-proxy", endpoint.rpartition("/")[2]]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


root = issued(30, TemplateArn="arn:aws:acm-pca:::template/RootCACertificate/V1")
pca.import_certificate_authority_certificate(Certificate=root["Certificate"], **ca)
certificate = issued(7)
Path("root.pem").write_text(root["Certificate"] + "\n")
Path("certificate.pem").write_text(certificate["Certificate"] + "\n")

uri = ["openssl", "x509", "-in", "certificate.pem", "-noout", "-ocsp_uri"]
responder = subprocess.run(uri, check=True, capture_output=True, text=True).stdout.strip()
print("responder:", responder)
print(asked()[0])
serial = certificate["CertificateArn"].rpartition("/")[2]
pca.revoke_certificate(CertificateSerial=serial, RevocationReason="KEY_COMPROMISE", **ca)
print(asked()[0])
