"""Private certificates of AWS Certificate Manager, issued by CAs of the simulator."""

import pytest
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from more_services import Desk

pytest_plugins = ["service_fixtures"]
DOMAIN = "www.example.com"
NEEDED = ["IssueCertificate", "GetCertificate", "ListPermissions"]


def refused(call: object, **words: object) -> str:
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as error:
        call(**words)  # type: ignore[operator]
    return str(error.value.response["Error"]["Code"])


def test_a_requested_certificate_is_issued_by_the_ca(desk: Desk) -> None:
    authority = desk.active_ca()
    arn = desk.acm.request_certificate(
        DomainName=DOMAIN,
        SubjectAlternativeNames=["example.com", "*.example.com"],
        CertificateAuthorityArn=authority,
        KeyAlgorithm="EC_prime256v1",
        Tags=[{"Key": "desk", "Value": "one"}],
    )["CertificateArn"]
    got = desk.acm.get_certificate(CertificateArn=arn)
    issued = x509.load_pem_x509_certificate(got["Certificate"].encode())
    issuer = x509.load_pem_x509_certificate(got["CertificateChain"].encode())
    issued.verify_directly_issued_by(issuer)
    names = issued.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == [DOMAIN, "example.com", "*.example.com"]
    assert (issued.not_valid_after_utc - issued.not_valid_before_utc).days in (395, 396)
    described = desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (described["Status"], described["Type"], described["CertificateAuthorityArn"]) == (
        "ISSUED",
        "PRIVATE",
        authority,
    )
    assert described["Serial"].replace(":", "") == f"{issued.serial_number:032x}"
    assert described["KeyAlgorithm"] == "EC-prime256v1"
    assert {"Name": "DIGITAL_SIGNATURE"} in described["KeyUsages"]
    assert desk.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == [{"Key": "desk", "Value": "one"}]
    event = desk.scenario.simulator.sent()[0][-1]
    assert event["detail-type"] == "ACM Private CA Certificate Issuance"
    assert event["resources"] == [authority, f"{authority}/certificate/{issued.serial_number:032x}"]
    calls = [each["detail"] for each in desk.recorded() if each["detail"]["eventName"] == "IssueCertificate"]
    assert calls[-1]["userIdentity"]["invokedBy"] == calls[-1]["sourceIPAddress"] == "acm.amazonaws.com"
    assert calls[-1]["requestParameters"]["validity"] == {"type": "DAYS", "value": 395}


def test_an_exported_key_belongs_to_the_certificate(desk: Desk) -> None:
    arn = desk.acm.request_certificate(DomainName=DOMAIN, CertificateAuthorityArn=desk.active_ca())["CertificateArn"]
    exported = desk.acm.export_certificate(CertificateArn=arn, Passphrase=b"secret")
    key = serialization.load_pem_private_key(exported["PrivateKey"].encode(), b"secret")
    certificate = x509.load_pem_x509_certificate(exported["Certificate"].encode())
    assert key.public_key() == certificate.public_key()
    assert refused(desk.acm.export_certificate, CertificateArn=arn, Passphrase=b"abc") == "ValidationException"


def test_a_renewal_needs_the_permission_of_acm_and_an_export(desk: Desk) -> None:
    authority = desk.active_ca()
    arn = desk.acm.request_certificate(DomainName=DOMAIN, CertificateAuthorityArn=authority)["CertificateArn"]
    assert refused(desk.acm.renew_certificate, CertificateArn=arn) == "ValidationException"
    desk.acm.export_certificate(CertificateArn=arn, Passphrase=b"secret")
    before = desk.acm.get_certificate(CertificateArn=arn)["Certificate"]
    desk.acm.renew_certificate(CertificateArn=arn)
    summary = desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]["RenewalSummary"]
    assert (summary["RenewalStatus"], summary["RenewalStatusReason"]) == ("FAILED", "PCA_ACCESS_DENIED")
    assert desk.acm.get_certificate(CertificateArn=arn)["Certificate"] == before
    desk.pca.create_permission(CertificateAuthorityArn=authority, Principal="acm.amazonaws.com", Actions=NEEDED)
    desk.acm.renew_certificate(CertificateArn=arn)
    described = desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert described["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    assert desk.acm.get_certificate(CertificateArn=arn)["Certificate"] != before


def test_a_certificate_that_the_ca_rejects_has_failed(desk: Desk) -> None:
    desk.scenario.make_authority("PENDING_CERTIFICATE")
    arn = desk.acm.request_certificate(DomainName=DOMAIN, CertificateAuthorityArn=desk.scenario.authority)[
        "CertificateArn"
    ]
    described = desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]
    assert (described["Status"], described["FailureReason"]) == ("FAILED", "PCA_INVALID_STATE")
    assert refused(desk.acm.get_certificate, CertificateArn=arn) == "RequestInProgressException"


def test_a_certificate_is_pending_until_the_ca_has_issued_it(desk: Desk) -> None:
    authority = desk.active_ca()
    desk.scenario.simulator.set("settings", issue_delay_seconds=60)
    arn = desk.acm.request_certificate(DomainName=DOMAIN, CertificateAuthorityArn=authority)["CertificateArn"]
    assert desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "PENDING_VALIDATION"
    assert refused(desk.acm.get_certificate, CertificateArn=arn) == "RequestInProgressException"
    desk.scenario.simulator.set("clock", advance=60)
    assert desk.acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


def test_lists_deletions_and_tokens(desk: Desk) -> None:
    authority = desk.active_ca()
    request = {"DomainName": DOMAIN, "CertificateAuthorityArn": authority, "IdempotencyToken": "one"}
    arn = desk.acm.request_certificate(**request)["CertificateArn"]
    assert desk.acm.request_certificate(**request)["CertificateArn"] == arn
    public = desk.acm.request_certificate(DomainName="public.example.com")["CertificateArn"]
    listed = {each["CertificateArn"]: each for each in desk.acm.list_certificates()["CertificateSummaryList"]}
    assert (set(listed), listed[arn]["Type"], listed[public]["Type"]) == ({arn, public}, "PRIVATE", "AMAZON_ISSUED")
    desk.acm.delete_certificate(CertificateArn=arn)
    assert refused(desk.acm.describe_certificate, CertificateArn=arn) == "ResourceNotFoundException"
    assert refused(desk.acm.request_certificate, **{**request, "DomainName": "-"}) == "ValidationException"


def test_a_stack_requests_a_certificate(desk: Desk) -> None:
    properties = {"DomainName": DOMAIN, "CertificateAuthorityArn": desk.active_ca()}
    resource = {"Type": "AWS::CertificateManager::Certificate", "Properties": properties}
    outputs = desk.deploy(
        "acm", {"Resources": {"Certificate": resource}, "Outputs": {"Arn": {"Value": {"Ref": "Certificate"}}}}
    )
    assert desk.acm.describe_certificate(CertificateArn=outputs["Arn"])["Certificate"]["Status"] == "ISSUED"
    desk.destroy("acm")
    assert refused(desk.acm.describe_certificate, CertificateArn=outputs["Arn"]) == "ResourceNotFoundException"
