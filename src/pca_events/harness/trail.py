"""What CloudTrail sends about AWS Private CA: a rule for it, in an account that has a trail meanwhile."""

import json
import time
from typing import Any

from pca_events.backends.control_clients import SimulatorControls
from pca_events.catalog import Event
from pca_events.errors import BusSilent
from pca_events.harness.resources import Queue, Resource, Rule, Target
from pca_events.harness.resources.inventory import check_destroyed
from pca_events.harness.session import Session

_READS_TOO = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
_DEADLINE = 10.0  # seconds until an event must have arrived


class TrailEvents:
    """A rule for events of CloudTrail on the default bus, used as a context manager; the account has a trail meanwhile.

    The catch-all rule, in the state for read-only calls, is put last: once it has an event, the rule under test has had
    its turn.

    Args:
        session: the connection to the account.
        detail_type: of the events.
        state: of the rule under test.
    """

    def __init__(self, session: Session, detail_type: str, state: str) -> None:
        self._session = session
        self._simulator = SimulatorControls(session.backend)
        self._name = session.run.new_name()
        self._witness = f"{self._name}-witness"
        self._known = 0
        pattern = {"source": ["aws.acm-pca"], "detail-type": [detail_type]}
        rules = (self._name, state), (self._witness, _READS_TOO)
        self._resources: list[Resource] = [
            resource
            for name, rule_state in rules
            for resource in (
                Queue(name, open=True),
                Rule("default", name, pattern, state=rule_state),
                Target("default", name, session.backend.queue_arn(name)),
            )
        ]
        self._detail_type = detail_type

    def __enter__(self) -> "TrailEvents":
        tags = self._session.run.tags("trail")
        for resource in self._resources:
            resource.create(self._session, tags)
        self._simulator.set("cloudtrail", enabled=True)
        _, self._known = self._simulator.recorded()
        return self

    def __exit__(self, *_: object) -> None:
        if self._session.backend.api_calls.gone:
            return
        self._simulator.set("cloudtrail", enabled=False)
        for resource in reversed(self._resources):
            resource.delete(self._session)
        for name in (self._name, self._witness):
            check_destroyed(self._session, name, ("rules", "queues"))

    def received(self) -> list[Event]:
        """Return what the rule under test has received since the account has the trail.

        Raises:
            BusSilent: an event that the bus accepted did not reach the catch-all rule.
        """
        sent, _ = self._simulator.recorded(self._known)
        wanted = {event["id"] for event in sent if event["detail-type"] == self._detail_type}
        deadline = time.monotonic() + _DEADLINE
        while wanted:
            wanted -= {event["id"] for event in self._messages(self._witness, wait=1)}
            if wanted and time.monotonic() > deadline:
                raise BusSilent(f"CloudTrail sent {', '.join(wanted)}, which did not arrive in {_DEADLINE:.0f} s")
        found: dict[str, Event] = {}
        while more := self._messages(self._name, wait=0):
            found |= {event["id"]: event for event in more}
        return list(found.values())

    def _messages(self, queue: str, wait: int) -> list[Any]:
        url = self._session.queue_url(queue)
        answer = self._session.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]
