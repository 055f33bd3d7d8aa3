"""The event of a scenario, and changes to it."""

from pytest_bdd import given, parsers, when

from pca_events import catalog, json_path, phrases
from pca_events.catalog import Event


@given(parsers.parse('the documented event "{event_id}"'), target_fixture="pca_event")
def documented_event(event_id: str) -> Event:
    """Use the sample of a documented event."""
    return catalog.documented(event_id).event


@given(parsers.parse('the event "{event_id}" that is never sent'), target_fixture="pca_event")
def event_that_is_never_sent(event_id: str) -> Event:
    """Use the sample of an event that AWS never sends."""
    return catalog.never_sent_event(event_id).event


@when(parsers.parse('"{path}" is removed'))
def remove(pca_event: Event, path: str) -> None:
    """Remove a field or a list item."""
    json_path.remove(pca_event, path)


@when(parsers.parse('"{path}" is renamed to "{other}"'))
def rename(pca_event: Event, path: str, other: str) -> None:
    """Move a value to another path."""
    json_path.put(pca_event, other, json_path.remove(pca_event, path))


@when(parsers.parse('"{path}" is set to {value}'))
def set_to(pca_event: Event, path: str, value: str) -> None:
    """Set a field or a list item; a missing path is created."""
    json_path.put(pca_event, path, phrases.value(value))


@when(parsers.parse('"{path}" and "{other}" are swapped'))
def swap(pca_event: Event, path: str, other: str) -> None:
    """Swap two values."""
    first, second = json_path.get(pca_event, path), json_path.get(pca_event, other)
    json_path.put(pca_event, path, second)
    json_path.put(pca_event, other, first)
