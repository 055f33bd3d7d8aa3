"""The accounts of the simulator inside LocalStack, each with its controls; the clock, bus and buckets of the core."""

import json
import logging
import threading
from datetime import datetime, timedelta
from typing import Any, Protocol

from localstack.aws.connect import connect_to

from pca_events.moving_clock import MovingClock, clock_of
from pca_events.simulator.bucket_access import BucketAccess
from pca_events.simulator.controls import EventDelivery, EventSender, PlannedFailures, Put
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.core.service import PrivateCaService


class Owner(Protocol):
    """The account that an environment belongs to."""

    id: str
    clock: MovingClock
    failures: PlannedFailures
    delivery: EventDelivery
    settings: Settings


class LocalStackEnvironment:
    """The connection of one account in one Region to the rest of LocalStack."""

    def __init__(self, owner: Owner, region: str, partition: str) -> None:
        self._owner = owner
        self._region = region
        self._partition = partition

    @property
    def settings(self) -> Settings:
        """The current delays."""
        return self._owner.settings

    def now(self) -> datetime:
        """Return the time by the simulator's clock."""
        return self._owner.clock.now()

    def send(self, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Send an event to the default bus of this account and Region."""
        self._owner.delivery.send(self._region, detail_type, resources, detail)

    def check_bucket(self, bucket: str, acl: str, authority_arn: str) -> str:
        """Write a test object to S3, and return the Region of the bucket.

        Raises:
            BucketRefused: the bucket does not allow AWS Private CA to write.
        """
        return self._bucket(bucket, authority_arn).check(acl)

    def write_object(
        self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None, authority_arn: str
    ) -> None:
        """Write a CRL or an audit report to S3.

        Raises:
            BucketRefused: the bucket does not allow AWS Private CA to write.
        """
        self._bucket(bucket, authority_arn).write(key, body, content_type, acl)

    def _bucket(self, bucket: str, authority_arn: str) -> BucketAccess:
        clients = _clients(self._owner.id, self._region)
        return BucketAccess(bucket, clients, self._owner.id, authority_arn, self._partition)

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        """Return whether the operation fails this time."""
        return self._owner.failures.take(operation, authority_arn)


def put_events(account: str, region: str, entries: list[dict[str, Any]]) -> list[str]:
    """Send entries to the default bus of an account and Region, and return the ids of the events.

    Raises:
        RuntimeError: the bus rejects one.
    """
    # In LocalStack the provider is there already; elsewhere its import opens a socket to Docker.
    from localstack.services.plugins import SERVICE_PLUGINS

    from pca_events.eventbridge.provider import EventBridge
    from pca_events.eventbridge.publishing import Sender

    provider = SERVICE_PLUGINS.require("events").lifecycle_hook
    if isinstance(provider, EventBridge):
        answer = provider.publish(Sender(account, region, is_service=True), entries)
    else:
        answer = _clients(account, region).events.put_events(Entries=list(map(_stock_entry, entries)))
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"PutEvents rejects {answer['Entries']}")
    return [entry["EventId"] for entry in answer["Entries"]]


def _stock_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry for LocalStack's own EventBridge, which reads the id of an event from the trace header."""
    stock = {name: value for name, value in entry.items() if name != "EventId"}
    if "EventId" in entry:
        stock["TraceHeader"] = json.dumps({"original_id": entry["EventId"]})
    return stock


def _clients(account: str, region: str) -> Any:
    return connect_to(aws_access_key_id=account, region_name=region)


LOG = logging.getLogger(__name__)
_TICK = 1.0  # seconds; the maximum delay of scheduled tasks by the real clock


class Account:
    """One account: its clock, delays and planned faults, which no other account shares.

    Attributes:
        id: twelve digits.
        clock: the clock of its CAs.
        failures: what is planned to fail.
        delivery: the path of its events to the bus.
        settings: the delays; replaced as a whole when they change.
    """

    def __init__(self, account: str, sender: EventSender) -> None:
        self.id = account
        self.clock = clock_of(account)
        self.failures = PlannedFailures()
        self.delivery = EventDelivery(account, self.clock, sender)
        self.settings = Settings()
        self._stores: dict[str, PrivateCaService] = {}
        self._lock = threading.Lock()

    def store(self, region: str, partition: str) -> PrivateCaService:
        """Return the account's service in a Region."""
        with self._lock:
            if region not in self._stores:
                environment = LocalStackEnvironment(self, region, partition)
                self._stores[region] = PrivateCaService(self.id, region, partition, environment)
            return self._stores[region]

    def advance(self, by: timedelta) -> None:
        """Advance the clock, and run what is due.

        Raises:
            ValueError: the time would be out of range.
        """
        self.clock.advance(by)
        self.tick()

    def tick(self) -> None:
        """Run what is due, and send the delayed events that are due."""
        with self._lock:
            stores = list(self._stores.values())
        for store in stores:
            tick(store)
        self.delivery.release()


class Simulation:
    """The ACM PCA of one LocalStack."""

    def __init__(self, put: Put = put_events) -> None:
        self._sender = EventSender(put)
        self._accounts: dict[str, Account] = {}
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def start(self) -> None:
        """Start sending events, and running scheduled tasks between calls."""
        self._sender.start()
        threading.Thread(target=self._run, name="acm-pca-clock", daemon=True).start()

    def stop(self) -> None:
        """Stop running scheduled tasks."""
        self._ended.set()

    def account(self, account: str) -> Account:
        """Return an account, created on first use."""
        with self._lock:
            if account not in self._accounts:
                self._accounts[account] = Account(account, self._sender)
            return self._accounts[account]

    def _run(self) -> None:
        while not self._ended.wait(_TICK):
            with self._lock:
                accounts = list(self._accounts.values())
            for account in accounts:
                account.tick()


def tick(store: PrivateCaService) -> None:
    """Run what is due in one service; an error is logged in one line and affects nothing else."""
    try:
        store.tick()
    except Exception as error:
        LOG.error("a scheduled task of ACM PCA failed: %r", error)  # noqa: TRY400
