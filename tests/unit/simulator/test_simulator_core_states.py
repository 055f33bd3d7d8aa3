"""The states of a simulated CA, the clock that moves them, and the events that tell."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from simulated_world import BUCKET, Desk, crl_enabled, csr

from pca_events import catalog
from pca_events.contract import violations
from pca_events.simulator.core.api_protocol import ServiceError

CRL = "ACM Private CA CRL Generation"


def code(desk: Desk, operation: str, **request: Any) -> str:
    """The code of the error that an operation answers."""
    with pytest.raises(ServiceError) as refused:
        desk.call(operation, **request)
    return refused.value.code


def crl_results(desk: Desk) -> list[str]:
    """How each CRL since the last look ended: its reason, or success."""
    return [d.get("reason", d["result"]) for kind, _, d in desk.world.taken() if kind == CRL]


def test_a_ca_from_creation_to_its_end() -> None:
    desk = Desk()
    arn = desk.created()
    assert desk.status(arn) == "PENDING_CERTIFICATE"
    made = desk.issued(arn, Csr=desk.csr_of(arn), TemplateArn="RootCACertificate", Validity=(1, "YEARS"))
    pem = desk.certificate(arn, made)
    assert "CertificateChain" not in pem
    desk.call(
        "ImportCertificateAuthorityCertificate", CertificateAuthorityArn=arn, Certificate=pem["Certificate"].encode()
    )
    described = desk.described(arn)
    assert (described["Status"], described["NotAfter"]) == ("ACTIVE", desk.world.clock + timedelta(days=365))
    assert code(desk, "DeleteCertificateAuthority", CertificateAuthorityArn=arn) == "InvalidStateException"
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="DISABLED")
    with pytest.raises(ServiceError, match="not in a valid state for issuing"):
        desk.issued(arn)
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="ACTIVE")
    desk.pass_time(days=366)
    assert desk.status(arn) == "EXPIRED"
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7)
    assert desk.described(arn)["RestorableUntil"] == desk.world.clock + timedelta(days=7)
    assert code(desk, "ListPermissions", CertificateAuthorityArn=arn) == "InvalidStateException"
    desk.pass_time(days=6)
    desk.call("RestoreCertificateAuthority", CertificateAuthorityArn=arn)
    assert desk.status(arn) == "EXPIRED"
    desk.pass_time(days=2)
    assert desk.status(arn) == "EXPIRED"
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    desk.world.clock += timedelta(days=30)
    assert code(desk, "DescribeCertificateAuthority", CertificateAuthorityArn=arn) == "ResourceNotFoundException"


def test_a_ca_that_expires_while_it_is_deleted_is_restored_as_expired() -> None:
    desk = Desk()
    arn = desk.root(years=1)
    desk.pass_time(days=360)
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="DISABLED")
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    desk.pass_time(days=10)
    assert desk.status(arn) == "DELETED"
    desk.call("RestoreCertificateAuthority", CertificateAuthorityArn=arn)
    assert desk.status(arn) == "EXPIRED"


def imported(desk: Desk, arn: str, days: int = 365) -> None:
    """Install a new certificate of a root CA."""
    made = desk.issued(arn, Csr=desk.csr_of(arn), TemplateArn="RootCACertificate", Validity=(days, "DAYS"))
    pem = desk.certificate(arn, made)["Certificate"].encode()
    desk.call("ImportCertificateAuthorityCertificate", CertificateAuthorityArn=arn, Certificate=pem)


@pytest.mark.parametrize(("before", "after"), [("ACTIVE", "ACTIVE"), ("DISABLED", "DISABLED")])
def test_a_new_certificate_makes_an_expired_ca_active_unless_it_was_disabled(before: str, after: str) -> None:
    desk = Desk()
    arn = desk.root(years=1)
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status=before)
    desk.pass_time(days=366)
    assert desk.status(arn) == "EXPIRED"
    imported(desk, arn)
    assert desk.status(arn) == after
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="ACTIVE")
    desk.pass_time(days=366)
    imported(desk, arn)
    assert desk.status(arn) == "ACTIVE"


def test_a_disabled_ca_rejects_an_import() -> None:
    desk = Desk()
    arn = desk.root()
    made = desk.issued(arn, Csr=desk.csr_of(arn), TemplateArn="RootCACertificate")
    pem = desk.certificate(arn, made)["Certificate"].encode()
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="DISABLED")
    request = {"CertificateAuthorityArn": arn, "Certificate": pem}
    assert code(desk, "ImportCertificateAuthorityCertificate", **request) == "InvalidStateException"
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="ACTIVE")
    desk.call("ImportCertificateAuthorityCertificate", **request)


def test_before_its_certificate_a_ca_accepts_a_revocation_configuration_but_no_status() -> None:
    desk = Desk()
    about = {"CertificateAuthorityArn": desk.created()}
    enabled = crl_enabled()
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration=enabled)
    described = desk.described(about["CertificateAuthorityArn"])
    assert described["RevocationConfiguration"]["CrlConfiguration"]["Enabled"] is True
    for status in ("ACTIVE", "DISABLED"):
        request = {**about, "RevocationConfiguration": enabled, "Status": status}
        assert code(desk, "UpdateCertificateAuthority", **request) == "InvalidStateException"
    desk.call("DeleteCertificateAuthority", **about)
    assert code(desk, "UpdateCertificateAuthority", **about, RevocationConfiguration=enabled) == "InvalidStateException"


def test_an_audit_report_needs_a_ca_that_is_active_or_disabled() -> None:
    desk = Desk()
    arn = desk.created()
    request = {"CertificateAuthorityArn": arn, "S3BucketName": BUCKET, "AuditReportResponseFormat": "CSV"}
    assert code(desk, "CreateCertificateAuthorityAuditReport", **request) == "InvalidStateException"
    imported(desk, arn)
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=arn, Status="DISABLED")
    desk.call("CreateCertificateAuthorityAuditReport", **request)
    desk.pass_time(days=366)
    assert desk.status(arn) == "EXPIRED"
    desk.world.taken()
    assert code(desk, "CreateCertificateAuthorityAuditReport", **request) == "InvalidStateException"
    assert desk.world.taken() == []


def test_an_expired_certificate_cannot_be_revoked() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    revoked, ended = (desk.issued(root, Validity=(2, "DAYS")) for _ in range(2))
    desk.revoke(root, revoked)
    desk.pass_time(days=2)
    desk.world.taken()
    with pytest.raises(ServiceError, match=f"InvalidRequestException: The certificate {ended} has expired"):
        desk.revoke(root, ended)
    with pytest.raises(ServiceError, match="RequestAlreadyProcessedException"):
        desk.revoke(root, revoked)
    assert desk.world.taken() == []


@pytest.mark.parametrize("operation", ["ListPermissions", "ListTags", "DeletePolicy"])
def test_a_deleted_ca_is_reported_in_the_words_that_terraform_expects(operation: str) -> None:
    desk = Desk()
    arn = desk.created()
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    name = "ResourceArn" if operation == "DeletePolicy" else "CertificateAuthorityArn"
    with pytest.raises(ServiceError, match="InvalidStateException: The certificate authority is in the DELETED state"):
        desk.call(operation, **{name: arn})


def test_a_second_deletion_has_a_separate_restoration_period() -> None:
    desk = Desk()
    arn = desk.created()
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn, PermanentDeletionTimeInDays=7)
    desk.call("RestoreCertificateAuthority", CertificateAuthorityArn=arn)
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    desk.pass_time(days=29)
    assert desk.status(arn) == "DELETED"
    desk.pass_time(days=1)
    assert code(desk, "DescribeCertificateAuthority", CertificateAuthorityArn=arn) == "ResourceNotFoundException"


def test_an_environment_may_call_the_service_during_a_call() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled(), Tags=[{"Key": "fail", "Value": "CRL"}])
    first, second = desk.issued(root), desk.issued(root)
    planned = desk.world.planned_failure

    def by_tag(operation: str, arn: str) -> bool:
        desk.pass_time(minutes=15)
        tags = desk.call("ListTags", CertificateAuthorityArn=arn)["Tags"]
        return planned(operation, arn) or {"Key": "fail", "Value": operation} in tags

    setattr(desk.world, "planned_failure", by_tag)  # noqa: B010
    desk.world.taken()
    desk.revoke(root, first)
    desk.revoke(root, second)
    assert crl_results(desk) == ["Failed to generate CRL. Internal failure."] * 2


def test_a_failed_creation_has_a_reason_and_never_recovers() -> None:
    desk = Desk()
    desk.world.planned["CreateCertificateAuthority"] = 1
    arn = desk.created()
    assert desk.world.taken() == [("ACM Private CA Creation", [arn], {"result": "failure"})]
    described = desk.described(arn)
    assert (described["Status"], described["FailureReason"]) == ("FAILED", "OTHER")
    assert code(desk, "GetCertificateAuthorityCsr", CertificateAuthorityArn=arn) == "RequestFailedException"
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=arn)
    assert code(desk, "RestoreCertificateAuthority", CertificateAuthorityArn=arn) == "ResourceNotFoundException"


def test_the_same_token_creates_one_resource_for_five_minutes() -> None:
    desk = Desk()
    first = desk.created(IdempotencyToken="again")
    assert desk.created(IdempotencyToken="again") == first
    assert len(desk.world.taken()) == 1
    root = desk.root()
    made = desk.issued(root, IdempotencyToken="again")
    assert desk.issued(root, IdempotencyToken="again") == made
    desk.pass_time(minutes=5)
    assert desk.issued(root, IdempotencyToken="again") != made
    assert desk.created(IdempotencyToken="again") != first


def test_an_issuance_can_be_delayed() -> None:
    desk = Desk()
    root = desk.root()
    desk.world.taken()
    desk.world.settings = Desk(issue_delay=timedelta(seconds=5)).world.settings
    arns = {"CertificateAuthorityArn": root, "CertificateArn": desk.issued(root)}
    assert code(desk, "GetCertificate", **arns) == "RequestInProgressException"
    assert desk.world.taken() == []
    desk.world.clock += timedelta(seconds=5)
    assert "BEGIN CERTIFICATE" in desk.call("GetCertificate", **arns)["Certificate"]
    assert [result["result"] for _, _, result in desk.world.taken()] == ["success"]


def test_a_failed_issuance_answers_with_its_failure() -> None:
    desk = Desk()
    root = desk.root()
    desk.world.taken()
    desk.world.planned["IssueCertificate"] = 1
    made = desk.issued(root)
    assert desk.world.taken() == [("ACM Private CA Certificate Issuance", [root, made], {"result": "failure"})]
    arns = {"CertificateAuthorityArn": root, "CertificateArn": made}
    assert code(desk, "GetCertificate", **arns) == "RequestFailedException"
    with pytest.raises(ServiceError, match="RequestFailedException"):
        desk.revoke(root, made)
    assert desk.world.taken() == []


def test_a_second_revocation_is_rejected_and_sends_no_event() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    made = desk.issued(root)
    desk.world.taken()
    desk.revoke(root, made)
    assert desk.world.taken() == [
        ("ACM Private CA Certificate Revocation", [root, made], {"result": "success"}),
        (CRL, [root], {"result": "success"}),
    ]
    with pytest.raises(ServiceError, match="RequestAlreadyProcessedException"):
        desk.revoke(root, made, "SUPERSEDED")
    assert desk.world.taken() == []


def test_without_a_crl_a_revocation_sends_its_own_event_only() -> None:
    desk = Desk()
    root = desk.root()
    made = desk.issued(root)
    desk.world.taken()
    desk.revoke(root, made)
    assert len(desk.world.taken()) == 1
    assert desk.world.objects == {}


def test_a_crl_fails_in_each_documented_way_until_it_works() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled(S3ObjectAcl="BUCKET_OWNER_FULL_CONTROL"))
    made = desk.issued(root)
    assert crl_results(desk) == ["success"]
    desk.world.planned["CRL"], desk.world.planned["CRL-S3"] = 1, 1
    desk.revoke(root, made)
    assert crl_results(desk) == ["Failed to generate CRL. Internal failure."]
    desk.pass_time(minutes=14)
    assert crl_results(desk) == []
    desk.pass_time(minutes=1)
    assert crl_results(desk) == ["Failed to write CRL to S3. Internal failure."]
    desk.world.buckets.clear()
    for _ in range(3):
        desk.pass_time(minutes=15)
        assert crl_results(desk) == ["Failed to write CRL to S3. Check your S3 bucket permissions."]
    desk.world.buckets.add(BUCKET)
    desk.pass_time(minutes=15)
    assert crl_results(desk) == ["success"]
    desk.pass_time(hours=12)
    assert crl_results(desk) == []
    assert set(desk.world.acls.values()) == {"bucket-owner-full-control"}


def test_a_delayed_crl_contains_all_revocations_until_then() -> None:
    desk = Desk(crl_delay=timedelta(minutes=30))
    root = desk.root(RevocationConfiguration=crl_enabled())
    for _ in range(3):
        desk.revoke(root, desk.issued(root), "UNSPECIFIED")
        desk.pass_time(minutes=5)
    assert crl_results(desk) == []
    desk.pass_time(minutes=15)
    assert crl_results(desk) == ["success"]
    desk.pass_time(minutes=60)
    assert crl_results(desk) == []
    [crl] = [x509.load_der_x509_crl(body) for body in desk.world.objects.values()]
    assert len(crl) == 3
    assert not any(list(entry.extensions) for entry in crl)


def test_a_crl_is_refreshed_before_it_expires_without_expired_certificates() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    desk.revoke(root, desk.issued(root, Validity=(4, "DAYS")))
    sizes, numbers = [], []
    for _ in range(3):
        crl = x509.load_der_x509_crl(desk.world.objects[BUCKET, f"crl/{root[-36:]}.crl"])
        sizes.append(len(crl))
        numbers.append(crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
        desk.pass_time(days=3.5)
    assert sizes == [1, 1, 1]
    assert numbers == sorted(set(numbers))
    assert len(x509.load_der_x509_crl(desk.world.objects[BUCKET, f"crl/{root[-36:]}.crl"])) == 0


@pytest.mark.parametrize("form", ["JSON", "CSV"])
def test_an_audit_report_lists_every_certificate(form: str) -> None:
    desk = Desk()
    root = desk.root()
    made = desk.issued(root)
    desk.revoke(root, made)
    desk.world.taken()
    asked = {"CertificateAuthorityArn": root, "S3BucketName": BUCKET, "AuditReportResponseFormat": form}
    answer = desk.call("CreateCertificateAuthorityAuditReport", **asked)
    key = f"audit-report/{root[-36:]}/{answer['AuditReportId']}.{form.lower()}"
    assert answer["S3Key"] == key
    resources = [root, answer["AuditReportId"]]
    assert desk.world.taken() == [("ACM Private CA Audit Report Generation", resources, {"result": "success"})]
    text = desk.world.objects[BUCKET, key].decode()
    rows = json.loads(text) if form == "JSON" else list(csv.DictReader(io.StringIO(text)))
    assert [row["certificateArn"] for row in rows][1:] == [made]
    assert rows[1]["serial"].replace(":", "") == made.rpartition("/")[2]
    assert (rows[1]["subject"], rows[1]["revocationReason"]) == ("CN=www.example.com", "KEY_COMPROMISE")
    assert rows[1]["issuedAt"] == "2026-03-01T12:00:00+0000"
    assert not rows[0].get("revokedAt")


def test_a_failed_audit_report_is_retried() -> None:
    desk = Desk()
    root = desk.root()
    desk.world.taken()
    asked = {"CertificateAuthorityArn": root, "S3BucketName": "missing", "AuditReportResponseFormat": "JSON"}
    the_id = desk.call("CreateCertificateAuthorityAuditReport", **asked)["AuditReportId"]
    report = {"CertificateAuthorityArn": root, "AuditReportId": the_id}
    assert desk.call("DescribeCertificateAuthorityAuditReport", **report)["AuditReportStatus"] == "FAILED"
    desk.world.buckets.add("missing")
    desk.pass_time(minutes=15)
    assert desk.call("DescribeCertificateAuthorityAuditReport", **report)["AuditReportStatus"] == "SUCCESS"
    assert [detail["result"] for _, _, detail in desk.world.taken()] == ["failure", "success"]


def test_a_slow_audit_report_delays_others() -> None:
    desk = Desk(report_delay=timedelta(minutes=1), report_every=timedelta(minutes=30))
    root = desk.root()
    asked = {"CertificateAuthorityArn": root, "S3BucketName": BUCKET, "AuditReportResponseFormat": "JSON"}
    the_id = desk.call("CreateCertificateAuthorityAuditReport", **asked)["AuditReportId"]
    report = {"CertificateAuthorityArn": root, "AuditReportId": the_id}
    assert desk.call("DescribeCertificateAuthorityAuditReport", **report)["AuditReportStatus"] == "CREATING"
    desk.pass_time(minutes=1)
    assert desk.call("DescribeCertificateAuthorityAuditReport", **report)["AuditReportStatus"] == "SUCCESS"
    assert code(desk, "CreateCertificateAuthorityAuditReport", **asked) == "RequestInProgressException"
    desk.pass_time(minutes=30)
    assert desk.call("CreateCertificateAuthorityAuditReport", **asked)["AuditReportId"] != the_id


def test_every_documented_event_is_sent_as_documented() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    report = {"CertificateAuthorityArn": root, "S3BucketName": BUCKET, "AuditReportResponseFormat": "JSON"}
    desk.call("CreateCertificateAuthorityAuditReport", **report)
    desk.world.planned.update(
        ["CreateCertificateAuthority", "IssueCertificate", "CRL", "CRL-S3", "CreateCertificateAuthorityAuditReport"]
    )
    desk.world.planned.update({name: -count + 1 for name, count in desk.world.planned.items() if count <= 0})
    desk.created()
    desk.issued(root, Csr=csr("fails"))
    desk.call("CreateCertificateAuthorityAuditReport", **report)
    for _ in range(2):
        desk.revoke(root, desk.issued(root))
    desk.world.buckets.clear()
    desk.revoke(root, desk.issued(root))
    desk.world.buckets.add(BUCKET)
    desk.revoke(root, desk.issued(root))
    sent = {(kind, detail["result"], detail.get("reason")) for kind, _, detail in desk.world.events}
    documented = [entry.sample for entry in catalog.documented_events()]
    assert sent == {(e["detail-type"], e["detail"]["result"], e["detail"].get("reason")) for e in documented}
    for kind, resources, detail in desk.world.events:
        sample = next(e for e in documented if e["detail-type"] == kind)
        event = {**sample, "resources": resources, "detail": detail}
        assert list(violations(event)) == []
