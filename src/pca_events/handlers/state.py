"""The state that a handler changes, read by a probe, and how two states differ."""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pca_events.catalog import Event
from pca_events.errors import BadInput
from pca_events.handlers.entry import Handler
from pca_events.handlers.environment import CommandEnvironment, LambdaEnvironment

_UNNAMED = "items"
_TIME = (
    r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b1[5-9]\d{8}(?:\d{3}){0,3}(?:\.\d+)?\b"  # seconds to nanoseconds since 1970
)
_TIMES = re.compile(_TIME, re.ASCII)
_OF_THE_RUN = re.compile(
    rf"\b[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}\b|\b[0-9a-f]{{32}}\b|{_TIME}", re.ASCII
)
_OWN_FIELDS = re.compile(r"<(?:id|time|(?:id of )?resources\[\d+\])>", re.ASCII)


@dataclass(frozen=True)
class State:
    """What a probe found: the number of items by name, and the items themselves where the probe returned them.

    Attributes:
        counts: the number of items of each name.
        items: each item as canonical JSON, with its name; how often each occurs.
    """

    counts: Mapping[str, float]
    items: Counter[tuple[str, str]]

    def since(self, before: "State") -> "Change":
        """Return what was added since an earlier state."""
        names = self.counts.keys() | before.counts.keys()
        counts = {name: self.counts.get(name, 0) - before.counts.get(name, 0) for name in sorted(names)}
        return Change({name: count for name, count in counts.items() if count}, self.items - before.items)


@dataclass(frozen=True)
class Change:
    """The difference of two states: the numbers of items that changed, and the items that are new."""

    counts: Mapping[str, float]
    items: Counter[tuple[str, str]]

    def __str__(self) -> str:
        return amounts(self.counts)

    def of(self, *events: Event) -> list[tuple[str, str]]:
        """Return the new items without what identifies the events, so that those of other events can be compared."""
        return sorted((name, without_identity(item, *events)) for name, item in self.items.elements())

    def fields_of(self, event: Event) -> frozenset[str]:
        """Return which fields that no other event has are in the new items, such as `<resources[0]>`."""
        return frozenset(found for _, item in self.of(event) for found in _OWN_FIELDS.findall(item))


def contrast(found: Mapping[str, float], wanted: Mapping[str, float]) -> str:
    """Return how the numbers of items differ: `2 items instead of 1`."""
    names = [name for name in sorted(found.keys() | wanted.keys()) if found.get(name, 0) != wanted.get(name, 0)]
    return " and ".join(f"{_amount(name, found.get(name, 0))} instead of {wanted.get(name, 0):g}" for name in names)


def amounts(counts: Mapping[str, float]) -> str:
    """Return numbers of items in words: `2 items`, `1 in "tickets"`, `no item`."""
    return " and ".join(_amount(name, count) for name, count in counts.items()) or "no item"


def sum_of(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return the numbers of items of two changes together."""
    return {name: one.get(name, 0) + other.get(name, 0) for name in sorted(one.keys() | other.keys())}


def _amount(name: str, count: float) -> str:
    if name == _UNNAMED:
        return f"{count:g} item" + ("" if count == 1 else "s")
    return f'{count:g} in "{name}"'


def without_identity(text: str, *events: Event) -> str:
    """Replace the values that differ from event to event by the names of their fields, and those of a run by `<new>`.

    Those of a run are UUIDs and times that are not in the event, such as the time at which a handler stored it.
    """
    values: dict[str, str] = {}
    for number, event in enumerate(events, 1):
        of = f" of event {number}" if len(events) > 1 else ""
        for name in ("id", "time", "account", "region"):
            if event.get(name):
                values.setdefault(str(event[name]), f"<{name}{of if name in ('id', 'time') else ''}>")
        for index, resource in enumerate(event.get("resources") or ()):
            values.setdefault(str(resource), f"<resources[{index}]>")
            values.setdefault(str(resource).rpartition("/")[2], f"<id of resources[{index}]>")
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, values[value])
    return _OF_THE_RUN.sub("<new>", text)


def without_times(text: str) -> str:
    """Replace all times, such as the one at which a handler stored something."""
    return _TIMES.sub("<time>", text)


def state_of(found: Any, probe: str) -> State:
    """Read what a probe returned: a number of items, a list of items, or an object of these by name.

    Raises:
        BadInput: it is something else.
    """
    named = found if isinstance(found, dict) else {_UNNAMED: found}
    counts: dict[str, float] = {}
    items: Counter[tuple[str, str]] = Counter()
    for name, value in named.items():
        if isinstance(value, bool) or not isinstance(value, int | float | list):
            raise BadInput(
                f"the probe {probe} returned {json.dumps(value)[:80]} for {name}; it must return a number of items, a "
                "list of items, or an object of these by name"
            )
        counts[name] = len(value) if isinstance(value, list) else value
        if isinstance(value, list):
            items.update((name, json.dumps(item, sort_keys=True, ensure_ascii=False)) for item in value)
    return State(counts, items)


class Probe(Protocol):
    """Reads the state."""

    def state(self) -> State:
        """Return the state.

        Raises:
            BadInput: it cannot be read.
        """

    def close(self) -> None:
        """End what was started."""


class CallableProbe:
    """A Python function in this process."""

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function

    def state(self) -> State:
        """Call the function."""
        found = self._function()
        try:
            found = json.loads(
                json.dumps(list(found) if isinstance(found, tuple | set | frozenset) else found, default=str)
            )
        except (TypeError, ValueError) as error:
            raise BadInput(f"the probe {self._function!r} returned a value that is not JSON: {error}") from error
        return state_of(found, getattr(self._function, "__name__", "function"))

    def close(self) -> None:
        """Do nothing."""


class ProcessProbe:
    """A Python function or a command in a separate process."""

    def __init__(self, probe: Handler, variables: Mapping[str, str]) -> None:
        self._probe = probe
        self._environment = (
            CommandEnvironment(probe, variables)
            if probe.command
            else LambdaEnvironment(probe, variables, wrapper="pca_events.handlers.traced.probe")
        )

    def state(self) -> State:
        """Run it."""
        outcome = self._environment.invoke(b"{}")
        if not outcome.succeeded:
            raise BadInput(f"the probe {self._probe} failed ({outcome}); run it alone to see why")
        return state_of(outcome.value, str(self._probe))

    def close(self) -> None:
        """End the process."""
        self._environment.close()
