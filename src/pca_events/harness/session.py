"""What the scenarios of one worker share: the backend's clients, and the patterns it has found valid."""

import json
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.errors import InvalidPattern
from pca_events.harness.names import RunId

Pattern = dict[str, Any]


class Session:
    """One worker's connection to a backend."""

    def __init__(self, backend: Backend, run: RunId) -> None:
        self.backend = backend
        self.run = run
        self._valid_patterns: set[str] = set()
        self._queue_urls: dict[str, str] = {}

    @cached_property
    def events(self) -> Any:
        """The EventBridge client."""
        return self.backend.client("events")

    @cached_property
    def sqs(self) -> Any:
        """The SQS client."""
        return self.backend.client("sqs")

    def checked(self, pattern: Pattern) -> str:
        """Return the pattern as text, after TestEventPattern has accepted it; each pattern is asked for once.

        LocalStack takes an invalid pattern in PutRule, and then sends nothing to the rules made after it.

        Raises:
            InvalidPattern: EventBridge refuses the pattern.
        """
        text = json.dumps(pattern)
        if text not in self._valid_patterns:
            event = json.dumps(catalog.documented_events()[0].event)
            try:
                self.events.test_event_pattern(EventPattern=text, Event=event)
            except ClientError as error:
                raise InvalidPattern(f"EventBridge refuses the pattern {text}: {error}") from error
            self._valid_patterns.add(text)
        return text

    def queue_url(self, name: str) -> str:
        """Return the URL of a queue, asked for once; it stays the same when the queue is made again."""
        if name not in self._queue_urls:
            self._queue_urls[name] = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self._queue_urls[name]
