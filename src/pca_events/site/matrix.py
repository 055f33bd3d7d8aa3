"""Which rule fires on which event: decided by the pattern engine, as the page is made."""

from dataclasses import dataclass
from typing import Any

from pca_events import catalog
from pca_events.catalog import SOURCE, CloudTrailTwin, DocumentedEvent
from pca_events.pattern import EventPattern

Pattern = dict[str, Any]
Columns = tuple[DocumentedEvent | CloudTrailTwin, ...]


@dataclass(frozen=True)
class Line:
    """One rule and what it does on each event.

    Attributes:
        label: what the rule asks for.
        event: the id of the event that the rule is for; empty where it is for several.
        fires: for each column, whether it fires.
    """

    label: str
    event: str
    fires: tuple[bool, ...]


@dataclass(frozen=True)
class Matrix:
    """Rules against events.

    Attributes:
        columns: the documented events, then those of CloudTrail that have the same source.
        exact: the rules that are for one event each.
        broad: the rules that are for several.
    """

    columns: Columns
    exact: tuple[Line, ...]
    broad: tuple[Line, ...]


def matrix() -> Matrix:
    """Hold the ready rule of each event, and the broad rules that people write, against every event."""
    columns: Columns = (*catalog.documented_events(), *catalog.cloudtrail_twins())
    exact = tuple(_line(event.title, event.pattern, columns, event.id) for event in catalog.documented_events())
    broad = tuple(_line(label, pattern, columns) for label, pattern in _broad())
    return Matrix(columns, exact, broad)


def _broad() -> list[tuple[str, Pattern]]:
    by_type: list[tuple[str, Pattern]] = [
        (f"any {detail_type.removeprefix('ACM Private ')}", {"source": [SOURCE], "detail-type": [detail_type]})
        for detail_type in catalog.detail_types()
    ]
    failures = {"source": [SOURCE], "detail-type": list(catalog.detail_types()), "detail": {"result": ["failure"]}}
    return [
        *by_type,
        ("any failure", failures),
        ("the source alone", {"source": [SOURCE]}),
        ('result "failed"', {"source": [SOURCE], "detail": {"result": ["failed"]}}),
    ]


def _line(label: str, pattern: Pattern, columns: Columns, event: str = "") -> Line:
    read = EventPattern.parse(pattern)
    return Line(label, event, tuple(read.matches(column.sample) for column in columns))
