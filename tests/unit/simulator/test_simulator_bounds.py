"""What the simulator keeps is bounded, however many accounts and events there are."""

from typing import Any

import pytest
from simulated_world import REGION, Desk

from pca_events.simulator import accounts, controls
from pca_events.simulator.accounts import Simulation
from pca_events.simulator.controls import EventSender, OutgoingEvent
from pca_events.simulator.core.api_protocol import ServiceError


def test_accounts_are_bounded_and_known_ones_still_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "MOST_ACCOUNTS", 2)
    simulation = Simulation(lambda *_: [])
    first, _ = simulation.account("000000000001"), simulation.account("000000000002")
    with pytest.raises(ServiceError, match="LimitExceededException: The simulator has 2 accounts already"):
        simulation.account("000000000003")
    assert simulation.account("000000000001") is first


def test_the_oldest_events_of_the_quietest_account_are_dropped_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(controls, "_KEPT_IN_ALL", 4)

    def put(account: str, _region: str, entries: list[dict[str, Any]]) -> list[str]:
        return [f"{account}-{entry['Resources'][0]}" for entry in entries]

    sender = EventSender(put)
    sender.start()
    desk = Desk()
    for account, number in (("a", 1), ("a", 2), ("b", 1), ("b", 2), ("b", 3), ("a", 3), ("b", 4)):
        entry = {
            "Source": "aws.acm-pca",
            "DetailType": "odd",
            "Time": desk.world.now(),
            "Resources": [str(number)],
            "Detail": "{}",
        }
        sender.send(OutgoingEvent(account, REGION, entry))
        sender.given(account)
    assert [event["id"] for event in sender.given("b")[0]] == ["b-2", "b-3", "b-4"]
    kept, count = sender.given("a")
    assert ([event["id"] for event in kept], count) == (["a-3"], 3)
    assert sender.given("a", after=2) == (kept, 3)
