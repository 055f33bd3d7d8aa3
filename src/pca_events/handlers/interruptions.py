"""Trials that interrupt a handler at each of its points: another delivery of the event meanwhile, or its sudden end.

Races and crashes are tried at every line or call, not by chance, so that each run gives the same verdict.
"""

from collections.abc import Callable

from pca_events.catalog import DocumentedEvent, Event
from pca_events.handlers.bench import Bench, Delivered, counts_of
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.state import contrast

_NO_POINTS = "a command can be interrupted only at its calls to AWS, which were not recorded"

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
        for name, found in (
            ("overlap", self._overlap(entry, once, points)),
            ("crash", self._crash(entry, once, points)),
        ):
            if found is not None:
                self._failed.setdefault(name, entry.id)
                self._report.failed(name, entry.id, *found)
            elif not self._known:
                self._report.not_judged(name, entry.id, _NO_POINTS)
            elif not points and name in self._failed:
                self._report.not_judged(name, entry.id, f"it passes the same lines as {self._failed[name]}")
            else:
                self._report.passed(name, entry.id)

    def _overlap(self, entry: DocumentedEvent, once: Delivered, points: list[str]) -> _Fault | None:
        """Deliver an event twice at the same time."""
        where = ""
        found = _unlike(once, self._bench.deliver_twice_at_once(self._new(entry)))
        for point in points:
            if found:
                break
            found = _unlike(once, self._bench.deliver_while_paused(self._new(entry), point))
            where = f"; the first was at {point} when the second came"
        if not found:
            return None
        return "not-idempotent-at-once", f"not idempotent: {found}, delivered twice at the same time{where}"

    def _crash(self, entry: DocumentedEvent, once: Delivered, points: list[str]) -> _Fault | None:
        """End the handler at each point, and deliver the event again."""
        for point in points:
            delivered = self._bench.deliver_with_crash(self._new(entry), point)
            if found := _unlike(once, delivered):
                lost = sum(counts_of(delivered).values()) < sum(counts_of(once).values())
                code, lead = ("lost-after-crash", "lost") if lost else ("not-idempotent-after-crash", "not idempotent")
                return code, f"{lead}: {found} after a crash at {point} and a retry"
        return None


def _unlike(once: Delivered, delivered: Delivered) -> str:
    """Return what differs from the effect of one delivery; empty if nothing does."""
    if not delivered.outcome.succeeded:
        return f"the handler {delivered.outcome} on every retry"
    return contrast(counts_of(delivered), counts_of(once))
