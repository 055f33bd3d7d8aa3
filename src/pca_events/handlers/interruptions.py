"""Trials that interrupt a handler at each of its points: another delivery of the event meanwhile, or its sudden end.

Races and crashes are tried at every line or call, not by chance, so that each run gives the same verdict. Of a long
handler, points at equal distances are tried, and the two between which an item is added: a race or a crash that leaves
a wrong number of items does so just before or just after one is added.
"""

import itertools
from collections.abc import Callable, Sequence

from pca_events.catalog import DocumentedEvent, Event
from pca_events.handlers.bench import Bench, Delivered, counts_of
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.state import contrast

_NO_POINTS = "a command can be interrupted only at its calls to AWS, which were not recorded"

_MOST_POINTS = 24
"""How many points are tried at equal distances."""

_Fault = tuple[str, str]
"""The code of a finding and its message."""


class Interruptions:
    """Interrupts the handler of a bench, and reports what it finds.

    Args:
        new_event: makes an event that was not delivered yet.
    """

    def __init__(self, bench: Bench, report: HandlerReport, new_event: Callable[[DocumentedEvent], Event]) -> None:
        self._bench = bench
        self._report = report
        self._new = new_event
        self._known: set[str] = set()
        self._failed: dict[str, str] = {}

    def skip(self, entry: DocumentedEvent, reason: str) -> None:
        """Report that an event was not tried."""
        for name in ("overlap", "crash"):
            self._report.not_judged(name, entry.id, reason)

    def run(self, entry: DocumentedEvent, once: Delivered) -> None:
        """Interrupt deliveries of an event at the points that no earlier event passed.

        Args:
            once: a delivery without an interruption.
        """
        points = self._bench.points_of(self._new(entry), self._known)
        crash, tried = self._crash(entry, once, points)
        for name, found in (("overlap", self._overlap(entry, once, tried)), ("crash", crash)):
            if found is not None:
                self._failed.setdefault(name, entry.id)
                self._report.failed(name, entry.id, *found)
            elif not self._known:
                self._report.not_judged(name, entry.id, _NO_POINTS)
            elif not points and name in self._failed:
                self._report.not_judged(name, entry.id, f"it passes the same lines as {self._failed[name]}")
            else:
                self._report.passed(name, entry.id)

    def _overlap(self, entry: DocumentedEvent, once: Delivered, points: Sequence[str]) -> _Fault | None:
        """Deliver an event twice at the same time: at each point first, so that a race is found there every time."""
        found, where = "", ""
        for point in points:
            if found := _unlike(once, self._bench.deliver_while_paused(self._new(entry), point)):
                where = f"; the first was at {point} when the second came"
                break
        else:
            found = _unlike(once, self._bench.deliver_twice_at_once(self._new(entry)))
        if not found:
            return None
        return "not-idempotent-at-once", f"not idempotent: {found}, delivered twice at the same time{where}"

    def _crash(self, entry: DocumentedEvent, once: Delivered, points: Sequence[str]) -> tuple[_Fault | None, list[str]]:
        """End the handler at each point, and deliver the event again; return the first fault, and the points tried."""
        step = max(1, -(-len(points) // _MOST_POINTS))
        tried = list(range(step - 1, len(points), step))
        faults: dict[int, _Fault] = {}
        left: dict[int, dict[str, float]] = {-1: {}, len(points): counts_of(once)}
        for at in tried:
            left[at] = self._crash_at(entry, once, points, at, faults)
            if faults and step == 1:
                break
        for first, last in itertools.pairwise(sorted(left) if step > 1 else ()):
            low, high = first, last
            while high - low > 1 and left[first] != left[last]:
                middle = (low + high) // 2
                left[middle] = self._crash_at(entry, once, points, middle, faults)
                tried.append(middle)
                low, high = (low, middle) if left[middle] != left[first] else (middle, high)
        return faults[min(faults)] if faults else None, [points[at] for at in sorted(tried)]

    def _crash_at(
        self, entry: DocumentedEvent, once: Delivered, points: Sequence[str], at: int, faults: dict[int, _Fault]
    ) -> dict[str, float]:
        """End the handler at a point; return how many items it had added, and add a fault of its retry to `faults`."""
        delivered, left = self._bench.deliver_with_crash(self._new(entry), points[at])
        if found := _unlike(once, delivered):
            lost = sum(counts_of(delivered).values()) < sum(counts_of(once).values())
            code, lead = ("lost-after-crash", "lost") if lost else ("not-idempotent-after-crash", "not idempotent")
            faults[at] = code, f"{lead}: {found} after a crash at {points[at]} and a retry"
        return left


def _unlike(once: Delivered, delivered: Delivered) -> str:
    """Return what differs from the effect of one delivery; empty if nothing does."""
    if not delivered.outcome.succeeded:
        return f"the handler {delivered.outcome} on every retry"
    return contrast(counts_of(delivered), counts_of(once))
