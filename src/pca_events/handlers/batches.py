"""Trials of a handler that receives records of SQS: several in a batch, a duplicate among them, one that is broken."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pca_events.catalog import DocumentedEvent, Event
from pca_events.handlers.batch_response import SQS_FORMS, failed_records
from pca_events.handlers.bench import RETRIES, Bench, Delivered
from pca_events.handlers.findings import HandlerReport
from pca_events.handlers.state import contrast
from pca_events.handlers.wrapping import sqs_record

_BROKEN = "not JSON"
_RECORDS = 3


def try_batches(
    bench: Bench,
    report: HandlerReport,
    entries: Sequence[DocumentedEvent],
    new_event: Callable[[DocumentedEvent], Event],
) -> None:
    """Deliver batches of the events that a handler of SQS processes alone; do nothing for another form.

    Args:
        entries: the events that the handler processes.
        new_event: makes an event that was not delivered yet.
    """
    if bench.form not in SQS_FORMS:
        return
    for entry in entries:
        once = _growth(bench.deliver(new_event(entry)))
        if not once:
            report.not_judged("batch", entry.id, "one event changes nothing that the probe shows")
        elif _reads_all(bench, report, entry, once, new_event):
            _with_broken_record(bench, report, entry, once, new_event)


def _reads_all(
    bench: Bench,
    report: HandlerReport,
    entry: DocumentedEvent,
    once: Mapping[str, float],
    new_event: Callable[[DocumentedEvent], Event],
) -> bool:
    delivered = bench.deliver(*(new_event(entry) for _ in range(_RECORDS)))
    if not delivered.outcome.succeeded:
        message = f"with {_RECORDS} records, the handler {delivered.outcome}"
        report.failed("batch", entry.id, "fails", message)
    elif _growth(delivered) == _times(once, _RECORDS):
        return True
    elif _growth(delivered) == dict(once):
        told = contrast(once, _times(once, _RECORDS))
        message = f"reads only the first record of a batch: {told} after {_RECORDS} records"
        report.failed("batch", entry.id, "first-record-only", message)
    else:
        message = f"{contrast(_growth(delivered), _times(once, _RECORDS))} after a batch of {_RECORDS} records"
        report.failed("batch", entry.id, "first-record-only", message)
    return False


def _with_broken_record(
    bench: Bench,
    report: HandlerReport,
    entry: DocumentedEvent,
    once: Mapping[str, float],
    new_event: Callable[[DocumentedEvent], Event],
) -> None:
    """Deliver a batch whose second record cannot be read, and as SQS does, what failed again."""
    events = [new_event(entry) for _ in range(_RECORDS - 1)]
    records: list[dict[str, Any]] = [bench.payload(event)["Records"][0] for event in events]
    broken = sqs_record(_BROKEN, events[0])
    left = [records[0], broken, *records[1:]]
    before, last = bench.state(), None
    whole = named_good = False
    for _ in range(RETRIES + 1):
        last = bench.deliver_payload({"Records": left})
        failed = failed_records(last.outcome, left)
        whole = whole or not last.outcome.succeeded
        named_good = named_good or (last.outcome.succeeded and any(record is not broken for record in failed))
        left = failed
        if all(record is broken for record in left):
            break
    after = bench.state()
    grown = {} if before is None or after is None else dict(after.since(before).counts)
    if last is None:
        return
    if grown != _times(once, len(events)):
        message = f"one broken record blocks the others: {contrast(grown, _times(once, len(events)))}"
        report.failed("batch", entry.id, "batch-is-blocked", message)
    elif whole:
        message = "one broken record fails the whole batch, so that the others are delivered again"
        report.failed("batch", entry.id, "whole-batch-fails", message)
    elif not left:
        message = "loses a record: the handler reports success for a record that it could not read"
        report.failed("batch", entry.id, "loses-record", message)
    elif named_good:
        message = "names records in batchItemFailures that it has processed"
        report.failed("batch", entry.id, "whole-batch-fails", message)
    else:
        report.passed("batch", entry.id)


def _growth(delivered: Delivered) -> dict[str, float]:
    return {} if delivered.change is None or not delivered.outcome.succeeded else dict(delivered.change.counts)


def _times(counts: Mapping[str, float], times: int) -> dict[str, float]:
    return {name: count * times for name, count in counts.items()}
