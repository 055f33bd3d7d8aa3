"""What an account has in a Region, saved as JSON and restored elsewhere: it describes the same, and goes on."""

import copy
import json
import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509 import ocsp
from simulated_world import BUCKET, Desk, crl_enabled, csr

from pca_events.simulator.core import gate as gate_module
from pca_events.simulator.core import saved_tasks
from pca_events.simulator.core.crl_state import CrlState
from pca_events.simulator.core.gate import Gate
from pca_events.simulator.core.region_state import AuditReport, Authority, IssuedCertificate
from pca_events.simulator.core.saved_records import DamagedState, Record

SHARED = ["arn:aws:iam::444455556666:root"]


def restored(desk: Desk, saved: Any = None) -> Desk:
    """Another desk with the state of this one, in the same world at the same time."""
    other = Desk()
    other.world = desk.world
    other.store._state.environment = desk.world
    other.store.restore(Record(json.loads(json.dumps(desk.store.saved() if saved is None else saved))))
    return other


def policy_for(arn: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": SHARED},
        "Action": "acm-pca:IssueCertificate",
        "Resource": arn,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def in_each_state(desk: Desk) -> dict[str, str]:
    """The ARN of a CA in each state that lasts."""
    made = {"PENDING_CERTIFICATE": desk.created(name="Pending"), "EXPIRED": desk.root(years=1, name="Expired")}
    desk.call("UpdateCertificateAuthority", CertificateAuthorityArn=made["EXPIRED"], Status="DISABLED")
    desk.pass_time(days=366)
    desk.world.planned["CreateCertificateAuthority"] = 1
    made["FAILED"] = desk.created(name="Failed")
    for status in ("ACTIVE", "DISABLED", "DELETED"):
        made[status] = desk.root(name=status.title(), RevocationConfiguration=crl_enabled())
    for status in ("DISABLED", "DELETED"):
        request = {"CertificateAuthorityArn": made[status], "Status": "DISABLED"}
        desk.call("UpdateCertificateAuthority", **request)
    desk.call("DeleteCertificateAuthority", CertificateAuthorityArn=made["DELETED"], PermanentDeletionTimeInDays=7)
    assert {desk.status(arn): arn for arn in made.values()} == made
    return made


@cache
def busy_desk() -> tuple[Desk, dict[str, str]]:
    """A desk that has some of everything; tests only read it."""
    desk = Desk()
    made = in_each_state(desk)
    arn = made["ACTIVE"]
    below = desk.subordinate(arn, 0, algorithm="RSA_2048", IdempotencyToken="below", Tags=[{"Key": "a", "Value": "b"}])
    leaf = desk.issued(below)
    desk.revoke(arn, desk.issued(arn))
    desk.revoke(arn, desk.issued(arn), "UNSPECIFIED")
    desk.world.planned["IssueCertificate"] = 1
    desk.issued(arn, IdempotencyToken="failed")
    desk.call("TagCertificateAuthority", CertificateAuthorityArn=arn, Tags=[{"Key": "k"}, {"Key": "l", "Value": "m"}])
    desk.call("PutPolicy", ResourceArn=arn, Policy=policy_for(arn))
    desk.call(
        "CreatePermission",
        CertificateAuthorityArn=arn,
        Principal="acm.amazonaws.com",
        Actions=["IssueCertificate", "GetCertificate", "ListPermissions"],
    )
    for bucket in (BUCKET, "missing-bucket"):
        desk.call(
            "CreateCertificateAuthorityAuditReport",
            CertificateAuthorityArn=arn,
            S3BucketName=bucket,
            AuditReportResponseFormat="CSV",
        )
    desk.world.settings = type(desk.world.settings)(issue_delay=timedelta(hours=1), report_delay=timedelta(hours=1))
    passthrough = {
        "Extensions": {"CustomExtensions": [{"ObjectIdentifier": "1.2.3.4", "Value": "BQA=", "Critical": True}]}
    }
    template = "EndEntityCertificate_APICSRPassthrough"
    desk.issued(arn, Csr=csr("later", (x509.SubjectAlternativeName([x509.DNSName("later")]), False)))
    desk.issued(arn, Csr=csr("passed"), TemplateArn=template, ApiPassthrough=passthrough)
    desk.call(
        "CreateCertificateAuthorityAuditReport",
        CertificateAuthorityArn=made["DISABLED"],
        S3BucketName=BUCKET,
        AuditReportResponseFormat="JSON",
    )
    return desk, {**made, "below": below, "leaf": leaf}


def everything(desk: Desk) -> Iterator[Any]:
    """What the API says about every CA and certificate: answers, or error codes."""
    state = desk.store._state
    yield desk.call("ListCertificateAuthorities")
    for arn, authority in state.authorities.items():
        about = {"CertificateAuthorityArn": arn}
        for operation in (
            "ListTags",
            "ListPermissions",
            "GetCertificateAuthorityCertificate",
            "GetCertificateAuthorityCsr",
        ):
            yield answer(desk, operation, **about)
        yield answer(desk, "GetPolicy", ResourceArn=arn)
        for issued in authority.issued.values():
            yield answer(desk, "GetCertificate", **about, CertificateArn=issued.arn)
        for report in authority.reports:
            yield answer(desk, "DescribeCertificateAuthorityAuditReport", **about, AuditReportId=report)


def answer(desk: Desk, operation: str, **request: Any) -> Any:
    try:
        return desk.call(operation, **request)
    except Exception as error:
        return str(error)


def without_drafts(saved: dict[str, Any]) -> dict[str, Any]:
    """A state without the texts that are signed anew each time, with a random number."""
    for task in saved["tasks"]:
        task.get("request", {}).pop("draft", None)
    return saved


def test_everything_describes_the_same() -> None:
    desk, made = busy_desk()
    other = restored(desk)
    assert list(everything(other)) == list(everything(desk))
    assert without_drafts(other.store.saved()) == without_drafts(desk.store.saved())
    assert {other.status(made[state]) for state in ("EXPIRED", "FAILED", "DELETED")} == {"EXPIRED", "FAILED", "DELETED"}


def test_the_state_is_plain_json_with_pem() -> None:
    text = json.dumps(busy_desk()[0].store.saved())
    for label in ("PRIVATE KEY", "CERTIFICATE", "CERTIFICATE REQUEST"):
        assert f"-----BEGIN {label}-----" in text


def test_every_field_is_saved() -> None:
    [saved] = [each for each in busy_desk()[0].store.saved()["authorities"] if each["policy"]]
    derived = {"arn", "subject"}
    assert {each.name for each in fields(Authority)} - derived == set(saved) - {"chains"}
    assert {each.name for each in fields(IssuedCertificate)} - {"arn", "certificate"} == set(saved["issued"][0])
    assert {each.name for each in fields(AuditReport)} == set(saved["reports"][0])
    assert {each.name for each in fields(CrlState)} - {"lock", "entries"} == set(saved["crl"])


def test_every_task_can_be_saved() -> None:
    tasks = {each["task"] for each in busy_desk()[0].store.saved()["tasks"]}
    assert tasks == set(saved_tasks.FUNCTIONS)


def crl_of(desk: Desk, arn: str) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(desk.world.objects[BUCKET, f"crl/{arn[-36:]}.crl"])


def number_of(crl: x509.CertificateRevocationList) -> int:
    return crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number


def test_revocation_goes_on() -> None:
    desk = Desk()
    arn = desk.root(RevocationConfiguration=crl_enabled())
    first, second = desk.issued(arn), desk.issued(arn)
    desk.revoke(arn, first)
    before = crl_of(desk, arn)
    other = restored(desk)
    other.world.taken()
    with pytest.raises(Exception, match="RequestAlreadyProcessedException"):
        other.revoke(arn, first)
    other.revoke(arn, second)
    after = crl_of(other, arn)
    assert {each.serial_number for each in after} == {int(each[-32:], 16) for each in (first, second)}
    assert number_of(after) > number_of(before)
    assert [kind[15:] for kind, _, _ in other.world.taken()] == ["Certificate Revocation", "CRL Generation"]


def test_the_ocsp_responder_answers_the_same() -> None:
    desk = Desk()
    arn = desk.root(RevocationConfiguration={"OcspConfiguration": {"Enabled": True}})
    good, revoked = desk.issued(arn), desk.issued(arn)
    desk.revoke(arn, revoked, "SUPERSEDED")
    other = restored(desk)
    answers = [ocsp_answer(other, arn, each) for each in (good, revoked)]
    assert [each.certificate_status for each in answers] == [ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED]
    assert answers[1].revocation_time_utc == ocsp_answer(desk, arn, revoked).revocation_time_utc


def ocsp_answer(desk: Desk, arn: str, certificate_arn: str) -> ocsp.OCSPResponse:
    own = desk.call("GetCertificateAuthorityCertificate", CertificateAuthorityArn=arn)["Certificate"]
    issuer = x509.load_pem_x509_certificate(own.encode())
    builder = ocsp.OCSPRequestBuilder().add_certificate(desk.parsed(arn, certificate_arn), issuer, hashes.SHA256())
    return ocsp.load_der_ocsp_response(desk.store.ocsp_response(builder.build()))


def test_a_crl_is_refreshed_and_retried_when_it_would_have_been() -> None:
    desk = Desk()
    arn = desk.root(RevocationConfiguration=crl_enabled())
    leaf = desk.issued(arn)
    other = restored(desk)
    other.world.taken()
    other.pass_time(days=3.49)
    assert other.world.taken() == []
    other.pass_time(days=0.02)
    assert [detail for _, _, detail in other.world.taken()] == [{"result": "success"}]
    other.world.planned["CRL"] = 1
    other.revoke(arn, leaf)
    third = restored(other)
    third.world.taken()
    third.pass_time(minutes=15)
    assert [detail for _, _, detail in third.world.taken()] == [{"result": "success"}]


def test_a_delayed_issuance_follows_its_request() -> None:
    desk, made = busy_desk()
    other = restored(copy_of_world(desk))
    other.world.taken()
    other.pass_time(hours=1)
    assert [kind[15:] for kind, _, _ in other.world.taken()].count("Certificate Issuance") == 2
    issued = list(other.store._state.authorities[made["ACTIVE"]].issued.values())[-2:]
    plain, passed = (each.certificate for each in issued)
    assert plain is not None
    assert passed is not None
    names = plain.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["later"]
    assert plain.subject.rfc4514_string() == "CN=later"
    custom = passed.extensions.get_extension_for_oid(x509.ObjectIdentifier("1.2.3.4"))
    assert (custom.critical, custom.value.public_bytes()) == (True, b"\x05\0")
    authority = other.store._state.authorities[made["ACTIVE"]].certificate
    assert authority is not None
    for each in (plain, passed):
        each.verify_directly_issued_by(authority)


def copy_of_world(desk: Desk) -> Desk:
    """A desk with its own copy of the world, which can change."""
    other = Desk()
    other.world = copy.deepcopy(desk.world)
    other.store = desk.store
    return other


def test_delayed_reports_deletions_and_expiries_happen() -> None:
    desk, made = busy_desk()
    other = restored(copy_of_world(desk))
    other.pass_time(hours=1)
    [report] = other.store._state.authorities[made["DISABLED"]].reports.values()
    assert report.status == "SUCCESS"
    other.pass_time(days=8)
    assert made["DELETED"] not in other.store._state.authorities
    other.pass_time(days=366 * 10)
    assert other.status(made["ACTIVE"]) == other.status(made["DISABLED"]) == "EXPIRED"


def test_an_idempotent_call_returns_what_was_created_before() -> None:
    desk = Desk()
    arn = desk.root(IdempotencyToken="one")
    leaf = desk.issued(arn, IdempotencyToken="two")
    other = restored(desk)
    assert other.created(IdempotencyToken="one") == arn
    assert other.issued(arn, IdempotencyToken="two") == leaf
    other.pass_time(minutes=5)
    assert other.created(IdempotencyToken="one") != arn


def test_a_deleted_ca_is_restored_as_it_was() -> None:
    desk, made = busy_desk()
    other = restored(desk)
    other.call("RestoreCertificateAuthority", CertificateAuthorityArn=made["DELETED"])
    assert other.status(made["DELETED"]) == "DISABLED"


def test_the_key_of_another_ca_is_an_error() -> None:
    desk = Desk()
    desk.created()
    desk.created()
    saved = desk.store.saved()
    saved["authorities"][0]["key"] = saved["authorities"][1]["key"]
    assert error_of(desk, saved) == "$.authorities[0].key is not the private key of the CSR"


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a state, except in what may be anything: the first of each list stands for the others."""
    if path:
        yield path
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = list(enumerate(value))[:1]
    for key, item in items:
        yield from places(item, (*path, key))


GONE = "is removed"
WRONG: tuple[Any, ...] = (GONE, None, 7, -1.5, "x", [], {}, [[1]], True)
"""What takes the place of a value, or that it is removed."""


def changed(saved: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """A copy of a state with another value in one place."""
    made = copy.deepcopy(saved)
    owner: Any = made
    for key in path[:-1]:
        owner = owner[key]
    if value is GONE:
        del owner[path[-1]]
    else:
        owner[path[-1]] = value
    return made


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_a_damaged_state_is_one_clear_error_or_works(value: Any) -> None:
    desk, made = busy_desk()
    saved, kept = desk.store.saved(), made["ACTIVE"][-36:]
    saved["authorities"] = [each for each in saved["authorities"] if each["id"] == kept]
    saved["tasks"] = [each for each in saved["tasks"] if each["task"] == "sign" and each["authority"] == kept]
    said = 0
    for path in places(saved):
        other = copy_of_world(desk)
        error = error_of(other, changed(saved, path, value))
        said += bool(error)
        assert re.fullmatch(r"(\$[^\n]*)?", error), path
    assert said > 30


def error_of(desk: Desk, saved: Any) -> str:
    """Why a state cannot be restored; empty if it can, and everything works then."""
    try:
        other = restored(desk, saved)
    except DamagedState as error:
        return str(error)
    other.pass_time(days=4)
    assert [each for each in everything(other) if isinstance(each, str) and "Exception: " not in each] == []
    return ""


def test_a_state_is_saved_between_operations() -> None:
    desk = Desk()
    arn = desk.root(RevocationConfiguration=crl_enabled())
    with ThreadPoolExecutor(4) as pool:
        issuing = [pool.submit(lambda: desk.revoke(arn, desk.issued(arn))) for _ in range(40)]
        states = []
        while not all(each.done() for each in issuing):
            states.append(desk.store.saved())
    for each in issuing:
        each.result()
    for state in (*states[:: max(1, len(states) // 10)], desk.store.saved()):
        [authority] = state["authorities"]
        assert {each["status"] for each in authority["issued"]} == {"ISSUED"}
        assert [each["task"] for each in state["tasks"]].count("generate CRL") >= bool(authority["crl"]["due"])
        restored(desk, state)


def test_a_pause_waits_for_calls_but_not_for_its_own_thread() -> None:
    gate, order = Gate(), []
    inside, leave = threading.Event(), threading.Event()

    def call() -> None:
        with gate.entered(), gate.entered():
            inside.set()
            leave.wait(10)
            order.append("call")

    def pause() -> None:
        with gate.paused():
            order.append("pause")

    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(call)]
        inside.wait(10)
        calls.append(pool.submit(pause))
        leave.set()
        for each in calls:
            each.result(10)
    assert order == ["call", "pause"]


def test_a_call_that_does_not_end_lets_no_state_be_saved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "_PATIENCE", 0.01)
    gate = Gate()
    with ThreadPoolExecutor(1) as pool, gate.entered():
        with pytest.raises(TimeoutError, match="does not end"):
            pool.submit(gate.paused().__enter__).result(10)
        with gate.entered():
            pass
