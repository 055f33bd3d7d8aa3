"""The Hypothesis strategies: every event meets the contract, and every kind and partition is drawn."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pca_events
from pca_events import catalog, strategies
from pca_events.catalog import Event
from pca_events.events import PARTITIONS
from pca_events.regions import partition_of

DRAWN = 250
NAMED = [name for name in strategies.__all__ if name != "events"]


def drawn(strategy: st.SearchStrategy[Event], count: int = DRAWN) -> list[Event]:
    """Some events of a strategy, the same ones every time."""
    found: list[Event] = []

    @settings(max_examples=count, database=None, derandomize=True)
    @given(strategy)
    def collect(event: Event) -> None:
        found.append(event)

    collect()
    return found


@pytest.fixture(scope="module")
def events() -> list[Event]:
    """Events of all kinds."""
    return drawn(strategies.events())


def test_every_event_meets_the_contract(events: list[Event]) -> None:
    assert [violation for event in events for violation in pca_events.validate(event)] == []
    assert all(pca_events.is_valid(json.dumps(event)) for event in events)


def test_every_kind_and_every_partition_is_drawn(events: list[Event]) -> None:
    assert {catalog.id_of(event) for event in events} == {entry.id for entry in catalog.documented_events()}
    assert {partition_of(event["region"]) for event in events} == set(PARTITIONS)


def test_arns_agree_with_the_envelope(events: list[Event]) -> None:
    for event in events:
        authority, *others = event["resources"]
        assert authority.split(":")[1:5] == [
            partition_of(event["region"]), "acm-pca", event["region"], event["account"],
        ]  # fmt: skip
        assert all(each.startswith(f"{authority}/certificate/") or ":" not in each for each in others)


def test_fields_that_the_contract_does_not_define_are_drawn_unless_they_are_not_wanted(events: list[Event]) -> None:
    def with_new(found: list[Event]) -> list[Event]:
        return [event for event in found if pca_events.validate(event, closed=True)]

    assert len(with_new(events)) > DRAWN // 10
    assert with_new(drawn(strategies.events(unknown_fields=False))) == []


@pytest.mark.parametrize("name", NAMED)
def test_a_named_strategy_draws_its_kind_only(name: str) -> None:
    strategy: Callable[[], st.SearchStrategy[Event]] = getattr(strategies, name)
    wanted = name.removesuffix("es" if name.endswith("successes") else "s").replace("_", "-")
    found = {catalog.id_of(event) for event in drawn(strategy(), 30)}
    assert found == {entry.id for entry in catalog.documented_events() if entry.id.startswith(wanted)} != set()


def test_an_unknown_kind_is_rejected_at_once() -> None:
    with pytest.raises(pca_events.BadInput, match='did you mean "crl-generation-failure-internal"'):
        strategies.events("crl-generation-falure-internal")


def test_without_hypothesis_one_message_names_it() -> None:
    program = "import sys; sys.modules['hypothesis'] = None; import pca_events.strategies"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert ran.returncode == 1
    said = "pca_events.strategies needs hypothesis, which is not installed; pip install hypothesis"
    assert ran.stderr.rstrip().endswith(said)
