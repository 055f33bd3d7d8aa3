"""The OCSP responder that certificates name."""

from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID
from simulated_world import REGION, Desk, csr

from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.service import PrivateCaService

ENABLED: dict[str, Any] = {"OcspConfiguration": {"Enabled": True}}


def own_certificate(desk: Desk, arn: str) -> x509.Certificate:
    """The certificate of a CA."""
    found = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)["Certificate"]
    return x509.load_pem_x509_certificate(found.encode())


def responders(certificate: x509.Certificate) -> list[str]:
    """The URLs of the OCSP responders that a certificate names."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return []
    assert not access.critical
    assert {each.access_method for each in access.value} == {AuthorityInformationAccessOID.OCSP}
    return [str(each.access_location.value) for each in access.value]


@pytest.mark.parametrize(
    ("region", "configuration", "url"),
    [
        ("us-east-1", {}, "http://ocsp.acm-pca.us-east-1.amazonaws.com"),
        ("us-gov-west-1", {}, "http://ocsp.acm-pca.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", {}, "http://ocsp.acm-pca.cn-north-1.amazonaws.com.cn"),
        ("eusc-de-east-1", {}, "http://ocsp.acm-pca.eusc-de-east-1.amazonaws.eu"),
        ("us-east-1", {"OcspCustomCname": ""}, "http://ocsp.acm-pca.us-east-1.amazonaws.com"),
        ("us-east-1", {"OcspCustomCname": "pki.example.com"}, "http://pki.example.com"),
        ("us-east-1", {"OcspCustomCname": "127.0.0.1:4566/a/ocsp"}, "http://127.0.0.1:4566/a/ocsp"),
    ],
)
def test_certificates_name_the_responder(region: str, configuration: dict[str, Any], url: str) -> None:
    desk = Desk()
    desk.store = PrivateCaService("111122223333", region, "aws", desk.world)
    root = desk.root(RevocationConfiguration={"OcspConfiguration": {"Enabled": True, **configuration}})
    below = desk.subordinate(root)
    assert responders(desk.parsed(root, desk.issued(root))) == [url]
    assert responders(own_certificate(desk, below)) == [url]
    assert responders(own_certificate(desk, root)) == []
    assert responders(desk.parsed(below, desk.issued(below))) == []


def test_only_certificates_issued_while_ocsp_is_enabled_name_the_responder() -> None:
    desk = Desk()
    root = desk.root()
    before = desk.issued(root)
    about = {"CertificateAuthorityArn": root}
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration=ENABLED)
    between = desk.issued(root)
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration={"OcspConfiguration": {"Enabled": False}})
    assert [bool(responders(desk.parsed(root, each))) for each in (before, between, desk.issued(root))] == [
        False,
        True,
        False,
    ]


@pytest.mark.parametrize(
    "cname", ["http://pki.example.com", "HTTPS://pki.example.com", "pki.example.com/<x>", "a" * 254]
)
def test_a_custom_cname_has_no_protocol_and_only_the_characters_of_uris(cname: str) -> None:
    desk = Desk()
    with pytest.raises(ServiceError):
        desk.created(RevocationConfiguration={"OcspConfiguration": {"Enabled": True, "OcspCustomCname": cname}})


@pytest.mark.parametrize("enabled", [True, False])
def test_the_responder_of_the_ca_replaces_the_one_of_a_csr(enabled: bool) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration={"OcspConfiguration": {"Enabled": enabled}})
    location = x509.UniformResourceIdentifier("http://other.example.com")
    access = x509.AuthorityInformationAccess([x509.AccessDescription(AuthorityInformationAccessOID.OCSP, location)])
    request = csr("www.example.com", (access, False))
    made = desk.issued(root, Csr=request, TemplateArn="EndEntityCertificate_CSRPassthrough")
    named = f"http://ocsp.acm-pca.{REGION}.amazonaws.com" if enabled else "http://other.example.com"
    assert responders(desk.parsed(root, made)) == [named]
