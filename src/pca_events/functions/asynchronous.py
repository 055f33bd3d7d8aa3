"""Asynchronous invocations: a queue, two retries by the clock of the account, destinations and dead letters."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from pca_events.eventbridge.failures import failure_of
from pca_events.eventbridge.functions import Note
from pca_events.eventbridge.schedule import Schedule
from pca_events.functions.destinations import Condition, invocation_record, send_dead_letter, send_record
from pca_events.functions.event_configs import EventConfig
from pca_events.functions.invocations import Ran
from pca_events.functions.names import FunctionId
from pca_events.moving_clock import clock_of

LOG = logging.getLogger(__name__)

_WORKERS = 4  # asynchronous invocations that run at the same time
_FIRST_DELAY = 60  # seconds before the first retry; twice as many before the second


class Host(Protocol):
    """The provider, as asynchronous invocations see it."""

    def run(self, function: FunctionId, payload: bytes, request_id: str, *, waits: bool = False) -> Ran:
        """Invoke a function."""

    def event_config(self, function: FunctionId) -> EventConfig | None:
        """Return how it is invoked asynchronously; None by default."""

    def dead_letters(self, function: FunctionId) -> str:
        """Return the ARN of its dead-letter queue; empty if it has none."""


@dataclass(frozen=True)
class Queued:
    """An event in the queue of a function.

    Attributes:
        function: the function.
        payload: what it receives.
        request_id: the same for each attempt.
        note: writes the attempts into a trace.
        received: when Lambda accepted the event, by the clock of the account.
        due: when the attempt is made.
        retries: how many were made before.
    """

    function: FunctionId
    payload: bytes
    request_id: str
    note: Note
    received: datetime
    due: datetime
    retries: int = 0


def after_failure(event: Queued, config: EventConfig | None) -> datetime | Condition:
    """Return when an event whose attempt failed is retried, or why it is not."""
    limits = config or EventConfig(event.received)
    if event.retries >= limits.most_retries:
        return "RetriesExhausted"
    again = event.due + timedelta(seconds=_FIRST_DELAY * (event.retries + 1))
    return "EventAgeExceeded" if again > event.received + timedelta(seconds=limits.longest_age) else again


class AsynchronousInvocations:
    """The queues of all functions."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._schedule = Schedule("function-retries")
        self._pool = ThreadPoolExecutor(_WORKERS, "functions")

    def accept(self, function: FunctionId, payload: bytes, request_id: str, note: Note | None = None) -> None:
        """Queue an event; the attempts are made in other threads."""
        now = clock_of(function.account).now()
        self._pool.submit(self._attempt, Queued(function, payload, request_id, note or _no_note, now, now))

    def _attempt(self, event: Queued) -> None:
        try:
            ran = self._host.run(event.function, event.payload, event.request_id, waits=True)
            event.note(f"the function {ran.outcome}", self._after(event, ran))
        except Exception as error:
            LOG.error("Lambda could not finish an invocation of %s: %r", event.function.arn, error)  # noqa: TRY400
            event.note(f"not finished: {error!r}", "dropped")

    def _after(self, event: Queued, ran: Ran) -> str:
        """Plan a retry, or send what ends the event to where it belongs; return which."""
        config = self._host.event_config(event.function)
        if not ran.failed:
            return self._to_destination(event, ran, "Success", config.on_success if config else "")
        follows = after_failure(event, config)
        if isinstance(follows, datetime):
            again = replace(event, due=follows, retries=event.retries + 1)
            call = partial(self._pool.submit, self._attempt, again)
            self._schedule.at(event.function.account, follows, call)
            return f"retried at {follows.isoformat(timespec='milliseconds')}"
        ends = [self._to_destination(event, ran, follows, config.on_failure if config else "")]
        if letters := self._host.dead_letters(event.function):
            send = partial(send_dead_letter, letters, event.payload, ran, event.request_id, event.function)
            ends.append(_sent(send, f"the dead-letter queue {letters}"))
        return "; ".join(each for each in ends if each) or "dropped"

    def _to_destination(self, event: Queued, ran: Ran, condition: Condition, arn: str) -> str:
        if not arn:
            return ""
        record = invocation_record(
            event.function,
            event.request_id,
            event.payload,
            ran,
            condition=condition,
            count=event.retries + 1,
            now=clock_of(event.function.account).now(),
        )
        name = "failure" if ran.failed else "success"
        return _sent(
            partial(send_record, arn, record, event.function, failed=ran.failed), f"the on-{name} destination {arn}"
        )


def _sent(send: Callable[[], None], where: str) -> str:
    """Send something, and return the outcome, for the trace and the log."""
    try:
        send()
    except Exception as error:
        LOG.warning("Lambda could not send to %s: %s", where, failure_of(error))
        return f"not accepted by {where}: {failure_of(error)}"
    return f"sent to {where}"


def _no_note(_answer: str, _follows: str) -> None:
    """Note nothing: the event is not of EventBridge."""
