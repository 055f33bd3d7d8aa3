"""What the OCSP responder of a CA answers."""

from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from simulated_world import Desk

from pca_events.simulator.core import der
from pca_events.simulator.core.ocsp import UNAUTHORIZED, VALID_FOR, MalformedRequest, read_request
from pca_events.simulator.core.region_state import Settings

ENABLED: dict[str, Any] = {"OcspConfiguration": {"Enabled": True}}
SHA256 = hashes.SHA256()


def own_certificate(desk: Desk, arn: str) -> x509.Certificate:
    """The certificate of a CA."""
    found = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)["Certificate"]
    return x509.load_pem_x509_certificate(found.encode())


def request_for(
    certificate: x509.Certificate, issuer: x509.Certificate, algorithm: hashes.HashAlgorithm = SHA256
) -> ocsp.OCSPRequest:
    """A request for the status of one certificate."""
    return ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, algorithm).build()


def asked(desk: Desk, arn: str, certificate_arn: str, algorithm: hashes.HashAlgorithm = SHA256) -> ocsp.OCSPResponse:
    """The response for a certificate that a CA has issued."""
    request = request_for(desk.parsed(arn, certificate_arn), own_certificate(desk, arn), algorithm)
    return ocsp.load_der_ocsp_response(desk.store.ocsp_response(request))


def test_a_ca_answers_while_ocsp_is_enabled() -> None:
    desk = Desk()
    root = desk.root()
    before, about = desk.issued(root), {"CertificateAuthorityArn": root}
    assert asked(desk, root, before).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration=ENABLED)
    assert asked(desk, root, before).certificate_status is ocsp.OCSPCertStatus.GOOD
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration={"OcspConfiguration": {"Enabled": False}})
    assert asked(desk, root, before).response_status is ocsp.OCSPResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("algorithm", [hashes.SHA1(), hashes.SHA256(), hashes.SHA384(), hashes.SHA512()])  # noqa: S303
def test_a_certificate_is_good_then_revoked(algorithm: hashes.HashAlgorithm) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    made = desk.issued(root)
    desk.world.taken()
    first = asked(desk, root, made, algorithm)
    assert (first.certificate_status, first.revocation_time_utc) == (ocsp.OCSPCertStatus.GOOD, None)
    assert first.serial_number == desk.parsed(root, made).serial_number
    assert first.hash_algorithm.name == algorithm.name
    desk.pass_time(minutes=5)
    desk.revoke(root, made, "SUPERSEDED")
    revoked_at = desk.world.now()
    desk.pass_time(hours=3)
    then = asked(desk, root, made, algorithm)
    assert (then.certificate_status, then.revocation_reason) == (
        ocsp.OCSPCertStatus.REVOKED,
        x509.ReasonFlags.superseded,
    )
    assert then.revocation_time_utc == revoked_at
    assert then.this_update_utc == desk.world.now()
    assert then.next_update_utc == desk.world.now() + VALID_FOR
    assert [kind for kind, _, _ in desk.world.taken()] == ["ACM Private CA Certificate Revocation"]


@pytest.mark.parametrize(
    ("reason", "flag"),
    [
        ("UNSPECIFIED", None),
        ("KEY_COMPROMISE", x509.ReasonFlags.key_compromise),
        ("CERTIFICATE_AUTHORITY_COMPROMISE", x509.ReasonFlags.ca_compromise),
        ("AFFILIATION_CHANGED", x509.ReasonFlags.affiliation_changed),
        ("SUPERSEDED", x509.ReasonFlags.superseded),
        ("CESSATION_OF_OPERATION", x509.ReasonFlags.cessation_of_operation),
        ("PRIVILEGE_WITHDRAWN", x509.ReasonFlags.privilege_withdrawn),
        ("A_A_COMPROMISE", x509.ReasonFlags.aa_compromise),
    ],
)
def test_a_response_has_the_reason_of_the_revocation(reason: str, flag: x509.ReasonFlags | None) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    made = desk.issued(root)
    desk.revoke(root, made, reason)
    assert asked(desk, root, made).revocation_reason is flag


def test_a_revocation_is_shown_after_the_delay() -> None:
    desk = Desk(ocsp_delay=timedelta(minutes=60))
    root = desk.root(RevocationConfiguration=ENABLED)
    made = desk.issued(root)
    desk.revoke(root, made)
    desk.pass_time(minutes=59)
    assert asked(desk, root, made).certificate_status is ocsp.OCSPCertStatus.GOOD
    desk.pass_time(minutes=1)
    assert asked(desk, root, made).certificate_status is ocsp.OCSPCertStatus.REVOKED


@pytest.mark.parametrize(
    ("key", "signing"),
    [
        ("EC_prime256v1", "SHA256WITHECDSA"),
        ("EC_secp384r1", "SHA384WITHECDSA"),
        ("EC_secp521r1", "SHA512WITHECDSA"),
        ("RSA_2048", "SHA256WITHRSA"),
        ("RSA_2048", "SHA384WITHRSA_PSS"),
        ("RSA_3072", "SHA512WITHRSA"),
    ],
)
def test_a_response_is_signed_with_the_key_and_the_algorithm_of_the_ca(key: str, signing: str) -> None:
    desk = Desk()
    configuration = {"KeyAlgorithm": key, "SigningAlgorithm": signing, "Subject": {"CommonName": "Root"}}
    root = desk.root(CertificateAuthorityConfiguration=configuration, RevocationConfiguration=ENABLED)
    response = asked(desk, root, desk.issued(root))
    own = own_certificate(desk, root)
    used = {"SHA256": hashes.SHA256(), "SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}[signing[:6]]
    public: Any = own.public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(used))
    else:
        pss = padding.PSS(padding.MGF1(used), used.digest_size)
        padded = pss if signing.endswith("PSS") else padding.PKCS1v15()
        public.verify(response.signature, response.tbs_response_bytes, padded, used)
    identifier = x509.SubjectKeyIdentifier.from_public_key(public)
    assert (response.responder_key_hash, response.certificates) == (identifier.digest, [])


def test_serial_numbers_that_were_not_issued_are_unknown() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    own = own_certificate(desk, root)
    desk.world.settings = Settings(issue_delay=timedelta(minutes=1))
    pending = int(desk.issued(root).rpartition("/")[2], 16)
    desk.world.settings = Settings()
    desk.world.planned["IssueCertificate"] = 1
    failed = int(desk.issued(root).rpartition("/")[2], 16)
    known = request_for(own, own)
    for serial in (1, 1 << 158, pending, failed):
        builder = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
            known.issuer_name_hash, known.issuer_key_hash, serial, SHA256
        )
        response = ocsp.load_der_ocsp_response(desk.store.ocsp_response(builder.build()))
        assert response.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
        assert response.serial_number == serial


def test_other_issuers_are_unauthorized() -> None:
    desk = Desk()
    root, other = desk.root(RevocationConfiguration=ENABLED), desk.root(name="Other", RevocationConfiguration=ENABLED)
    made, own = desk.parsed(root, desk.issued(root)), own_certificate(desk, root)
    stranger = Desk().store
    assert stranger.ocsp_response(request_for(made, own)) == UNAUTHORIZED
    assert (desk.store.has_issuer(request_for(made, own)), stranger.has_issuer(request_for(made, own))) == (True, False)
    known, wrong = request_for(made, own), request_for(own_certificate(desk, other), own_certificate(desk, other))
    mixed = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        known.issuer_name_hash, wrong.issuer_key_hash, made.serial_number, SHA256
    )
    assert desk.store.ocsp_response(mixed.build()) == UNAUTHORIZED
    of_other = ocsp.OCSPRequestBuilder().add_certificate_by_hash(
        wrong.issuer_name_hash, wrong.issuer_key_hash, made.serial_number, SHA256
    )
    asked_other = ocsp.load_der_ocsp_response(desk.store.ocsp_response(of_other.build()))
    assert asked_other.certificate_status is ocsp.OCSPCertStatus.UNKNOWN


def test_an_unknown_hash_identifies_no_issuer() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    request = request_for(own_certificate(desk, root), own_certificate(desk, root)).public_bytes(Encoding.DER)
    sha256 = bytes.fromhex("0609608648016503040201")
    assert request.count(sha256) == 1
    changed = read_request(request.replace(sha256, bytes.fromhex("0609608648016503040277")))
    assert desk.store.ocsp_response(changed) == UNAUTHORIZED


@pytest.mark.parametrize(
    ("state", "answered"), [("ACTIVE", True), ("DISABLED", True), ("DELETED", False), ("EXPIRED", False)]
)
def test_only_active_and_disabled_cas_have_a_responder(state: str, answered: bool) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    made, own = desk.parsed(root, desk.issued(root)), own_certificate(desk, root)
    about = {"CertificateAuthorityArn": root}
    if state in ("DISABLED", "DELETED"):
        desk.call("UpdateCertificateAuthority", **about, Status="DISABLED")
    if state == "DELETED":
        desk.call("DeleteCertificateAuthority", **about)
    if state == "EXPIRED":
        desk.pass_time(days=3660)
    assert desk.status(root) == state
    assert (desk.store.ocsp_response(request_for(made, own)) != UNAUTHORIZED) is answered


def test_a_deleted_ca_is_forgotten_and_a_restored_one_answers() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    made, own = desk.parsed(root, desk.issued(root)), own_certificate(desk, root)
    about = {"CertificateAuthorityArn": root}
    desk.call("UpdateCertificateAuthority", **about, Status="DISABLED")
    desk.call("DeleteCertificateAuthority", **about, PermanentDeletionTimeInDays=7)
    assert desk.store.ocsp_response(request_for(made, own)) == UNAUTHORIZED
    desk.call("RestoreCertificateAuthority", **about)
    assert desk.store.ocsp_response(request_for(made, own)) != UNAUTHORIZED
    desk.call("DeleteCertificateAuthority", **about, PermanentDeletionTimeInDays=7)
    desk.pass_time(days=8)
    assert not desk.store.has_issuer(request_for(made, own))


def test_of_several_certificates_the_first_is_answered_and_extensions_are_ignored() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    own, first, second = own_certificate(desk, root), desk.issued(root), desk.issued(root)
    desk.revoke(root, second)
    single = []
    for each in (first, second):
        built = ocsp.OCSPRequestBuilder().add_certificate(desk.parsed(root, each), own, SHA256)
        [fields] = der.elements(der.content_of(built.build().public_bytes(Encoding.DER)))
        [requests] = der.elements(der.content_of(fields))
        single.append(der.content_of(requests))
    nonce = x509.OCSPNonce(b"0123456789abcdef")
    with_nonce = ocsp.OCSPRequestBuilder().add_certificate(own, own, SHA256).add_extension(nonce, critical=True).build()
    [fields] = der.elements(der.content_of(with_nonce.public_bytes(Encoding.DER)))
    [_, extensions] = der.elements(der.content_of(fields))
    batch = der.tlv(der.SEQUENCE, der.tlv(der.SEQUENCE, der.tlv(der.SEQUENCE, *single), extensions))
    response = ocsp.load_der_ocsp_response(desk.store.ocsp_response(read_request(batch)))
    assert response.serial_number == desk.parsed(root, first).serial_number
    assert [each.serial_number for each in response.responses] == [response.serial_number]
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert list(response.extensions) == []


@pytest.mark.parametrize(
    "data", [b"", b"\x30", b"\x30\x00", b"\x30\x80", b"0" * 500, bytes(100), b"\x30\x04\x30\x02\x30\x00", b"\xff" * 64]
)
def test_other_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(MalformedRequest):
        read_request(data)


def test_every_truncated_or_changed_request_is_read_or_malformed() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    own = own_certificate(desk, root)
    whole = request_for(own, own).public_bytes(Encoding.DER)
    for at in range(len(whole)):
        with pytest.raises(MalformedRequest):
            read_request(whole[:at])
        for byte in (0, 0x30, 0x7F, 0x80, 0xFF):
            try:
                request = read_request(whole[:at] + bytes([byte]) + whole[at + 1 :])
            except MalformedRequest:
                continue
            assert ocsp.load_der_ocsp_response(desk.store.ocsp_response(request)).response_status in (
                ocsp.OCSPResponseStatus.SUCCESSFUL,
                ocsp.OCSPResponseStatus.UNAUTHORIZED,
            )


def test_a_renewed_ca_answers_for_both_of_its_certificates() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=ENABLED)
    made, before = desk.parsed(root, desk.issued(root)), own_certificate(desk, root)
    assert desk.store.has_issuer(request_for(made, before))
    renewed = desk.issued(root, Csr=desk.csr_of(root), TemplateArn="RootCACertificate", Validity=(20, "YEARS"))
    desk.install(root, renewed)
    response = ocsp.load_der_ocsp_response(desk.store.ocsp_response(request_for(made, before)))
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
