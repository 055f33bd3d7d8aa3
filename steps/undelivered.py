"""What EventBridge does with events that it does not deliver at once, or not whole: retries, dead letters, replays."""

import json
from typing import cast

import pytest
from pytest_bdd import given, parsers, then, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import Event
from pca_events.harness import RULE_UNDER_TEST, ScenarioBus
from pca_events.harness.bus_pool import WITNESS
from pca_events.harness.expectations import expect_equal, expect_firings
from pca_events.harness.resources import Archive
from pca_events.harness.undelivered import (
    DeadLetter,
    advance_clock,
    dead_letters,
    expect_attempts,
    expect_attribute,
    expect_in_trace,
    expect_input,
    expect_not_archived_again,
    plan_faults,
    replay,
    replayed_events,
    settled,
)

_UNITS = {"second": 1, "minute": 60, "hour": 3600}
_RULES = {"the rule under test": RULE_UNDER_TEST, "the catch-all rule": WITNESS}


def _seconds(words: str) -> int:
    """Read `30 seconds`, `1 minute` or `24 hours`."""
    count, unit = words.split()
    return int(count) * _UNITS[unit.removesuffix("s")]


@given(parsers.parse("the number of deliveries that {fate} is {count:d}"))
def plan_fate(pca_bus: ScenarioBus, fate: str, count: int) -> None:
    """Plan what happens to the next deliveries of the rule under test."""
    plan_faults(pca_bus, fate, count)


@when(parsers.parse("the clock of the bus advances by {duration}"), converters={"duration": _seconds})
def advance(pca_bus: ScenarioBus, duration: int) -> None:
    """Advance the clock of the account, which makes the retries and the delayed deliveries that are due by then."""
    advance_clock(pca_bus, duration)


@when("the archive is replayed")
def replay_archive(pca_bus: ScenarioBus) -> None:
    """Replay the archived events to all rules of the bus."""
    replay(pca_bus)


@when(parsers.parse("the archive is replayed to {rule} only"))
def replay_archive_to(pca_bus: ScenarioBus, rule: str) -> None:
    """Replay the archived events to one rule of the bus."""
    replay(pca_bus, _RULES[rule])


@then(parsers.parse('"{event_id}" is delivered again by the replay'))
def arrived_again(pca_bus: ScenarioBus, event_id: str) -> None:
    """Expect the event with a replay-name before the deadline."""
    expect_equal(
        pca_bus.replayed()["detail-type"], catalog.documented(event_id).detail_type, "the replayed detail-type"
    )


@then(parsers.parse('the replay delivers "{events}"'))
def replay_delivers(pca_bus: ScenarioBus, events: str) -> None:
    """Compare the events, separated by commas, that the target received by the replay; or `nothing`."""
    expect_equal(", ".join(replayed_events(pca_bus)) or "nothing", events, "the events that the replay delivered")


@then("the replayed event is not archived again")
def not_archived_again(pca_bus: ScenarioBus, pca_published: dict[str, Event]) -> None:
    """Expect that no archive has kept the replayed event."""
    for stamped in pca_published:
        expect_not_archived_again(pca_bus, stamped)


@then(parsers.parse("the number of archived events is {count:d}"))
def archive_contains(pca_bus: ScenarioBus, count: int) -> None:
    """Compare the number of events in the archive of the scenario."""
    pca_bus.deliveries()
    name = cast(Archive, pca_bus.applied["archive"]).name
    found = pca_bus.session.events.describe_archive(ArchiveName=name)["EventCount"]
    expect_equal(found, count, "the number of events in the archive")


@then(parsers.parse("the target receives the event at attempt {number:d}"), target_fixture="pca_received")
def received_at_attempt(pca_bus: ScenarioBus, pca_published: dict[str, Event], number: int) -> Event:
    """Expect the published event, after a certain number of attempts."""
    (stamped,) = pca_published
    expect_attempts(pca_bus, stamped, number)
    expect_firings(pca_bus, {(RULE_UNDER_TEST, stamped)})
    received: Event = pca_bus.received[0].event
    return received


@then("the target receives no event")
def receives_no_event(pca_bus: ScenarioBus, pca_published: dict[str, Event]) -> None:
    """Expect no event, once no delivery is planned."""
    for stamped in pca_published:
        settled(pca_bus, stamped)
    expect_firings(pca_bus, set())


@then("the dead-letter queue receives the event", target_fixture="pca_letter")
def dead_letter_arrives(pca_bus: ScenarioBus, pca_published: dict[str, Event]) -> DeadLetter:
    """Expect the published event, as the bus handled it, in the dead-letter queue, and no event at the target."""
    (stamped,) = pca_published
    letters = dead_letters(pca_bus)
    expect_firings(pca_bus, set())
    expect_in_trace(pca_bus, stamped, "sent to the dead-letter queue")
    expect_equal([letter.event for letter in letters], [pca_bus.seen[stamped]], "the events in the dead-letter queue")
    return letters[0]


@then(parsers.parse("its attribute {name} {condition}"))
def attribute_is(pca_bus: ScenarioBus, pca_letter: DeadLetter, name: str, condition: str) -> None:
    """Compare a message attribute of the dead letter with a condition, as a rule has it."""
    expect_attribute(pca_bus, pca_letter, name, phrases.condition(condition))


@then("the dead-letter queue is empty")
def no_dead_letter(pca_bus: ScenarioBus) -> None:
    """Expect no message, once no delivery is planned."""
    expect_equal([letter.event for letter in dead_letters(pca_bus)], [], "the events in the dead-letter queue")


@then(parsers.parse('the trace of the event contains "{words}"'))
def trace_contains(pca_bus: ScenarioBus, pca_published: dict[str, Event], words: str) -> None:
    """Expect a line with these words in the trace of each published event."""
    for stamped in pca_published:
        expect_in_trace(pca_bus, stamped, words)


@then(parsers.parse("the target receives the input {target_input}"))
def target_receives_input(pca_bus: ScenarioBus, target_input: str) -> None:
    """Compare the JSON, or the text, that the target received instead of a whole event."""
    if not pca_bus.session.mode.delivers:
        pytest.skip("mode pattern-only: no event is delivered")
    expect_input(pca_bus, json.loads(target_input))


@then(parsers.parse('the received event keeps "{path}"'))
def keeps(pca_bus: ScenarioBus, pca_received: Event, pca_published: dict[str, Event], path: str) -> None:
    """Compare one value of the received event with that on the first bus."""
    (stamped,) = pca_published
    expect_equal(json_path.get(pca_received, path), json_path.get(pca_bus.seen[stamped], path), f"the received {path}")
