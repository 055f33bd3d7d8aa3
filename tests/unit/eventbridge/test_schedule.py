"""Calls that are planned on the clocks of accounts."""

import threading
from datetime import timedelta

from pca_events.eventbridge.schedule import Schedule
from pca_events.moving_clock import clock_of

_PATIENCE = 30.0  # seconds; each wait ends at once


def test_a_call_is_made_when_the_clock_is_advanced_in_the_order_of_time() -> None:
    schedule, clock, made = Schedule("test"), clock_of("000000000001"), list[str]()
    last = threading.Event()
    now = clock.now()
    schedule.at("000000000001", now + timedelta(hours=2), lambda: made.append("late"))
    schedule.at("000000000001", now + timedelta(hours=3), last.set)
    schedule.at("000000000001", now + timedelta(hours=1), lambda: made.append("early"))
    schedule.at("000000000002", now + timedelta(hours=1), lambda: made.append("of another account"))
    assert made == []
    clock.advance(timedelta(hours=3))
    assert last.wait(_PATIENCE)
    assert made == ["early", "late"]


def test_a_call_that_is_due_is_made_at_once_and_one_that_fails_stops_nothing() -> None:
    schedule, made = Schedule("test"), threading.Event()

    def fail() -> None:
        raise RuntimeError("planned")

    now = clock_of("000000000003").now()
    schedule.at("000000000003", now, fail)
    schedule.at("000000000003", now, made.set)
    assert made.wait(_PATIENCE)
