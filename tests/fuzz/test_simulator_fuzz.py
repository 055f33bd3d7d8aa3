"""Requests to the local AWS services with odd values at random places: never an internal failure."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest
from fuzzing import mutated, seeded, text_of, times

from pca_events.backends import Backend

CA = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/11223344-1234-1122-2233-112233445566"
CONFIGURATION = {
    "KeyAlgorithm": "EC_prime256v1",
    "SigningAlgorithm": "SHA256WITHECDSA",
    "Subject": {"CommonName": "a", "CustomAttributes": [{"ObjectIdentifier": "2.5.4.3", "Value": "b"}]},
    "CsrExtensions": {
        "KeyUsage": {"CRLSign": True},
        "SubjectInformationAccess": [
            {"AccessMethod": {"AccessMethodType": "CA_REPOSITORY"}, "AccessLocation": {"DnsName": "a.example"}}
        ],
    },
}
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "acm-pca:IssueCertificate", "Resource": CA}
    ],
}
REQUESTS: dict[str, dict[str, Any]] = {
    "ACMPrivateCA.CreateCertificateAuthority": {
        "CertificateAuthorityType": "ROOT",
        "CertificateAuthorityConfiguration": CONFIGURATION,
        "RevocationConfiguration": {
            "CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7, "S3BucketName": "a-bucket"},
            "OcspConfiguration": {"Enabled": True, "OcspCustomCname": "a.example"},
        },
        "Tags": [{"Key": "a", "Value": "b"}],
        "IdempotencyToken": "a",
    },
    "ACMPrivateCA.IssueCertificate": {
        "CertificateAuthorityArn": CA,
        "Csr": "YQ==",
        "SigningAlgorithm": "SHA256WITHECDSA",
        "TemplateArn": "arn:aws:acm-pca:::template/EndEntityCertificate/V1",
        "Validity": {"Value": 7, "Type": "DAYS"},
        "ApiPassthrough": {
            "Subject": {"CommonName": "a"},
            "Extensions": {
                "SubjectAlternativeNames": [{"DnsName": "a.example"}, {"IpAddress": "10.0.0.1"}],
                "CertificatePolicies": [{"CertPolicyId": "2.16.840.1", "PolicyQualifiers": []}],
                "CustomExtensions": [{"ObjectIdentifier": "2.5.29.19", "Value": "MAA=", "Critical": True}],
            },
        },
    },
    "ACMPrivateCA.PutPolicy": {"ResourceArn": CA, "Policy": json.dumps(POLICY)},
    "AWSEvents.PutRule": {"Name": "a", "EventPattern": '{"source": ["aws.acm-pca"]}', "Tags": []},
    "AWSEvents.PutTargets": {
        "Rule": "a",
        "Targets": [
            {
                "Id": "b",
                "Arn": "arn:aws:sqs:us-east-1:111122223333:q",
                "InputTransformer": {"InputPathsMap": {"a": "$.id"}, "InputTemplate": '{"a": <a>}'},
                "RetryPolicy": {"MaximumRetryAttempts": 1},
                "DeadLetterConfig": {"Arn": "arn:aws:sqs:us-east-1:111122223333:d"},
            }
        ],
    },
    "AWSEvents.PutEvents": {
        "Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}", "Resources": ["c"], "Time": 1700000000}]
    },
    "AWSEvents.TestEventPattern": {"EventPattern": '{"source": ["a"]}', "Event": '{"source": "a"}'},
}


def status_of(backend: Backend, target: str, body: bytes) -> tuple[int, bytes]:
    service = "acm-pca" if target.startswith("ACM") else "events"
    scope = f"111122223333/20261127/us-east-1/{service}/aws4_request"
    headers = {
        "X-Amz-Target": target,
        "Content-Type": "application/x-amz-json-1.1",
        "Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=a",
    }
    request = urllib.request.Request(backend.endpoint_url, body, headers)  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.fuzz
@pytest.mark.parametrize("target", REQUESTS)
def test_an_odd_request_is_answered_or_rejected(target: str, pca_backend: Backend) -> None:
    chance = seeded(list(REQUESTS).index(target))
    statuses = set()
    for _ in range(times(40)):
        body = text_of(mutated(REQUESTS[target], chance)).encode()
        status, answer = status_of(pca_backend, target, body)
        statuses.add(status)
        assert status in (200, 400), (body[:600], answer[:300])
    assert 400 in statuses
