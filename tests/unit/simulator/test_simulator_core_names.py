"""Name constraints of an imported CA: what openssl rejects below it, the CA does not issue."""

import subprocess
from datetime import timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import DirectoryName, DNSName, IPAddress, RFC822Name, UniformResourceIdentifier
from cryptography.x509.oid import NameOID
from simulated_world import LEAF_KEY, Desk, csr

from pca_events.simulator.core.api_protocol import ServiceError

KEY = ec.generate_private_key(ec.SECP256R1())
OUTSIDE = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Outside")])


def name(*texts: str) -> x509.Name:
    oids = (NameOID.COUNTRY_NAME, NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in zip(oids, texts, strict=False)])


EXAMPLE = name("DE", "Example")
BELOW = name("DE", "  EXAMPLE ", "Leaf")
ELSEWHERE = name("DE", "Other", "Leaf")
CASES: list[tuple[x509.GeneralName, list[tuple[x509.GeneralName, bool]]]] = [
    (
        DNSName("example.com"),
        [(DNSName("example.com"), True), (DNSName("a.B.Example.com"), True), (DNSName("badexample.com"), False)],
    ),
    (RFC822Name("a@example.com"), [(RFC822Name("a@example.com"), True), (RFC822Name("b@example.com"), False)]),
    (RFC822Name("example.com"), [(RFC822Name("b@example.com"), True), (RFC822Name("b@a.example.com"), False)]),
    (RFC822Name(".example.com"), [(RFC822Name("b@a.example.com"), True), (RFC822Name("b@example.com"), False)]),
    (
        UniformResourceIdentifier(".example.com"),
        [
            (UniformResourceIdentifier("https://a.example.com/b"), True),
            (UniformResourceIdentifier("https://example.com/"), False),
        ],
    ),
    (
        IPAddress(ip_network("192.0.2.0/24")),
        [(IPAddress(ip_address("192.0.2.9")), True), (IPAddress(ip_address("192.0.3.9")), False)],
    ),
    (IPAddress(ip_network("2001:db8::/32")), [(IPAddress(ip_address("192.0.2.9")), False)]),
    (DirectoryName(EXAMPLE), [(DirectoryName(BELOW), True), (DirectoryName(ELSEWHERE), False)]),
]
FLAT = [(subtree, each, within) for subtree, names in CASES for each, within in names]


def certificate(csr: bytes, above: x509.Name, key: Any, *extensions: tuple[x509.ExtensionType, bool]) -> bytes:
    """A certificate signed outside AWS."""
    asked, now = x509.load_pem_x509_csr(csr), Desk().world.clock.replace(tzinfo=None)
    builder = x509.CertificateBuilder(
        issuer_name=above,
        subject_name=asked.subject,
        public_key=asked.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=900),
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def outside_root(constraints: x509.NameConstraints | None = None) -> bytes:
    request = x509.CertificateSigningRequestBuilder().subject_name(OUTSIDE).sign(KEY, hashes.SHA256())
    limits = [(constraints, True)] if constraints else []
    ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    return certificate(request.public_bytes(Encoding.PEM), OUTSIDE, KEY, ca, *limits)


def constrained(desk: Desk, constraints: x509.NameConstraints, *, own: bool = True) -> tuple[str, bytes, bytes]:
    """A subordinate CA with name constraints in its certificate or in that of its root: ARN, certificate, root."""
    arn = desk.created(kind="SUBORDINATE")
    limits = [(constraints, True)] if own else []
    ca = (x509.BasicConstraints(ca=True, path_length=None), True)
    root = outside_root(None if own else constraints)
    made = certificate(desk.csr_of(arn), OUTSIDE, KEY, ca, *limits)
    desk.call(
        "ImportCertificateAuthorityCertificate", CertificateAuthorityArn=arn, Certificate=made, CertificateChain=root
    )
    return arn, made, root


def accepted_by_openssl(folder: Path, desk: Desk, leaf: bytes, made: bytes, root: bytes) -> bool:
    for file, text in (("leaf", leaf), ("ca", made), ("root", root)):
        (folder / file).write_bytes(text)
    now = str(int(desk.world.clock.timestamp()))
    trust: list[str | Path] = ["-CAfile", folder / "root", "-untrusted", folder / "ca", "-attime", now]
    ran = subprocess.run(["openssl", "verify", *trust, folder / "leaf"], capture_output=True, text=True, check=False)  # noqa: S607
    assert "OK" in ran.stdout or "subtree violation" in ran.stderr, ran.stderr
    return "OK" in ran.stdout


@pytest.mark.parametrize("own", [True, False])
@pytest.mark.parametrize(("subtree", "found", "within"), FLAT)
def test_a_ca_issues_what_openssl_accepts_below_it(
    tmp_path: Path, subtree: x509.GeneralName, found: x509.GeneralName, *, within: bool, own: bool
) -> None:
    desk = Desk()
    names = (x509.SubjectAlternativeName([found]), True)
    request = csr("", names)
    permitted = [subtree] if own else [subtree, DirectoryName(name("DE", "Example", "Root"))]
    for constraints, allowed in (
        (x509.NameConstraints(permitted, None), within),
        (x509.NameConstraints(None, [subtree]), not within),
    ):
        if not own and isinstance(subtree, DirectoryName) and constraints.excluded_subtrees:
            continue  # the CA itself is below it
        arn, made, root = constrained(desk, constraints, own=own)
        leaf = certificate(request, x509.load_pem_x509_certificate(made).subject, desk.key_of(arn), names)
        assert accepted_by_openssl(tmp_path, desk, leaf, made, root) is allowed
        if allowed:
            assert desk.parsed(arn, desk.issued(arn, Csr=request)).extensions
            continue
        with pytest.raises(ServiceError, match="ValidationException: The certificate violates a name constraint"):
            desk.issued(arn, Csr=request)


def test_the_subject_is_constrained_and_the_names_of_the_api_are() -> None:
    desk = Desk()
    limits = x509.NameConstraints([DirectoryName(EXAMPLE), DNSName("example.com")], None)
    arn, *_ = constrained(desk, limits)
    template = "BlankEndEntityCertificate_APIPassthrough"

    def issued(country: str, dns: str) -> str:
        subject = {"Country": country, "Organization": "example", "CommonName": "Leaf"}
        asked = {"Subject": subject, "Extensions": {"SubjectAlternativeNames": [{"DnsName": dns}]}}
        return desk.issued(arn, TemplateArn=template, ApiPassthrough=asked)

    assert issued("DE", "www.example.com")
    for country, dns in (("FR", "www.example.com"), ("DE", "www.example.org")):
        with pytest.raises(ServiceError, match="name constraint"):
            issued(country, dns)


def test_a_mailbox_in_the_subject_is_constrained_without_alternative_names() -> None:
    desk = Desk()
    arn, *_ = constrained(desk, x509.NameConstraints([RFC822Name("example.com")], None))
    for mailbox, allowed in (("a@example.com", True), ("a@example.org", False)):
        subject = x509.Name([x509.NameAttribute(NameOID.EMAIL_ADDRESS, mailbox)])
        request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(LEAF_KEY, hashes.SHA256())
        if allowed:
            assert desk.issued(arn, Csr=request.public_bytes(Encoding.PEM))
        else:
            with pytest.raises(ServiceError, match="name constraint"):
                desk.issued(arn, Csr=request.public_bytes(Encoding.PEM))


def test_a_ca_that_violates_a_constraint_above_it_is_not_imported() -> None:
    for subtree, imported in ((EXAMPLE, True), (name("FR"), False)):
        constraints = x509.NameConstraints([DirectoryName(subtree)], None)
        if imported:
            assert constrained(Desk(), constraints, own=False)
        else:
            with pytest.raises(ServiceError, match="ValidationException: The certificate violates a name constraint"):
                constrained(Desk(), constraints, own=False)


def test_names_that_cannot_be_read_are_rejected_below_a_constraint() -> None:
    desk = Desk()
    arn, *_ = constrained(desk, x509.NameConstraints([DNSName("example.com")], None))
    asked = {"Extensions": {"CustomExtensions": [{"ObjectIdentifier": "2.5.29.17", "Value": "MAWHAwECAw=="}]}}
    with pytest.raises(ServiceError, match="ValidationException: The subject alternative name cannot be compared"):
        desk.issued(arn, TemplateArn="BlankEndEntityCertificate_APIPassthrough", ApiPassthrough=asked)
