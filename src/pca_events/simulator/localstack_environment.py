"""The clock, bus and buckets of the core inside LocalStack."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from botocore.exceptions import ClientError
from localstack.aws.connect import connect_to

from pca_events.iam_policy import Request, evaluate
from pca_events.moving_clock import MovingClock
from pca_events.simulator.controls import EventDelivery, PlannedFailures
from pca_events.simulator.core.region_state import BucketRefused, Settings


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

    def write_object(self, bucket: str, key: str, body: bytes, content_type: str, acl: str | None) -> None:
        """Write a CRL or an audit report to S3.

        Raises:
            BucketRefused: the bucket does not allow AWS Private CA to write.
        """
        clients = _clients(self._owner.id, self._region)
        BucketAccess(bucket, clients, self._owner.id, self._region, self._partition).write(key, body, content_type, acl)

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


PRINCIPAL = "acm-pca.amazonaws.com"
"""The service principal that a policy must name."""

_ON_OBJECT = ("s3:PutObject",)
_ON_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation")
_AUTHORITY_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SERVER_ERROR = 500


@dataclass(frozen=True)
class BucketAccess:
    """One bucket, as AWS Private CA sees it.

    Attributes:
        name: of the bucket.
        clients: of the services of the account and Region that the CA belongs to; they have `s3` and `kms`.
        account: the account of the CA.
        region: the Region of the CA.
        partition: `aws`, `aws-cn` or `aws-us-gov`.
    """

    name: str
    clients: Any
    account: str
    region: str
    partition: str

    def write(self, key: str, body: bytes, content_type: str, acl: str | None) -> None:
        """Write an object.

        Args:
            key: the object's; the first UUID in it is the ID of the CA.
            body: the object.
            content_type: of the body.
            acl: the canned ACL of a CRL; None for an audit report, which gets none.

        Raises:
            BucketRefused: there is no such bucket, its policy does not grant what is documented, its encryption or
                its block of public access prevents it, or S3 rejects the object.
        """
        canned = acl.lower().replace("_", "-") if acl else None
        with _refusals(self.name):
            self.clients.s3.head_bucket(Bucket=self.name)
            self._check_policy(key, canned)
            self._check_encryption(key)
            self._check_public_access(canned)
            options = {"ACL": canned} if canned else {}
            self.clients.s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType=content_type, **options)

    def _check_policy(self, key: str, acl: str | None) -> None:
        arn = f"arn:{self.partition}:s3:::{self.name}"
        needed = [(action, f"{arn}/{key}") for action in (*_ON_OBJECT, *(("s3:PutObjectAcl",) if acl else ()))]
        needed += [(action, arn) for action in _ON_BUCKET]
        try:
            policy = json.loads(self.clients.s3.get_bucket_policy(Bucket=self.name)["Policy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
            policy = {}
        lacking = [
            action for action, resource in needed if not _grants(policy, action, resource, self._context(key, acl))
        ]
        if lacking:
            raise BucketRefused(f"the policy of bucket {self.name} does not grant {', '.join(lacking)} to {PRINCIPAL}")

    def _context(self, key: str, acl: str | None = None) -> Mapping[str, str]:
        found = _AUTHORITY_ID.search(key)
        authority = f"certificate-authority/{found[0] if found else ''}"
        context = {
            "aws:sourceaccount": self.account,
            "aws:sourcearn": f"arn:{self.partition}:acm-pca:{self.region}:{self.account}:{authority}",
            "aws:securetransport": "true",
            "aws:principalservicename": PRINCIPAL,
            "aws:principalisawsservice": "true",
        }
        return context | ({"s3:x-amz-acl": acl} if acl else {})

    def _check_encryption(self, key: str) -> None:
        """Check that an AWS KMS key is customer managed, and allows AWS Private CA to use it."""
        answer = self.clients.s3.get_bucket_encryption(Bucket=self.name)
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"]
        if not rule["SSEAlgorithm"].startswith("aws:kms"):
            return
        used = rule.get("KMSMasterKeyID", "alias/aws/s3")
        if used.endswith("alias/aws/s3"):
            raise BucketRefused(f"bucket {self.name} is encrypted with the key aws/s3, which {PRINCIPAL} cannot use")
        try:
            described = self.clients.kms.describe_key(KeyId=used)["KeyMetadata"]
            policy = json.loads(
                self.clients.kms.get_key_policy(KeyId=described["KeyId"], PolicyName="default")["Policy"]
            )
        except ClientError as error:
            raise BucketRefused(f"the key {used} of bucket {self.name} cannot be described: {error}") from error
        if not _grants(policy, "kms:GenerateDataKey", described["Arn"], self._context(key)):
            raise BucketRefused(f"the policy of key {used} does not grant kms:GenerateDataKey to {PRINCIPAL}")

    def _check_public_access(self, acl: str | None) -> None:
        if acl != "public-read":
            return
        try:
            block = self.clients.s3.get_public_access_block(Bucket=self.name)["PublicAccessBlockConfiguration"]
        except ClientError:  # no block is set
            return
        if block.get("BlockPublicAcls"):
            raise BucketRefused(
                f"bucket {self.name} blocks public ACLs; the CA needs the S3ObjectAcl BUCKET_OWNER_FULL_CONTROL"
            )


def _grants(policy: Mapping[str, Any], action: str, resource: str, context: Mapping[str, str]) -> bool:
    """Whether a policy lets AWS Private CA do something."""
    return evaluate(policy, Request(action, resource, (PRINCIPAL,), context=context)).allowed is True


@contextmanager
def _refusals(bucket: str) -> Iterator[None]:
    """Raise BucketRefused for a client error of S3; server errors pass through."""
    try:
        yield
    except ClientError as error:
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= _SERVER_ERROR:
            raise
        raise BucketRefused(f"bucket {bucket} cannot be written to: {error}") from error
