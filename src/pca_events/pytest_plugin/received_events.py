"""The events that a scenario receives, step by step, as evidence for the messages."""

import json
from collections.abc import Iterator

from pca_events.catalog import Event
from pca_events.harness import ScenarioBus
from pca_events.harness.caller import Caller
from pca_events.messages import RECEIVED_EVENT, Attached

_MOST = 10  # events that one step shows; the others are counted
Receiver = ScenarioBus | Caller


class Evidence:
    """What the receivers of one scenario have shown so far."""

    def __init__(self) -> None:
        self._shown: list[tuple[Receiver, int]] = []

    def watch(self, receiver: Receiver) -> None:
        """Look at this one too from now on."""
        self._shown.append((receiver, 0))

    def new(self) -> tuple[Attached, ...]:
        """Return the events that have come since the last look, each as JSON; above ten, how many more there are."""
        events: list[Event] = []
        for number, (receiver, shown) in enumerate(self._shown):
            events += _events(receiver, shown)
            self._shown[number] = (receiver, len(receiver.received))
        attached = [Attached("application/json", _written(event), RECEIVED_EVENT) for event in events[:_MOST]]
        if (more := len(events) - _MOST) > 0:
            attached.append(Attached("text/plain", f"and {more} more {'event' if more == 1 else 'events'}"))
        return tuple(attached)


def _events(receiver: Receiver, shown: int) -> Iterator[Event]:
    if isinstance(receiver, ScenarioBus):
        yield from (delivery.event for delivery in receiver.received[shown:] if delivery.event is not None)
    else:
        yield from (event for event in receiver.received[shown:] if receiver.controls.isdisjoint(event["resources"]))


def _written(event: Event) -> str:
    return json.dumps(event, indent=2, ensure_ascii=False)
