"""Event buses with their queues, which the scenarios of one worker use one after another.

Creating them, and proving that they are deleted, would take most API calls of a scenario. A bus that is clean after a
scenario, as a new read of the backend shows, is used by the next one; any other bus is destroyed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pca_events.errors import Leak
from pca_events.harness.resources import KINDS, EventBus, Queue, QueuePolicy, Resource, Rule, Tags
from pca_events.harness.resources.inventory import destroy, find, remedies
from pca_events.harness.resources.plan import Configuration
from pca_events.harness.session import Pattern, Session

WITNESS = "witness"
"""The label of the catch-all rule, whose target is a queue of its own."""

_BESIDES_RULES = tuple(kind for kind in KINDS if kind != "rules")

EVERYTHING: Pattern = {"source": [{"exists": True}]}
"""The pattern of the catch-all rule."""


class PooledBus:
    """One event bus, the queue of the rules under test, and the queue of the catch-all rule.

    Args:
        session: the connection to the backend.

    Attributes:
        name: of the bus and of the first queue; every other name begins with it.
        earlier: the ids of the events that earlier scenarios have published here.
        standing: the patterns, by name, of the rules that stay on the bus between scenarios, the catch-all rule last.
    """

    def __init__(self, session: Session) -> None:
        self.name = session.run.new_name()
        self.earlier: set[str] = set()
        self.standing: dict[str, Pattern] = {}
        self._session = session

    @property
    def witness_queue(self) -> str:
        """The name of the queue that the catch-all rule sends to."""
        return f"{self.name}-{WITNESS}"

    def configuration(self) -> Configuration:
        """Return the initial configuration of a scenario: the bus, the queue and its policy."""
        return {"bus": EventBus(self.name), "queue": Queue(self.name), "policy": QueuePolicy(self.name)}

    def make(self, tags: Tags) -> None:
        """Create everything; on a failure, remove what was created."""
        queues = (Queue(self.name, open=True), Queue(self.witness_queue, open=True))
        try:
            for resource in (EventBus(self.name), *queues):
                resource.create(self._session, tags)
        except BaseException:
            self.destroy()
            raise

    def destroy(self) -> None:
        """Remove everything whose name begins with the name of the bus, and prove by listing that it is gone.

        Raises:
            Leak: something is still there at the deadline.
        """
        destroy(self._session, self.name)

    def clear(self, rules: Iterable[str], more: Iterable[Resource]) -> bool:
        """Remove what a finished scenario has created; return whether the bus is clean for the next one.

        Args:
            rules: the names of the rules that it put on the bus.
            more: what else it has created or changed, in that order.

        Raises:
            Leak: a rule is still there after it was deleted.
        """
        for name in rules:
            if name not in self.standing:
                self._delete(name)
        own = {resource.key for resource in self.configuration().values()}
        others = list(more)
        for resource in reversed(others):
            if resource.key not in own and not isinstance(resource, QueuePolicy):  # which goes with its queue
                resource.delete(self._session)
        there = self._session.rules(self.name)
        if there is None:
            return False
        return self._only_standing(there) and (not others or self._holds_nothing_else())

    def _only_standing(self, there: Sequence[dict[str, Any]]) -> bool:
        """Remove every other rule; return whether the standing rules are unchanged."""
        for rule in there:
            if rule["Name"] not in self.standing:
                self._delete(rule["Name"])
        if len(there) > len(self.standing):
            stubborn = [rule["Name"] for rule in self._session.rules(self.name) or ()]
            if left := [name for name in stubborn if name not in self.standing]:
                raise Leak(remedies(self._session, self.name, left))
        found = {
            rule["Name"]: self._session.original(rule["EventPattern"]) for rule in there if rule["State"] == "ENABLED"
        }
        return all(found.get(name) == pattern for name, pattern in self.standing.items())

    def _delete(self, rule: str) -> None:
        Rule(self.name, rule, {}).delete(self._session)

    def _holds_nothing_else(self) -> bool:
        if QueuePolicy(self.name).read(self._session) is None:
            return False
        own = {EventBus(self.name).key, Queue(self.name).key, Queue(self.witness_queue).key}
        return {found.resource.key for found in find(self._session, self.name, _BESIDES_RULES)} == own


class BusPool:
    """The free buses of one worker.

    Args:
        session: the worker's connection.
        worker: its name in the tags of the resources.
    """

    def __init__(self, session: Session, worker: str) -> None:
        self._session = session
        self._tags = session.run.tags(f"scenarios of {worker or 'one process'}, one after another")
        self._free: list[PooledBus] = []

    def take(self) -> PooledBus:
        """Return a free bus without rules, or a new one."""
        if (bus := self._with({})) is not None:
            return bus
        bus = PooledBus(self._session)
        bus.make(self._tags)
        return bus

    def exchange(self, bus: PooledBus, standing: Mapping[str, Pattern]) -> PooledBus:
        """Exchange an unused bus for a free one with exactly these standing rules; return it if there is none."""
        other = self._with(standing)
        if other is None:
            return bus
        self._free.append(bus)
        return other

    def give_back(self, bus: PooledBus, rules: Iterable[str], more: Iterable[Resource]) -> None:
        """Take a bus back from a finished scenario; destroy it if it is not clean.

        Args:
            bus: the bus that was taken.
            rules: the names of the rules that the scenario has put on its bus.
            more: what else it has created or changed, in that order.

        Raises:
            Leak: something that the scenario created is still there.
        """
        is_clean = False
        try:
            is_clean = bus.clear(rules, more)
        finally:
            if is_clean:
                self._free.append(bus)
            else:
                bus.destroy()

    def close(self) -> None:
        """Destroy every free bus, and prove that it is gone.

        Raises:
            Leak: something is still there.
        """
        while self._free:
            self._free.pop().destroy()

    def _with(self, standing: Mapping[str, Pattern]) -> PooledBus | None:
        wanted = {**standing, **({WITNESS: EVERYTHING} if standing else {})}
        for number, bus in enumerate(self._free):
            if bus.standing == wanted:
                return self._free.pop(number)
        return None
