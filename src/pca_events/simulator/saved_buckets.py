"""The buckets of an account as plain data: their settings and objects, through the API of S3."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pca_events.simulator.core.saved_records import DamagedState, Record, data_text

MOST_OBJECT_BYTES = 64 * 1024 * 1024
"""The bytes of all objects of a state; CRLs and reports have a few kilobytes."""

_FIRST_REGION = "us-east-1"
_PUBLIC = "http://acs.amazonaws.com/groups/global/AllUsers"
_NOT_SET = 404


@dataclass(frozen=True)
class _Setting:
    """A setting of a bucket: the operations that read, set and delete it end with `name`; `member` has its value."""

    name: str
    member: str
    removable: bool = True


_BEFORE_OBJECTS = (_Setting("bucket_ownership_controls", "OwnershipControls"),)
_AFTER_OBJECTS = (
    _Setting("bucket_policy", "Policy"),
    _Setting("bucket_encryption", "ServerSideEncryptionConfiguration"),
    _Setting("public_access_block", "PublicAccessBlockConfiguration"),
)
"""What could prevent an object from being written again; set last."""


class BucketSaver:
    """Saves buckets, as long as their objects fit.

    Args:
        clients: returns the clients of an account and Region; they have `s3`.

    Attributes:
        left_out: the objects that did not fit, as bucket and key.
    """

    def __init__(self, clients: Callable[[str, str], Any]) -> None:
        self.left_out: list[str] = []
        self._clients = clients
        self._bytes = 0

    def saved(self, account: str) -> Iterator[dict[str, Any]]:
        """Yield the buckets of an account."""
        for bucket in self._clients(account, _FIRST_REGION).s3.list_buckets()["Buckets"]:
            name = bucket["Name"]
            found = self._clients(account, _FIRST_REGION).s3.get_bucket_location(Bucket=name)
            region = found.get("LocationConstraint") or _FIRST_REGION
            s3 = self._clients(account, region).s3
            yield {
                "name": name,
                "account": account,
                "region": region,
                **{each.member: _value(s3, name, each) for each in (*_BEFORE_OBJECTS, *_AFTER_OBJECTS)},
                "objects": list(self._objects(s3, name)),
            }

    def _objects(self, s3: Any, bucket: str) -> Iterator[dict[str, Any]]:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for listed in page.get("Contents", ()):
                if self._bytes + listed["Size"] > MOST_OBJECT_BYTES:
                    self.left_out.append(f"{bucket}/{listed['Key']}")
                    continue
                self._bytes += listed["Size"]
                yield _saved_object(s3, bucket, listed["Key"])


def _value(s3: Any, bucket: str, setting: _Setting) -> Any:
    try:
        return getattr(s3, f"get_{setting.name}")(Bucket=bucket)[setting.member]
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != _NOT_SET:
            raise
        return None


def _saved_object(s3: Any, bucket: str, key: str) -> dict[str, Any]:
    found = s3.get_object(Bucket=bucket, Key=key)
    grants = s3.get_object_acl(Bucket=bucket, Key=key)["Grants"]
    return {
        "key": key,
        "content_type": found["ContentType"],
        "metadata": found["Metadata"],
        "public": any(grant["Grantee"].get("URI") == _PUBLIC for grant in grants),
        "body": data_text(found["Body"].read()),
    }


def restore_bucket(clients: Callable[[str, str], Any], record: Record) -> int:
    """Create a bucket with its settings and objects, and return the number of objects.

    Raises:
        DamagedState: the record does not describe a bucket, or S3 rejects it.
    """
    name, region = record.text("name"), record.text("region")
    s3 = clients(record.text("account"), region).s3
    elsewhere = {} if region == _FIRST_REGION else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=name, **elsewhere)
        s3.delete_public_access_block(Bucket=name)
        _restore_settings(s3, name, record, _BEFORE_OBJECTS)
        count = sum(_restore_object(s3, name, each) for each in record.records("objects"))
        _restore_settings(s3, name, record, _AFTER_OBJECTS)
    except DamagedState:
        raise
    except Exception as error:  # botocore's, for values of another type, and those of S3
        raise DamagedState(f"{record.place} is not a bucket that S3 accepts: {error}") from error
    return count


def _restore_settings(s3: Any, bucket: str, record: Record, settings: tuple[_Setting, ...]) -> None:
    for setting in settings:
        if record.has(setting.member):
            value = record.value(setting.member)
            getattr(s3, f"put_{setting.name}")(Bucket=bucket, **{setting.member: value})
        else:
            getattr(s3, f"delete_{setting.name}")(Bucket=bucket)


def _restore_object(s3: Any, bucket: str, record: Record) -> int:
    options = {"ACL": "public-read"} if record.flag("public") else {}
    s3.put_object(
        Bucket=bucket,
        Key=record.text("key"),
        Body=record.data("body"),
        ContentType=record.text("content_type"),
        Metadata=record.mapping("metadata"),
        **options,
    )
    return 1
