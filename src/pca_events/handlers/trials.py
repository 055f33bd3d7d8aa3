"""Trials of a handler: each event that it accepts, delivered as EventBridge may deliver it, and all other events."""

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent, Event
from pca_events.errors import BadInput
from pca_events.events import PARTITIONS, aws_location, realistic, related, with_new_fields
from pca_events.handlers.batches import try_batches
from pca_events.handlers.bench import Bench, Delivered, TooManyTimeouts, counts_of
from pca_events.handlers.entry import Handler
from pca_events.handlers.findings import HandlerFinding, HandlerReport, Trial
from pca_events.handlers.interruptions import Interruptions
from pca_events.handlers.needs import fields_of, unknown_need, without
from pca_events.handlers.orders import try_orders
from pca_events.handlers.state import Probe, contrast, sum_of, without_identity
from pca_events.handlers.wrapping import Form

_NO_PROBE = "there is no probe of the state"
_NO_EFFECT = "one delivery changes nothing that the probe shows"
_NOT_CLAIMED = "the handler does not claim to be idempotent"
_LATE = timedelta(hours=24)


@dataclass(frozen=True)
class Plan:
    """What to try.

    Attributes:
        accepts: the ids of the documented events that the handler claims to accept.
        form: how events are delivered.
        target: what the target of its rule makes of an event, as PutTargets has it; None for the event itself.
        idempotent: whether it claims to tolerate duplicates.
        needs: the JSON paths that it claims to need; None if it claims nothing.
        variables: its environment variables.
        seed: the same seed gives the same events; by default another one each time, because a handler that keeps the
            ids of events does nothing when it sees them again.
    """

    accepts: tuple[str, ...]
    form: Form = "lambda"
    target: Mapping[str, Any] | None = None
    idempotent: bool = True
    needs: tuple[str, ...] | None = None
    variables: Mapping[str, str] | None = None
    seed: str = field(default_factory=lambda: secrets.token_hex(4))


def try_handler(handler: Handler, plan: Plan, probe: Probe | None = None) -> HandlerReport:
    """Try a handler. Its faults are findings of the report; it never raises because of what the handler does.

    Args:
        handler: the handler; its processes are ended before this returns.
        probe: reads the state that it changes; without one, only its outcomes are judged.

    Raises:
        BadInput: an event or a needed field is not documented, the handler cannot be run here, or the probe fails.
    """
    if unknown := unknown_need(plan.needs or (), plan.accepts):
        raise BadInput(f"{handler}: {unknown[1]}")
    entries = [catalog.documented(event_id) for event_id in plan.accepts]
    report = HandlerReport(str(handler), plan.accepts, plan.seed)
    with Bench(handler, plan.form, plan.variables or {}, probe, plan.target) as bench:
        try:
            _Trials(bench, report, plan, entries).run()
        except TooManyTimeouts as reason:
            report.stopped = str(reason)
        report.invocations = bench.invocations
    return report


class _Trials:
    def __init__(self, bench: Bench, report: HandlerReport, plan: Plan, entries: Sequence[DocumentedEvent]) -> None:
        self._bench = bench
        self._report = report
        self._plan = plan
        self._entries = entries
        self._chance = random.Random(plan.seed)  # noqa: S311 - reproducible, no secret
        self._alone: dict[str, tuple[Event, Delivered]] = {}
        self._twins: dict[str, tuple[Event, Delivered]] = {}
        self._interruptions = Interruptions(bench, report, self._new)

    def run(self) -> None:
        """Make all trials; a handler that does not start ends them."""
        if not self._in_order():
            return
        for entry in self._entries:
            if self._delivered_alone(entry):
                self._duplicates(entry)
                self._interrupted(entry)
                self._variants(entry)
                self._needs(entry)
        try_orders(self._bench, self._report, self._entries, self._chance)
        self._not_accepted()
        self._results_told_apart()
        if self._bench.probe is not None:
            healthy = [entry for entry in self._entries if entry.id in self._alone]
            try_batches(self._bench, self._report, healthy, self._new)

    def _new(self, entry: DocumentedEvent, partition: str = "aws") -> Event:
        """Make an event of this minute that no other trial has."""
        event = realistic(entry, aws_location(partition=partition), self._chance)
        event["time"] = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        return event

    def _in_order(self) -> bool:
        """Deliver one event of each kind, in the order of the operations; False if the handler does not start."""
        self._after_others: dict[str, Delivered] = {}
        for event, entry in zip(related(self._entries, aws_location(), self._chance), self._entries, strict=True):
            delivered = self._bench.deliver(event)
            self._after_others[entry.id] = delivered
            if delivered.outcome.status == "did not start":
                self._report.failed("delivered", entry.id, "does-not-start", f"the handler {delivered.outcome}")
                return False
            if delivered.outcome.succeeded:
                self._report.passed("delivered", entry.id)
            else:
                self._report.failed("delivered", entry.id, "fails", f"the handler {delivered.outcome}")
        return True

    def _delivered_alone(self, entry: DocumentedEvent) -> bool:
        """Deliver an event about a CA that the handler has not seen."""
        event = self._new(entry)
        delivered = self._bench.deliver(event)
        if delivered.outcome.succeeded:
            self._alone[entry.id] = event, delivered
            self._report.passed("alone", entry.id)
            return True
        if self._after_others[entry.id].outcome.succeeded:
            message = f"without the events before it, the handler {delivered.outcome}"
            self._report.failed("alone", entry.id, "needs-predecessor", message)
        return False

    def _duplicates(self, entry: DocumentedEvent) -> None:
        event, once = self._alone[entry.id]
        again = self._bench.deliver(event)
        if not self._plan.idempotent:
            self._report.not_judged("duplicate", entry.id, _NOT_CLAIMED)
        elif not again.outcome.succeeded:
            self._report.failed("duplicate", entry.id, "not-idempotent", f"on a duplicate, the handler {again.outcome}")
        elif again.change is None:
            self._report.not_judged("duplicate", entry.id, _NO_PROBE)
        elif again.change.counts:
            told = contrast(sum_of(counts_of(once), again.change.counts), counts_of(once))
            self._report.failed("duplicate", entry.id, "not-idempotent", f"not idempotent: {told} after a duplicate")
        elif not counts_of(once):
            self._report.not_judged("duplicate", entry.id, _NO_EFFECT)
        elif grown := counts_of(self._bench.deliver_elsewhere(event)):
            told = contrast(sum_of(counts_of(once), grown), counts_of(once))
            message = (
                f"not idempotent: {told} after a duplicate in another execution environment, which has other memory"
            )
            self._report.failed("duplicate", entry.id, "not-idempotent", message)
        else:
            self._report.passed("duplicate", entry.id)

    def _interrupted(self, entry: DocumentedEvent) -> None:
        if not self._plan.idempotent:
            self._interruptions.skip(entry, _NOT_CLAIMED)
        elif self._bench.probe is None:
            self._interruptions.skip(entry, _NO_PROBE)
        elif not counts_of(self._alone[entry.id][1]):
            self._interruptions.skip(entry, _NO_EFFECT)
        elif self._report.verdict("duplicate", entry.id) == "failed":
            self._interruptions.skip(entry, "a duplicate already has another effect")
        else:
            self._interruptions.run(entry, self._alone[entry.id][1])

    def _variants(self, entry: DocumentedEvent) -> None:
        """Deliver an event in each partition, with new fields, and late."""
        once = self._alone[entry.id][1]
        failed: dict[str, list[str]] = {}
        for partition in PARTITIONS:
            event = self._new(entry, partition)
            delivered = self._bench.deliver(event)
            if partition == "aws":
                self._twins[entry.id] = event, delivered
            if not delivered.same_effect(once):
                failed.setdefault(self._contrast(delivered, once), []).append(partition)
            elif missing := self._missing(entry, event, delivered):
                failed.setdefault(f"no item contains {missing}", []).append(partition)
        if failed:
            told = "; ".join(f"{', '.join(partitions)} ({why})" for why, partitions in failed.items())
            message = f"another effect in the partition {told}"
            self._report.failed("partitions", entry.id, "fails-in-partition", message)
        else:
            self._report.passed("partitions", entry.id)
        event = self._new(entry)
        new, late = with_new_fields(event), self._new(entry)
        late["time"] = f"{datetime.now(UTC) - _LATE:%Y-%m-%dT%H:%M:%SZ}"
        for name, code, given, told in (
            ("new fields", "fails-on-new-field", new, "with undocumented fields"),
            ("late", "ignores-late-event", late, "24 hours late"),
        ):
            delivered = self._bench.deliver(given)
            if delivered.same_effect(once):
                self._report.passed(name, entry.id)
            else:
                self._report.failed(name, entry.id, code, f"{told}: {self._contrast(delivered, once)}")

    def _missing(self, entry: DocumentedEvent, event: Event, delivered: Delivered) -> str:
        """Return the fields that the items of two events of the partition aws contain, and those of this one do not."""
        found = [
            each.change.fields_of(of)
            for of, each in (self._alone[entry.id], self._twins[entry.id], (event, delivered))
            if each.change is not None
        ]
        return " and ".join(sorted((found[0] & found[1]) - found[2])) if len(found) == 3 else ""

    @staticmethod
    def _contrast(delivered: Delivered, once: Delivered) -> str:
        if delivered.outcome.status != once.outcome.status:
            return f"the handler {delivered.outcome}"
        return contrast(counts_of(delivered), counts_of(once))

    def _needs(self, entry: DocumentedEvent) -> None:
        """Drop one field at a time, and keep the fields without which the outcome is another one."""
        told, stable = self._told_always(entry)
        needed = []
        for path in fields_of(entry.id, leaves=True):
            event = self._new(entry)
            changed = without(event, path)
            if changed is not None and _differ(self._told(self._bench.deliver(changed), event), told, stable):
                needed.append(path)
        self._report.needs[entry.id] = needed
        if self._plan.needs is None:
            return
        if undeclared := [
            path for path in needed if not any(json_path.leads_into(need, path) for need in self._plan.needs)
        ]:
            message = f"the outcome differs without {', '.join(undeclared)}"
            self._report.failed("delivered", entry.id, "undeclared-need", message)

    def _told_always(self, entry: DocumentedEvent) -> tuple[tuple[object, ...], tuple[bool, ...]]:
        """Return what a delivery shows, and of each part whether another delivery of such an event shows the same."""
        (event, once), (twin_event, twin) = self._alone[entry.id], self._twins[entry.id]
        told, again = self._told(once, event), self._told(twin, twin_event)
        return told, tuple(one == other for one, other in zip(told, again, strict=True))

    @staticmethod
    def _told(delivered: Delivered, event: Event) -> tuple[object, ...]:
        """Return all that an outcome shows, without what identifies the event: status, value, counts, items."""
        value = without_identity(repr(delivered.outcome.value), event)
        change = delivered.change
        return delivered.outcome.status, value, change and dict(change.counts), change and change.of(event)

    def _not_accepted(self) -> None:
        others: list[str] = []
        for entry in catalog.documented_events():
            if entry.id in self._plan.accepts:
                continue
            delivered = self._bench.deliver(self._new(entry))
            if delivered.change is None:
                self._report.not_judged("ignored", entry.id, _NO_PROBE)
            elif not delivered.change.counts:
                self._report.passed("ignored", entry.id)
            elif entry.result == "failure" and self._accepts_success_of(entry):
                message = f"treats a failure as a success: never looks at detail.result ({delivered.change} more)"
                self._report.failed("ignored", entry.id, "failure-as-success", message)
            else:
                others.append(entry.id)
                self._report.trials.append(Trial("ignored", entry.id, "failed"))
        if others:
            message = f"changes the state on events that it does not accept: {', '.join(others)}"
            self._report.findings.append(HandlerFinding("acts-on-other-event", others[0], message))

    def _accepts_success_of(self, failure: DocumentedEvent) -> bool:
        return any(each.detail_type == failure.detail_type and each.result == "success" for each in self._entries)

    def _results_told_apart(self) -> None:
        """Compare the effects of a success and of a failure of one detail-type, if the handler accepts both."""
        for failure in self._entries:
            for success in self._entries:
                same_type = failure.detail_type == success.detail_type
                if not same_type or failure.result == success.result or failure.result == "success":
                    continue
                if not {failure.id, success.id} <= self._alone.keys():
                    continue
                if "$.detail.result" not in self._report.needs[failure.id] and self._same(failure, success):
                    message = "treats a failure as a success: never looks at detail.result (the same item for both)"
                    self._report.failed("delivered", failure.id, "failure-as-success", message)

    def _same(self, one: DocumentedEvent, other: DocumentedEvent) -> bool:
        """Whether two events leave the same new items; False where items are never the same, or not known."""
        (told, stable), (other_told, other_stable) = self._told_always(one), self._told_always(other)
        both = tuple(map(all, zip(stable, other_stable, strict=True)))
        return both[-1] and bool(told[-1]) and not _differ(told, other_told, both)


def _differ(told: Sequence[object], other: Sequence[object], judged: Sequence[bool]) -> bool:
    """Whether two deliveries show something else in a part that is judged."""
    return any(judged and one != another for one, another, judged in zip(told, other, judged, strict=True))
