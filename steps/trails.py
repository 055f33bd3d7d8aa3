"""What CloudTrail sends about AWS Private CA, with a trail in the account."""

from collections.abc import Iterator

from pytest_bdd import given, parsers, then

from pca_events import json_path, phrases
from pca_events.catalog import Event
from pca_events.harness.expectations import expect_contract_met, expect_equal
from pca_events.harness.pca_scenario import PcaScenario
from pca_events.harness.trail import TrailEvents


@given(
    parsers.parse('a trail, and a rule with state {state} for "{detail_type}" events'),
    target_fixture="pca_trail_events",
)
def put_rule(pca_caller: PcaScenario, state: str, detail_type: str) -> Iterator[TrailEvents]:
    """Give the account a trail, and put a rule for what CloudTrail sends."""
    with TrailEvents(pca_caller.session, detail_type, state) as events:
        yield events


@then(parsers.parse('the rule receives exactly "{names}" from CloudTrail'), target_fixture="pca_recorded")
def receives(pca_caller: PcaScenario, pca_trail_events: TrailEvents, names: str) -> list[Event]:
    """Compare the names of the recorded calls or actions; CloudTrail has no order."""
    pca_caller.pass_over()
    found = pca_trail_events.received()
    expect_equal(_names(found), sorted(names.split(", ")), "what was recorded")
    return found


@then("the rule receives nothing from CloudTrail")
def receives_nothing(pca_caller: PcaScenario, pca_trail_events: TrailEvents) -> None:
    """Expect that only the catch-all rule has received what was recorded."""
    pca_caller.pass_over()
    expect_equal(_names(pca_trail_events.received()), [], "what was recorded")


@then("each recorded event meets its contract")
def meets(pca_recorded: list[Event]) -> None:
    """Validate the events against the contracts of CloudTrail."""
    for event in pca_recorded:
        expect_contract_met(event, "a recorded event", twins=True)


@then(parsers.parse('the recorded "{path}" is {value}'))
def field_is(pca_recorded: list[Event], path: str, value: str) -> None:
    """Compare one field of the only recorded event."""
    expect_equal(json_path.get(pca_recorded[0], path), phrases.value(value), f"the recorded {path}")


def _names(recorded: list[Event]) -> list[str]:
    """The recorded calls and actions, sorted."""
    return sorted(event["detail"]["eventName"] for event in recorded)
