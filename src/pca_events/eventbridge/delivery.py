"""The delivery of events to targets: permissions, attempts, retries, dead-letter queues, and faults that tests plan."""

import logging
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from localstack.utils.xray.trace_header import TraceHeader

from pca_events.eventbridge.dead_letters import DeadLetter, send_dead_letter
from pca_events.eventbridge.delivery_faults import DeliveryFaults, PlannedFault
from pca_events.eventbridge.failures import Failure, failure_of
from pca_events.eventbridge.functions import FunctionHost, function_host, payload_of
from pca_events.eventbridge.permissions import check_delivery
from pca_events.eventbridge.publishing import TIME_FORMAT, Event
from pca_events.eventbridge.schedule import Schedule
from pca_events.eventbridge.target_input import text_for
from pca_events.eventbridge.targets import send
from pca_events.eventbridge.trace import Attempt, Traces
from pca_events.eventbridge.unavailable import refuse_unavailable
from pca_events.moving_clock import clock_of

LOG = logging.getLogger(__name__)

DELIVERED = "delivered"
"""The answer of an attempt that succeeded."""

MOST_RETRIES = 185
LONGEST_AGE = 86_400  # seconds
_FIRST_DELAY = 1.0  # seconds; AWS documents only that delays grow exponentially and vary at random
_LONGEST_DELAY = 600.0  # seconds; with it, 185 retries take about a day
_WORKERS = 8  # retries that are made at the same time


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event on its way to one target of a rule.

    Attributes:
        event: the whole event, never changed.
        rule: LocalStack's model of the rule.
        target: as PutTargets got it.
        trace_header: of X-Ray.
        forwarded: whether the event comes from another event bus; then EventBridge does not send it to a third.
    """

    event: Event
    rule: Any
    target: Mapping[str, Any]
    trace_header: TraceHeader
    forwarded: bool = False


@dataclass(frozen=True, slots=True)
class _Try:
    """One attempt of a delivery.

    Attributes:
        delivery: the delivery.
        received: when EventBridge received the event.
        due: when the attempt is made.
        retries: how many retries were made before; -1 before the first attempt.
    """

    delivery: Delivery
    received: datetime
    due: datetime
    retries: int = -1


class Host(Protocol):
    """The provider, as deliveries see it."""

    traces: Traces
    _target_sender_store: dict[str, Any]

    def keep(self, delivery: Delivery) -> str:
        """Keep an event in the archive that is the target, and return what is noted in the trace."""

    def forward(self, delivery: Delivery) -> str:
        """Put an event on the event bus that is the target, and return what is noted in the trace."""


class Deliveries:
    """Delivers events to targets."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._schedule = Schedule("eventbridge-schedule")
        self._pool = ThreadPoolExecutor(_WORKERS, "eventbridge-retries")
        self._faults: defaultdict[str, DeliveryFaults] = defaultdict(DeliveryFaults)

    def deliver(self, delivery: Delivery) -> None:
        """Make the first attempt, unless a fault is planned; further attempts are made in other threads."""
        account = delivery.rule.account_id
        now = clock_of(account).now()
        first = _Try(delivery, now, now)
        attempt = partial(self._attempt, first)
        fault = self._faults[account].take(delivery.rule.arn, "drop", "delay", "duplicate", "shuffle")
        match fault.fault if fault else None:
            case "drop":
                self._note(first, "not tried", "dropped: a planned fault")
            case "delay" if fault:
                due = now + fault.seconds
                self._note(first, "not tried yet", f"delayed until {_shown(due)}: a planned fault")
                self._schedule.at(account, due, partial(self._pool.submit, attempt))
            case "shuffle" if fault:
                self._note(first, "not tried yet", "held back to be shuffled: a planned fault")
                self._submit(self._faults[account].hold(fault, attempt))
            case "duplicate":
                attempt()
                attempt()
            case _:
                attempt()

    def planned_faults(self, account: str) -> list[dict[str, Any]]:
        """Return the planned faults of an account as JSON."""
        return self._faults[account].shown()

    def plan_fault(self, account: str, planned: PlannedFault) -> None:
        """Plan a fault of the next deliveries of an account."""
        self._submit(self._faults[account].plan(planned))

    def clear_faults(self, account: str) -> None:
        """Cancel the planned faults of an account, and make the deliveries that were held back."""
        self._submit(self._faults[account].clear())

    def _submit(self, calls: list[Callable[[], None]]) -> None:
        for call in calls:
            self._pool.submit(call)

    def _attempt(self, tried: _Try) -> None:
        """Make one attempt and plan what follows."""
        try:
            target = tried.delivery.rule.targets.get(tried.delivery.target["Id"])
            if target is None:
                self._note(tried, "not tried: the target was removed", "dropped")
                return
            now = replace(tried, delivery=replace(tried.delivery, target=target), retries=tried.retries + 1)
            try:
                if answer := self._send(now):
                    self._note(now, answer)
            except Exception as error:
                failure = failure_of(error)
                if failure.code == "INTERNAL_ERROR" and not failure.retried:
                    LOG.error("EventBridge could not deliver to %s: %s", target["Arn"], failure)  # noqa: TRY400
                self._note(now, str(failure), self._after(now, failure))
        except Exception as error:
            event_id = tried.delivery.event["id"]
            LOG.error("EventBridge could not finish a delivery of event %s: %r", event_id, error)  # noqa: TRY400

    def _send(self, tried: _Try) -> str:
        """Deliver, and return the answer; it is empty if it is in the trace already.

        Raises:
            Exception: the target did not accept the event.
        """
        delivery, rule, target = tried.delivery, tried.delivery.rule, tried.delivery.target
        if self._faults[rule.account_id].take(rule.arn, "fail"):
            raise Failure("THROTTLING", "a fault that was planned through the control API", retried=True)
        if ":archive/" in target["Arn"]:
            return self._host.keep(delivery)
        refuse_unavailable(rule.name, target["Arn"])
        check_delivery(rule, delivery.event, target["Arn"], target.get("RoleArn"))
        if ":event-bus/" in target["Arn"]:
            return self._host.forward(delivery)
        sender = self._host._target_sender_store[f"{rule.arn}-{target['Id']}"]
        received = tried.received.strftime(TIME_FORMAT)
        text = text_for(target, delivery.event, rule.arn, received)
        if text is None:
            return f"nothing to deliver: the event has no {target['InputPath']}"
        if ":function:" in target["Arn"] and (host := function_host()):
            return self._to_function(host, tried, text)
        send(sender, text, delivery.event, delivery.trace_header)
        return DELIVERED

    def _to_function(self, host: FunctionHost, tried: _Try, text: str) -> str:
        """Queue an event for a function, whose attempts follow that of EventBridge in the trace."""
        event_id, target = tried.delivery.event["id"], tried.delivery.target
        self._note(tried, DELIVERED)
        self._host.traces.invoked(event_id, tried.delivery.rule.name, target["Id"])
        traces = self._host.traces
        host.accept(
            target["Arn"],
            payload_of(text),
            lambda answer, follows: traces.ended(event_id, self._of(tried, answer, follows)),
        )
        return ""

    def _after(self, failed: _Try, failure: Failure) -> str:
        """Plan another attempt, or give up; return which."""
        if not failure.retried or (failure.not_before or 0) < 0:
            return self._give_up(failed, failure)
        policy = failed.delivery.target.get("RetryPolicy") or {}
        last = failed.received + timedelta(seconds=policy.get("MaximumEventAgeInSeconds", LONGEST_AGE))
        if failed.retries >= policy.get("MaximumRetryAttempts", MOST_RETRIES):
            return self._give_up(failed, failure, "MaximumRetryAttempts")
        if failed.due >= last:
            return self._give_up(failed, failure, "MaximumEventAgeInSeconds")
        wait = max(_delay(failed.retries), failure.not_before or 0)
        again = replace(failed, due=min(failed.due + timedelta(seconds=wait), last))
        call = partial(self._pool.submit, self._attempt, again)
        self._schedule.at(failed.delivery.rule.account_id, again.due, call)
        return f"retried at {_shown(again.due)}"

    def _give_up(self, failed: _Try, failure: Failure, exhausted: str = "") -> str:
        letter = DeadLetter(
            failed.delivery.event, failed.delivery.rule, failed.delivery.target, failure, failed.retries, exhausted
        )
        return send_dead_letter(letter)

    def _note(self, tried: _Try, answer: str, follows: str = "") -> None:
        """Add an attempt to the trace of its event."""
        self._host.traces.attempted(tried.delivery.event["id"], self._of(tried, answer, follows))

    @staticmethod
    def _of(tried: _Try, answer: str, follows: str) -> Attempt:
        """Return what the trace has about an attempt that was made now."""
        rule, target = tried.delivery.rule, tried.delivery.target
        now = _shown(clock_of(rule.account_id).now())
        return Attempt(rule.name, target["Id"], target["Arn"], now, answer, follows)


def _delay(retries: int) -> float:
    """Return the seconds before the next attempt: they double, and vary so that targets are not hit all at once."""
    return min(_FIRST_DELAY * 2.0**retries, _LONGEST_DELAY) * random.uniform(0.5, 1)  # noqa: S311


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
