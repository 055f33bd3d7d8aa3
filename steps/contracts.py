"""Whether an event meets its contract."""

from pytest_bdd import parsers, then

from pca_events import contract
from pca_events.catalog import Event


@then("the event meets its contract")
def event_meets_its_contract(event: Event) -> None:
    """Hold the scenario's event against its contract."""
    assert contract.violations(event) == []


@then("the received event meets its contract")
def received_event_meets_its_contract(received: Event) -> None:
    """Hold the event that the target received against its contract."""
    assert contract.violations(received) == []


@then(parsers.parse('the event breaks its contract at "{paths}"'))
def event_breaks_its_contract(event: Event, paths: str) -> None:
    """Expect violations at exactly these places, separated by commas."""
    assert [violation.path for violation in contract.violations(event)] == sorted(paths.split(", "))
