"""Buckets for CRLs and audit reports: as AWS documents them, or with one fault."""

import json
from typing import Any

from pca_events.harness.session import Session

_ACTIONS = {"s3:PutObject": "/*", "s3:PutObjectAcl": "/*", "s3:GetBucketAcl": "", "s3:GetBucketLocation": ""}
"""The actions that AWS Private CA needs, and the part of the bucket's ARN that they apply to."""

_MISSING = "is missing"
_ENCRYPTED = "is encrypted with the key aws/s3"
_UNGRANTED = {f"does not grant {action}": action for action in _ACTIONS}
STATES = (
    "is as documented",
    _MISSING,
    "has no policy",
    *_UNGRANTED,
    "grants the CAs of another account only",
    _ENCRYPTED,
)
"""The states of a bucket; all but the first make AWS Private CA fail."""


class Bucket:
    """One bucket.

    Args:
        session: the connection to the account that owns it.
        name: of the bucket.
    """

    def __init__(self, session: Session, name: str) -> None:
        self.name = name
        self._session = session
        self._touched = False
        self._encrypted = False

    def set_state(self, state: str) -> None:
        """Bring the bucket from any state to one of the `STATES`."""
        if state not in STATES:
            raise AssertionError(f'no bucket "{state}"; one of {", ".join(STATES)}')
        if state == _MISSING:
            self.delete()
            return
        s3 = self._session.s3
        s3.create_bucket(Bucket=self.name)
        self._touched = True
        if state == "has no policy":
            s3.delete_bucket_policy(Bucket=self.name)
        else:
            s3.put_bucket_policy(Bucket=self.name, Policy=json.dumps(self._policy(state)))
        if self._encrypted != (state == _ENCRYPTED):  # a new bucket has AES256
            self._encrypted = state == _ENCRYPTED
            algorithm = "aws:kms" if self._encrypted else "AES256"
            rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": algorithm}}]
            s3.put_bucket_encryption(Bucket=self.name, ServerSideEncryptionConfiguration={"Rules": rules})

    def objects(self) -> dict[str, bytes]:
        """Return the objects of the bucket, by key."""
        s3 = self._session.s3
        listed = s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        return {each["Key"]: s3.get_object(Bucket=self.name, Key=each["Key"])["Body"].read() for each in listed}

    def destroy(self) -> bool:
        """Remove the bucket if it was created, and return whether it is gone."""
        if not self._touched:
            return True
        self.delete()
        return not self.exists()

    def delete(self) -> None:
        """Remove the bucket with its objects, if it exists."""
        s3 = self._session.s3
        self._encrypted = False
        try:
            held = s3.list_objects_v2(Bucket=self.name).get("Contents", [])
        except s3.exceptions.NoSuchBucket:
            return
        for listed in held:
            s3.delete_object(Bucket=self.name, Key=listed["Key"])
        s3.delete_bucket(Bucket=self.name)

    def exists(self) -> bool:
        """Whether the account has a bucket of this name."""
        return self.name in [bucket["Name"] for bucket in self._session.s3.list_buckets()["Buckets"]]

    def _policy(self, state: str) -> dict[str, Any]:
        account = self._session.backend.account
        owner = account if state != "grants the CAs of another account only" else "999999999999"
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "acm-pca.amazonaws.com"},
                    "Action": action,
                    "Resource": f"arn:aws:s3:::{self.name}{part}",
                    "Condition": {"StringEquals": {"aws:SourceAccount": owner}},
                }
                for action, part in _ACTIONS.items()
                if action != _UNGRANTED.get(state)
            ],
        }
