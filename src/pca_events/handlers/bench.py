"""A handler under test: its environments, what is delivered to it, and what each delivery changes."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any

from pca_events.catalog import Event
from pca_events.handlers.batch_response import judged
from pca_events.handlers.entry import Handler
from pca_events.handlers.environment import (
    Environment,
    LambdaEnvironment,
    Outcome,
    environment_for,
)
from pca_events.handlers.later import AHEAD
from pca_events.handlers.recorded_calls import RecordedCalls
from pca_events.handlers.state import Change, Probe, State, sum_of
from pca_events.handlers.wrapping import Form, NotDelivered, wrapped
from pca_events.wording import counted

RETRIES = 2
"""How often AWS Lambda invokes a function again that failed asynchronously."""

_BLOCKED = 1.0  # seconds; what has not ended by then waits for the paused invocation
_CRASH_SECONDS = 1.0  # the time limit of an invocation that is ended; a lease that it holds lasts no longer
_LAST_RETRY = 180  # seconds after an invocation: AWS Lambda waits one minute, then two
_MOST_TIMEOUTS = 5


class TooManyTimeouts(Exception):
    """The handler timed out so often that more trials would take too long."""


@dataclass(frozen=True)
class Delivered:
    """A delivery: the outcome, and what it changed; None without a probe."""

    outcome: Outcome
    change: Change | None

    def same_effect(self, other: "Delivered") -> bool:
        """Whether it had the same outcome and changed as many items as another delivery."""
        return self.outcome.status == other.outcome.status and counts_of(self) == counts_of(other)


def counts_of(delivered: Delivered) -> dict[str, float]:
    """Return how many items of each name a delivery added; none without a probe."""
    return dict(delivered.change.counts) if delivered.change is not None else {}


class Bench:
    """Delivers events to a handler. Close it after use: it ends all processes.

    Attributes:
        invocations: how many there were.
    """

    def __init__(
        self,
        handler: Handler,
        form: Form,
        variables: Mapping[str, str],
        probe: Probe | None,
        target: Mapping[str, Any] | None = None,
    ) -> None:
        self._target = target
        self.handler = handler
        self.form = form
        self.probe = probe
        self.invocations = 0
        self._variables = variables
        self._one, self._other = (environment_for(handler, variables) for _ in range(2))
        self._traced: LambdaEnvironment | None = None
        self._later: LambdaEnvironment | None = None
        self._timeouts = 0
        self._known: State | None = None  # the state, unless an invocation may have changed it

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        for environment in (self._one, self._other, self._traced, self._later):
            if environment is not None:
                environment.close()

    def state(self) -> State | None:
        """Read the state now."""
        self._known = None if self.probe is None else self.probe.state()
        return self._known

    def deliver(self, *events: Event) -> Delivered:
        """Deliver events, and compare the state before with that after."""
        try:
            payload = self.payload(*events)
        except NotDelivered as error:
            outcome = Outcome("not delivered", error=str(error))
            return self.watched(lambda: outcome)
        return self.watched(lambda: self._invoke(self._one, _encoded(payload)))

    def deliver_payload(self, payload: Any) -> Delivered:
        """Deliver any payload, and compare the state before with that after; its records may be invalid."""
        return self.watched(lambda: self._returned(self._one, _encoded(payload)))

    def deliver_elsewhere(self, event: Event) -> Delivered:
        """Deliver an event to another environment, which shares no memory with the one of `deliver`."""
        payload = self._payload(event)
        return self.watched(lambda: self._invoke(self._other, payload))

    def payload(self, *events: Event) -> Any:
        """Return what the handler receives for events.

        Raises:
            NotDelivered: it receives nothing.
        """
        return wrapped(events, self.form, self._target)

    def watched(self, run: Callable[[], Outcome]) -> Delivered:
        """Run something, and compare the state before with that after."""
        before = self.state() if self._known is None else self._known
        outcome = run()
        after = self._known = self.state()
        return Delivered(outcome, None if before is None or after is None else after.since(before))

    def _invoke(self, environment: Environment, payload: bytes) -> Outcome:
        return judged(self._returned(environment, payload), payload, self.form)

    def _returned(self, environment: Environment, payload: bytes) -> Outcome:
        if self._timeouts >= _MOST_TIMEOUTS:
            raise TooManyTimeouts(f"stopped after {counted(_MOST_TIMEOUTS, 'invocation')} that timed out")
        self.invocations += 1
        self._known = None
        outcome = environment.invoke(payload)
        self._timeouts += outcome.status == "timed out"
        return outcome

    def _until_returned(self, payload: bytes) -> Outcome:
        outcome = self._invoke(self._one, payload)
        for _ in range(RETRIES):
            if outcome.succeeded:
                break
            outcome = self._invoke(self._one, payload)
        return outcome

    def deliver_twice_at_once(self, event: Event) -> Delivered:
        """Deliver an event to two environments at the same time, then again to those that failed."""
        payload = self._payload(event)
        return self.watched(lambda: self._settled(self._both(payload), payload))

    def _both(self, payload: bytes) -> list[Outcome]:
        barrier = threading.Barrier(2)

        def run(environment: Environment) -> Outcome:
            barrier.wait()
            return self._invoke(environment, payload)

        with ThreadPoolExecutor(2) as pool:
            return list(pool.map(run, (self._one, self._other)))

    def _settled(self, outcomes: Sequence[Outcome], payload: bytes) -> Outcome:
        """Deliver again for each that failed, and return the last outcome."""
        last = outcomes[0]
        for outcome in outcomes:
            if not outcome.succeeded:
                last = self._until_returned(payload)
        return last

    def points_of(self, event: Event, known: set[str]) -> list[str]:
        """Return the points where a delivery of an event can be interrupted, in their order; without those known.

        A point is a line of the handler or a return from one of its functions, or a call that it makes to AWS.
        """
        if self._calls is not None:
            points = [f"call {number}" for number in range(1, self._calls.calls_of(lambda: self.deliver(event)) + 1)]
        elif isinstance(self._one, LambdaEnvironment):
            traced = self._tracing()
            points = list(traced.finish(traced.begin(self._payload(event), trace={"action": "list"})).points)
        else:
            points = []
        new = [point for point in points if point not in known]
        known.update(new)
        return new

    def deliver_while_paused(self, event: Event, point: str) -> Delivered:
        """Pause a delivery at a point, deliver the same event elsewhere, let the first go on, and retry what failed."""
        payload = self._payload(event)
        return self.watched(lambda: self._settled(self._overlapping(payload, point), payload))

    @property
    def _calls(self) -> RecordedCalls | None:
        """Where a command is interrupted; None for a Python function, which is interrupted at its lines."""
        return self.probe if isinstance(self.probe, RecordedCalls) and self.handler.command else None

    def _overlapping(self, payload: bytes, point: str) -> list[Outcome]:
        if self._calls is not None:
            with self._calls.paused_at(int(point.split()[1])) as paused, ThreadPoolExecutor(1) as pool:
                first = pool.submit(self._invoke, self._one, payload)
                paused.reached(self.handler.limits.seconds)
                second = self._while_blocked(payload, paused.release)
                return [first.result(), second]
        traced = self._tracing()
        invocation = traced.begin(payload, trace={"action": "pause", "point": point})
        traced.reached(self.handler.limits.seconds)
        second = self._while_blocked(payload, invocation.released.set)
        return [judged(traced.finish(invocation), payload, self.form), second]

    def _while_blocked(self, payload: bytes, release: Callable[[], None]) -> Outcome:
        """Invoke elsewhere, release the paused invocation once that has ended or is blocked; return the outcome."""
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(self._invoke, self._other, payload)
            wait([other], _BLOCKED)
            release()
            return other.result()

    def deliver_with_crash(self, event: Event, point: str) -> tuple[Delivered, dict[str, float]]:
        """End the handler at a point of a delivery, then deliver the event again until the handler returns.

        Returns:
            The last outcome with what both deliveries changed, and how many items the ended one had added.
        """
        payload = self._payload(event)
        ended = self.watched(lambda: self._ended_at(payload, point))
        again = self.watched(lambda: self._after_crash(payload))
        if ended.change is None or again.change is None:
            return again, {}
        counts = {name: count for name, count in sum_of(ended.change.counts, again.change.counts).items() if count}
        return Delivered(again.outcome, Change(counts, ended.change.items + again.change.items)), counts_of(ended)

    def _ended_at(self, payload: bytes, point: str) -> Outcome:
        if self._calls is not None:
            self.invocations += 1
            self._known = None
            with self._calls.ended_at(int(point.split()[1]), self._one.close):
                return self._one.invoke(payload)
        traced = self._tracing()
        return traced.finish(traced.begin(payload, seconds=_CRASH_SECONDS, trace={"action": "crash", "point": point}))

    def _after_crash(self, payload: bytes) -> Outcome:
        leased_until = time.monotonic() + _CRASH_SECONDS  # at the latest: what the ended invocation has claimed
        outcome = self._until_returned(payload)
        if not outcome.succeeded and (left := leased_until - time.monotonic()) > 0:
            threading.Event().wait(left)  # such a lease has expired at the first retry of AWS Lambda
            outcome = self._until_returned(payload)
        if not outcome.succeeded and isinstance(self._one, LambdaEnvironment):
            outcome = self._invoke(self._minutes_later(), payload)
        return outcome

    def _minutes_later(self) -> LambdaEnvironment:
        """Return the environment of the last retry."""
        if self._later is None:
            variables = {**self._variables, AHEAD: str(_LAST_RETRY)}
            self._later = LambdaEnvironment(self.handler, variables, wrapper="pca_events.handlers.later.handler")
        return self._later

    def _payload(self, event: Event) -> bytes:
        return _encoded(self.payload(event))

    def _tracing(self) -> LambdaEnvironment:
        """Return the environment for one invocation that is traced."""
        self.invocations += 1
        self._known = None
        if self._traced is None:
            wrapper = "pca_events.handlers.traced.handler"
            self._traced = LambdaEnvironment(self.handler, self._variables, wrapper=wrapper)
        return self._traced


def _encoded(payload: Any) -> bytes:
    return json.dumps(payload, ensure_ascii=False).encode()
