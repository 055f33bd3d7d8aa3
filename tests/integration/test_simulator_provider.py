"""The ACM PCA inside LocalStack, called as any service: answers, events, errors."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from pca_events.backends import Backend
from pca_events.contract import violations
from pca_events.harness import RunId, Session
from pca_events.harness.pca_requests import crl_in, issuance
from pca_events.harness.pca_scenario import LiveEvents

Event = dict[str, Any]
CA: dict[str, Any] = {
    "CertificateAuthorityType": "ROOT",
    "CertificateAuthorityConfiguration": {
        "KeyAlgorithm": "EC_prime256v1",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Subject": {"CommonName": "Provider"},
    },
}


class Account:
    """What a test does with one account of the emulator."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend

    @cached_property
    def pca(self) -> Any:
        return self.backend.client("acm-pca")

    @cached_property
    def s3(self) -> Any:
        return self.backend.client("s3")

    def create(self, **more: Any) -> str:
        return str(self.pca.create_certificate_authority(**CA, **more)["CertificateAuthorityArn"])

    def status(self, arn: str) -> str:
        described = self.pca.describe_certificate_authority(CertificateAuthorityArn=arn)
        return str(described["CertificateAuthority"]["Status"])

    def switch(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        place = f"/_localstack/acm-pca{path}?account={self.backend.account}"
        return called(self.backend.endpoint_url, method, place, data)


class Outside(Account):
    """An account whose events are received."""

    def __init__(self, backend: Backend, live: LiveEvents) -> None:
        super().__init__(backend)
        self.live = live

    def events(self, count: int) -> list[Event]:
        """Receive as many events as that, and no more than come with them."""
        found: list[Event] = []
        deadline = time.monotonic() + 10
        while len(found) < count and time.monotonic() < deadline:
            found += self.live.receive(wait=2)
        assert all(violations(event) == [] for event in found)
        return found


def called(
    endpoint: str, method: str, path: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection(endpoint.partition("://")[2], timeout=30)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"{}")
    finally:
        connection.close()


def asked(backend: Backend, operation: str, body: bytes) -> tuple[int, dict[str, Any]]:
    """Ask for an operation without boto3, which would look at the parameters first."""
    scope = f"{backend.account}/20260101/us-east-1/acm-pca/aws4_request"
    headers = {
        "X-Amz-Target": f"ACMPrivateCA.{operation}",
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none",
    }
    return called(backend.endpoint_url, "POST", "/", body, headers)


@pytest.fixture
def account(pca_backend: Backend, own_account: str) -> Account:
    return Account(replace(pca_backend, account=own_account))


@pytest.fixture
def outside(account: Account) -> Iterator[Outside]:
    with LiveEvents(Session(account.backend, RunId()), "default") as live:
        yield Outside(account.backend, live)


def test_a_created_authority_is_described_and_its_event_arrives(outside: Outside) -> None:
    arn = outside.create()
    assert outside.status(arn) in ("CREATING", "PENDING_CERTIFICATE")
    assert arn.split(":")[3:5] == ["us-east-1", outside.backend.account]
    [event] = outside.events(1)
    assert (event["detail-type"], event["resources"]) == ("ACM Private CA Creation", [arn])
    assert (event["account"], event["region"]) == (outside.backend.account, "us-east-1")
    assert event["detail"] == {"result": "success"}


def test_accounts_and_regions_are_isolated(account: Account) -> None:
    arn = account.create()
    for other in (
        replace(account.backend, region="eu-west-1"),
        replace(account.backend, account="222233334444"),
    ):
        listed = other.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
        assert arn not in [each["Arn"] for each in listed]


def test_an_error_is_that_of_the_service(account: Account) -> None:
    missing = account.create()[:-4] + "0000"
    with pytest.raises(ClientError) as told:
        account.status(missing)
    assert told.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert told.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("DescribeCertificateAuthority", b"{x", "SerializationException"),
        ("DescribeCertificateAuthority", b"[]", "SerializationException"),
        ("ListCertificateAuthorities", b'{"MaxResults": "x"}', "SerializationException"),
        ("TagCertificateAuthority", b'{"Tags": ["x"]}', "SerializationException"),
        ("IssueCertificate", b'{"Validity": 3}', "SerializationException"),
        ("IssueCertificate", b'{"Validity": {"Type": "DAYS", "Value": "7"}}', "SerializationException"),
        ("ListCertificateAuthorities", b'{"MaxResults": "5"}', "SerializationException"),
        ("ListCertificateAuthorities", b'{"MaxResults": true}', "SerializationException"),
        ("CreatePermission", b'{"Actions": "IssueCertificate"}', "SerializationException"),
        ("CreatePermission", b'{"Actions": {"IssueCertificate": 1}}', "SerializationException"),
        ("ForgetEverything", b"{}", "UnknownOperationException"),
    ],
)
def test_an_invalid_request_is_not_an_internal_error(
    pca_backend: Backend, operation: str, body: bytes, code: str
) -> None:
    status, answer = asked(pca_backend, operation, body)
    assert (status, answer["__type"]) == (400, code)


def test_every_operation_of_the_model_is_answered(account: Account) -> None:
    names = account.pca.meta.service_model.operation_names
    assert len(names) == 23
    for name in names:
        status, answer = asked(account.backend, name, b"{}")
        assert status in (200, 400), f"{name}: {answer}"


def test_the_waiters_of_boto3_end(account: Account) -> None:
    patience = {"Delay": 1, "MaxAttempts": 2}
    arn = account.create()
    about = {"CertificateAuthorityArn": arn}
    account.pca.get_waiter("certificate_authority_csr_created").wait(WaiterConfig=patience, **about)
    install(account, about)
    wanted = issuance(arn)
    account.pca.tag_certificate_authority(Tags=[{"Key": "pca-events:fail", "Value": "IssueCertificate=1"}], **about)
    for fails in (True, False):
        made = account.pca.issue_certificate(**wanted)["CertificateArn"]
        waits = account.pca.get_waiter("certificate_issued").wait
        with pytest.raises(WaiterError) if fails else nullcontext():
            waits(CertificateArn=made, WaiterConfig=patience, **about)
    bucket = f"reports-{account.backend.account}"
    account.s3.create_bucket(Bucket=bucket)
    grant = {"Effect": "Allow", "Principal": {"Service": "acm-pca.amazonaws.com"}, "Action": "s3:*", "Resource": "*"}
    waits = account.pca.get_waiter("audit_report_created").wait
    for fails in (True, False):
        made = account.pca.create_certificate_authority_audit_report(
            S3BucketName=bucket, AuditReportResponseFormat="JSON", **about
        )["AuditReportId"]
        with pytest.raises(WaiterError, match="failure state") if fails else nullcontext():
            waits(AuditReportId=made, WaiterConfig=patience, **about)
        account.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [grant]}))


def install(account: Account, about: dict[str, str]) -> bytes:
    """Install the certificate of a root CA, and return it."""
    csr = account.pca.get_certificate_authority_csr(**about)["Csr"].encode()
    arn = about["CertificateAuthorityArn"]
    made = account.pca.issue_certificate(**issuance(arn, csr, "RootCACertificate/V1", days=3650))["CertificateArn"]
    own = bytes(account.pca.get_certificate(CertificateArn=made, **about)["Certificate"].encode())
    account.pca.import_certificate_authority_certificate(Certificate=own, **about)
    return own


def test_a_bucket_is_checked_when_a_crl_is_configured_and_the_first_certificate_publishes_it(
    outside: Outside, tmp_path: Path
) -> None:
    bucket = f"crls-{outside.backend.account}"
    revocation = crl_in(bucket)
    with pytest.raises(ClientError, match=f"Permission error with your S3 bucket '{bucket}'") as refused:
        outside.create(RevocationConfiguration=revocation)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    outside.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with pytest.raises(ClientError, match=r"requires 's3:GetBucketAcl' .*Check your S3 bucket permissions"):
        outside.create(RevocationConfiguration=revocation)
    grant = {"Effect": "Allow", "Principal": {"Service": "acm-pca.amazonaws.com"}, "Action": "s3:*", "Resource": "*"}
    outside.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Statement": [grant]}))
    public = {"CrlConfiguration": {**revocation["CrlConfiguration"], "S3ObjectAcl": "PUBLIC_READ"}}
    with pytest.raises(ClientError, match="Permission error with your S3 bucket"):
        outside.create(RevocationConfiguration=public)
    arn = outside.create(RevocationConfiguration=revocation)
    keys = [each["Key"] for each in outside.s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert keys == ["acm-pca-permission-test-key"]

    about = {"CertificateAuthorityArn": arn}
    (tmp_path / "root").write_bytes(install(outside, about))
    made = outside.pca.issue_certificate(**issuance(arn))["CertificateArn"]
    (tmp_path / "it").write_text(outside.pca.get_certificate(CertificateArn=made, **about)["Certificate"])
    key = f"crl/{arn[-36:]}.crl"
    (tmp_path / "crl").write_bytes(outside.s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    assert "verify OK" in openssl("crl", "-inform", "DER", "-in", tmp_path / "crl", "-CAfile", tmp_path / "root")
    printed = openssl("x509", "-in", tmp_path / "it", "-noout", "-text")
    assert f"URI:http://{bucket}.s3.eu-west-1.amazonaws.com/{key}" in printed
    kinds = [event["detail-type"].removeprefix("ACM Private CA ") for event in outside.events(4)]
    assert kinds == ["Creation", "Certificate Issuance", "Certificate Issuance", "CRL Generation"]


def openssl(*arguments: str | Path) -> str:
    """What openssl prints, its errors included."""
    ran = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True)  # noqa: S607
    return ran.stdout + ran.stderr


def test_rsa_pss_and_the_custom_path_of_a_slash_pass_the_older_client(account: Account, tmp_path: Path) -> None:
    configuration = {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": "SHA256WITHRSA_PSS",
        "Subject": {"CommonName": "PSS"},
    }
    made = account.pca.create_certificate_authority(
        CertificateAuthorityType="ROOT", CertificateAuthorityConfiguration=configuration
    )
    csr = account.pca.get_certificate_authority_csr(CertificateAuthorityArn=made["CertificateAuthorityArn"])["Csr"]
    (tmp_path / "csr").write_text(csr)
    printed = openssl("req", "-in", tmp_path / "csr", "-noout", "-text", "-verify")
    assert "Signature Algorithm: rsassaPss" in printed
    assert "verify OK" in printed
    bucket = f"paths-{account.backend.account}"
    revocation = {"CrlConfiguration": {**crl_in(bucket)["CrlConfiguration"], "CustomPath": "/"}}
    with pytest.raises(ClientError, match="Permission error with your S3 bucket"):
        account.create(RevocationConfiguration=revocation)


def test_many_callers_at_once_get_an_event_each(outside: Outside) -> None:
    with ThreadPoolExecutor(8) as callers:
        arns = list(callers.map(lambda _: outside.create(), range(40)))
    assert sorted(event["resources"][0] for event in outside.events(40)) == sorted(arns)


BROKEN_STORE = """
import logging, sys
from types import SimpleNamespace
logging.basicConfig(stream=sys.stdout, format="%(levelname)s %(message)s")
from localstack.aws.api import CommonServiceException
from pca_events.simulator import accounts, provider

class Broken:
    def __init__(self, *_): ...
    def call(self, operation, request, others): return {} if operation == "ListTags" else 1 / 0
    def tick(self): raise KeyError("two\\nlines")

accounts.PrivateCaService = Broken
serve = provider.Provider(accounts.Simulation(print))
for name in ("ListTags", "GetPolicy"):
    operation = SimpleNamespace(name=name)
    request = SimpleNamespace(data=b"")
    context = SimpleNamespace(account_id="1", region="r", partition="aws", operation=operation, request=request)
    try:
        print(serve(context, {}))
    except CommonServiceException as error:
        print(error.code, error.status_code)
"""


def test_an_internal_error_is_one_line_in_the_log() -> None:
    ran = subprocess.run([sys.executable, "-c", BROKEN_STORE], capture_output=True, text=True)
    assert ran.stdout.splitlines() == [
        "ERROR a scheduled task of ACM PCA failed: KeyError('two\\nlines')",
        "{}",
        "ERROR acm-pca.GetPolicy failed in the simulator: ZeroDivisionError('division by zero')",
        "InternalFailure 500",
    ], ran.stderr
