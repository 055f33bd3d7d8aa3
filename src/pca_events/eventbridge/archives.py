"""Archives and replays: what matches is kept as long as the retention lasts, and sent to its bus again on request."""

import json
import logging
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol, cast

from localstack.aws.api.events import (
    IllegalStatusException,
    LimitExceededException,
    ReplayState,
    ResourceAlreadyExistsException,
)
from localstack.services.events.models import Archive, EventBus, Replay, ValidationException

from pca_events.eventbridge.patterns import refuse_invalid
from pca_events.eventbridge.publishing import TIME_FORMAT, Event, Operation
from pca_events.moving_clock import clock_of

if TYPE_CHECKING:
    from localstack.services.events.models import FormattedEvent

LOG = logging.getLogger(__name__)
MOST_REPLAYS = 10
"""The replays of an account and Region that may run at the same time."""

_RUNNING = (ReplayState.STARTING, ReplayState.RUNNING)


class Host(Protocol):
    """The provider, as archives see it; the methods without a docstring are LocalStack's own."""

    def get_store(self, region: str, account_id: str) -> Any: ...  # noqa: D102

    def create_replay_service(self, *_: Any) -> Any: ...  # noqa: D102

    def _validate_replay_time(self, start: Any, end: Any) -> None: ...

    def _validate_replay_destination(self, destination: Any, archive_arn: str) -> None: ...

    def replay(self, event: Event, bus: EventBus, rules: frozenset[str]) -> None:
        """Send an event to the rules with these ARNs; to all rules if there are none."""


class Archives:
    """The operations on archives and replays that differ from AWS in LocalStack."""

    def __init__(self, host: Host, stock: Mapping[str, Operation]) -> None:
        self._host = host
        self._stock = stock
        self._since: dict[tuple[str, str], datetime] = {}
        self._lock = threading.Lock()  # events arrive in the threads of the dispatcher, also while one replays

    def operations(self) -> dict[str, Operation]:
        """Return the operations in place of LocalStack's."""
        return {
            "CreateArchive": self._create,
            "UpdateArchive": self._update,
            "StartReplay": self._start_replay,
            "CancelReplay": self._cancel_replay,
        }

    def _create(self, context: Any, request: Mapping[str, Any]) -> Any:
        if pattern := request.get("EventPattern"):
            refuse_invalid(pattern)
        return self._stock["CreateArchive"](context, request)

    def _update(self, context: Any, request: Mapping[str, Any]) -> Any:
        """Update the archive, and the rule of the bus that fills it, which LocalStack leaves as it was."""
        pattern = request.get("EventPattern")
        if pattern:
            refuse_invalid(pattern)
        answer = self._stock["UpdateArchive"](context, request)
        if pattern:
            store = self._host.get_store(context.region, context.account_id)
            archive = store.archives[request["ArchiveName"]]
            rule = store.event_buses[_last(archive.event_source_arn)].rules[f"Events-Archive-{archive.name}"]
            rule.event_pattern = json.dumps({**json.loads(pattern), "replay-name": [{"exists": False}]})
        return answer

    def keep(self, archive: Archive, event: Event) -> None:
        """Keep an event in an archive, and drop those whose retention is over."""
        with self._lock:
            self._drop_expired(archive)
            if event["id"] not in archive.events:
                archive.size_bytes += _size(event)
            archive.events[event["id"]] = cast("FormattedEvent", event)
            self._since[archive.arn, event["id"]] = clock_of(archive.account_id).now()

    def _kept(self, archive: Archive) -> list[Event]:
        """The events of an archive, oldest first, without those whose retention is over."""
        with self._lock:
            self._drop_expired(archive)
            return sorted(map(dict, archive.events.values()), key=time_of)

    def _drop_expired(self, archive: Archive) -> None:
        """Drop the events whose retention is over; the caller holds the lock."""
        if archive.retention_days:
            oldest = clock_of(archive.account_id).now() - timedelta(days=archive.retention_days)
            for event_id in [key for key in archive.events if self._since[archive.arn, key] < oldest]:
                archive.size_bytes -= _size(archive.events.pop(event_id))
                del self._since[archive.arn, event_id]

    def _start_replay(self, context: Any, request: Mapping[str, Any]) -> Any:
        """Check the request in the order and in the words of AWS, and replay in another thread."""
        region, account, name = context.region, context.account_id, request["ReplayName"]
        store = self._host.get_store(region, account)
        if name in store.replays:
            raise ResourceAlreadyExistsException(f"Replay {name} already exists.")
        start, end, source = request["EventStartTime"], request["EventEndTime"], request["EventSourceArn"]
        destination = request["Destination"]
        self._host._validate_replay_time(start, end)
        archive = store.archives.get(_last(source))
        if archive is None or archive.arn != source:
            reason = f"Archive {_last(source)} does not exist."
            raise ValidationException(f"Parameter EventSourceArn is not valid. Reason: {reason}")
        self._host._validate_replay_destination(destination, source)
        if sum(replay.state in _RUNNING for replay in list(store.replays.values())) >= MOST_REPLAYS:
            raise LimitExceededException("The requested resource exceeds the maximum number allowed.")
        service = self._host.create_replay_service(
            name, region, account, source, destination, start, end, request.get("Description")
        )
        replay: Replay = service.replay
        replay.replay_start_time = clock_of(account).now()
        store.replays[name] = replay
        threading.Thread(target=self._replay, args=(replay, store, archive), daemon=True).start()
        return {
            "ReplayArn": replay.arn,
            "State": ReplayState.STARTING,
            "ReplayStartTime": replay.replay_start_time,
        }

    def _replay(self, replay: Replay, store: Any, archive: Archive) -> None:
        """Replay the events of a time range, minute by minute, as AWS does: in the order of their times."""
        try:
            bus = store.event_buses[_last(replay.destination["Arn"])]
            rules = frozenset(replay.destination.get("FilterArns") or ())
            replay.state = ReplayState.RUNNING
            for event in self._kept(archive):
                if replay.event_start_time <= time_of(event) < replay.event_end_time:
                    if replay.state == ReplayState.CANCELLING:
                        replay.state = ReplayState.CANCELLED
                        return
                    self._host.replay({**event, "replay-name": replay.name}, bus, rules)
                    replay.event_last_replayed_time = time_of(event)
            replay.state, replay.replay_end_time = ReplayState.COMPLETED, clock_of(replay.account_id).now()
        except Exception as error:
            replay.state = ReplayState.FAILED
            LOG.error("EventBridge could not replay %s: %r", replay.name, error)  # noqa: TRY400

    def _cancel_replay(self, context: Any, request: Mapping[str, Any]) -> Any:
        replay = self._host.get_store(context.region, context.account_id).replays.get(request["ReplayName"])
        if replay is not None and replay.state not in _RUNNING:
            raise IllegalStatusException(f"Replay {replay.name} is {replay.state}, and cannot be cancelled.")
        return self._stock["CancelReplay"](context, request)


def time_of(event: Mapping[str, Any]) -> datetime:
    """Return the time of an event."""
    return datetime.strptime(event["time"], TIME_FORMAT).replace(tzinfo=UTC)


def _size(event: Mapping[str, Any]) -> int:
    return len(json.dumps(event))


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
