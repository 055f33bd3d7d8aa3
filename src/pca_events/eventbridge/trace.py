"""What happened to each event: which rules it made fire or what blocked them, and every attempt to deliver it."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from localstack.services.events.models import EventBus

from pca_events.eventbridge.patterns import READS_TOO, compiled, may_read
from pca_events.eventbridge.publishing import Event

_MOST_EVENTS = 5_000  # whose traces are kept
_MOST_SHARED = 1_000  # event buses whose latest rules are shared between traces
_PATIENCE = 5.0  # seconds until the rules of an event are evaluated; a target may be slow


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver an event to a target.

    Attributes:
        rule: the name of the rule.
        target: the id of the target.
        arn: of the target.
        time: when, by the clock of the account, ISO 8601.
        answer: `delivered`, or what went wrong: an error code and its message.
        next: what follows a failure: the time of the retry, `dead-letter queue ...`, or `dropped`; else empty.
    """

    rule: str
    target: str
    arn: str
    time: str
    answer: str
    next: str = ""


_Rules = tuple[tuple[Any, ...], tuple[str, ...]]
"""The rules of an event bus at one time, and their states; events share it while nothing changes."""


@dataclass(slots=True)
class _Trace:
    event: Event
    bus: str
    rules: _Rules
    attempts: list[Attempt] = field(default_factory=list)
    running: set[tuple[str, str]] = field(default_factory=set)
    dispatched: threading.Event = field(default_factory=threading.Event)


class Traces:
    """The traces of the last events, in memory."""

    def __init__(self) -> None:
        self._traces: OrderedDict[str, _Trace] = OrderedDict()
        self._latest: dict[str, _Rules] = {}
        self._lock = threading.Lock()
        self._ended = threading.Condition(self._lock)

    def begin(self, event: Event, bus: EventBus, rules: tuple[Any, ...]) -> None:
        """Begin the trace of an event, with the rules of its bus and their states at this time."""
        now = (rules, tuple(rule.state for rule in rules))
        with self._lock:
            known = self._latest.get(bus.arn)
            snapshot = known if known == now else now
            if len(self._latest) > _MOST_SHARED:
                self._latest.clear()
            self._latest[bus.arn] = snapshot
            trace = _Trace(event, bus.arn, snapshot)
            self._traces[event["id"]] = trace
            if len(self._traces) > _MOST_EVENTS:
                self._traces.popitem(last=False)

    def attempted(self, event_id: str, attempt: Attempt) -> None:
        """Add an attempt to the trace of its event."""
        with self._lock:
            if trace := self._traces.get(event_id):
                trace.attempts.append(attempt)

    def invoked(self, event_id: str, rule: str, target: str) -> None:
        """Note that the function of a target is about to run for the first time."""
        with self._lock:
            if trace := self._traces.get(event_id):
                trace.running.add((rule, target))

    def ended(self, event_id: str, attempt: Attempt) -> None:
        """Add the attempt of a function that has run."""
        self.attempted(event_id, attempt)
        with self._ended:
            if trace := self._traces.get(event_id):
                trace.running.discard((attempt.rule, attempt.target))
                self._ended.notify_all()

    def dispatched(self, event_id: str) -> None:
        """Note that every rule was evaluated, and every target had its first attempt."""
        with self._lock:
            trace = self._traces.get(event_id)
        if trace:
            trace.dispatched.set()

    def of(self, event_id: str) -> dict[str, Any] | None:
        """Return the trace of an event as JSON, once every rule was evaluated and every function has run once.

        It waits some seconds at most, and is None for an event that is unknown.
        """
        with self._lock:
            trace = self._traces.get(event_id)
        if trace is None:
            return None
        trace.dispatched.wait(_PATIENCE)
        with self._ended:
            self._ended.wait_for(lambda: not trace.running, _PATIENCE)
            attempts = list(trace.attempts)
        return {
            "event": trace.event,
            "bus": trace.bus,
            "rules": [_of_rule(rule, state, trace.event, attempts) for rule, state in zip(*trace.rules, strict=True)],
        }


def _of_rule(rule: Any, state: str, event: Event, attempts: list[Attempt]) -> dict[str, Any]:
    own = [attempt for attempt in attempts if attempt.rule == rule.name]
    outcome, blocked = _outcome(rule, state, event)
    return {
        "name": rule.name,
        "state": state,
        "outcome": outcome,
        "blocked": blocked,
        "targets": [
            {"id": target, "attempts": [_shown(attempt) for attempt in own if attempt.target == target]}
            for target in dict.fromkeys([*rule.targets, *(attempt.target for attempt in own)])
        ],
    }


def _outcome(rule: Any, state: str, event: Event) -> tuple[str, list[str]]:
    """What the event meant to a rule, and the conditions that blocked it, of the alternative with the fewest."""
    if state == "DISABLED":
        return "disabled", []
    if not rule.event_pattern:
        return "no event pattern", []
    if not may_read(state, event):
        return "read-only call", [f"read-only calls need the state {READS_TOO}; the state was {state}"]
    explanation = compiled(rule.event_pattern).explain(event)
    if explanation.matched:
        return "matched", []
    nearest = min(explanation.branches, key=lambda branch: len(branch.failed))
    return "blocked", [str(failed) for failed in nearest.failed] or ["the values are in different elements of an array"]


def _shown(attempt: Attempt) -> dict[str, str]:
    return {"arn": attempt.arn, "time": attempt.time, "answer": attempt.answer, "next": attempt.next}
