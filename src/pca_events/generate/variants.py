"""Events that meet their contract: with new ids, from any place, with whatever a consumer must survive."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events.catalog import DocumentedEvent, Event
from pca_events.generate.places import Place, anywhere
from pca_events.generate.resources import new_id, new_resources, role

_SINCE = datetime(2024, 1, 1, tzinfo=UTC)
_SECONDS = 3 * 365 * 24 * 60 * 60
_UNKNOWN: tuple[tuple[str, Any], ...] = (
    ("replay-name", "after-the-outage"),
    ("trace-header", "Root=1-5759e988-bd862e3fe1be46a994272793"),
    ("severity", 3),
    ("tags", {"team": "pki", "stage": ["blue", None]}),
    ("Result", "SUCCESS"),
    ("note", "Zertifikat für Jürgen, 証明書"),
    ("", False),
)


def realistic(entry: DocumentedEvent, where: Place, chance: random.Random) -> Event:
    """Make an event of this kind: a new id, a time of the years 2024 to 2026, ARNs that agree with the place."""
    event = entry.event
    event["id"] = new_id(chance)
    event["account"] = where.account
    event["region"] = where.region
    event["time"] = f"{_SINCE + timedelta(seconds=chance.randrange(_SECONDS)):%Y-%m-%dT%H:%M:%SZ}"
    event["resources"] = new_resources([role(resource) for resource in entry.sample["resources"]], where, chance)
    return event


def variant(entry: DocumentedEvent, chance: random.Random) -> Event:
    """Make an event of this kind from any partition, its keys in any order, with fields that nobody has documented."""
    event = realistic(entry, anywhere(chance), chance)
    event["detail"] = _with_more(event["detail"], chance)
    return _with_more(event, chance)


def _with_more(fields: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    more = {name: value for name, value in chance.sample(_UNKNOWN, chance.choice((0, 0, 1, 2))) if name not in fields}
    everything = list((fields | more).items())
    chance.shuffle(everything)
    return dict(everything)
