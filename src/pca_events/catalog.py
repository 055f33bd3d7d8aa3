"""The documented events of AWS Private CA, and the events that it never sends; read from samples/."""

import copy
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pca_events.errors import BadInput
from pca_events.locations import locate

Event = dict[str, Any]
"""A whole event as a JSON object, with the nine fields of the envelope as they are sent."""

SOURCE = "aws.acm-pca"

STAMPED = ("id", "account", "region", "version")
"""The fields that the event bus sets."""

_QUOTED = re.compile(r'"([^"]+)"')


@dataclass(frozen=True)
class CatalogEntry:
    """The common part of a documented event and an event that is never sent."""

    id: str
    title: str
    operation: str
    what_to_do: str
    origin: dict[str, Any]
    sample: Event

    @property
    def event(self) -> Event:
        """A copy of the sample, which may be changed."""
        return copy.deepcopy(self.sample)

    @property
    def detail_type(self) -> str:
        """The detail-type, as it is sent."""
        return str(self.sample["detail-type"])

    @property
    def result(self) -> str:
        """`detail.result`: success or failure."""
        return str(self.sample["detail"]["result"])

    @property
    def reason(self) -> str | None:
        """`detail.reason`, which only a failed CRL generation has."""
        reason = self.sample["detail"].get("reason")
        return None if reason is None else str(reason)

    @property
    def pattern(self) -> dict[str, Any]:
        """The event pattern that matches this event and no other documented event."""
        detail = {"result": [self.result]}
        if self.reason is not None:
            detail["reason"] = [self.reason]
        return {"source": [SOURCE], "detail-type": [self.detail_type], "detail": detail}


@dataclass(frozen=True)
class DocumentedEvent(CatalogEntry):
    """One event that AWS documents: the text of the documentation, and a realistic sample."""

    meaning: str
    as_documented: Event


@dataclass(frozen=True)
class NeverSent(CatalogEntry):
    """An outcome for which AWS documents no event; the sample is what a rule for it would have to match."""

    when: str


@dataclass(frozen=True)
class CloudTrailTwin:
    """An event with the same source that CloudTrail sends, documented elsewhere; not one of the five."""

    id: str
    title: str
    operation: str
    meaning: str
    origin: dict[str, Any]
    sample: Event

    @property
    def detail_type(self) -> str:
        """The detail-type, as it is sent."""
        return str(self.sample["detail-type"])


@dataclass(frozen=True)
class Neighbour:
    """A related source that AWS documents, outside the contract.

    Attributes:
        source: the value of `source` in its events.
        title: the name of the service.
        page: the URL of the AWS documentation of its events.
        detail_types: all documented ones.
        events: samples, if AWS publishes any.
    """

    source: str
    title: str
    page: str
    detail_types: tuple[str, ...]
    events: tuple[Event, ...]


_Entry = TypeVar("_Entry", CatalogEntry, DocumentedEvent, NeverSent, CloudTrailTwin)


@cache
def documented_events() -> tuple[DocumentedEvent, ...]:
    """All documented events, in the order of the AWS page."""
    return _in_page_order(DocumentedEvent(**_read(path)) for path in locate("samples").glob("*.json"))


@cache
def never_sent() -> tuple[NeverSent, ...]:
    """The outcomes of an operation that send no event, in the order of the AWS page."""
    return _in_page_order(NeverSent(**_read(path)) for path in locate("samples").glob("never_sent/*.json"))


@cache
def cloudtrail_twins() -> tuple[CloudTrailTwin, ...]:
    """The events that CloudTrail sends with the source of AWS Private CA."""
    return _in_page_order(CloudTrailTwin(**_read(path)) for path in locate("samples").glob("cloudtrail/*.json"))


@cache
def neighbours() -> tuple[Neighbour, ...]:
    """The related sources that AWS documents, ordered by source."""
    return tuple(_neighbour(path) for path in sorted(locate("samples").glob("neighbours/*.json")))


def detail_types() -> tuple[str, ...]:
    """The five detail-types, in the order of the AWS page."""
    return tuple(dict.fromkeys(event.detail_type for event in documented_events()))


def documented(event_id: str) -> DocumentedEvent:
    """Return the documented event with an ID.

    Raises:
        BadInput: there is none; the message suggests a similar ID.
    """
    return _find(event_id, documented_events(), "documented event")


def matching(globs: Iterable[str]) -> tuple[str, ...]:
    """Return the IDs of the documented events that any of the globs matches, such as `crl-generation-failure-*`.

    Raises:
        BadInput: a glob matches none; the message suggests a similar ID.
    """
    found: dict[str, None] = {}
    for glob in globs:
        ids = [event.id for event in documented_events() if fnmatchcase(event.id, glob)]
        found.update(dict.fromkeys(ids or [documented(glob).id]))
    return tuple(event.id for event in documented_events() if event.id in found)


def never_sent_event(event_id: str) -> NeverSent:
    """Return the event that is never sent with an ID.

    Raises:
        BadInput: there is none; the message suggests a similar ID.
    """
    return _find(event_id, never_sent(), "event that is never sent")


def entry(event_id: str) -> CatalogEntry:
    """Return the documented event or the event that is never sent with an ID.

    Raises:
        BadInput: there is none; the message suggests a similar ID.
    """
    everything: tuple[CatalogEntry, ...] = (*documented_events(), *never_sent())
    return _find(event_id, everything, "event")


def id_of(event: Event) -> str:
    """Return the ID of the documented event that an event is an instance of, or else its detail-type in quotes."""
    detail = event.get("detail")
    said = (
        event.get("detail-type"),
        *((detail.get("result"), detail.get("reason")) if isinstance(detail, dict) else ()),
    )
    known = (entry.id for entry in documented_events() if (entry.detail_type, entry.result, entry.reason) == said)
    return next(known, f'"{event.get("detail-type")}"')


def named_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the IDs of events that texts name in double quotes, alone or in a comma-separated list, in their order."""
    words = (word for text in texts for quoted in _QUOTED.findall(text) for word in quoted.split(", "))
    return tuple(dict.fromkeys(word for word in words if word in _ids()))


@cache
def _ids() -> frozenset[str]:
    return frozenset(entry.id for entry in (*documented_events(), *never_sent()))


def _find(event_id: str, entries: tuple[_Entry, ...], what: str) -> _Entry:
    by_id = {entry.id: entry for entry in entries}
    if event_id in by_id:
        return by_id[event_id]
    from pca_events.wording import nearest

    meant = nearest(event_id, by_id)
    advice = f'did you mean "{meant}"?' if meant else "known: " + ", ".join(by_id)
    raise BadInput(f'there is no {what} "{event_id}"; {advice}')


def _in_page_order(entries: Iterable[_Entry]) -> tuple[_Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.origin["position"]))


def _neighbour(path: Path) -> Neighbour:
    stored = json.loads(path.read_text(encoding="utf-8"))
    stored["detail_types"], stored["events"] = tuple(stored["detail_types"]), tuple(stored["events"])
    return Neighbour(source=path.stem, **stored)


def _read(path: Path) -> dict[str, Any]:
    stored = json.loads(path.read_text(encoding="utf-8"))
    return {"id": path.stem, "sample": stored.pop("event"), **stored}
