"""Trials of a handler: each event that it accepts, delivered as EventBridge may deliver it, and all other events."""

import copy
import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pca_events import catalog, json_path
from pca_events.catalog import DocumentedEvent, Event
from pca_events.contract import fields as fields_of
from pca_events.contract import per_result, schema_of
from pca_events.errors import BadInput
from pca_events.events import PARTITIONS, aws_location, realistic, related, with_new_fields
from pca_events.handlers.batches import try_batches
from pca_events.handlers.bench import Bench, Delivered, TooManyTimeouts, counts_of
from pca_events.handlers.entry import Handler
from pca_events.handlers.findings import HandlerFinding, HandlerReport, Trial
from pca_events.handlers.interruptions import Interruptions
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
        BadInput: an event is not documented, the handler cannot be run here, or the probe fails.
    """
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
        self._any_order()
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
        failed = []
        for partition in PARTITIONS:
            delivered = self._bench.deliver(self._new(entry, partition))
            if not delivered.same_effect(once):
                failed.append(f"{partition} ({self._contrast(delivered, once)})")
        if failed:
            message = f"another effect in the partition {', '.join(failed)}"
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

    @staticmethod
    def _contrast(delivered: Delivered, once: Delivered) -> str:
        if delivered.outcome.status != once.outcome.status:
            return f"the handler {delivered.outcome}"
        return contrast(counts_of(delivered), counts_of(once))

    def _needs(self, entry: DocumentedEvent) -> None:
        """Drop one field at a time, and keep the fields without which the outcome is another one."""
        once_event, once = self._alone[entry.id]
        known = fields_of(per_result(schema_of()[entry.detail_type])[entry.result])
        needed = []
        for path in dict.fromkeys(each.path for each in known if each.type not in ("object", "array")):
            event = self._new(entry)
            without = copy.deepcopy(event)
            if not _dropped(without, path):
                continue
            if self._told(self._bench.deliver(without), event) != self._told(once, once_event):
                needed.append(path)
        self._report.needs[entry.id] = needed
        if self._plan.needs is None:
            return
        if undeclared := [
            path for path in needed if not any(json_path.leads_into(need, path) for need in self._plan.needs)
        ]:
            message = f"the outcome differs without {', '.join(undeclared)}"
            self._report.failed("delivered", entry.id, "undeclared-need", message)

    @staticmethod
    def _told(delivered: Delivered, event: Event) -> tuple[object, ...]:
        """Return all that an outcome shows, without what identifies the event."""
        value = without_identity(repr(delivered.outcome.value), event)
        change = delivered.change
        return delivered.outcome.status, value, change and dict(change.counts), change and change.of(event)

    def _any_order(self) -> None:
        """Deliver the events of one CA in order and in two other orders, and compare the effects."""
        if len(self._entries) < 2 or self._bench.probe is None:
            return
        ordered = self._effect_of(list(range(len(self._entries))))
        orders = [
            list(reversed(range(len(self._entries)))),
            self._chance.sample(range(len(self._entries)), len(self._entries)),
        ]
        for order in orders:
            found = self._effect_of(order)
            if found != ordered:
                names = ", ".join(self._entries[index].id for index in order)
                message = f"{_told_effect(found)} instead of {_told_effect(ordered)} in the order {names}"
                self._report.failed("order", self._entries[order[0]].id, "depends-on-order", message)
                return
        for entry in self._entries:
            self._report.passed("order", entry.id)

    def _effect_of(self, order: Sequence[int]) -> tuple[dict[str, float], list[str]]:
        events = related(self._entries, aws_location(), self._chance)
        before = self._bench.state()
        failed = [self._entries[at].id for at in order if not self._bench.deliver(events[at]).outcome.succeeded]
        after = self._bench.state()
        if before is None or after is None:
            return {}, sorted(failed)
        return dict(after.since(before).counts), sorted(failed)

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
                (bad_event, bad), (good_event, good) = self._alone[failure.id], self._alone[success.id]
                if bad.change and bad.change.items and self._told(bad, bad_event) == self._told(good, good_event):
                    message = "treats a failure as a success: never looks at detail.result (the same item for both)"
                    self._report.failed("delivered", failure.id, "failure-as-success", message)


def _dropped(event: Event, path: str) -> bool:
    """Remove the field at a path; False if it is not there."""
    try:
        json_path.remove(event, path)
    except BadInput:
        return False
    return True


def _told_effect(effect: tuple[dict[str, float], list[str]]) -> str:
    counts, failed = effect
    words = " and ".join(f"{count:g} {name}" for name, count in counts.items()) or "no item"
    return f"{words}, failed: {', '.join(failed)}" if failed else words
