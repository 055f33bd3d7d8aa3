"""Disorder between a queue and its consumer: events are duplicated, late or reordered."""

import random
from collections.abc import Callable, Sequence

from pca_events.catalog import Event

Disorder = Callable[[Sequence[Event], random.Random], list[Event]]


def _shuffled(events: Sequence[Event], chance: random.Random) -> list[Event]:
    return chance.sample(list(events), len(events))


DISORDERS: dict[str, Disorder] = {
    "as received": lambda events, _: list(events),
    "each twice": lambda events, _: [event for event in events for _ in range(2)],
    "all again at the end": lambda events, _: [*events, *events],
    "in reverse": lambda events, _: list(reversed(events)),
    "shuffled": _shuffled,
    "three times and shuffled": lambda events, chance: _shuffled([*events, *events, *events], chance),
}
"""Each kind of disorder by name; EventBridge rules out none of them."""


def deliver(events: Sequence[Event], handler: Callable[[Event], object], kind: str, seed: str) -> None:
    """Call the handler in this process, as Lambda would, once for each event that the disorder yields.

    Args:
        events: as they were received.
        handler: is called with one event at a time, each a copy of its own.
        kind: a name of `DISORDERS`.
        seed: of the random order.
    """
    for event in DISORDERS[kind](events, random.Random(seed)):  # noqa: S311
        handler(dict(event))
