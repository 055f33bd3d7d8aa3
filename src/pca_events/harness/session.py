"""The connection that the scenarios of one worker share, and the calls of a scenario, written to a file."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from pca_events import catalog
from pca_events.atomic_write import replace_file
from pca_events.backends import Backend
from pca_events.errors import BackendError, BackendGone, InvalidPattern
from pca_events.harness.aws_errors import or_none
from pca_events.harness.run import Mode, RunId, publishing_mode
from pca_events.pattern import EventPattern

Pattern = dict[str, Any]


class Session:
    """One worker's connection to a backend.

    Attributes:
        backend: what answers.
        run: names everything that is created.
        mode: how events are published; by default the one that is closest to AWS on this backend.
        replaced: the fields of an event that the backend replaces although AWS does not; they are not compared.
        queue_urls: of the queues seen so far, by name.

    Raises:
        BackendError: the backend does not have the mode.
    """

    def __init__(
        self, backend: Backend, run: RunId, mode: Mode | None = None, replaced: frozenset[str] = frozenset()
    ) -> None:
        self.backend = backend
        self.replaced = replaced
        self.run = run
        self.mode = publishing_mode(mode, backend)
        self.queue_urls: dict[str, str] = {}
        self._memory: dict[str, Any] | None = None

    @cached_property
    def events(self) -> Any:
        """The EventBridge client."""
        return self.backend.client("events")

    @cached_property
    def channel(self) -> Any:
        """The client whose PutEvents takes the events of this mode."""
        return self.backend.client("events", self.mode.channel) if self.mode.channel else self.events

    @property
    def bus_clients(self) -> tuple[Any, ...]:
        """The clients that publish to an event bus and receive from it."""
        return (self.events, self.sqs, *([self.channel] if self.channel is not self.events else []))

    @cached_property
    def sqs(self) -> Any:
        """The SQS client."""
        return self.backend.client("sqs")

    @cached_property
    def sns(self) -> Any:
        """The SNS client."""
        return self.backend.client("sns")

    @cached_property
    def logs(self) -> Any:
        """The CloudWatch Logs client."""
        return self.backend.client("logs")

    @cached_property
    def pca(self) -> Any:
        """The AWS Private CA client."""
        return self.backend.client("acm-pca")

    @cached_property
    def s3(self) -> Any:
        """The S3 client."""
        return self.backend.client("s3")

    def validated(self, pattern: Pattern) -> str:
        """Return the pattern in the form of this mode, after checking that it is valid.

        LocalStack accepts an invalid pattern in PutRule, and then sends nothing to the rules put after it. If the
        engine rejects a pattern, the backend is asked as well, to report its error message.

        Raises:
            InvalidPattern: EventBridge rejects the pattern.
        """
        text = json.dumps(self.mode.outgoing_pattern(pattern))
        try:
            EventPattern.parse(text)
        except InvalidPattern as refused:
            event = json.dumps(catalog.documented_events()[0].event)
            said: Exception = refused
            try:
                self.events.test_event_pattern(EventPattern=text, Event=event)
            except ClientError as error:
                said = error
            raise InvalidPattern(f"EventBridge rejects the pattern {text}: {said}") from said
        return text

    def original(self, pattern: str) -> Pattern:
        """Return a stored pattern as it was before this mode rewrote it."""
        return self.mode.incoming_pattern(json.loads(pattern))

    def queue_url(self, name: str) -> str:
        """Return the URL of a queue, cached; it stays the same if the queue is created again."""
        if name not in self.queue_urls:
            self.queue_urls[name] = self.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        return self.queue_urls[name]

    @contextmanager
    def reading_once(self) -> Iterator[None]:
        """Cache the responses of `read` in this context."""
        self._memory = {}
        try:
            yield
        finally:
            self._memory = None

    def read(self, service: str, operation: str, **words: Any) -> Any:
        """Call a read-only operation; return None if its resource does not exist.

        Args:
            service: the name of one of the clients here: `events`.
            operation: boto3's name: `describe_rule`.
            words: the parameters.
        """
        key = json.dumps([service, operation, words], sort_keys=True)
        if self._memory is not None and key in self._memory:
            return self._memory[key]
        answer = or_none(getattr(getattr(self, service), operation), **words)
        if self._memory is not None:
            self._memory[key] = answer
        return answer

    def listed(self, service: str, operation: str, field: str, **words: Any) -> list[Any] | None:
        """Return the items on all pages of a listing; None if what it lists the parts of does not exist.

        Args:
            service: as for `read`.
            operation: as for `read`: `list_rules`.
            field: the member of the response with the items: `Rules`.
            words: the parameters.
        """
        token = "nextToken" if service == "logs" else "NextToken"
        items: list[Any] = []
        more: dict[str, str] = {}
        while (answer := self.read(service, operation, **words, **more)) is not None:
            items += answer.get(field, ())
            if not answer.get(token):
                return items
            more = {token: answer[token]}
        return None

    def rules(self, bus: str) -> list[dict[str, Any]] | None:
        """Return the rules of a bus as in ListRules; None if the bus does not exist."""
        return self.listed("events", "list_rules", "Rules", EventBusName=bus)


_MAX_CLOCK_SKEW = timedelta(minutes=5)
"""AWS rejects older signatures; no emulator checks them."""


def unmet(session: Session) -> list[str]:
    """Return the unmet preconditions, each with a remedy; empty if the backend is usable.

    Checks that both services answer, account and Region are those of the backend, and on AWS that the clocks agree.

    Raises:
        BackendGone: the backend has stopped answering.
    """
    backend = session.backend
    try:
        bus = session.events.describe_event_bus(Name="default")
        session.sqs.list_queues(QueueNamePrefix="pca-events-none")
    except BackendGone:
        raise
    except (BotoCoreError, ClientError, BackendError) as error:
        return [f"{backend.name} does not serve events and sqs ({error}); start it with both"]
    found = tuple(bus["Arn"].split(":")[3:5])
    expected = (backend.region, backend.account)
    problems = []
    if found != expected:
        where = " and ".join(found)
        problems.append(
            f"the default bus is in {where}, expected {' and '.join(expected)}; is this the right endpoint?"
        )
    return problems if backend.endpoint_url else problems + _clock_skew(bus)


def now_on(session: Session) -> datetime:
    """Return the time by the clock of the backend, which may not be that of this machine; whole seconds."""
    told = session.events.list_event_buses(Limit=1)["ResponseMetadata"]["HTTPHeaders"].get("date")
    return datetime.now(UTC) if told is None else parsedate_to_datetime(told).astimezone(UTC)


def _clock_skew(answer: dict[str, Any]) -> list[str]:
    told = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    if told is None:
        return []
    skew = abs(datetime.now(UTC) - parsedate_to_datetime(told).astimezone(UTC))
    if skew <= _MAX_CLOCK_SKEW:
        return []
    differs = f"the clock of this machine differs from that of AWS by {skew.total_seconds():.0f} s"
    return [f"{differs}, and AWS rejects signatures that are older than 5 minutes; correct it"]


class Artifacts:
    """Records the calls of one scenario and writes them to a file with their outcome.

    Args:
        session: the connection of the calls.
        clients: the clients whose calls are recorded.
    """

    def __init__(self, session: Session, clients: Sequence[Any]) -> None:
        self._session = session
        self._clients = clients
        self._calls: list[dict[str, Any]] = []
        for client in clients:
            events = client.meta.events
            events.register("provide-client-params.*.*", self._asked, unique_id="pca-events-asked")
            events.register("after-call.*.*", self._answered, unique_id="pca-events-answered")

    def write(self, folder: Path, scenario: str, name: str, outcome: dict[str, Any]) -> Path:
        """Write the recorded calls to a file named after the scenario, and return its path.

        The file contains run, backend, mode, outcome, and `calls` with operation, request and response, in order.

        Args:
            folder: is created if it is missing.
            scenario: its name.
            name: of the scenario's bus or bucket; its end distinguishes files of one scenario.
            outcome: such as `plans` and `received`.
        """
        self._detach()
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{re.sub(r'[^A-Za-z0-9._-]+', '-', scenario)[:150]}-{name[-8:]}.json"
        kept = {
            "scenario": scenario,
            "run": self._session.run.value,
            "seed": self._session.run.seed,
            "backend": self._session.backend.name,
            "mode": self._session.mode.name,
            **outcome,
            "calls": self._calls,
        }
        replace_file(file, json.dumps(kept, indent=2, default=str, ensure_ascii=False))
        return file

    def _asked(self, params: dict[str, Any], model: Any, **_: object) -> None:
        self._calls.append({"operation": model.name, "request": dict(params), "response": None})

    def _answered(self, parsed: dict[str, Any], **_: object) -> None:
        answer = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self._calls[-1]["response"] = answer

    def _detach(self) -> None:
        for client in self._clients:
            client.meta.events.unregister("provide-client-params.*.*", unique_id="pca-events-asked")
            client.meta.events.unregister("after-call.*.*", unique_id="pca-events-answered")
