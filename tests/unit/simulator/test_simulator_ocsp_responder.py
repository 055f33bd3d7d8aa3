"""The OCSP responder finds the CA among the services of all accounts and Regions."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from simulated_world import Desk

from pca_events.simulator.accounts import Simulation
from pca_events.simulator.core.ocsp import UNAUTHORIZED
from pca_events.simulator.core.service import PrivateCaService
from pca_events.simulator.ocsp_responder import OcspResponder

ENABLED: dict[str, Any] = {"OcspConfiguration": {"Enabled": True}}


class Services(Simulation):
    """A simulation with the services of some desks."""

    def __init__(self, *desks: Desk) -> None:
        super().__init__(lambda *_: [])
        self.desks, self.scans = list(desks), 0

    def services(self) -> Iterator[PrivateCaService]:
        self.scans += 1
        yield from (desk.store for desk in self.desks)


def issued(desk: Desk) -> tuple[str, str, bytes]:
    """A CA, one of its certificates, and a request for its status as DER."""
    root = desk.root(RevocationConfiguration=ENABLED)
    own = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    issuer, certificate = x509.load_pem_x509_certificate(own.encode()), desk.issued(root)
    built = ocsp.OCSPRequestBuilder().add_certificate(desk.parsed(root, certificate), issuer, hashes.SHA256()).build()
    return root, certificate, built.public_bytes(Encoding.DER)


def status(answer: bytes) -> ocsp.OCSPCertStatus:
    return ocsp.load_der_ocsp_response(answer).certificate_status


def test_every_ca_is_found_and_only_the_first_request_looks_at_all_services() -> None:
    desks = [Desk() for _ in range(3)]
    simulation = Services(*desks)
    responder = OcspResponder(simulation)
    for count, desk in enumerate(desks, 1):
        root, certificate, request = issued(desk)
        assert status(responder.answer(request)) is ocsp.OCSPCertStatus.GOOD
        desk.revoke(root, certificate)
        assert status(responder.answer(request)) is ocsp.OCSPCertStatus.REVOKED
        assert simulation.scans == count


def test_a_ca_that_another_service_has_now_is_found_again() -> None:
    before, after = Desk(), Desk()
    simulation = Services(before)
    responder = OcspResponder(simulation)
    request = issued(before)[2]
    assert status(responder.answer(request)) is ocsp.OCSPCertStatus.GOOD
    after.store._state.authorities |= before.store._state.authorities
    before.store._state.authorities.clear()
    assert responder.answer(request) == UNAUTHORIZED
    simulation.desks.append(after)
    assert status(responder.answer(request)) is ocsp.OCSPCertStatus.GOOD


def test_an_error_of_the_simulator_is_an_internal_error(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    root, _, request = issued(desk)
    desk.store._state.authorities[root].key = None
    answer = ocsp.load_der_ocsp_response(OcspResponder(Services(desk)).answer(request))
    assert answer.response_status is ocsp.OCSPResponseStatus.INTERNAL_ERROR
    assert [record.getMessage() for record in caplog.records] == [
        f"the OCSP responder failed: AssertionError('{root} has no key')"
    ]


def test_responses_are_signed_while_certificates_are_revoked() -> None:
    desk = Desk()
    responder = OcspResponder(Services(desk))
    root, certificate, request = issued(desk)
    with ThreadPoolExecutor(8) as pool:
        answers = [pool.submit(responder.answer, request) for _ in range(200)]
        revocation = pool.submit(desk.revoke, root, certificate)
        more = [pool.submit(responder.answer, request) for _ in range(200)]
        found = [status(each.result()) for each in answers + more]
    assert revocation.exception() is None
    assert set(found) <= {ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED}
    assert status(responder.answer(request)) is ocsp.OCSPCertStatus.REVOKED
