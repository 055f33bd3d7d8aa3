"""CRLs and their buckets: checked when a CA is configured, published from the first certificate on."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from simulated_world import BUCKET, Desk, crl_enabled

from pca_events.simulator.core import crl_state
from pca_events.simulator.core.api_protocol import ServiceError

CRL = "ACM Private CA CRL Generation"
PERMISSION = f"ValidationException: Permission error with your S3 bucket '{BUCKET}'. Check that your bucket policy, "
GET_BUCKET_ACL = (
    "ValidationException: The ACM Private CA Service Principal 'acm-pca.amazonaws.com' requires 's3:GetBucketAcl' "
    f"permissions for your S3 bucket '{BUCKET}'. Check your S3 bucket permissions and try again."
)


def crl_of(desk: Desk, root: str, folder: str = "crl/") -> x509.CertificateRevocationList:
    """The CRL in the bucket."""
    return x509.load_der_x509_crl(desk.world.objects[BUCKET, f"{folder}{root[-36:]}.crl"])


def kinds(desk: Desk) -> list[str]:
    """The kinds of the events since the last look."""
    return [kind.removeprefix("ACM Private CA ") for kind, _, _ in desk.world.taken()]


@pytest.mark.parametrize(
    ("lacking", "said"),
    [
        ((), PERMISSION),
        (("s3:PutObject",), PERMISSION),
        (("s3:PutObject", "s3:GetBucketAcl"), GET_BUCKET_ACL),
    ],
)
def test_a_bucket_that_rejects_crls_prevents_the_creation_and_the_update_of_a_ca(
    lacking: tuple[str, ...], said: str
) -> None:
    desk = Desk()
    root = desk.root()
    desk.world.taken()
    desk.world.buckets.clear()
    desk.world.lacking = lacking
    for operation in (
        lambda: desk.created(RevocationConfiguration=crl_enabled()),
        lambda: desk.call(
            "UpdateCertificateAuthority", CertificateAuthorityArn=root, RevocationConfiguration=crl_enabled()
        ),
    ):
        with pytest.raises(ServiceError) as refused:
            operation()
        assert str(refused.value).startswith(said)
    assert [each["Arn"] for each in desk.call("ListCertificateAuthorities")["CertificateAuthorities"]] == [root]
    assert desk.described(root)["RevocationConfiguration"]["CrlConfiguration"] == {"Enabled": False}
    assert desk.world.taken() == []


def test_a_bucket_is_checked_only_for_a_new_crl_configuration() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled(), IdempotencyToken="one")
    desk.world.buckets.clear()
    about = {"CertificateAuthorityArn": root}
    desk.call("UpdateCertificateAuthority", **about, Status="DISABLED")
    ocsp = {"OcspConfiguration": {"Enabled": True}}
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration=ocsp)
    assert desk.created(RevocationConfiguration=crl_enabled(), IdempotencyToken="one") == root
    desk.call("UpdateCertificateAuthority", **about, RevocationConfiguration={"CrlConfiguration": {"Enabled": False}})
    assert desk.described(root)["RevocationConfiguration"] == {"CrlConfiguration": {"Enabled": False}} | ocsp


def test_the_first_certificate_that_refers_to_the_crl_publishes_it() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    assert kinds(desk) == ["Creation", "Certificate Issuance"]
    assert desk.world.objects == {}
    desk.issued(root)
    assert kinds(desk) == ["Certificate Issuance", "CRL Generation"]
    assert len(crl_of(desk, root)) == 0
    desk.revoke(root, desk.issued(root))
    assert kinds(desk) == ["Certificate Issuance", "Certificate Revocation", "CRL Generation"]
    assert len(crl_of(desk, root)) == 1
    desk.pass_time(days=3.5)
    assert kinds(desk) == ["CRL Generation"]


def test_a_new_location_is_published_by_the_next_certificate() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    desk.issued(root)
    desk.world.buckets.add("moved")
    moved = crl_enabled(S3BucketName="moved")
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=root, RevocationConfiguration=moved)
    desk.world.taken()
    desk.issued(root)
    desk.issued(root)
    assert kinds(desk) == ["Certificate Issuance", "CRL Generation", "Certificate Issuance"]
    assert ("moved", f"crl/{root[-36:]}.crl") in desk.world.objects


def test_a_crl_that_was_due_while_crls_were_disabled_is_published_by_the_next_certificate() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    desk.issued(root)
    about = {"CertificateAuthorityArn": root}
    desk.call("UpdateCertificateAuthority", RevocationConfiguration={"CrlConfiguration": {"Enabled": False}}, **about)
    desk.pass_time(days=4)
    desk.call("UpdateCertificateAuthority", RevocationConfiguration=crl_enabled(), **about)
    kinds(desk)
    desk.issued(root)
    assert kinds(desk) == ["Certificate Issuance", "CRL Generation"]
    desk.issued(root)
    assert kinds(desk) == ["Certificate Issuance"]
    desk.pass_time(days=4)
    assert kinds(desk) == ["CRL Generation"]
    assert crl_of(desk, root).next_update_utc == desk.world.clock + timedelta(days=7)


def test_a_crl_that_no_certificate_refers_to_is_published_by_a_revocation() -> None:
    desk = Desk()
    omitted = {"CrlDistributionPointExtensionConfiguration": {"OmitExtension": True}}
    root = desk.root(RevocationConfiguration=crl_enabled(**omitted))
    made = desk.issued(root)
    assert desk.world.objects == {}
    desk.revoke(root, made)
    assert len(crl_of(desk, root)) == 1


def test_a_bucket_that_changes_later_causes_failure_events() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    made = desk.issued(root)
    desk.world.taken()
    desk.world.buckets.clear()
    desk.revoke(root, made)
    assert desk.world.taken()[1:] == [
        (CRL, [root], {"result": "failure", "reason": "Failed to write CRL to S3. Check your S3 bucket permissions."})
    ]


def test_a_crl_begins_an_hour_before_it_is_generated() -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    desk.issued(root)
    crl = crl_of(desk, root)
    assert crl.last_update_utc == desk.world.clock - timedelta(hours=1)
    assert crl.next_update_utc == desk.world.clock + timedelta(days=7)
    number = crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
    assert number == desk.world.clock.timestamp() * 1000


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("us-east-1", f"{BUCKET}.s3.us-east-1.amazonaws.com"),
        ("eu-central-1", f"{BUCKET}.s3.eu-central-1.amazonaws.com"),
        ("cn-north-1", f"{BUCKET}.s3.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_the_url_of_a_crl_has_the_region_of_its_bucket(region: str, host: str) -> None:
    desk = Desk()
    desk.world.bucket_region = region
    root = desk.root(RevocationConfiguration=crl_enabled())
    points = desk.parsed(root, desk.issued(root)).extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert points[0].full_name is not None
    assert points[0].full_name[0].value == f"http://{host}/crl/{root[-36:]}.crl"


@pytest.mark.parametrize("kind", ["COMPLETE", "PARTITIONED"])
def test_the_custom_path_of_a_slash_is_the_bucket_itself(kind: str) -> None:
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled(CustomPath="/", CrlType=kind))
    made = desk.parsed(root, desk.issued(root))
    [(_, key)] = desk.world.objects
    assert "/" not in key
    [point] = made.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name[0].value == f"http://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"
    with pytest.raises(ServiceError, match="ValidationException"):
        desk.created(RevocationConfiguration=crl_enabled(CustomPath="a/"))


ALGORITHMS = [
    ("EC_prime256v1", "SHA256WITHECDSA"),
    ("EC_secp521r1", "SHA512WITHECDSA"),
    ("RSA_2048", "SHA384WITHRSA"),
    ("RSA_2048", "SHA256WITHRSA_PSS"),
]


@pytest.mark.parametrize(("key", "signing"), ALGORITHMS)
@pytest.mark.parametrize("kind", ["COMPLETE", "PARTITIONED"])
def test_a_crl_with_every_reason_is_verified_by_openssl(tmp_path: Path, key: str, signing: str, kind: str) -> None:
    desk = Desk()
    configuration = {"KeyAlgorithm": key, "SigningAlgorithm": signing, "Subject": {"CommonName": "All reasons"}}
    root = desk.root(RevocationConfiguration=crl_enabled(CrlType=kind), CertificateAuthorityConfiguration=configuration)
    reasons = ["UNSPECIFIED", *crl_state.REASONS]
    made = {desk.issued(root): reason for reason in reasons}
    for arn, reason in made.items():
        desk.revoke(root, arn, reason)
    anchor = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=root)["Certificate"]
    (tmp_path / "anchor").write_text(anchor)
    [body] = desk.world.objects.values()
    (tmp_path / "crl").write_bytes(body)
    command = ["openssl", "crl", "-inform", "DER", "-in", tmp_path / "crl", "-CAfile", tmp_path / "anchor", "-noout"]
    ran = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert ran.stderr.strip() == "verify OK"
    found = {entry.serial_number: list(entry.extensions) for entry in x509.load_der_x509_crl(body)}
    assert len(found) == len(reasons)
    for arn, reason in made.items():
        extensions = found[int(arn.rpartition("/")[2], 16)]
        named = [each.value.reason.name.upper() for each in extensions]
        spelt = reason.replace("CERTIFICATE_AUTHORITY", "CA").replace("A_A_", "AA_")
        assert named == ([] if reason == "UNSPECIFIED" else [spelt])


def test_each_entry_is_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[int] = []
    encode = crl_state.entry

    def counted(serial: int, *more: Any) -> bytes:
        encoded.append(serial)
        return encode(serial, *more)

    monkeypatch.setattr(crl_state, "entry", counted)
    desk = Desk()
    root = desk.root(RevocationConfiguration=crl_enabled())
    for _ in range(20):
        desk.revoke(root, desk.issued(root))
    assert len(encoded) == len(set(encoded)) == len(crl_of(desk, root)) == 20


def test_a_revocation_after_2049_has_the_other_form_of_time() -> None:
    desk = Desk()
    root = desk.root(years=40, RevocationConfiguration=crl_enabled())
    desk.world.clock = datetime(2050, 1, 1, tzinfo=UTC)
    desk.revoke(root, desk.issued(root))
    [entry] = crl_of(desk, root)
    assert entry.revocation_date_utc == desk.world.clock
