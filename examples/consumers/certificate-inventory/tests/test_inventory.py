"""The inventory has one row for each certificate, whatever EventBridge delivers."""

import pytest
from inventory import certificates, handler


@pytest.fixture(autouse=True)
def database(tmp_path, monkeypatch):
    monkeypatch.setenv("INVENTORY", str(tmp_path / "certificates.db"))


def test_an_issued_certificate_is_in_the_inventory(pca_event, pca_deliver):
    issued = pca_event("certificate-issuance-success")
    pca_deliver(handler, issued)
    (certificate,) = certificates()
    assert [certificate["authority"], certificate["arn"]] == issued["resources"]
    assert (certificate["issued_at"], certificate["revoked_at"]) == (issued["time"], None)


def test_duplicates_in_any_order_are_one_certificate(pca_event, pca_deliver):
    issued, revoked = pca_event("certificate-issuance-success"), pca_event("certificate-revocation-success")
    outcomes = pca_deliver(handler, issued, revoked, times=3, shuffled=True)
    assert all(outcome.succeeded for outcome in outcomes), outcomes
    (certificate,) = certificates()
    assert (certificate["issued_at"], certificate["revoked_at"]) == (issued["time"], revoked["time"])


def test_a_revocation_is_kept_although_the_issuance_never_arrives(pca_event, pca_deliver):
    revoked = pca_event("certificate-revocation-success")
    pca_deliver(handler, revoked)
    (certificate,) = certificates()
    assert (certificate["issued_at"], certificate["revoked_at"]) == (None, revoked["time"])


@pytest.mark.pca_events("certificate-issuance-failure", "ca-creation-success")
def test_other_events_change_nothing(pca_events, pca_deliver):
    (outcome,) = pca_deliver(handler, pca_events)
    assert outcome.succeeded, outcome
    assert certificates() == []
