"""A CA that its resource policy shares with another account: what the policy must be, and what it allows."""

import json
from typing import Any

import pytest
from simulated_world import ACCOUNT, REGION, TEMPLATE, Desk, MemoryWorld, csr

from pca_events.simulator.core.access import SHAREABLE
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.service import OPERATIONS, PrivateCaService

OTHER = "444455556666"
ROOT_USER = f"arn:aws:iam::{ACCOUNT}:root"
READS = ("DescribeCertificateAuthority", "GetCertificate", "GetCertificateAuthorityCertificate", "ListPermissions")


class Neighbour:
    """Another account, which calls operations on the CA of a desk."""

    def __init__(self, desk: Desk, account: str = OTHER) -> None:
        self.world = MemoryWorld()
        self.store = PrivateCaService(account, REGION, "aws", self.world)
        self.desk = desk

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        return self.store.call(operation, request, [self.desk.store])

    def issue(self, arn: str, template: str = "EndEntityCertificate", **more: Any) -> str:
        request: dict[str, Any] = {
            "CertificateAuthorityArn": arn,
            "Csr": csr(),
            "SigningAlgorithm": "SHA256WITHECDSA",
            "Validity": {"Value": 30, "Type": "DAYS"},
            "TemplateArn": TEMPLATE.format(template),
        }
        return str(self.call("IssueCertificate", **request | more)["CertificateArn"])

    def code(self, operation: str, **request: Any) -> str:
        with pytest.raises(ServiceError) as error:
            self.call(operation, **request)
        return error.value.code


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def root(desk: Desk) -> str:
    arn = desk.root()
    desk.world.taken()
    return arn


def statement(arn: str, *operations: str, **more: Any) -> dict[str, Any]:
    actions = [f"acm-pca:{operation}" for operation in operations]
    return {"Effect": "Allow", "Principal": {"AWS": OTHER}, "Action": actions, "Resource": arn, **more}


def share(desk: Desk, arn: str, *statements: dict[str, Any]) -> None:
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    desk.call("PutPolicy", ResourceArn=arn, Policy=json.dumps(policy))


def test_a_shared_authority_issues_and_its_owner_gets_the_event(desk: Desk, root: str) -> None:
    share(desk, root, statement(root, *READS, "IssueCertificate", "RevokeCertificate"))
    neighbour = Neighbour(desk)
    made = neighbour.issue(root)
    assert desk.world.taken() == [("ACM Private CA Certificate Issuance", [root, made], {"result": "success"})]
    found = neighbour.call("GetCertificate", CertificateAuthorityArn=root, CertificateArn=made)
    assert found == desk.certificate(root, made)
    described = neighbour.call("DescribeCertificateAuthority", CertificateAuthorityArn=root)
    assert described["CertificateAuthority"]["OwnerAccount"] == ACCOUNT
    serial = made.rpartition("/")[2]
    request = {"CertificateAuthorityArn": root, "CertificateSerial": serial, "RevocationReason": "UNSPECIFIED"}
    neighbour.call("RevokeCertificate", **request)
    assert desk.world.taken() == [("ACM Private CA Certificate Revocation", [root, made], {"result": "success"})]
    assert neighbour.world.taken() == []


@pytest.mark.parametrize("operation", SHAREABLE)
def test_each_operation_needs_its_own_action(desk: Desk, root: str, operation: str) -> None:
    neighbour = Neighbour(desk)
    request = {
        "CertificateAuthorityArn": root,
        "CertificateArn": f"{root}/certificate/ab",
        "CertificateSerial": "ab:cd",
        "RevocationReason": "UNSPECIFIED",
        "Csr": csr(),
        "SigningAlgorithm": "SHA256WITHECDSA",
        "Validity": {"Value": 30, "Type": "DAYS"},
    }
    share(desk, root, statement(root, *(each for each in SHAREABLE if each != operation)))
    with pytest.raises(ServiceError) as error:
        neighbour.call(operation, **request)
    assert (error.value.code, error.value.status) == ("AccessDeniedException", 400)
    assert error.value.message == (
        f"User: arn:aws:iam::{OTHER}:root is not authorized to perform: acm-pca:{operation} on resource: {root} "
        f"because no resource-based policy allows the acm-pca:{operation} action"
    )
    share(desk, root, statement(root, operation))
    if operation in ("GetCertificate", "RevokeCertificate"):
        assert neighbour.code(operation, **request) == "ResourceNotFoundException"  # of the certificate
    else:
        assert neighbour.call(operation, **request)


def test_an_operation_of_the_owner_is_denied_whatever_the_policy(desk: Desk, root: str) -> None:
    share(desk, root, statement(root, "*"))
    neighbour = Neighbour(desk)
    values = {
        "Tags": [{"Key": "a"}],
        "Principal": "acm.amazonaws.com",
        "Actions": ["GetCertificate"],
        "Policy": "{}",
        "Certificate": b"x",
        "S3BucketName": "bucket",
        "AuditReportResponseFormat": "CSV",
        "AuditReportId": root[-36:],
        "CertificateAuthorityArn": root,
        "ResourceArn": root,
    }
    owned = set(OPERATIONS) - set(SHAREABLE) - {"CreateCertificateAuthority", "ListCertificateAuthorities"}
    assert {neighbour.code(operation, **values) for operation in owned} == {"AccessDeniedException"}


def test_a_condition_on_the_template_holds_for_the_default_template_too(desk: Desk, root: str) -> None:
    only = {"StringEquals": {"acm-pca:TemplateArn": TEMPLATE.format("EndEntityCertificate")}}
    share(desk, root, statement(root, "IssueCertificate", Condition=only))
    neighbour = Neighbour(desk)
    assert neighbour.issue(root, TemplateArn=None).startswith(root)
    with pytest.raises(ServiceError, match="AccessDeniedException"):
        neighbour.issue(root, "EndEntityClientAuthCertificate")


def test_an_explicit_deny_wins(desk: Desk, root: str) -> None:
    denied = {**statement(root, "GetCertificateAuthorityCertificate"), "Effect": "Deny"}
    share(desk, root, statement(root, "*"), denied)
    with pytest.raises(ServiceError, match="with an explicit deny in a resource-based policy"):
        Neighbour(desk).call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)


def test_an_explicit_deny_holds_for_the_owner_too(desk: Desk, root: str) -> None:
    only = {"StringNotEquals": {"acm-pca:TemplateArn": TEMPLATE.format("EndEntityCertificate")}}
    denied = {**statement(root, "IssueCertificate", Condition=only), "Effect": "Deny", "Principal": "*"}
    share(desk, root, statement(root, "IssueCertificate"), denied)
    assert desk.issued(root)
    with pytest.raises(ServiceError, match="with an explicit deny in a resource-based policy"):
        desk.issued(root, TemplateArn=TEMPLATE.format("EndEntityClientAuthCertificate"))
    desk.call("DeletePolicy", ResourceArn=root)
    assert desk.issued(root, TemplateArn=TEMPLATE.format("EndEntityClientAuthCertificate"))


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [OTHER, ACCOUNT]}, {"AWS": ROOT_USER}])
def test_a_policy_that_always_denies_its_owner_is_prevented(desk: Desk, root: str, principal: Any) -> None:
    denied = {**statement(root, "GetCertificate"), "Effect": "Deny", "Principal": principal}
    with pytest.raises(ServiceError, match="LockoutPreventedException"):
        share(desk, root, denied)


@pytest.mark.parametrize(
    ("condition", "allowed"),
    [
        ({"StringEquals": {"aws:RequestedRegion": REGION, "aws:ResourceAccount": ACCOUNT}}, True),
        ({"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}, False),
        ({"Bool": {"aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}}, True),
        ({"StringEquals": {"aws:ResourceTag/Team": "web"}}, True),
        ({"StringEquals": {"aws:ResourceTag/Team": "mail"}}, False),
        ({"DateLessThan": {"aws:CurrentTime": "2026-03-02T00:00:00Z"}}, True),
        ({"NumericLessThan": {"aws:EpochTime": "1700000000"}}, False),
    ],
)
def test_a_request_has_the_global_condition_keys(
    desk: Desk, root: str, condition: dict[str, Any], *, allowed: bool
) -> None:
    desk.call("TagCertificateAuthority", CertificateAuthorityArn=root, Tags=[{"Key": "Team", "Value": "web"}])
    share(desk, root, statement(root, "ListTags", Condition=condition))
    if allowed:
        assert Neighbour(desk).call("ListTags", CertificateAuthorityArn=root)["Tags"]
    else:
        assert Neighbour(desk).code("ListTags", CertificateAuthorityArn=root) == "AccessDeniedException"


def test_other_accounts_list_the_authorities_that_they_may_describe(desk: Desk, root: str) -> None:
    hidden = desk.root()
    share(desk, root, statement(root, *READS))
    share(desk, hidden, statement(hidden, "IssueCertificate"))
    listed = Neighbour(desk).call("ListCertificateAuthorities", ResourceOwner="OTHER_ACCOUNTS")
    assert [each["Arn"] for each in listed["CertificateAuthorities"]] == [root]
    for neighbour, owner in ((Neighbour(desk), "SELF"), (Neighbour(desk, "777788889999"), "OTHER_ACCOUNTS")):
        assert neighbour.call("ListCertificateAuthorities", ResourceOwner=owner) == {"CertificateAuthorities": []}
    desk.call("DeletePolicy", ResourceArn=root)
    assert Neighbour(desk).code("ListTags", CertificateAuthorityArn=root) == "AccessDeniedException"


def test_another_account_cannot_tell_an_unknown_authority_from_one_that_is_not_shared(desk: Desk, root: str) -> None:
    for arn in (root, root[:-1] + "_", root.replace(ACCOUNT, "999999999999")):
        assert Neighbour(desk).code("ListTags", CertificateAuthorityArn=arn) == "AccessDeniedException"


def test_two_accounts_may_use_the_same_idempotency_token(desk: Desk, root: str) -> None:
    share(desk, root, statement(root, "IssueCertificate"))
    own = desk.issued(root, IdempotencyToken="once")
    first, second = (Neighbour(desk).issue(root, IdempotencyToken="once") for _ in range(2))
    assert first == second != own


@pytest.mark.parametrize("name", ["nope", "11111111-2222-3333-4444-555555555555", "A,b=c.d@e+f"])
def test_an_arn_that_is_well_formed_but_unknown_is_not_found(desk: Desk, root: str, name: str) -> None:
    for operation, arn in (
        ("DescribeCertificateAuthority", f"{root.rpartition('/')[0]}/{name}"),
        ("ListTags", root.replace(REGION, "eu-west-1")),
    ):
        with pytest.raises(ServiceError, match=f"ResourceNotFoundException: .*{arn.rpartition('/')[2][:1]}"):
            desk.call(operation, CertificateAuthorityArn=arn)
    with pytest.raises(ServiceError, match="ResourceNotFoundException"):
        desk.certificate(root, f"{root}/certificate/{name}")


def test_a_permission_is_listed_with_its_policy(desk: Desk, root: str) -> None:
    request = {"CertificateAuthorityArn": root, "Principal": "acm.amazonaws.com", "Actions": ["IssueCertificate"]}
    desk.call("CreatePermission", **request)
    [permission] = desk.call("ListPermissions", CertificateAuthorityArn=root)["Permissions"]
    [granted] = json.loads(permission["Policy"])["Statement"]
    assert (granted["Principal"], granted["Resource"]) == ({"Service": "acm.amazonaws.com"}, root)
    assert granted["Action"] == ["acm-pca:IssueCertificate"]


@pytest.mark.parametrize(
    "change",
    [
        {"Effect": "allow"},
        {"Effect": None},
        {"Principal": None},
        {"Principal": {}},
        {"Principal": {"AWS": []}},
        {"Principal": {"AWS": "everybody"}},
        {"Principal": {"AWS": [OTHER, 1]}},
        {"Principal": {"Service": "acm.amazonaws.com"}},
        {"Action": []},
        {"Action": "IssueCertificate"},
        {"Action": "s3:GetObject"},
        {"Action": ["acm-pca:IssueCertificate", "acm-pca:DeleteCertificateAuthority"]},
        {"Action": {"acm-pca:IssueCertificate": 1}},
        {"Resource": "*"},
        {"Resource": []},
        {"Sid": 1},
        {"Condition": []},
        {"Condition": {"StringEquals": {}}},
        {"Condition": {"StringEquals": ["acm-pca:TemplateArn"]}},
        {"Condition": {"StringEquals": {"acm-pca:TemplateArn": {"x": 1}}}},
        {"Condition": {"IsEqual": {"acm-pca:TemplateArn": "x"}}},
        {"NotAction": "acm-pca:IssueCertificate"},
    ],
    ids=str,
)
def test_a_policy_with_an_invalid_statement_is_rejected(desk: Desk, root: str, change: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="InvalidPolicyException"):
        share(desk, root, statement(root, "IssueCertificate"), {**statement(root, "GetCertificate"), **change})


@pytest.mark.parametrize(
    "change",
    [
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        {"Principal": {"AWS": [OTHER, "arn:aws:iam::444455556666:role/issuers/cert-manager"]}},
        {"Sid": "1", "Action": "acm-pca:*"},
        {"Condition": {"ForAnyValue:StringLikeIfExists": {"acm-pca:TemplateArn": ["a*", "b*"]}, "Null": {"x": True}}},
    ],
    ids=str,
)
def test_a_policy_as_documented_is_accepted(desk: Desk, root: str, change: dict[str, Any]) -> None:
    share(desk, root, {**statement(root, "IssueCertificate"), **change})
    assert json.loads(desk.call("GetPolicy", ResourceArn=root)["Policy"])["Statement"][0].items() >= change.items()
