"""The caller of one scenario's operations."""

import pytest

from pca_events.backends import Backend
from pca_events.errors import BusSilent
from pca_events.harness import RunId, Session
from pca_events.harness.pca_scenario import PcaScenario, own_account_session


def test_an_event_that_the_bus_accepted_is_awaited(pca_backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    with PcaScenario(own_account_session(Session(pca_backend, RunId()))) as caller:
        assert caller.sent() == []
        lost = {"id": "of-one-that-does-not-come", "detail-type": "any"}
        monkeypatch.setattr(caller.simulator, "sent", lambda after: ([lost], after + 1))
        monkeypatch.setattr("pca_events.harness.pca_scenario._DEADLINE", 1.0)
        with pytest.raises(BusSilent, match=r"\(of-one-that-does-not-come\) was sent, but did not arrive in 1 s"):
            caller.sent()


def test_a_control_event_is_not_an_event_of_the_scenario(pca_backend: Backend) -> None:
    with PcaScenario(own_account_session(Session(pca_backend, RunId()))) as caller:
        caller.call("CreateCertificateAuthority")
        (event,) = caller.sent()
        assert event["resources"] == [caller.authority]
        assert caller.sent() == []
        assert [event["resources"][0] in caller.controls for event in caller.received] == [False, True]
