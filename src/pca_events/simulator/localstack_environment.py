"""The clock, bus and buckets of the core inside LocalStack."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

from localstack.aws.connect import connect_to

from pca_events.moving_clock import MovingClock
from pca_events.service_switches import is_on
from pca_events.simulator.bucket_access import BucketAccess
from pca_events.simulator.cloudtrail import Trail
from pca_events.simulator.controls import EventDelivery, PlannedFailures
from pca_events.simulator.core.region_state import (
    CERTIFICATE_ISSUANCE,
    Authority,
    BucketRefused,
    IssuedCertificate,
    Settings,
)
from pca_events.simulator.metrics import Metrics

LOG = logging.getLogger(__name__)


class Owner(Protocol):
    """The account that an environment belongs to."""

    id: str
    clock: MovingClock
    failures: PlannedFailures
    delivery: EventDelivery
    settings: Settings
    trail: Trail

    def store(self, region: str, partition: str) -> "Store":
        """Return the service of the account in a Region."""


class Store(Protocol):
    """The service of an account in a Region."""

    def find(self, arn: str) -> Authority | None:
        """Return the CA with an ARN, if there is one."""


_METRICS = Metrics() if is_on("cloudwatch") else None


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
        """Send an event to the default bus of this account and Region, and let CloudTrail and CloudWatch know."""
        self._owner.delivery.send(self._region, detail_type, resources, detail)
        if not self._owner.trail.enabled and _METRICS is None:
            return
        issued = self._issued(resources) if detail_type == CERTIFICATE_ISSUANCE else None
        self._owner.trail.record_action(self._region, detail_type, resources, detail["result"], issued)
        if _METRICS is not None:
            _METRICS.count(self._owner.id, self._region, self.now(), detail_type, resources, detail, issued)

    def _issued(self, resources: list[str]) -> IssuedCertificate | None:
        """The certificate of the event of an issuance."""
        authority = self._owner.store(self._region, self._partition).find(resources[0])
        return None if authority is None else authority.issued.get(resources[1].rpartition("/")[2])

    def check_bucket(self, bucket: str, acl: str, authority_arn: str) -> str:
        """Write a test object to S3, and return the Region of the bucket.

        Raises:
            BucketRefused: the bucket does not allow AWS Private CA to write.
        """
        with _logged(bucket, authority_arn):
            return self._bucket(bucket, authority_arn).check(acl)

    def write_object(
        self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None, authority_arn: str
    ) -> None:
        """Write a CRL or an audit report to S3.

        Raises:
            BucketRefused: the bucket does not allow AWS Private CA to write.
        """
        with _logged(bucket, authority_arn):
            self._bucket(bucket, authority_arn).write(key, body, content_type, acl)

    def _bucket(self, bucket: str, authority_arn: str) -> BucketAccess:
        found = clients(self._owner.id, self._region)
        return BucketAccess(bucket, found, self._owner.id, authority_arn, self._partition)

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        """Return whether the operation fails this time."""
        return self._owner.failures.take(operation, authority_arn)


@contextmanager
def _logged(bucket: str, authority_arn: str) -> Iterator[None]:
    """Log why a bucket rejects AWS Private CA, which neither an error of the API nor an event says."""
    try:
        yield
    except BucketRefused as refused:
        LOG.warning("AWS Private CA cannot write to bucket %s for %s: %s", bucket, authority_arn, refused)
        raise


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
        answer = clients(account, region).events.put_events(Entries=list(map(_stock_entry, entries)))
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"PutEvents rejects {answer['Entries']}")
    return [entry["EventId"] for entry in answer["Entries"]]


def _stock_entry(entry: dict[str, Any]) -> dict[str, Any]:
    """Return an entry for LocalStack's own EventBridge, which reads the id of an event from the trace header."""
    stock = {name: value for name, value in entry.items() if name != "EventId"}
    if "EventId" in entry:
        stock["TraceHeader"] = json.dumps({"original_id": entry["EventId"]})
    return stock


def clients(account: str, region: str) -> Any:
    """Return the clients of an account in a Region, inside LocalStack."""
    return connect_to(aws_access_key_id=account, region_name=region)
