"""Faults of delivery that a consumer's test plans: what EventBridge does not promise, on purpose."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, get_args

Fault = Literal["drop", "delay", "duplicate", "fail", "shuffle"]
FAULTS: tuple[Fault, ...] = get_args(Fault)
"""What can happen to a delivery."""

ANY_RULE = ""
"""Stands for every rule."""

Call = Callable[[], None]


@dataclass(eq=False)
class PlannedFault:
    """A fault of the next deliveries of a rule.

    Attributes:
        fault: what happens.
        rule: the ARN of the rule, or ANY_RULE.
        left: how many deliveries it still affects.
        seconds: how long a delayed delivery waits, by the clock of the account.
        taken: how many it has affected.
        held: the deliveries that wait to be shuffled.
    """

    fault: Fault
    rule: str
    left: int
    seconds: timedelta = timedelta()
    taken: int = 0
    held: list[Call] = field(default_factory=list)


class DeliveryFaults:
    """The planned faults of one account."""

    def __init__(self) -> None:
        self._planned: list[PlannedFault] = []
        self._lock = threading.Lock()

    def plan(self, planned: PlannedFault) -> list[Call]:
        """Plan a fault, in place of the same fault of the same rule; return the deliveries that the old one held."""
        with self._lock:
            old = [each for each in self._planned if (each.fault, each.rule) == (planned.fault, planned.rule)]
            self._planned = [each for each in self._planned if each not in old] + ([planned] if planned.left else [])
        return [call for each in old for call in each.held]

    def clear(self) -> list[Call]:
        """Cancel every fault, and return the deliveries that were held."""
        with self._lock:
            held = [call for each in self._planned for call in each.held]
            self._planned.clear()
        return held

    def take(self, rule: str, *kinds: Fault) -> PlannedFault | None:
        """Return the fault of a delivery that is about to be made, the one planned first, and count it."""
        if not self._planned:
            return None
        with self._lock:
            for planned in self._planned:
                if planned.left > 0 and planned.fault in kinds and planned.rule in (rule, ANY_RULE):
                    planned.left -= 1
                    planned.taken += 1
                    if not planned.left and planned.fault != "shuffle":
                        self._planned.remove(planned)
                    return planned
        return None

    def hold(self, planned: PlannedFault, delivery: Call) -> list[Call]:
        """Hold a delivery that is to be shuffled; return all of them in another order once there are enough."""
        with self._lock:
            planned.held.append(delivery)
            if planned.left > 0 or len(planned.held) < planned.taken:
                return []
            held, planned.held = planned.held, []
            if planned in self._planned:
                self._planned.remove(planned)
        return _shuffled(held)

    def shown(self) -> list[dict[str, Any]]:
        """Return what is planned, as the control API shows it."""
        with self._lock:
            return [_shown(planned) for planned in self._planned]


def _shuffled(calls: list[Call]) -> list[Call]:
    """Return calls in a random order that is not theirs."""
    order = list(calls)
    while len(calls) > 1 and order == calls:
        random.shuffle(order)
    return order


def _shown(planned: PlannedFault) -> dict[str, Any]:
    shown: dict[str, Any] = {"fault": planned.fault, "count": planned.left}
    if planned.rule:
        shown["rule"] = planned.rule
    if planned.fault == "delay":
        shown["delay_seconds"] = planned.seconds.total_seconds()
    if planned.fault == "shuffle":
        shown["held_back"] = len(planned.held)
    return shown
