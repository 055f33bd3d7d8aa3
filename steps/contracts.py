"""Whether an event meets its contract."""

from pytest_bdd import parsers, then

from pca_events import contract
from pca_events.catalog import Event
from pca_events.harness.expectations import expect_contract_met, expect_equal


@then("the event meets its contract")
def event_meets_its_contract(event: Event) -> None:
    """Hold the scenario's event against its contract."""
    expect_contract_met(event, "the event")


@then("the received event meets its contract")
def received_event_meets_its_contract(received: Event) -> None:
    """Hold the event that the target received against its contract."""
    expect_contract_met(received, "the received event")


@then(parsers.parse('the event breaks its contract at "{paths}"'))
def event_breaks_its_contract(event: Event, paths: str) -> None:
    """Expect violations at exactly these places, separated by commas."""
    broken = [violation.path for violation in contract.violations(event)]
    expect_equal(broken, sorted(paths.split(", ")), "the places where the event breaks its contract")
