"""What a bucket must grant before AWS Private CA writes to it, and the objects that it writes."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from pca_events.iam_policy import Request, evaluate
from pca_events.simulator.core.region_state import BucketRefused

PRINCIPAL = "acm-pca.amazonaws.com"
"""The service principal that a policy must name."""

TEST_KEY = "acm-pca-permission-test-key"
"""The key of the object that AWS Private CA writes to a new CRL bucket."""

_ON_OBJECT = ("s3:PutObject",)
_ON_BUCKET = ("s3:GetBucketAcl", "s3:GetBucketLocation")
_ON_KEY = ("kms:GenerateDataKey", "kms:Decrypt")
_FIRST_REGION, _OLD_REGIONS = "us-east-1", {"EU": "eu-west-1"}
_SERVER_ERROR = 500


@dataclass(frozen=True)
class BucketAccess:
    """One bucket, as AWS Private CA sees it.

    Attributes:
        name: of the bucket.
        clients: of the services of the account and Region that the CA belongs to; they have `s3` and `kms`.
        account: the account of the CA.
        authority: the ARN of the CA.
        partition: that of the CA, such as `aws-cn`.
    """

    name: str
    clients: Any
    account: str
    authority: str
    partition: str

    def check(self, acl: str) -> str:
        """Write a test object with a canned ACL, and return the Region of the bucket.

        Raises:
            BucketRefused: as `write` does.
        """
        self.write(TEST_KEY, b"", "application/octet-stream", acl)
        with _refusals(self.name):
            found = self.clients.s3.get_bucket_location(Bucket=self.name).get("LocationConstraint") or _FIRST_REGION
        return _OLD_REGIONS.get(found, found)

    def write(self, key: str, body: bytes, content_type: str, acl: str | None) -> None:
        """Write an object.

        Args:
            key: the object's.
            body: the object.
            content_type: of the body.
            acl: the canned ACL of a CRL; None for an audit report, which gets none.

        Raises:
            BucketRefused: there is no such bucket, its policy does not grant what is documented, its encryption or
                its block of public access prevents it, or S3 rejects the object.
        """
        canned = acl.lower().replace("_", "-") if acl else None
        with _refusals(self.name):
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
        lacking = [action for action, resource in needed if not _grants(policy, action, resource, self._context(acl))]
        if lacking:
            said = f"the policy of bucket {self.name} does not grant {', '.join(lacking)} to {PRINCIPAL}"
            raise BucketRefused(said, tuple(lacking))

    def _context(self, acl: str | None = None) -> Mapping[str, str]:
        context = {
            "aws:sourceaccount": self.account,
            "aws:sourcearn": self.authority,
            "aws:securetransport": "true",
            "aws:principalservicename": PRINCIPAL,
            "aws:principalisawsservice": "true",
        }
        return context | ({"s3:x-amz-acl": acl} if acl else {})

    def _check_encryption(self, key: str) -> None:
        """Check that an AWS KMS key is customer managed and enabled, and allows AWS Private CA to use it."""
        answer = self.clients.s3.get_bucket_encryption(Bucket=self.name)
        rule = answer["ServerSideEncryptionConfiguration"]["Rules"][0]
        by_default = rule["ApplyServerSideEncryptionByDefault"]
        if not by_default["SSEAlgorithm"].startswith("aws:kms"):
            return
        used = by_default.get("KMSMasterKeyID", "alias/aws/s3")
        if used.endswith("alias/aws/s3"):
            raise BucketRefused(f"bucket {self.name} is encrypted with the key aws/s3, which {PRINCIPAL} cannot use")
        try:
            described = self.clients.kms.describe_key(KeyId=used)["KeyMetadata"]
            policy = json.loads(
                self.clients.kms.get_key_policy(KeyId=described["KeyId"], PolicyName="default")["Policy"]
            )
        except ClientError as error:
            raise BucketRefused(f"the key {used} of bucket {self.name} cannot be described: {error}") from error
        if described["KeyState"] != "Enabled":
            raise BucketRefused(f"the key {used} of bucket {self.name} is in the state {described['KeyState']}")
        context = self._key_context(described["Arn"], None if rule.get("BucketKeyEnabled") else key)
        lacking = [action for action in _ON_KEY if not _grants(policy, action, described["Arn"], context)]
        if lacking:
            raise BucketRefused(f"the policy of key {used} does not grant {', '.join(lacking)} to {PRINCIPAL}")

    def _key_context(self, key_arn: str, object_key: str | None) -> Mapping[str, str]:
        """The condition keys of a request of S3 to KMS, which names the object, or with a bucket key the bucket."""
        encrypted = f"arn:{self.partition}:s3:::{self.name}" + ("" if object_key is None else f"/{object_key}")
        return {
            **self._context(),
            "kms:encryptioncontext:aws:s3:arn": encrypted,
            "kms:encryptioncontextkeys": "aws:s3:arn",
            "kms:viaservice": f"s3.{key_arn.split(':')[3]}.amazonaws.com",
        }

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
