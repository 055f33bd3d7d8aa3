"""Steps that validate an event against its contract."""

from pytest_bdd import parsers, then

from pca_events import contract
from pca_events.catalog import Event
from pca_events.harness.expectations import expect_contract_met, expect_equal


@then("the event meets its contract")
def event_meets_its_contract(pca_event: Event) -> None:
    """Validate the scenario's event against its contract."""
    expect_contract_met(pca_event, "the event")


@then("the received event meets its contract")
def received_event_meets_its_contract(pca_received: Event) -> None:
    """Validate the event that the target received against its contract."""
    expect_contract_met(pca_received, "the received event")


@then(parsers.parse('the event violates its contract at "{paths}"'))
def event_violates_its_contract(pca_event: Event, paths: str) -> None:
    """Expect violations at exactly these paths, separated by commas."""
    violated = [violation.path for violation in contract.violations(pca_event)]
    expect_equal(violated, sorted(paths.split(", ")), "the paths of the violations")
