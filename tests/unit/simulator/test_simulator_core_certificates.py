"""What the simulated CA signs, judged by openssl."""

import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from simulated_world import BUCKET, Desk, crl_enabled, csr

SAN = (x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), False)
HTTPS = {"HOME": "/tmp", "PATH": "/usr/local/bin:/usr/bin:/bin"}  # noqa: S108


def openssl(*arguments: str | Path) -> str:
    """What openssl says, its errors included."""
    found = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False, env=HTTPS)  # noqa: S607
    return found.stdout + found.stderr


def verified(tmp_path: Path, desk: Desk, root: str, found: dict[str, str], *options: str, crls: str = "") -> str:
    """What `openssl verify` says of a certificate, its chain and the root."""
    anchor = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    for name, text in (
        ("root", anchor + "\n" + crls),
        ("chain", found["CertificateChain"]),
        ("it", found["Certificate"]),
    ):
        (tmp_path / name).write_text(text + "\n")
    now = str(int(desk.world.clock.timestamp()))
    trust = ("-attime", now, "-x509_strict", "-CAfile", tmp_path / "root", "-untrusted", tmp_path / "chain")
    return openssl("verify", *trust, *options, tmp_path / "it")


@pytest.mark.parametrize("algorithm", ["EC_prime256v1", "EC_secp384r1", "EC_secp521r1", "RSA_2048", "RSA_3072"])
def test_a_certificate_two_cas_deep_is_verified(tmp_path: Path, algorithm: str) -> None:
    desk = Desk()
    root = desk.root(algorithm=algorithm)
    middle = desk.subordinate(root, 1, algorithm=algorithm)
    issuing = desk.subordinate(middle, 0)
    found = desk.certificate(issuing, desk.issued(issuing, Csr=csr("www.example.com", SAN)))
    assert found["CertificateChain"].count("BEGIN CERTIFICATE") == 3
    options = ("-purpose", "sslserver", "-verify_hostname", "www.example.com")
    assert verified(tmp_path, desk, root, found, *options).endswith("it: OK\n")


def test_a_revoked_certificate_fails_validation_and_another_does_not(tmp_path: Path) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    revoked, kept = desk.issued(root), desk.issued(root)
    desk.revoke(root, revoked)
    anchor = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    (tmp_path / "anchor").write_text(anchor)
    (tmp_path / "crl").write_bytes(desk.world.objects[BUCKET, f"crl/{root[-36:]}.crl"])
    text = openssl("crl", "-inform", "DER", "-in", tmp_path / "crl", "-CAfile", tmp_path / "anchor", "-text")
    assert "verify OK" in text
    assert "Key Compromise" in text
    assert revoked.rpartition("/")[2].upper() in text
    pem = "-----BEGIN X509 CRL" + text.partition("-----BEGIN X509 CRL")[2].partition("verify OK")[0]
    ask = ("-crl_check",)
    assert "certificate revoked" in verified(tmp_path, desk, root, desk.certificate(root, revoked), *ask, crls=pem)
    assert verified(tmp_path, desk, root, desk.certificate(root, kept), *ask, crls=pem).endswith("it: OK\n")


TEMPLATES = {
    "EndEntityCertificate": ({"serverAuth", "clientAuth"}, True, False),
    "EndEntityClientAuthCertificate": ({"clientAuth"}, True, False),
    "EndEntityServerAuthCertificate": ({"serverAuth"}, True, False),
    "CodeSigningCertificate": ({"codeSigning"}, False, False),
    "OCSPSigningCertificate": ({"OCSPSigning"}, False, False),
    "SubordinateCACertificate_PathLen0": (set(), False, True),
    "SubordinateCACertificate_PathLen3": (set(), False, True),
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_decides_what_a_certificate_is_for(template: str) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    made = desk.parsed(root, desk.issued(root, TemplateArn=template, Csr=csr("it", SAN)))
    found = {type(one.value): one for one in made.extensions}
    usages, encipherment, ca = TEMPLATES[template]
    extended = found[x509.ExtendedKeyUsage].value if usages else []
    assert {usage._name for usage in extended} == usages
    key_usage = found[x509.KeyUsage].value
    assert isinstance(key_usage, x509.KeyUsage)
    assert (key_usage.key_encipherment, key_usage.key_cert_sign, key_usage.crl_sign) == (encipherment, ca, ca)
    assert found[x509.BasicConstraints].value.ca is ca
    assert (x509.SubjectAlternativeName in found) is not ca
    [point] = found[x509.CRLDistributionPoints].value
    assert point.full_name[0].value == f"http://{BUCKET}.s3.us-east-1.amazonaws.com/crl/{root[-36:]}.crl"
    parent = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    own = x509.load_pem_x509_certificate(parent.encode()).extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    assert found[x509.AuthorityKeyIdentifier].value.key_identifier == own.value.digest


@pytest.mark.parametrize(
    ("configuration", "key"),
    [
        ({}, "crl/{ca}.crl"),
        ({"CustomPath": "lists/a"}, "lists/a/{ca}.crl"),
        ({"CustomCname": "crl.example.com"}, "crl/{ca}.crl"),
        ({"CrlType": "PARTITIONED"}, "crl/{ca}/"),
        ({"CrlType": "PARTITIONED", "CustomPath": "lists"}, "lists/"),
    ],
)
def test_a_certificate_points_at_the_crl_that_is_written(configuration: dict[str, str], key: str) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled(**configuration))
    made = desk.issued(root)
    desk.revoke(root, made)
    [(_, written)] = desk.world.objects
    assert written.startswith(key.format(ca=root[-36:]))
    points = desk.parsed(root, made).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    host = configuration.get("CustomCname", f"{BUCKET}.s3.us-east-1.amazonaws.com")
    assert points[0].full_name is not None
    assert points[0].full_name[0].value == f"http://{host}/{written}"
    crl = x509.load_der_x509_crl(desk.world.objects[BUCKET, written])
    partitioned = any(isinstance(one.value, x509.IssuingDistributionPoint) for one in crl.extensions)
    assert partitioned is ("CrlType" in configuration)


def test_the_extension_can_be_omitted() -> None:
    desk = Desk()
    omitted = {"CrlDistributionPointExtensionConfiguration": {"OmitExtension": True}}
    root = desk.root(RevocationConfiguration=crl_enabled(**omitted))
    made = desk.parsed(root, desk.issued(root))
    assert not any(isinstance(one.value, x509.CRLDistributionPoints) for one in made.extensions)


def test_the_api_comes_before_the_csr_and_the_template_before_both() -> None:
    desk = Desk()
    root = desk.root()
    names = [{"DnsName": "api.example.com"}, {"IpAddress": "192.0.2.7"}, {"Rfc822Name": "a@example.com"}]
    asked = {
        "Subject": {"CommonName": "From the API"},
        "Extensions": {
            "SubjectAlternativeNames": [*names, {"OtherName": {"TypeId": "1.3.6.1.4.1.1", "Value": "x" * 200}}],
            "ExtendedKeyUsage": [{"ExtendedKeyUsageType": "CODE_SIGNING"}],
            "CertificatePolicies": [
                {
                    "CertPolicyId": "2.5.29.32.0",
                    "PolicyQualifiers": [{"PolicyQualifierId": "CPS", "Qualifier": {"CpsUri": "http://cps"}}],
                }
            ],
            "CustomExtensions": [{"ObjectIdentifier": "1.3.6.1.4.1.99", "Value": "BAAA", "Critical": True}],
        },
    }
    template = "EndEntityServerAuthCertificate_APICSRPassthrough"
    extra = (x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
    made = desk.parsed(root, desk.issued(root, TemplateArn=template, ApiPassthrough=asked, Csr=csr("csr", SAN, extra)))
    assert made.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value == "From the API"
    names_made = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names_made.get_values_for_type(x509.DNSName) == ["api.example.com"]
    assert names_made.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("192.0.2.7")]
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    assert made.extensions.get_extension_for_class(x509.TLSFeature)
    assert made.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.4.1.99")).critical


def test_the_api_may_leave_the_names_to_the_csr() -> None:
    desk = Desk()
    root = desk.root()
    asked = {"Extensions": {"CustomExtensions": [{"ObjectIdentifier": "1.3.6.1.4.1.99", "Value": "BAAA"}]}}
    template = "EndEntityCertificate_APICSRPassthrough"
    made = desk.parsed(root, desk.issued(root, TemplateArn=template, ApiPassthrough=asked, Csr=csr("csr", SAN)))
    names_made = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names_made == SAN[0]
    assert not made.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.3.6.1.4.1.99")).critical


def test_without_passthrough_only_the_names_of_a_request_are_used() -> None:
    desk = Desk()
    root = desk.root()
    extra = (x509.TLSFeature([x509.TLSFeatureType.status_request]), False)
    ignored = {"Subject": {"CommonName": "ignored"}}
    made = desk.parsed(root, desk.issued(root, ApiPassthrough=ignored, Csr=csr("csr", SAN, extra)))
    assert made.subject.rfc4514_string() == "CN=csr"
    assert not any(isinstance(one.value, x509.TLSFeature) for one in made.extensions)


@pytest.mark.parametrize(
    ("value", "unit", "end"),
    [
        (10, "DAYS", datetime(2026, 3, 11, 12, tzinfo=UTC)),
        (11, "MONTHS", datetime(2027, 2, 1, 12, tzinfo=UTC)),
        (2, "YEARS", datetime(2028, 3, 1, 12, tzinfo=UTC)),
        (270102030405, "END_DATE", datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (20270102030405, "END_DATE", datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)),
        (1800000000, "ABSOLUTE", datetime.fromtimestamp(1800000000, UTC)),
    ],
)
def test_a_validity_in_each_of_its_forms(value: int, unit: str, end: datetime) -> None:
    desk = Desk()
    root = desk.root()
    made = desk.parsed(root, desk.issued(root, Validity=(value, unit)))
    assert made.not_valid_after_utc == end
    assert made.not_valid_before_utc == desk.world.clock - timedelta(hours=1)


def test_a_month_that_is_shorter_ends_a_validity_earlier() -> None:
    desk = Desk()
    root = desk.root()
    desk.world.clock = datetime(2028, 1, 31, 12, tzinfo=UTC)
    made = desk.parsed(root, desk.issued(root, Validity=(1, "MONTHS")))
    assert made.not_valid_after_utc == datetime(2028, 2, 29, 12, tzinfo=UTC)


def test_the_csr_of_a_ca_contains_the_requested_subject(tmp_path: Path) -> None:
    desk = Desk()
    access = {
        "AccessMethod": {"AccessMethodType": "CA_REPOSITORY"},
        "AccessLocation": {"UniformResourceIdentifier": "http://x"},
    }
    configuration = {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": "SHA512WITHRSA",
        "Subject": {"CustomAttributes": [{"ObjectIdentifier": "2.5.4.3", "Value": "By its number"}]},
        "CsrExtensions": {"KeyUsage": {"KeyCertSign": True}, "SubjectInformationAccess": [access]},
    }
    arn = desk.created(CertificateAuthorityConfiguration=configuration)
    (tmp_path / "csr").write_bytes(desk.csr_of(arn))
    text = openssl("req", "-in", tmp_path / "csr", "-verify", "-text", "-noout")
    for expected in (
        "verify OK",
        "CN = By its number",
        "sha512With",
        "Certificate Sign",
        "CA Repository - URI:http://x",
    ):
        assert expected in text
