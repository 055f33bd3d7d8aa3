"""An event bus with its queues, which the scenarios of one worker use one after another.

Making and proving gone what every scenario needs takes most of its calls. What a scenario leaves of it as it was is
handed to the next, after reading the backend anew has shown that it is clean; anything else is destroyed.
"""

from pca_events.errors import Leak
from pca_events.harness.inventory import destroy, remedies
from pca_events.harness.plan import Configuration
from pca_events.harness.resources import EventBus, Queue, QueuePolicy, Rule
from pca_events.harness.session import Session

WITNESS = "witness"
"""The label of the catch-all rule, whose target is a queue of its own."""


class Lane:
    """One event bus, the queue of the rules under test, and the queue of the catch-all rule.

    Args:
        session: the connection to the backend.

    Attributes:
        name: of the bus and of the first queue; every other name begins with it.
        earlier: the ids of the events that scenarios which are over have published here.
    """

    def __init__(self, session: Session) -> None:
        self.name = session.run.new_name()
        self.earlier: set[str] = set()
        self._session = session

    @property
    def witness_queue(self) -> str:
        """The name of the queue that the catch-all rule sends to."""
        return f"{self.name}-{WITNESS}"

    def configuration(self) -> Configuration:
        """Return what every scenario finds: the bus, the queue and its policy."""
        return {"bus": EventBus(self.name), "queue": Queue(self.name), "policy": QueuePolicy(self.name)}

    def make(self, tags: dict[str, str]) -> None:
        """Make all of it; what was made before a failure is destroyed again."""
        witness = (Queue(self.witness_queue), QueuePolicy(self.witness_queue))
        try:
            for resource in (*self.configuration().values(), *witness):
                resource.create(self._session, tags)
        except BaseException:
            self.destroy()
            raise

    def destroy(self) -> None:
        """Remove everything whose name begins with the lane's, and prove by listing that it is gone.

        Raises:
            Leak: something is still there at the deadline.
        """
        destroy(self._session, self.name)

    def hand_over(self, rules: list[str]) -> bool:
        """Remove the rules of a scenario that is over; return whether the next one finds all as it should be.

        Args:
            rules: the names of the rules that it has put on the bus.

        Raises:
            Leak: a rule is still there after it was deleted.
        """
        for name in rules:
            Rule(self.name, name, {}).delete(self._session)
        left = self._session.rules(self.name)
        for rule in left or ():
            Rule(self.name, rule["Name"], {}).delete(self._session)
        if left and (stubborn := self._session.rules(self.name)):
            raise Leak(remedies(self._session, self.name, [rule["Name"] for rule in stubborn]))
        return left is not None and self._policy_is_there()

    def _policy_is_there(self) -> bool:
        return QueuePolicy(self.name).read(self._session) is not None


class Lanes:
    """The lanes of one worker that are free.

    Args:
        session: the worker's connection.
        worker: how the tags of what they hold name it.
    """

    def __init__(self, session: Session, worker: str) -> None:
        self._session = session
        self._tags = session.run.tags(f"scenarios of {worker or 'one process'}, one after another")
        self._free: list[Lane] = []

    def take(self) -> Lane:
        """Return a free lane, or a new one."""
        if self._free:
            return self._free.pop()
        lane = Lane(self._session)
        lane.make(self._tags)
        return lane

    def give_back(self, lane: Lane, rules: list[str], *, as_it_was: bool) -> None:
        """Take a lane back from a scenario that is over.

        Args:
            lane: as it was taken.
            rules: the names of the rules that the scenario has put on its bus.
            as_it_was: whether the scenario has changed nothing but rules and their targets.

        Raises:
            Leak: something that the scenario made is still there.
        """
        if as_it_was and lane.hand_over(rules):
            self._free.append(lane)
        else:
            lane.destroy()

    def close(self) -> None:
        """Destroy every lane that is free, and prove it.

        Raises:
            Leak: something is still there.
        """
        while self._free:
            self._free.pop().destroy()
