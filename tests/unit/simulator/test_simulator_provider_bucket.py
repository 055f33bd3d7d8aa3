"""What a bucket must grant before AWS Private CA writes to it."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from pca_events.backends import Backend
from pca_events.iam_policy import Request, evaluate
from pca_events.simulator.bucket_access import TEST_KEY, BucketAccess
from pca_events.simulator.core.region_state import BucketRefused

AUTHORITY = "11223344-1234-1122-2233-112233445566"
ACCOUNT = "780000000001"
ARN = f"arn:aws:acm-pca:us-east-1:{ACCOUNT}:certificate-authority/{AUTHORITY}"
NAME = f"pca-events-simulator-{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
CRL = f"crl/{AUTHORITY}.crl"
REPORT = f"audit-report/{AUTHORITY}/99887766-1234-1122-2233-112233445566.json"
ALL = ["s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation"]
OWNER = "BUCKET_OWNER_FULL_CONTROL"


def statement(*actions: str, **more: Any) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Principal": {"Service": "acm-pca.amazonaws.com"},
        "Action": list(actions),
        "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
        **more,
    }


class Given:
    """One bucket on the emulator, and the simulator's view of it."""

    def __init__(self, clients: SimpleNamespace) -> None:
        self.s3 = clients.s3
        self.bucket = BucketAccess(NAME, clients, ACCOUNT, ARN, "aws")

    def policy(self, *statements: dict[str, Any]) -> None:
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        self.s3.put_bucket_policy(Bucket=NAME, Policy=json.dumps(document))

    def encryption(self, *, bucket_key: bool = False, **rule: str) -> None:
        rules = [{"ApplyServerSideEncryptionByDefault": rule, "BucketKeyEnabled": bucket_key}]
        self.s3.put_bucket_encryption(Bucket=NAME, ServerSideEncryptionConfiguration={"Rules": rules})

    def written(self) -> list[str]:
        return [each["Key"] for each in self.s3.list_objects_v2(Bucket=NAME).get("Contents", [])]


@pytest.fixture(scope="session")
def clients(pca_backend: Backend) -> SimpleNamespace:
    own = replace(pca_backend, account=ACCOUNT)
    return SimpleNamespace(s3=own.client("s3"), kms=own.client("kms"))


@pytest.fixture
def given(clients: SimpleNamespace) -> Iterator[Given]:
    made = Given(clients)
    made.s3.create_bucket(Bucket=NAME)
    yield made
    for key in made.written():
        made.s3.delete_object(Bucket=NAME, Key=key)
    made.s3.delete_bucket(Bucket=NAME)


def test_a_crl_is_written_unchanged(given: Given) -> None:
    given.policy(statement(*ALL))
    given.bucket.write(CRL, b"\x30\x00", "application/pkix-crl", OWNER)
    found = given.s3.get_object(Bucket=NAME, Key=CRL)
    assert (found["Body"].read(), found["ContentType"]) == (b"\x30\x00", "application/pkix-crl")


@pytest.mark.parametrize("lacking", ALL)
def test_a_crl_needs_all_four_actions(given: Given, lacking: str) -> None:
    given.policy(statement(*(action for action in ALL if action != lacking)))
    with pytest.raises(BucketRefused, match=f"does not grant {lacking} to acm-pca.amazonaws.com"):
        given.bucket.write(CRL, b"", "application/pkix-crl", OWNER)
    assert given.written() == []


def test_a_check_writes_a_test_object_and_returns_the_region(given: Given) -> None:
    given.policy(statement(*ALL))
    assert given.bucket.check("bucket-owner-full-control") == "us-east-1"
    assert given.written() == [TEST_KEY]


def test_a_check_returns_the_region_of_a_bucket_elsewhere(clients: SimpleNamespace) -> None:
    name = f"{NAME}-west"
    clients.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    grant = statement(*ALL, Resource=[f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"])
    clients.s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [grant]}))
    assert replace(Given(clients).bucket, name=name).check("bucket-owner-full-control") == "eu-west-1"
    clients.s3.delete_object(Bucket=name, Key=TEST_KEY)
    clients.s3.delete_bucket(Bucket=name)


def test_a_check_reports_the_actions_that_the_policy_does_not_grant(given: Given) -> None:
    with pytest.raises(BucketRefused) as refused:
        given.bucket.check("public-read")
    assert refused.value.lacking == ("s3:PutObject", "s3:PutObjectAcl", "s3:GetBucketAcl", "s3:GetBucketLocation")
    given.policy(statement(*ALL))
    with pytest.raises(BucketRefused, match="blocks public ACLs") as refused:
        given.bucket.check("public-read")
    assert refused.value.lacking == ()
    assert given.written() == []


def test_a_policy_may_name_the_ca_whatever_the_key_of_the_object(given: Given) -> None:
    given.policy(statement(*ALL, Condition={"StringEquals": {"aws:SourceArn": ARN}}))
    given.bucket.write("lists/99887766-1234-1122-2233-112233445566.crl", b"", "application/pkix-crl", OWNER)
    with pytest.raises(BucketRefused, match="does not grant"):
        replace(given.bucket, authority=f"{ARN[:-1]}7").write(CRL, b"", "application/pkix-crl", OWNER)


def test_a_report_needs_no_permission_to_set_an_acl(given: Given) -> None:
    given.policy(statement(*(action for action in ALL if action != "s3:PutObjectAcl")))
    given.bucket.write(REPORT, b"[]", "application/json", None)
    assert given.written() == [REPORT]


def test_a_bucket_without_policy_grants_nothing(given: Given) -> None:
    with pytest.raises(BucketRefused, match="does not grant s3:PutObject, s3:GetBucketAcl, s3:GetBucketLocation"):
        given.bucket.write(REPORT, b"", "application/json", None)


def test_a_bucket_that_is_missing(clients: SimpleNamespace) -> None:
    missing = replace(Given(clients).bucket, name="pca-events-no-such-bucket")
    with pytest.raises(BucketRefused, match=r"pca-events-no-such-bucket cannot be written to: .*bucket does not exist"):
        missing.write(REPORT, b"", "application/json", None)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ({"SSEAlgorithm": "aws:kms"}, "is encrypted with the key aws/s3"),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}, "is encrypted with the key aws/s3"),
        (
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/{AUTHORITY}"},
            f"the key .*{AUTHORITY} of bucket .* cannot be described",
        ),
    ],
)
def test_an_encryption_that_prevents_writing(given: Given, rule: dict[str, Any], said: str) -> None:
    given.policy(statement(*ALL))
    given.encryption(**rule)
    with pytest.raises(BucketRefused, match=said):
        given.bucket.write(REPORT, b"", "application/json", None)
    given.encryption(SSEAlgorithm="AES256")
    given.bucket.write(REPORT, b"", "application/json", None)


@pytest.fixture(scope="session")
def key(clients: SimpleNamespace) -> Iterator[str]:
    arn = clients.kms.create_key()["KeyMetadata"]["Arn"]
    yield arn
    clients.kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)


def put_key_policy(clients: SimpleNamespace, key: str, *actions: str, encrypted: str = "") -> None:
    """Let the account do all, and AWS Private CA these actions, if given only for what has this ARN."""
    owner = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*"}
    condition = {"StringLike": {"kms:EncryptionContext:aws:s3:arn": [encrypted, f"{encrypted}/audit-report/*"]}}
    grant = {**statement(*actions), **({"Condition": condition} if encrypted else {})}
    statements = [{**each, "Resource": "*"} for each in (owner, grant)]
    document = {"Version": "2012-10-17", "Statement": statements}
    clients.kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document))


BOTH = ("kms:GenerateDataKey", "kms:Decrypt")


@pytest.mark.parametrize("with_bucket_key", [True, False])
@pytest.mark.parametrize(
    ("actions", "of", "lacking"),
    [
        (BOTH, "", ""),
        (("kms:*",), "", ""),
        (BOTH, "own", ""),
        (BOTH, "another", "kms:GenerateDataKey, kms:Decrypt"),
        (("kms:GenerateDataKey",), "", "kms:Decrypt"),
        (("kms:Decrypt",), "own", "kms:GenerateDataKey"),
    ],
)
def test_a_customer_managed_key_must_grant_what_is_documented(
    given: Given,
    clients: SimpleNamespace,
    key: str,
    actions: tuple[str, ...],
    of: str,
    lacking: str,
    with_bucket_key: bool,
) -> None:
    given.policy(statement(*ALL))
    given.encryption(bucket_key=with_bucket_key, SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    put_key_policy(clients, key, *actions, encrypted=of and f"arn:aws:s3:::{NAME if of == 'own' else of}")
    if lacking:
        with pytest.raises(BucketRefused, match=f"does not grant {lacking} to acm-pca.amazonaws.com"):
            given.bucket.write(REPORT, b"[]", "application/json", None)
    else:
        given.bucket.write(REPORT, b"[]", "application/json", None)
        assert given.s3.get_object(Bucket=NAME, Key=REPORT)["SSEKMSKeyId"] == key
    assert given.written() == ([] if lacking else [REPORT])


def test_a_condition_on_objects_does_not_fit_a_bucket_key(given: Given, clients: SimpleNamespace, key: str) -> None:
    given.policy(statement(*ALL))
    put_key_policy(clients, key, *BOTH, encrypted=f"arn:aws:s3:::{NAME}/crl/*")
    given.encryption(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    given.bucket.write(CRL, b"", "application/pkix-crl", OWNER)
    with pytest.raises(BucketRefused, match="does not grant kms:GenerateDataKey"):
        given.bucket.check(OWNER)
    given.encryption(bucket_key=True, SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    with pytest.raises(BucketRefused, match="does not grant kms:GenerateDataKey"):
        given.bucket.write(CRL, b"", "application/pkix-crl", OWNER)


def test_a_key_that_is_disabled(given: Given, clients: SimpleNamespace, key: str) -> None:
    given.policy(statement(*ALL))
    given.encryption(SSEAlgorithm="aws:kms", KMSMasterKeyID=key)
    put_key_policy(clients, key, *BOTH)
    clients.kms.disable_key(KeyId=key)
    with pytest.raises(BucketRefused, match="is in the state Disabled"):
        given.bucket.write(REPORT, b"", "application/json", None)
    clients.kms.enable_key(KeyId=key)
    given.bucket.write(REPORT, b"", "application/json", None)


def test_a_public_acl_that_the_bucket_blocks(given: Given) -> None:
    given.policy(statement(*ALL))
    with pytest.raises(BucketRefused, match="blocks public ACLs; the CA needs the S3ObjectAcl BUCKET_OWNER_FULL"):
        given.bucket.write(CRL, b"", "application/pkix-crl", "PUBLIC_READ")
    given.s3.delete_public_access_block(Bucket=NAME)
    given.s3.put_bucket_ownership_controls(
        Bucket=NAME, OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    )
    given.bucket.write(CRL, b"", "application/pkix-crl", "PUBLIC_READ")
    assert given.written() == [CRL]


@pytest.mark.parametrize(
    ("conditions", "written"),
    [
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT, "aws:SourceArn": ARN}}, True),
        ({"StringEquals": {"AWS:sourceaccount": [ACCOUNT, "x"]}}, True),
        ({"ArnLike": {"aws:SourceArn": f"{ARN[:-4]}*"}}, True),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, False),
        ({"StringEquals": {"aws:SourceArn": f"{ARN}0"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, False),
        ({"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"Bool": {"aws:SecureTransport": False}}, False),
        ({"NumericLessThan": {"aws:SourceAccount": 1}}, False),
    ],
)
def test_conditions_are_evaluated(given: Given, conditions: dict[str, Any], written: bool) -> None:
    given.policy(statement(*ALL, Condition=conditions))
    try:
        given.bucket.write(REPORT, b"", "application/json", None)
    except BucketRefused:
        assert not written
    assert (given.written() == [REPORT]) == written


@pytest.mark.parametrize(
    ("policy", "granted"),
    [
        ({"Statement": statement("s3:*")}, True),
        ({"Statement": [statement("s3:Put*")]}, True),
        ({"Statement": [statement("S3:putobject")]}, True),
        ({"Statement": [statement("s3:PutObject", Principal="*")]}, True),
        ({"Statement": [statement("s3:PutObject", Principal={"AWS": "*"})]}, True),
        ({"Statement": [statement("s3:PutObject", Principal={"Service": "events.amazonaws.com"})]}, False),
        ({"Statement": [statement("s3:PutObject", Principal={"AWS": ACCOUNT})]}, False),
        ({"Statement": [statement("s3:PutObject"), statement("s3:PutObject", Effect="Deny")]}, False),
        ({"Statement": [statement("s3:PutObject", Resource=f"arn:aws:s3:::{NAME}")]}, False),
        ({"Statement": [{**statement(), "Action": None, "NotAction": "s3:GetObject"}]}, True),
        ({"Statement": ["nothing"]}, False),
        ({}, False),
    ],
)
def test_policies(policy: dict[str, Any], granted: bool) -> None:
    request = Request("s3:PutObject", f"arn:aws:s3:::{NAME}/{CRL}", ("acm-pca.amazonaws.com",))
    assert evaluate(policy, request).allowed is granted
