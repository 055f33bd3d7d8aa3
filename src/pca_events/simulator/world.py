"""The outside of the ACM PCA core, inside LocalStack: its clock, its event bus, its S3."""

from datetime import datetime
from typing import Any, Protocol

from localstack.aws.connect import connect_to

from pca_events.simulator.bucket import Bucket
from pca_events.simulator.clock import Clock
from pca_events.simulator.core.world import Settings
from pca_events.simulator.delivery import Delivery
from pca_events.simulator.faults import Failures


class Owner(Protocol):
    """The account that a world is made for."""

    id: str
    clock: Clock
    failures: Failures
    delivery: Delivery
    settings: Settings


class LocalStackWorld:
    """What one account has to do with the rest of LocalStack in one Region."""

    def __init__(self, owner: Owner, region: str, partition: str) -> None:
        self._owner = owner
        self._region = region
        self._partition = partition

    @property
    def settings(self) -> Settings:
        """The delays, as they are now."""
        return self._owner.settings

    def now(self) -> datetime:
        """Return the time by the simulator's clock."""
        return self._owner.clock.now()

    def send(self, detail_type: str, resources: list[str], detail: dict[str, str]) -> None:
        """Send an event to the default bus of this account and Region."""
        self._owner.delivery.send(self._region, detail_type, resources, detail)

    def write_object(self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None) -> None:
        """Write a CRL or an audit report to S3.

        Raises:
            BucketRefused: the bucket does not let AWS Private CA do it.
        """
        clients = _clients(self._owner.id, self._region)
        Bucket(bucket, clients, self._owner.id, self._region, self._partition).write(key, body, content_type, acl)

    def planned_failure(self, operation: str, authority_arn: str) -> bool:
        """Whether the operation is to fail this time."""
        return self._owner.failures.take(operation, authority_arn)


def put_events(account: str, region: str, entries: list[dict[str, Any]]) -> list[str]:
    """Give entries to the default bus of an account and Region, and return the ids of the events.

    Raises:
        RuntimeError: the bus refuses one.
    """
    answer = _clients(account, region).events.put_events(Entries=entries)
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"PutEvents refuses {answer['Entries']}")
    return [entry["EventId"] for entry in answer["Entries"]]


def _clients(account: str, region: str) -> Any:
    return connect_to(aws_access_key_id=account, region_name=region)
