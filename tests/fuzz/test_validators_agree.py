"""The fast validators agree with jsonschema, the reference."""

import json
from typing import Any

import pytest
from fuzzing import seeded, times
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from pca_events import catalog, contract
from pca_events.catalog import Event
from pca_events.contract import checks, line_regex
from pca_events.events import mutants, variant

CHECKS = {closed: checks(closed=closed) for closed in (False, True)}
ENTRIES = st.sampled_from(catalog.documented_events())


def disagreements(events: list[Event]) -> list[tuple[bool, str]]:
    """Events on which a check and the reference disagree, open or closed."""
    found = []
    for event in events:
        check_of = event.get("detail-type")
        for closed, by_detail_type in CHECKS.items():
            if isinstance(check_of, str) and check_of in by_detail_type:
                meets = not contract.violations(event, closed=closed, twins=True)
                if by_detail_type[check_of](event) != meets:
                    found.append((closed, json.dumps(event)))
    return found


def wrongly_shaped(events: list[Event]) -> list[str]:
    """Events whose line matches the expression although they break their contract or cannot be read."""
    shape, kinds = line_regex()
    found = []
    for event in events:
        for separators in ((",", ":"), (", ", ": ")):
            line = json.dumps(event, separators=separators)
            if match := shape.fullmatch(line.encode()):
                kind = kinds[(match.lastindex or 0) - 1]
                as_read = (event["detail-type"], event["detail"]["result"])
                if kind != as_read or contract.violations(event, closed=True):
                    found.append(line)
    return found


def test_validators_agree_on_every_sample() -> None:
    samples = [entry.event for entry in (*catalog.documented_events(), *catalog.never_sent())]
    samples += [twin.sample for twin in catalog.cloudtrail_twins()]
    assert disagreements(samples) == []
    assert wrongly_shaped(samples) == []
    shape, _ = line_regex()
    for entry in catalog.documented_events():
        assert shape.fullmatch(json.dumps(entry.sample).encode()), entry.id
        assert shape.fullmatch(json.dumps(entry.sample, separators=(",", ":")).encode()), entry.id


@pytest.mark.slow
def test_validators_agree_on_every_mutant() -> None:
    made = [mutant.event for entry in catalog.documented_events() for mutant in mutants(entry)]
    assert len(made) > 2_000
    assert disagreements(made) == []
    assert wrongly_shaped(made) == []


@pytest.mark.fuzz
def test_validators_agree_on_generated_events() -> None:
    chance = seeded(20261122)
    events = catalog.documented_events()
    made = [variant(events[index % len(events)], chance) for index in range(times(1_000))]
    assert disagreements(made) == []
    assert wrongly_shaped(made) == []


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=times(150))
@for_all(entry=ENTRIES, field=st.sampled_from(list(catalog.documented_events()[0].sample)), value=json_values)
def test_validators_agree_on_any_value_in_any_field(entry: Any, field: str, value: Any) -> None:
    event = {**entry.event, field: value}
    assert disagreements([event]) == []
    assert wrongly_shaped([event]) == []


@settings(max_examples=times(150))
@for_all(entry=ENTRIES, time=st.from_regex(r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z\Z"))
def test_validators_agree_on_any_time(entry: Any, time: str) -> None:
    event = {**entry.event, "time": time}
    assert disagreements([event]) == []
    assert wrongly_shaped([event]) == []


@pytest.mark.parametrize("time", ["0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("end", ["", "T23:59:60Z", "T24:00:00Z", "T00:00:61Z", "T12:30:60Z"])
@pytest.mark.parametrize("day", ["", "2016-12-31", "2000-02-29", "1900-02-29", "2019-02-28", "2019-02-29"])
def test_validators_agree_on_times_at_boundaries(time: str, end: str, day: str) -> None:
    date, _, clock = time.partition("T")
    event = catalog.documented("ca-creation-success").event
    event["time"] = (day or date) + (end or f"T{clock}")
    assert disagreements([event]) == []
    assert wrongly_shaped([event]) == []
