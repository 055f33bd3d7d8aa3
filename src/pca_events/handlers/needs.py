"""The fields of documented events that a handler may need: JSON paths, as the contract has them."""

import copy
from collections.abc import Sequence
from functools import cache

from pca_events import catalog, json_path
from pca_events.catalog import Event
from pca_events.contract import fields, per_result, schema_of
from pca_events.errors import BadInput
from pca_events.wording import did_you_mean


@cache
def fields_of(event_id: str, *, leaves: bool = False) -> tuple[str, ...]:
    """Return the JSON paths of the fields of a documented event; only those of single values if `leaves`."""
    event = catalog.documented(event_id)
    known = fields(per_result(schema_of()[event.detail_type])[event.result])
    return tuple(dict.fromkeys(each.path for each in known if not leaves or each.type not in ("object", "array")))


def unknown_need(needs: Sequence[str], accepts: Sequence[str]) -> tuple[int, str] | None:
    """Return the first need that is in none of the accepted events, by its number and in words."""
    known = dict.fromkeys(field for event in accepts for field in fields_of(event))
    for number, need in enumerate(needs):
        if not any(json_path.leads_into(need, field) for field in known):
            meant = did_you_mean(need, known)
            return number, f"{need} is in none of the events that it accepts" + (f"; {meant}" if meant else "")
    return None


def without(event: Event, path: str) -> Event | None:
    """Return an event without the field at a path; None if it is not there."""
    changed = copy.deepcopy(event)
    try:
        json_path.remove(changed, path)
    except BadInput:
        return None
    return changed
