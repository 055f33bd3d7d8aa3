"""Many callers at once, and the time that a certificate takes."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography import x509
from simulated_world import BUCKET, Desk, crl_enabled, csr

from pca_events.simulator.core import certificates
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.certificate_requests import validated_request


def test_two_hundred_certificates_from_eight_threads() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    desk.world.taken()
    with ThreadPoolExecutor(8) as pool:
        arns = list(pool.map(lambda number: desk.issued(root, Csr=csr(f"{number}.example.com")), range(200)))
        events = desk.world.taken()
        issued = [resources for kind, resources, _ in events if kind == "ACM Private CA Certificate Issuance"]
        assert Counter(certificate for _, certificate in issued) == Counter(dict.fromkeys(arns, 1))
        assert len(events) == 201, "the first certificate that refers to the CRL publishes it"
        assert {desk.parsed(root, arn).subject.rfc4514_string() for arn in arns} == {
            f"CN={number}.example.com" for number in range(200)
        }
        list(pool.map(lambda arn: desk.revoke(root, arn), arns))
    kinds = Counter(kind for kind, _, _ in desk.world.taken())
    assert kinds["ACM Private CA Certificate Revocation"] == 200
    assert 1 <= kinds["ACM Private CA CRL Generation"] <= 200
    assert len(x509.load_der_x509_crl(desk.world.objects[BUCKET, f"crl/{root[-36:]}.crl"])) == 200


def test_one_of_eight_concurrent_revocations_succeeds() -> None:
    desk = Desk()
    root = desk.root()
    made = desk.issued(root)
    desk.world.taken()

    def outcome(_: int) -> str:
        try:
            desk.revoke(root, made)
        except ServiceError as error:
            return error.code
        return "revoked"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(outcome, range(8))) == {"revoked": 1, "RequestAlreadyProcessedException": 7}
    assert len(desk.world.taken()) == 1


def test_one_token_creates_one_resource_from_eight_threads() -> None:
    desk = Desk()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: desk.created(IdempotencyToken="one"), range(16)))) == 1
        root = desk.root()
        assert len(set(pool.map(lambda _: desk.issued(root, IdempotencyToken="one"), range(16)))) == 1


def test_a_token_used_by_a_concurrent_call_returns_its_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    root, first = desk.root(), []

    def overtaken(*asked: Any) -> Any:
        monkeypatch.setattr(certificates, "validated_request", validated_request)
        first.append(desk.issued(root, IdempotencyToken="one"))
        return validated_request(*asked)

    monkeypatch.setattr(certificates, "validated_request", overtaken)
    assert [desk.issued(root, IdempotencyToken="one")] == first
