"""The services around the Private CA, each switched on: KMS, CloudTrail, CloudWatch and what is off."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from more_services import Desk, eventually

from pca_events.backends import Backend
from pca_events.contract import violations
from pca_events.harness.other_account import OtherAccount
from pca_events.harness.pca_requests import crl_in, issuance

pytest_plugins = ["service_fixtures"]


@pytest.mark.parametrize(
    ("service", "operation"),
    [("acm", "list_certificates"), ("cloudformation", "list_stacks"), ("cloudwatch", "list_metrics")],
)
def test_a_service_that_is_off_says_how_to_switch_it_on(pca_backend: Backend, service: str, operation: str) -> None:
    with pytest.raises(ClientError, match=f"start it with pca-events localstack --services {service}") as refused:
        getattr(pca_backend.client(service), operation)()
    assert refused.value.response["Error"]["Code"] == "ServiceNotEnabled"


def test_without_a_trail_nothing_is_recorded(pca_backend: Backend, own_account: str) -> None:
    found = Desk(replace(pca_backend, account=own_account))
    found.active_ca()
    assert found.recorded() == []


def test_a_crl_is_written_only_while_its_key_allows_it(desk: Desk) -> None:
    kms, s3 = desk.backend.client("kms"), desk.backend.client("s3")
    key = kms.create_key()["KeyMetadata"]["Arn"]
    desk.scenario.bucket.set_state("is as documented")
    encryption = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": encryption}]}
    s3.put_bucket_encryption(Bucket=desk.scenario.bucket.name, ServerSideEncryptionConfiguration=rules)
    with pytest.raises(ClientError, match="Permission error with your S3 bucket"):
        desk.active_ca(with_crl=True)
    owner = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    grant = {
        "Effect": "Allow",
        "Principal": {"Service": "acm-pca.amazonaws.com"},
        "Action": ["kms:GenerateDataKey", "kms:Decrypt"],
        "Resource": "*",
    }
    both = {**owner, "Statement": [*owner["Statement"], grant]}
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(both))
    desk.active_ca(with_crl=True)
    desk.scenario.call("IssueCertificate")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(owner))
    desk.scenario.call("RevokeCertificate")
    results = [event["detail"] for event in desk.scenario.simulator.sent()[0] if "CRL" in event["detail-type"]]
    assert results == [
        {"result": "success"},
        {"result": "failure", "reason": "Failed to write CRL to S3. Check your S3 bucket permissions."},
    ]
    written = [each for each in desk.scenario.bucket.objects() if each.startswith("crl/")]
    assert [s3.head_object(Bucket=desk.scenario.bucket.name, Key=each)["SSEKMSKeyId"] for each in written] == [key]


def test_metrics_follow_the_events(desk: Desk) -> None:
    desk.scenario.bucket.set_state("is as documented")
    authority = desk.active_ca(with_crl=True)
    desk.scenario.simulator.set("settings", issue_delay_seconds=90)
    desk.scenario.call("IssueCertificate")
    desk.scenario.simulator.set("clock", advance=90)
    desk.scenario.simulator.set("settings", issue_delay_seconds=0)
    desk.scenario.simulator.set("failures", operation="IssueCertificate", count=1)
    certificate = desk.scenario.certificate
    desk.scenario.call("IssueCertificate")
    desk.scenario.certificate = certificate
    desk.scenario.bucket.set_state("has no policy")
    desk.scenario.call("RevokeCertificate")
    operation = {"Operation": "IssueCertificate"}
    assert _total(desk, "MisconfiguredCRLBucket", {"PrivateCAArn": authority}) == (1.0, "Count")
    assert _total(desk, "CRLGenerated", {"PrivateCAArn": authority}) == (1.0, "Count")
    assert _total(desk, "Success", operation) == (2.0, "Count")  # one is the certificate of the CA
    assert _total(desk, "Failure", operation) == (1.0, "Count")
    took, unit = _total(desk, "Time", operation)
    assert took >= 90_000
    assert unit == "Milliseconds"


def _total(desk: Desk, name: str, dimensions: dict[str, str]) -> tuple[float, str]:
    now = datetime.fromisoformat(desk.scenario.simulator.shown("clock")["now"])
    metric: dict[str, Any] = {
        "Namespace": "AWS/ACMPrivateCA",
        "MetricName": name,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "StartTime": now - timedelta(minutes=30),
        "EndTime": now + timedelta(minutes=30),
        "Period": 3600,
        "Statistics": ["Sum"],
    }
    watch = desk.backend.client("cloudwatch")
    points = eventually(lambda: watch.get_metric_statistics(**metric)["Datapoints"])
    return sum(point["Sum"] for point in points), points[0]["Unit"]


def test_every_call_is_recorded_for_the_caller_and_the_owner_of_the_ca(desk: Desk) -> None:
    desk.active_ca()
    other = OtherAccount(desk.scenario)
    other.allow(["IssueCertificate"])
    other.call("IssueCertificate")
    theirs = Desk(other._session.backend).recorded()
    ours = [
        event for event in desk.recorded() if event["detail"]["userIdentity"].get("accountId") == theirs[0]["account"]
    ]
    (one,), (two,) = theirs, ours
    assert one["detail"]["sharedEventID"] == two["detail"]["sharedEventID"]
    assert one["detail"]["eventID"] != two["detail"]["eventID"]
    assert (one["detail"]["recipientAccountId"], two["detail"]["recipientAccountId"]) == (
        one["account"],
        two["account"],
    )
    assert [str(each) for event in (one, two) for each in violations(event, twins=True)] == []


def test_a_rejected_call_about_the_ca_of_another_account_is_recorded_for_the_caller_only(desk: Desk) -> None:
    desk.active_ca()
    before = len(desk.recorded())
    other = OtherAccount(desk.scenario)
    with pytest.raises(ClientError, match="AccessDenied"):
        other.call("IssueCertificate")
    (recorded,) = Desk(other._session.backend).recorded()
    assert recorded["detail"]["errorCode"] == "AccessDeniedException"
    assert len(desk.recorded()) == before


def test_a_crl_is_recorded_as_an_action_of_the_service(desk: Desk) -> None:
    desk.scenario.bucket.set_state("is as documented")
    authority = desk.active_ca(with_crl=True)
    desk.scenario.call("IssueCertificate")
    (event,) = [event for event in desk.recorded() if event["detail"]["eventName"] == "GenerateCRL"]
    assert event["detail"]["resources"] == [{"type": "AWS::ACMPCA::CertificateAuthority", "ARN": authority}]
    assert violations(event, twins=True) == []


def test_the_records_of_all_operations_meet_their_contract(desk: Desk) -> None:
    desk.scenario.bucket.set_state("is as documented")
    desk.active_ca(with_crl=True)
    desk.pca.issue_certificate(**issuance(desk.scenario.authority), IdempotencyToken="one")
    desk.scenario.call("CreateCertificateAuthorityAuditReport")
    desk.pca.update_certificate_authority(
        CertificateAuthorityArn=desk.scenario.authority, RevocationConfiguration=crl_in(desk.scenario.bucket.name)
    )
    recorded = desk.recorded()
    assert [str(each) for event in recorded for each in violations(event, twins=True)] == []
    asked = {event["detail"]["eventName"]: event["detail"]["requestParameters"] for event in recorded}
    crl = asked["UpdateCertificateAuthority"]["revocationConfiguration"]["crlConfiguration"]
    assert crl["s3BucketName"] == desk.scenario.bucket.name
    assert asked["IssueCertificate"]["idempotencyToken"] == "one"
    first = bytes(asked["IssueCertificate"]["csr"]["hb"][:10])
    assert first == b"-----BEGIN"


def test_a_request_that_is_too_large_is_omitted_from_the_record(desk: Desk) -> None:
    desk.active_ca()
    with pytest.raises(ClientError):
        desk.pca.issue_certificate(**issuance(desk.scenario.authority, csr=b"x" * 30_000))
    parameters = desk.recorded()[-1]["detail"]["requestParameters"]
    assert parameters["omitted"] is True
