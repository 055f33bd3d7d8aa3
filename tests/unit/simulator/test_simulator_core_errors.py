"""Requests that the simulated CA rejects, always with an error of the service and never one of Python."""

import base64
import json
import random
from typing import Any

import botocore.session
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding
from fuzzing import seeded, times
from simulated_world import BUCKET, TEMPLATE, Desk, crl_enabled, csr

from pca_events.simulator.core import api_protocol
from pca_events.simulator.core.api_protocol import ServiceError
from pca_events.simulator.core.region_state import Settings
from pca_events.simulator.core.service import OPERATIONS

ACCESS: dict[str, Any] = {"CsrExtensions": {"SubjectInformationAccess": [{}] * 10_000}}
OTHER = "arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/00000000-0000-0000-0000-000000000000"
API = botocore.session.get_session().get_service_model("acm-pca")
SUBJECT = {"CommonName": "It"}


@pytest.fixture(scope="module")
def desk() -> Desk:
    """A desk that nothing changes for the others."""
    return Desk()


@pytest.fixture(scope="module")
def root(desk: Desk) -> str:
    return desk.root()


def refused(desk: Desk, operation: str, **request: Any) -> ServiceError:
    """The error of an operation, which sends no event."""
    desk.world.taken()
    with pytest.raises(ServiceError) as error:
        desk.call(operation, **request)
    assert desk.world.taken() == []
    assert error.value.message
    return error.value


NEWER_ALGORITHMS = {"SHA256WITHRSA_PSS", "SHA384WITHRSA_PSS", "SHA512WITHRSA_PSS"}
"""What the API of botocore 1.44 has, and that of LocalStack's botocore has not; so has the custom path /."""


def test_the_operations_and_constraints_are_those_of_the_api() -> None:
    assert set(OPERATIONS) == set(API.operation_names)
    for name in API.operation_names:
        shape = API.operation_model(name).input_shape
        assert shape is not None
        assert api_protocol.model()["operations"][name] == shape.name
    for name, shape in api_protocol.model()["shapes"].items():
        given = API.shape_for(name)
        assert shape["type"] == given.type_name
        assert [each for each in shape.get("enum", []) if each not in NEWER_ALGORITHMS] == getattr(given, "enum", [])
        limits = {key: value for key, value in given.metadata.items() if key in ("min", "max", "pattern")}
        if name == "CrlPathString" and not limits["pattern"].startswith("(/|"):
            limits["pattern"] = f"(/|{limits['pattern']})"
        assert {key: shape[key] for key in ("min", "max", "pattern") if key in shape} == limits


@pytest.mark.parametrize("operation", [name for name in OPERATIONS if name not in ("CreateCertificateAuthority",)])
def test_every_operation_rejects_an_unknown_authority(desk: Desk, operation: str) -> None:
    shape = API.operation_model(operation).input_shape
    assert shape is not None
    request = {name: plain(member) for name, member in shape.members.items() if name in shape.required_members}
    name = next((one for one in ("CertificateAuthorityArn", "ResourceArn") if one in request), None)
    if name is None:
        assert desk.call(operation, **request) is not None
        return
    request |= {"Csr": csr()} if operation == "IssueCertificate" else {}
    request |= {"Principal": "acm.amazonaws.com"} if "Principal" in request else {}
    assert refused(desk, operation, **request | {name: OTHER}).code == "ResourceNotFoundException"
    wrong = ["arn:aws:acm:us-east-1:1:certificate/x", "nonsense", OTHER + "/certificate/ab", OTHER.upper()]
    assert {refused(desk, operation, **request | {name: arn}).code for arn in wrong} == {"InvalidArnException"}


def plain(shape: Any) -> Any:
    """A value that a shape allows, if one is easy to generate."""
    simple = {"string": "a" * max(3, shape.metadata.get("min", 0)), "blob": b"x", "integer": 7, "long": 7}
    if getattr(shape, "enum", None):
        return shape.enum[0]
    if shape.name == "AuditReportId":
        return OTHER[-36:]
    if shape.type_name == "list":
        return [plain(shape.member)]
    if shape.type_name == "structure":
        return {name: plain(member) for name, member in shape.members.items() if name in shape.required_members}
    return simple.get(shape.type_name, True)


CREATION = [
    ({"KeyAlgorithm": "RSA_2048"}, "InvalidArgsException"),
    ({"KeyAlgorithm": "ML_DSA_65", "SigningAlgorithm": "ML_DSA_65"}, "InvalidArgsException"),
    ({"KeyAlgorithm": "RSA_1024"}, "ValidationException"),
    ({"Subject": {}}, "InvalidArgsException"),
    ({"Subject": {"CommonName": "x" * 65}}, "ValidationException"),
    ({"Subject": {"Country": "D1"}}, "ValidationException"),
    (
        {"Subject": {"Country": "DE", "CustomAttributes": [{"ObjectIdentifier": "2.5.4.3", "Value": "x"}]}},
        "InvalidArgs",
    ),
    ({"Subject": None}, "ValidationException"),
    ({"SigningAlgorithm": "SHA256WITHRSA_PSS"}, "InvalidArgsException"),
    ({"CsrExtensions": {"SubjectInformationAccess": [{"AccessMethod": {}, "AccessLocation": {}}]}}, "InvalidArgs"),
]


@pytest.mark.parametrize(("change", "code"), CREATION)
def test_an_invalid_configuration_is_rejected(desk: Desk, change: dict[str, Any], code: str) -> None:
    good = {"KeyAlgorithm": "EC_prime256v1", "SigningAlgorithm": "SHA256WITHECDSA", "Subject": SUBJECT}
    request = {"CertificateAuthorityConfiguration": good | change, "CertificateAuthorityType": "ROOT"}
    assert refused(desk, "CreateCertificateAuthority", **request).code.startswith(code)


REVOCATIONS = [
    {"CrlConfiguration": {"Enabled": False, "ExpirationInDays": 7}},
    {"OcspConfiguration": {"Enabled": False, "OcspCustomCname": "x"}},
    {"CrlConfiguration": {"Enabled": True}},
    {"CrlConfiguration": {"Enabled": True, "ExpirationInDays": 7}},
    crl_enabled(S3BucketName="Not_A_Bucket"),
    crl_enabled(CustomCname="http://x"),
    {"OcspConfiguration": {"Enabled": True, "OcspCustomCname": "https://x"}},
    crl_enabled(CustomCname="x", CrlDistributionPointExtensionConfiguration={"OmitExtension": True}),
]


@pytest.mark.parametrize("configuration", REVOCATIONS)
def test_an_invalid_revocation_configuration_is_rejected(desk: Desk, root: str, configuration: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="InvalidArgsException"):
        desk.created(RevocationConfiguration=configuration)
    request = {"CertificateAuthorityArn": root, "RevocationConfiguration": configuration}
    assert refused(desk, "UpdateCertificateAuthority", **request).code == "InvalidArgsException"


CHANGED = x509.load_pem_x509_csr(csr()).public_bytes(Encoding.DER).replace(b"www.", b"wwx.")
BEGIN, END = b"-----BEGIN CERTIFICATE REQUEST-----\n", b"-----END CERTIFICATE REQUEST-----\n"
UNSIGNED = BEGIN + base64.encodebytes(CHANGED) + END
SAN = (x509.SubjectAlternativeName([x509.DNSName("www.example.com")]), False)
ISSUANCE = [
    ({"Csr": b"nonsense"}, "ValidationException"),
    ({"Csr": x509.load_pem_x509_csr(csr()).public_bytes(Encoding.DER)}, "ValidationException"),
    ({"Csr": csr().replace(b"CERTIFICATE REQUEST", b"NEW CERTIFICATE REQUEST")}, "ValidationException"),
    ({"Csr": b"Certificate Request:\n" + csr()}, "ValidationException"),
    ({"Csr": csr() + b"# for www.example.com\n"}, "ValidationException"),
    ({"Csr": csr() + csr()}, "ValidationException"),
    ({"Csr": BEGIN + b"AAAA\n" + END}, "MalformedCSRException"),
    ({"Csr": UNSIGNED}, "MalformedCSRException"),
    ({"Csr": csr("")}, "MalformedCSRException"),
    ({"Csr": csr("", SAN)}, "MalformedCSRException"),
    ({"SigningAlgorithm": "SHA256WITHRSA"}, "InvalidArgsException"),
    ({"TemplateArn": TEMPLATE.format("Unknown")}, "InvalidArgsException"),
    ({"TemplateArn": TEMPLATE.format("EndEntityCertificate_PathLen0")}, "InvalidArgsException"),
    ({"TemplateArn": TEMPLATE.format("SubordinateCACertificate")}, "InvalidArgsException"),
    ({"TemplateArn": TEMPLATE.format("BlankCodeSigningCertificate_APIPassthrough")}, "InvalidArgsException"),
    ({"TemplateArn": TEMPLATE.format("RootCACertificate")}, "InvalidArgsException"),
    ({"TemplateArn": OTHER}, "InvalidArnException"),
    ({"Validity": {"Value": 11, "Type": "YEARS"}}, "ValidationException"),
    ({"Validity": {"Value": 0, "Type": "DAYS"}}, "ValidationException"),
    ({"Validity": {"Value": 2**63 - 1, "Type": "DAYS"}}, "ValidationException"),
    ({"Validity": {"Value": 2**63 - 1, "Type": "YEARS"}}, "ValidationException"),
    ({"Validity": {"Value": 2**63 - 1, "Type": "ABSOLUTE"}}, "ValidationException"),
    ({"Validity": {"Value": 2**64, "Type": "ABSOLUTE"}}, "SerializationException"),
    ({"Validity": {"Value": 271302030405, "Type": "END_DATE"}}, "ValidationException"),
    ({"Validity": {"Value": 1234567890123, "Type": "END_DATE"}}, "ValidationException"),
    ({"Validity": {"Value": 5, "Type": "ABSOLUTE"}}, "ValidationException"),
    ({"Validity": {"Value": 5, "Type": "WEEKS"}}, "ValidationException"),
    ({"ValidityNotBefore": {"Value": 5, "Type": "DAYS"}}, "ValidationException"),
    ({"ValidityNotBefore": {"Value": 4000000000, "Type": "ABSOLUTE"}}, "ValidationException"),
]


@pytest.mark.parametrize(("change", "code"), ISSUANCE)
def test_an_invalid_certificate_request_is_rejected(desk: Desk, root: str, change: dict[str, Any], code: str) -> None:
    good = {"Csr": csr(), "SigningAlgorithm": "SHA256WITHECDSA", "Validity": {"Value": 1, "Type": "DAYS"}}
    assert refused(desk, "IssueCertificate", CertificateAuthorityArn=root, **good | change).code == code


PASSTHROUGHS = [
    {"ExtendedKeyUsage": [{}]},
    {"SubjectAlternativeNames": [{}]},
    {"SubjectAlternativeNames": [{"IpAddress": "not an address"}]},
    {"SubjectAlternativeNames": [{"DnsName": "bücher.example"}]},
    {"SubjectAlternativeNames": [{"DnsName": "a", "Rfc822Name": "b@c"}]},
]


@pytest.mark.parametrize("extensions", PASSTHROUGHS)
def test_an_invalid_passthrough_is_rejected(desk: Desk, root: str, extensions: dict[str, Any]) -> None:
    with pytest.raises(ServiceError, match="InvalidArgsException"):
        desk.issued(root, TemplateArn="EndEntityCertificate_APIPassthrough", ApiPassthrough={"Extensions": extensions})


def test_a_ca_issues_no_deeper_than_its_own_path_length(desk: Desk, root: str) -> None:
    below = desk.subordinate(root, 1)
    desk.issued(below, TemplateArn="SubordinateCACertificate_PathLen0")
    with pytest.raises(ServiceError, match="ValidationException: The path length"):
        desk.issued(below, TemplateArn="SubordinateCACertificate_PathLen1")


def test_a_short_lived_ca_issues_for_seven_days() -> None:
    desk = Desk()
    root = desk.root(UsageMode="SHORT_LIVED_CERTIFICATE")
    desk.issued(root, Validity=(7, "DAYS"))
    with pytest.raises(ServiceError, match="ValidationException: A certificate of a SHORT_LIVED"):
        desk.issued(root, Validity=(8, "DAYS"))


def test_a_ca_without_a_certificate_signs_only_its_own(desk: Desk) -> None:
    arn = desk.created()
    with pytest.raises(ServiceError, match="InvalidStateException"):
        desk.issued(arn)
    with pytest.raises(ServiceError, match="InvalidArgsException"):
        desk.issued(arn, TemplateArn="RootCACertificate")
    asked = {"CertificateAuthorityArn": arn}
    assert refused(desk, "GetCertificateAuthorityCertificate", **asked).message == (
        f"The certificate authority {arn} is not in the correct state to have a certificate signing request."
    )
    assert refused(desk, "UpdateCertificateAuthority", **asked, Status="DISABLED").code == "InvalidStateException"
    assert refused(desk, "RestoreCertificateAuthority", **asked).code == "InvalidStateException"


def test_an_invalid_serial_number_is_rejected(desk: Desk, root: str) -> None:
    asked = {"CertificateAuthorityArn": root, "RevocationReason": "SUPERSEDED"}
    codes = {
        text: refused(desk, "RevokeCertificate", **asked, CertificateSerial=text).code for text in ("xy", "", "ab:cd")
    }
    assert codes == {
        "xy": "InvalidRequestException",
        "": "InvalidRequestException",
        "ab:cd": "ResourceNotFoundException",
    }
    own = str(f"{int(desk.described(root)['Serial']):032x}")
    assert refused(desk, "RevokeCertificate", **asked, CertificateSerial=own).code == "InvalidRequestException"


def test_an_import_of_a_certificate_of_another_ca(desk: Desk, root: str) -> None:
    parent = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"].encode()
    arn = desk.created(kind="SUBORDINATE", name="Other")
    asked = desk.csr_of(arn)
    made = desk.certificate(root, desk.issued(root, Csr=asked, TemplateArn="SubordinateCACertificate_PathLen0"))
    own, leaf = (
        made["Certificate"].encode(),
        desk.certificate(root, desk.issued(root, Csr=asked))["Certificate"].encode(),
    )
    cases = [
        (b"nonsense", parent, "MalformedCertificateException"),
        (own + b"\n" + parent, parent, "MalformedCertificateException"),
        (own, b"nonsense", "MalformedCertificateException"),
        (leaf, parent, "MalformedCertificateException"),
        (parent, b"", "CertificateMismatchException"),
        (own, b"", "InvalidRequestException"),
        (own, own, "CertificateMismatchException"),
    ]
    for certificate, chain, code in cases:
        request = {"CertificateAuthorityArn": arn, "Certificate": certificate, "CertificateChain": chain}
        assert refused(desk, "ImportCertificateAuthorityCertificate", **request).code == code
    assert desk.status(arn) == "PENDING_CERTIFICATE"


def test_permissions_policies_and_tags(desk: Desk, root: str) -> None:
    asked = {"CertificateAuthorityArn": root}
    give = {**asked, "Principal": "acm.amazonaws.com", "Actions": ["IssueCertificate"]}
    desk.call("CreatePermission", **give)
    assert refused(desk, "CreatePermission", **give).code == "PermissionAlreadyExistsException"
    assert refused(desk, "CreatePermission", **give | {"Principal": "s3.amazonaws.com"}).code == "ValidationException"
    [given] = desk.call("ListPermissions", **asked)["Permissions"]
    assert (given["Actions"], given["SourceAccount"]) == (["IssueCertificate"], "111122223333")
    desk.call("DeletePermission", **asked, Principal="acm.amazonaws.com")
    assert refused(desk, "DeletePermission", **asked, Principal="acm.amazonaws.com").code == "ResourceNotFoundException"

    assert refused(desk, "GetPolicy", ResourceArn=root).code == "ResourceNotFoundException"
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "444455556666"},
        "Action": "acm-pca:GetCertificate",
        "Resource": root,
    }
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    desk.call("PutPolicy", ResourceArn=root, Policy=text)
    assert desk.call("GetPolicy", ResourceArn=root) == {"Policy": text}
    for wrong in (
        "nonsense",
        "[]",
        "{}",
        '{"Statement": 1}',
        '{"Statement": [1]}',
        text.replace(root, OTHER),
        "[" * 9999,
    ):
        assert refused(desk, "PutPolicy", ResourceArn=root, Policy=wrong).code == "InvalidPolicyException"
    lockout = json.dumps({"Statement": {**statement, "Effect": "Deny", "Principal": "*"}})
    assert refused(desk, "PutPolicy", ResourceArn=root, Policy=lockout).code == "LockoutPreventedException"
    for _ in range(2):
        desk.call("DeletePolicy", ResourceArn=root)

    desk.call("TagCertificateAuthority", **asked, Tags=[{"Key": "a", "Value": "1"}, {"Key": "ü b"}])
    desk.call("UntagCertificateAuthority", **asked, Tags=[{"Key": "a", "Value": "2"}, {"Key": "ü b"}])
    assert desk.call("ListTags", **asked) == {"Tags": [{"Key": "a", "Value": "1"}]}
    many = [{"Key": str(number)} for number in range(50)]
    assert refused(desk, "TagCertificateAuthority", **asked, Tags=many).code == "TooManyTagsException"
    for tags in ([{"Key": "aws:x"}], [{"Key": "x"}, {"Key": "x"}]):
        assert refused(desk, "TagCertificateAuthority", **asked, Tags=tags).code == "InvalidTagException"
    assert refused(desk, "TagCertificateAuthority", **asked, Tags=[{"Key": "%"}]).code == "ValidationException"


def test_lists_come_page_by_page() -> None:
    desk = Desk()
    arns = [desk.created() for _ in range(5)]
    found, request = [], {"MaxResults": 2}
    while True:
        answer = desk.call("ListCertificateAuthorities", **request)
        found += [each["Arn"] for each in answer["CertificateAuthorities"]]
        if "NextToken" not in answer:
            break
        request["NextToken"] = answer["NextToken"]
    assert found == arns
    assert desk.call("ListCertificateAuthorities", ResourceOwner="OTHER_ACCOUNTS") == {"CertificateAuthorities": []}
    for token in ("nonsense", "bm9uc2Vuc2U=", "ü"):
        assert refused(desk, "ListCertificateAuthorities", NextToken=token).code == "InvalidNextTokenException"
    tags = {"CertificateAuthorityArn": arns[0]}
    desk.call("TagCertificateAuthority", **tags, Tags=[{"Key": "a"}, {"Key": "b"}])
    token = desk.call("ListTags", **tags, MaxResults=1)["NextToken"]
    assert desk.call("ListTags", **tags, NextToken=token) == {"Tags": [{"Key": "b"}]}
    assert refused(desk, "ListCertificateAuthorities", NextToken=token).code == "InvalidNextTokenException"
    assert refused(desk, "ListCertificateAuthorities", MaxResults=1001).code == "ValidationException"


def test_the_quota_of_authorities() -> None:
    desk = Desk()
    desk.world.settings = Settings(authorities=1)
    desk.created()
    with pytest.raises(ServiceError, match="LimitExceededException"):
        desk.created()


def test_unknown_operations_and_invalid_requests() -> None:
    desk = Desk()
    assert refused(desk, "Nonsense").code == "UnknownOperationException"
    assert refused(desk, "ListCertificateAuthorities", MaxResults="2").code == "SerializationException"
    assert refused(desk, "ListCertificateAuthorities", MaxResults=True).code == "SerializationException"
    two = refused(desk, "CreateCertificateAuthority", CertificateAuthorityType="X")
    assert two.message.startswith("2 validation errors detected: Value null at 'certificateAuthorityConfiguration'")


@pytest.mark.parametrize("long", [{"Tags": [{"Key": ""}] * 10_000}, {"CertificateAuthorityConfiguration": ACCESS}])
def test_the_answer_to_a_long_list_of_invalid_values_is_short(long: dict[str, Any]) -> None:
    error = refused(Desk(), "CreateCertificateAuthority", **long)
    assert error.code == "ValidationException"
    assert len(error.message) < 50_000


def anything(shape: Any, chance: random.Random, arn: str, depth: int = 0) -> Any:
    """A value of a shape's type, for the most part of its pattern too."""
    if shape.name == "Arn":
        return chance.choice([arn, arn, OTHER, "arn:x", TEMPLATE.format("EndEntityCertificate_APICSRPassthrough")])
    if getattr(shape, "enum", None):
        return chance.choice(shape.enum)
    if shape.type_name == "structure":
        names = [n for n in shape.members if n in shape.required_members or chance.random() < 0.6]
        return {name: anything(shape.members[name], chance, arn, depth + 1) for name in names}
    if shape.type_name == "list":
        return [anything(shape.member, chance, arn, depth + 1) for _ in range(chance.randint(1, 2))]
    values: dict[str, list[Any]] = {
        "string": [
            "",
            "a",
            "DE",
            "1.2.840.1",
            "2.5.29.17",
            "2.39.1",
            "0.0",
            "2.999",
            "ü",
            "x" * 64,
            "AQID",
            BUCKET,
            "1" * 12,
        ],
        "blob": [b"x", csr(), csr("", (x509.SubjectAlternativeName([x509.DNSName("a")]), True))],
        "boolean": [True, False],
    }
    return chance.choice(values.get(shape.type_name, [1, 7, 30, 20270101000000, 2**62]))


@pytest.mark.fuzz
def test_no_request_of_any_shape_ends_in_an_error_of_python() -> None:
    desk, chance, codes = Desk(), seeded(6), []
    arn = desk.root(RevocationConfiguration=crl_enabled())
    calm = [name for name in OPERATIONS if name not in ("DeleteCertificateAuthority", "UpdateCertificateAuthority")]
    for _ in range(times(1500)):
        name = chance.choice([*calm, "IssueCertificate", "CreateCertificateAuthority"])
        request = anything(API.operation_model(name).input_shape, chance, arn)
        if name == "CreateCertificateAuthority":
            request["CertificateAuthorityConfiguration"]["KeyAlgorithm"] = "EC_prime256v1"
        try:
            desk.call(name, **request)
            codes.append("")
        except ServiceError as error:
            codes.append(error.code)
    assert {"", "ValidationException", "InvalidArnException", "InvalidArgsException"} <= set(codes)


def test_a_key_of_another_type_is_rejected(desk: Desk, root: str) -> None:
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    pem = builder.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.PEM)
    with pytest.raises(ServiceError, match="MalformedCSRException: The key"):
        desk.issued(root, Csr=pem)
    desk.issued(root, Csr=csr(key=ec.generate_private_key(ec.SECP521R1())))
