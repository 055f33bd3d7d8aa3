"""Buckets that do not fit into a state; how they are saved and restored, the integration tests show."""

import io
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from pca_events.simulator import saved_buckets
from pca_events.simulator.saved_buckets import BucketSaver


class TwoBuckets:
    """As much of S3 as a saver calls: two buckets without settings, each with an object of 6 bytes and one of 5."""

    def list_buckets(self) -> dict[str, Any]:
        return {"Buckets": [{"Name": "one"}, {"Name": "two"}]}

    def get_bucket_location(self, **_: str) -> dict[str, Any]:
        return {"LocationConstraint": None}

    def get_paginator(self, _: str) -> Any:
        page = {"Contents": [{"Key": "six", "Size": 6}, {"Key": "five", "Size": 5}]}
        return SimpleNamespace(paginate=lambda **_: [page])

    def get_object(self, **asked: str) -> dict[str, Any]:
        return {"ContentType": "x/y", "Metadata": {}, "Body": io.BytesIO(asked["Key"].encode())}

    def get_object_acl(self, **_: str) -> dict[str, Any]:
        return {"Grants": []}

    def __getattr__(self, name: str) -> Any:
        def missing(**_: str) -> None:
            raise ClientError({"Error": {"Code": "No"}, "ResponseMetadata": {"HTTPStatusCode": 404}}, name)

        return missing


def test_objects_that_do_not_fit_are_left_out_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_buckets, "MOST_OBJECT_BYTES", 17)
    saver = BucketSaver(lambda *_: SimpleNamespace(s3=TwoBuckets()))
    saved = {bucket["name"]: [each["key"] for each in bucket["objects"]] for bucket in saver.saved("111122223333")}
    assert saved == {"one": ["six", "five"], "two": ["six"]}
    assert saver.left_out == ["two/five"]
