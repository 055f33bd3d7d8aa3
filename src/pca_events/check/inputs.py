"""What a target reads of an event by InputPath or InputTransformer, against what the events have."""

from collections.abc import Iterator, Sequence
from functools import cache

from pca_events import contract
from pca_events.catalog import documented
from pca_events.infrastructure.model import Target, Unknown


def unknown_inputs(target: Target, events: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Yield each path that a target reads and that is not in all of these events, with the ids of those without it."""
    for path in paths_read(target):
        missing = [event for event in events if path not in _paths(event)]
        if missing:
            yield path, missing


def paths_read(target: Target) -> list[str]:
    """Return every JSON path that a target reads, once."""
    paths: list[str | Unknown | None] = [target.input_path, *target.input_paths.values()]
    return list(dict.fromkeys(path for path in paths if isinstance(path, str)))


@cache
def _paths(event_id: str) -> frozenset[str]:
    """Every JSON path that leads to something in an event of this kind."""
    entry = documented(event_id)
    schema = contract.per_result(contract.schema_of()[entry.detail_type])[entry.result]
    fields = {field.path for field in contract.fields(schema)}
    return frozenset(fields | {"$", "$.resources[*]"})
