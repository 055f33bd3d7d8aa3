"""Trials that deliver the events of one CA in several orders, and compare what is left in the state."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pca_events.catalog import DocumentedEvent, Event
from pca_events.events import aws_location, realistic, related
from pca_events.handlers.bench import Bench
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.state import amounts

_LONGEST = 100  # characters of an item in a message


@dataclass(frozen=True)
class _Effect:
    """What the events of one CA changed together, without what identifies them, and which of them failed."""

    counts: Mapping[str, float]
    failed: Sequence[str]
    items: Sequence[tuple[str, str]]

    def __str__(self) -> str:
        return amounts(self.counts) + (f", failed: {', '.join(self.failed)}" if self.failed else "")


def try_orders(bench: Bench, report: HandlerReport, entries: Sequence[DocumentedEvent], chance: random.Random) -> None:
    """Deliver events in the order in which they were sent, twice, and in two other orders; do nothing without a probe.

    The items themselves are compared only if both deliveries in the first order left the same ones: they may contain
    numbers or texts that are never the same.

    Args:
        entries: the events that the handler accepts.
    """
    if len(entries) < 2 or bench.probe is None:
        return
    straight = list(range(len(entries)))
    ordered, again = (_effect_of(bench, entries, straight, chance) for _ in range(2))
    for order in (straight[::-1], chance.sample(straight, len(straight))):
        found = _effect_of(bench, entries, order, chance)
        names = ", ".join(entries[index].id for index in order)
        if (found.counts, found.failed) != (ordered.counts, ordered.failed):
            message = f"{found} instead of {ordered} in the order {names}"
        elif ordered.items == again.items != found.items:
            message = f"{_contrast(found, ordered)} in the order {names}"
        else:
            continue
        report.failed("order", entries[order[0]].id, "depends-on-order", message)
        return
    for entry in entries:
        report.passed("order", entry.id)


def _possible(entries: Sequence[DocumentedEvent], chance: random.Random) -> list[Event]:
    """Make events of one CA that can all be sent: a CA, certificate or report that failed is not one that succeeded."""
    events = related(entries, aws_location(), chance)
    for event, entry in zip(events, entries, strict=True):
        if entry.result == "failure" and "reason" not in event["detail"]:  # a CRL is generated again and again
            old, new = event["resources"][-1], realistic(entry, aws_location(), chance)["resources"][-1]
            event["resources"][-1] = "/".join([*old.split("/")[:-1], new.rpartition("/")[2]])
    return events


def _effect_of(
    bench: Bench, entries: Sequence[DocumentedEvent], order: Sequence[int], chance: random.Random
) -> _Effect:
    events = _possible(entries, chance)
    before = bench.state()
    failed = [entries[at].id for at in order if not bench.deliver(events[at]).outcome.succeeded]
    after = bench.state()
    if before is None or after is None:
        return _Effect({}, sorted(failed), [])
    change = after.since(before)
    return _Effect(dict(change.counts), sorted(failed), change.of(*events))


def _contrast(found: _Effect, ordered: _Effect) -> str:
    """Return the first item that differs, and the expected one."""
    new = [item for name, item in found.items if (name, item) not in ordered.items]
    old = [item for name, item in ordered.items if (name, item) not in found.items]
    return f"the item {new[0][:_LONGEST]} instead of {old[0][:_LONGEST]}" if new and old else "other items"
