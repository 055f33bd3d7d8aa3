"""The event of a scenario, and what is done to it."""

from pytest_bdd import given, parsers, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import Event


@given(parsers.parse('the documented event "{event_id}"'), target_fixture="event")
def documented_event(event_id: str) -> Event:
    """Take the sample of a documented event."""
    return catalog.documented(event_id).event


@given(parsers.parse('the event "{event_id}" that is never sent'), target_fixture="event")
def event_that_is_never_sent(event_id: str) -> Event:
    """Take the sample of what a rule waiting for a silent outcome would need."""
    return catalog.never_sent_event(event_id).event


@when(parsers.parse('"{path}" is removed'))
def remove(event: Event, path: str) -> None:
    """Take a field or an entry out."""
    json_path.remove(event, path)


@when(parsers.parse('"{path}" is renamed to "{other}"'))
def rename(event: Event, path: str, other: str) -> None:
    """Move a value to another place."""
    json_path.put(event, other, json_path.remove(event, path))


@when(parsers.parse('"{path}" is set to {value}'))
def set_to(event: Event, path: str, value: str) -> None:
    """Give a field or an entry another value; a new place is made."""
    json_path.put(event, path, phrases.value(value))


@when(parsers.parse('"{path}" and "{other}" change places'))
def exchange(event: Event, path: str, other: str) -> None:
    """Swap two values."""
    first, second = json_path.get(event, path), json_path.get(event, other)
    json_path.put(event, path, second)
    json_path.put(event, other, first)
