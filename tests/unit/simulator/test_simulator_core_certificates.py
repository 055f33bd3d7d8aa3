"""What the simulated CA signs, judged by openssl."""

import base64
import ipaddress
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, SignatureAlgorithmOID
from simulated_world import BUCKET, LEAF_KEY, Desk, crl_enabled, csr

from pca_events.simulator.core import der
from pca_events.simulator.core.api_protocol import ServiceError

DER = Encoding.DER
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


def test_the_attributes_of_a_subject_have_the_order_of_the_api() -> None:
    desk = Desk()
    subject = {
        "CommonName": "www.example.com",
        "Locality": "Seattle",
        "State": "WA",
        "SerialNumber": "7",
        "Country": "US",
        "OrganizationalUnit": "Sales",
        "Organization": "Example Corp",
    }
    configuration = {"KeyAlgorithm": "EC_prime256v1", "SigningAlgorithm": "SHA256WITHECDSA", "Subject": subject}
    arn = desk.created(CertificateAuthorityConfiguration=configuration)
    made = x509.load_pem_x509_csr(desk.csr_of(arn))
    names = [each.rfc4514_attribute_name for each in made.subject]
    assert names == ["C", "O", "OU", "ST", "CN", "2.5.4.5", "L"]


ISSUING = "EndEntityCertificate_APIPassthrough"


def issued_with(desk: Desk, root: str, **extensions: object) -> x509.Certificate:
    """A certificate with extensions of the API, and those only."""
    api = {"Subject": {"CommonName": "it"}, "Extensions": extensions}
    template = "BlankEndEntityCertificate_APIPassthrough"
    return desk.parsed(root, desk.issued(root, TemplateArn=template, ApiPassthrough=api))


def text_of(tmp_path: Path, certificate: x509.Certificate) -> str:
    """A certificate as openssl prints it."""
    (tmp_path / "printed").write_bytes(certificate.public_bytes(Encoding.PEM))
    return openssl("x509", "-in", tmp_path / "printed", "-noout", "-text")


USAGES = {
    "DigitalSignature": "Digital Signature",
    "NonRepudiation": "Non Repudiation",
    "KeyEncipherment": "Key Encipherment",
    "DataEncipherment": "Data Encipherment",
    "KeyAgreement": "Key Agreement",
    "KeyCertSign": "Certificate Sign",
    "CRLSign": "CRL Sign",
    "EncipherOnly": "Encipher Only",
    "DecipherOnly": "Decipher Only",
}


@pytest.mark.parametrize("usages", [*([name] for name in USAGES), list(USAGES), ["KeyAgreement", "DecipherOnly"]])
def test_a_certificate_has_the_key_usages_of_the_request(tmp_path: Path, usages: list[str]) -> None:
    desk = Desk()
    made = issued_with(desk, desk.root(), KeyUsage=dict.fromkeys(usages, True))
    printed = text_of(tmp_path, made)
    assert f"X509v3 Key Usage: critical\n                {', '.join(USAGES[name] for name in usages)}\n" in printed
    (tmp_path / "der").write_bytes(made.public_bytes(Encoding.DER))
    assert "BAD " not in openssl("asn1parse", "-inform", "DER", "-in", tmp_path / "der")


def test_key_usages_that_are_all_false_are_left_out(tmp_path: Path) -> None:
    desk = Desk()
    made = issued_with(desk, desk.root(), KeyUsage={"DigitalSignature": False})
    assert "Key Usage" not in text_of(tmp_path, made)


def test_a_certificate_has_every_kind_of_alternative_name(tmp_path: Path) -> None:
    desk = Desk()
    names = [
        {"DnsName": "www.example.com"},
        {"EdiPartyName": {"PartyName": "party", "NameAssigner": "assigner"}},
        {"EdiPartyName": {"PartyName": "alone"}},
        {"DirectoryName": {"CommonName": "directory"}},
        {"UniformResourceIdentifier": "http://example.com"},
        {"IpAddress": "2001:db8::1"},
        {"RegisteredId": "1.2.3"},
        {"Rfc822Name": "a@example.com"},
        {"OtherName": {"TypeId": "1.3.6.1.4.1.1", "Value": "other"}},
    ]
    made = issued_with(desk, desk.root(), SubjectAlternativeNames=names)
    printed = text_of(tmp_path, made)
    for expected in (
        "DNS:www.example.com, EdiPartyName:<unsupported>, EdiPartyName:<unsupported>, DirName:",
        "URI:http://example.com, IP Address:2001:DB8:0:0:0:0:0:1, Registered ID:1.2.3, email:a@example.com, othername:",
    ):
        assert expected in printed
    body = made.public_bytes(Encoding.DER)
    assert b"\xa5\x15\xa0\x0a\x0c\x08assigner\xa1\x07\x0c\x05party" in body
    assert b"\xa5\x09\xa1\x07\x0c\x05alone" in body


@pytest.mark.parametrize("bits", [256, 384, 512])
def test_rsa_pss_signs_a_ca_its_certificates_and_their_chain(tmp_path: Path, bits: int) -> None:
    desk = Desk()
    configuration = {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": f"SHA{bits}WITHRSA_PSS",
        "Subject": {"CommonName": "PSS"},
    }
    root = desk.root(CertificateAuthorityConfiguration=configuration)
    issuing = desk.subordinate(root, 0)
    found = desk.certificate(issuing, desk.issued(issuing, Csr=csr("www.example.com", SAN)))
    assert verified(tmp_path, desk, root, found, "-purpose", "sslserver").endswith("it: OK\n")
    anchor = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    (tmp_path / "anchor").write_text(anchor)
    printed = openssl("x509", "-in", tmp_path / "anchor", "-noout", "-text")
    assert "Signature Algorithm: rsassaPss" in printed
    assert f"Hash Algorithm: sha{bits}" in printed
    assert f"Salt Length: 0x{bits // 8:02X}" in printed
    mixed = desk.issued(root, SigningAlgorithm="SHA256WITHRSA")
    assert desk.parsed(root, mixed).signature_algorithm_oid == SignatureAlgorithmOID.RSA_WITH_SHA256


def test_a_request_signed_with_rsa_pss_is_accepted() -> None:
    desk = Desk()
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "it")])
    used = hashes.SHA256()
    pss = padding.PSS(padding.MGF1(used), used.digest_size)
    made = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, used, rsa_padding=pss)
    root = desk.root()
    parsed = desk.parsed(root, desk.issued(root, Csr=made.public_bytes(Encoding.PEM)))
    assert parsed.public_key() == key.public_key()


def test_serial_numbers_have_sixteen_bytes_of_any_value() -> None:
    desk = Desk()
    root = desk.root()
    serials = [desk.parsed(root, desk.issued(root)).serial_number for _ in range(64)]
    assert {serial.bit_length() for serial in serials} <= set(range(121, 129))
    assert {serial >> 127 for serial in serials} == {0, 1}
    assert {serial >> 126 & 1 for serial in serials} == {0, 1}


def test_names_in_the_place_of_a_subject_are_critical() -> None:
    desk = Desk()
    root = desk.root()
    made = desk.parsed(root, desk.issued(root, Csr=csr("", (SAN[0], True))))
    assert made.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical
    asked = {"Extensions": {"SubjectAlternativeNames": [{"DnsName": "api.example.com"}]}}
    made = desk.parsed(root, desk.issued(root, TemplateArn=ISSUING, ApiPassthrough=asked, Csr=csr("")))
    assert made.extensions.get_extension_for_class(x509.SubjectAlternativeName).critical


@pytest.mark.parametrize(
    ("number", "value", "critical"),
    [
        ("2.5.29.17", "300ba509a1070c0541636d6521", False),  # ediPartyName
        ("2.5.29.17", "30058703010203", True),  # an IP address of three bytes
        ("2.5.29.15", "03020001", False),  # encipherOnly without keyAgreement
        ("2.999.100000.1", "0500", True),
    ],
)
def test_an_extension_of_a_csr_is_copied_byte_for_byte(
    tmp_path: Path, number: str, value: str, *, critical: bool
) -> None:
    desk = Desk()
    root = desk.root()
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier(number), bytes.fromhex(value))
    template = "BlankEndEntityCertificate_CSRPassthrough"
    made = desk.issued(root, TemplateArn=template, Csr=csr("Leaf", (extension, critical)))
    (tmp_path / "it").write_text(desk.certificate(root, made)["Certificate"])
    dump = openssl("asn1parse", "-in", tmp_path / "it")
    assert f"[HEX DUMP]:{value.upper()}" in dump
    assert dump.count("BOOLEAN") == int(critical)


@pytest.mark.parametrize("values", ["", "0500", "05000500"])
def test_other_attributes_of_a_csr_are_ignored(values: str) -> None:
    desk = Desk()
    root = desk.root()
    [signed, algorithm, _] = der.elements(der.content_of(x509.load_pem_x509_csr(csr("Leaf", SAN)).public_bytes(DER)))
    *fields, attributes = der.elements(der.content_of(signed))
    number = bytes.fromhex("06032a0304")  # 1.2.3.4
    other = der.tlv(der.SEQUENCE, number, der.tlv(0x31, bytes.fromhex(values)))
    signed = der.tlv(der.SEQUENCE, *fields, der.tlv(0xA0, other, der.content_of(attributes)))
    signature = der.tlv(der.BIT_STRING, b"\0", LEAF_KEY.sign(signed, ec.ECDSA(hashes.SHA256())))
    text = base64.encodebytes(der.tlv(der.SEQUENCE, signed, algorithm, signature)).decode()
    request = f"-----BEGIN CERTIFICATE REQUEST-----\n{text}-----END CERTIFICATE REQUEST-----".encode()
    made = desk.parsed(root, desk.issued(root, Csr=request))
    assert made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value == SAN[0]


@pytest.mark.parametrize("value", ["", "ff", "3003"])
def test_a_csr_whose_extension_is_not_der_is_rejected(value: str) -> None:
    desk = Desk()
    root = desk.root()
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.17"), bytes.fromhex(value))
    with pytest.raises(ServiceError, match="MalformedCSRException"):
        desk.issued(root, Csr=csr("Leaf", (extension, False)))


def outside_chain(limits: list[int | None], csr_of_ca: bytes) -> tuple[bytes, bytes]:
    """A CA certificate issued by CAs outside, with their path lengths from the root down, and its chain."""
    start, end = datetime(2026, 1, 1), datetime(2036, 1, 1)
    request = x509.load_pem_x509_csr(csr_of_ca)
    issuer_name, issuer_key, made = None, None, []
    for number, limit in enumerate(limits):
        last = number == len(limits) - 1
        key = ec.generate_private_key(ec.SECP256R1())
        name = request.subject if last else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Outside {number}")])
        builder = x509.CertificateBuilder(
            issuer_name=issuer_name or name,
            subject_name=name,
            public_key=request.public_key() if last else key.public_key(),
            serial_number=number + 1,
            not_valid_before=start,
            not_valid_after=end,
            extensions=[],
        ).add_extension(x509.BasicConstraints(ca=True, path_length=limit), critical=True)
        made.append(builder.sign(issuer_key or key, hashes.SHA256()).public_bytes(Encoding.PEM))
        issuer_name, issuer_key = name, key
    return made[-1], b"".join(reversed(made[:-1]))


@pytest.mark.parametrize(
    ("limits", "imported", "deepest"),
    [
        ([None, None, None], True, 3),
        ([3, None, None], True, 0),
        ([2, None, None], True, None),
        ([1, None, None], False, None),
        ([None, 1, None], True, None),
        ([None, 0, None], False, None),
        ([None, None, 0], True, None),
        ([6, 5, 2], True, 1),
        ([3, 5, 2], True, 0),
    ],
)
def test_the_path_length_of_the_whole_chain_counts(
    limits: list[int | None], imported: bool, deepest: int | None
) -> None:
    desk = Desk()
    arn = desk.created(kind="SUBORDINATE")
    own, chain = outside_chain(limits, desk.csr_of(arn))
    request = {"CertificateAuthorityArn": arn, "Certificate": own, "CertificateChain": chain}
    if not imported:
        with pytest.raises(ServiceError, match="ValidationException: The certificate violates the path length"):
            desk.call("ImportCertificateAuthorityCertificate", **request)
        return
    desk.call("ImportCertificateAuthorityCertificate", **request)
    desk.issued(arn)
    for path in range(4):
        template = f"SubordinateCACertificate_PathLen{path}"
        if deepest is not None and path <= deepest:
            desk.issued(arn, TemplateArn=template)
            continue
        with pytest.raises(ServiceError, match="ValidationException: The path length"):
            desk.issued(arn, TemplateArn=template)


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
