"""The events of AWS Private CA that reach a bus of somebody else's, as they come."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from pca_events.catalog import Event
from pca_events.errors import BackendError, BackendGone, BadInput
from pca_events.harness.expect_error import refusal
from pca_events.harness.inventory import check_destroyed
from pca_events.harness.resources import Queue, Resource, Rule, Target
from pca_events.harness.session import Session

_PATTERN = {"source": ["aws.acm-pca"]}


class LiveEvents:
    """A rule on a bus with a queue of its own, used as a context manager: made on entry, removed on exit.

    Args:
        session: the connection to the backend.
        bus: the bus to put the rule on; it must be there.

    Attributes:
        session: as given.
        name: of the rule and of the queue.
    """

    def __init__(self, session: Session, bus: str) -> None:
        self.name = session.run.new_name()
        self.session = session
        self._bus = bus
        self._resources: list[Resource] = [
            Queue(self.name, open=True),
            Rule(bus, self.name, _PATTERN),
            Target(bus, self.name, session.backend.queue_arn(self.name)),
        ]

    def __enter__(self) -> "LiveEvents":
        if refused := refusal(lambda: self.session.events.describe_event_bus(Name=self._bus)):
            raise BadInput(f'there is no bus "{self._bus}" in {self.session.backend.name}: {refused.message}')
        tags = self.session.run.tags("watch")
        try:
            for resource in self._resources:
                resource.create(self.session, tags)
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._remove()

    def receive(self, wait: int) -> list[Event]:
        """Return the events that have come, waiting at most `wait` seconds for the first.

        Each comes out once within twelve hours, which is how long the queue hides what was received.

        Raises:
            BadInput: the queue is gone; somebody else has removed it.
            BackendError: the backend does not answer any more.
        """
        url = self.session.queue_url(self.name)
        with self._answering():
            answer = self.session.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=wait)
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]

    def _remove(self) -> None:
        if self.session.backend.api_calls.gone:
            return
        with self._answering():
            for resource in reversed(self._resources):
                resource.delete(self.session)
            check_destroyed(self.session, self.name)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except ClientError as error:
            raise BadInput(f"the rule and queue {self.name} are not as they were made: {error}") from error
        except (BotoCoreError, BackendGone) as error:
            raise BackendError(f"{self.session.backend.name}, does not answer any more: {error}") from error
