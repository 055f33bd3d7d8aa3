"""`pca-events localstack --state`: what is saved at the end, loaded at the start, and never lost."""

import json
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from processes import Ended, Started, started
from test_simulator_provider import called

from pca_events.backends import Backend, connect
from pca_events.backends.state_folder import locked_state
from pca_events.catalog import Event, id_of
from pca_events.cli import main
from pca_events.contract import violations
from pca_events.errors import BadInput
from pca_events.harness import RunId, Session
from pca_events.harness.pca_requests import Bucket
from pca_events.harness.pca_scenario import LiveEvents, PcaScenario

REGION = "us-gov-west-1"
PENDING: dict[str, Any] = {
    "CertificateAuthorityType": "ROOT",
    "CertificateAuthorityConfiguration": {
        "KeyAlgorithm": "RSA_2048",
        "SigningAlgorithm": "SHA256WITHRSA",
        "Subject": {"CommonName": "Pending"},
    },
    "IdempotencyToken": "token",
}


@contextmanager
def emulator(temporary: Path, folder: Path) -> Iterator[tuple[Started, Backend]]:
    """The command with this state, once it is ready."""
    with started(temporary, "localstack", "--port", "0", "--state", str(folder)) as command:
        assert command.process.stdout is not None
        first = command.process.stdout.readline()
        command.await_line("Its log is")
        backend = connect(first.split(" is ready at ")[1].split(". ")[0])
        yield command, replace(backend, region=REGION)


def filled(backend: Backend) -> PcaScenario:
    """A scenario that has CAs, a CRL, a certificate, a policy, and switches; nothing of it is removed."""
    scenario = PcaScenario(Session(backend, RunId()))
    pca, s3 = scenario.session.pca, scenario.session.s3
    scenario.bucket.set_state("is as documented")
    scenario.make_authority("DISABLED")
    scenario.make_authority("ACTIVE", with_crl=True)
    scenario.call("IssueCertificate")
    scenario.call("CreateCertificateAuthorityAuditReport")
    scenario.call("TagCertificateAuthority", Tags=[{"Key": "k", "Value": "v"}])
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "444455556666"},
        "Action": "acm-pca:GetCertificate",
        "Resource": scenario.authority,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    pca.put_policy(ResourceArn=scenario.authority, Policy=policy)
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=scenario.name, PublicAccessBlockConfiguration=dict.fromkeys(names, True))
    s3.put_object(Bucket=scenario.name, Key="notes", Body=b"\0\xff", ContentType="x/y", Metadata={"a": "b"})
    simulator = scenario.simulator
    simulator.set("clock", advance=60)
    simulator.set("settings", retry_every_seconds=77)
    simulator.set("failures", operation="CRL-S3", count=2, certificateAuthorityArn=scenario.authority)
    simulator.set("failures", operation="ListPermissions", count=3, code="ThrottlingException")
    simulator.set("failures", operation="GetPolicy", seconds=3600, code="InternalFailure")
    simulator.set("delivery", delay=1, delay_seconds=3600)
    pca.create_certificate_authority(**PENDING)
    simulator.set("delivery", duplicate=4)
    return scenario


def descriptions(scenario: PcaScenario) -> list[Any]:
    """What the APIs say about the CAs, the certificate and the bucket of a scenario."""
    pca, s3, about = scenario.session.pca, scenario.session.s3, {"CertificateAuthorityArn": scenario.authority}
    bucket = {"Bucket": scenario.name}
    notes = s3.head_object(**bucket, Key="notes")
    answers = [
        pca.list_certificate_authorities(),
        pca.list_tags(**about),
        pca.get_certificate(**about, CertificateArn=scenario.certificate),
        s3.get_bucket_policy(**bucket),
        s3.get_bucket_location(**bucket),
        s3.get_bucket_encryption(**bucket),
        s3.get_public_access_block(**bucket),
        s3.get_bucket_ownership_controls(**bucket),
        {"objects": scenario.bucket.objects(), "notes": [notes["ContentType"], notes["Metadata"]]},
        {name: scenario.simulator.shown(name) for name in ("failures", "settings", "delivery")},
    ]
    return [{name: value for name, value in each.items() if name != "ResponseMetadata"} for each in answers]


@dataclass
class Kept:
    """An emulator that has loaded the state of another one.

    Attributes:
        folder: of the state.
        ended: the first emulator, after SIGTERM.
        before: what that one described.
        scenario: the same CA, certificate and bucket, in the second.
        command: the second emulator.
    """

    folder: Path
    ended: Ended
    before: list[Any]
    scenario: PcaScenario
    command: Started


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    top = tmp_path_factory.mktemp("kept")
    folder = top / "state"
    with emulator(top / "first", folder) as (command, backend):
        old = filled(backend)
        before = descriptions(old)
        ended = command.end(signal.SIGTERM)
    with emulator(top / "second", folder) as (command, backend):
        scenario = PcaScenario(Session(backend, RunId()))
        scenario.name, scenario.authority, scenario.certificate = old.name, old.authority, old.certificate
        scenario.bucket = Bucket(scenario.session, old.name)
        yield Kept(folder, ended, before, scenario, command)


def test_the_state_is_saved_when_the_command_ends(kept: Kept) -> None:
    assert (kept.ended.status, kept.ended.alive, kept.ended.left) == (0, [], [])
    assert kept.ended.out.endswith(f"saved 3 CAs, 3 certificates, 1 bucket, 4 objects in {kept.folder}\nstopped\n")


def test_only_its_owner_can_read_it(kept: Kept) -> None:
    modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (kept.folder, *kept.folder.iterdir())}
    assert modes == {"state": 0o700, "state.json": 0o600}


def test_everything_describes_the_same(kept: Kept) -> None:
    assert descriptions(kept.scenario) == kept.before


def test_an_idempotent_call_creates_nothing(kept: Kept) -> None:
    made = kept.scenario.session.pca.create_certificate_authority(**PENDING)["CertificateAuthorityArn"]
    assert made in [each["Arn"] for each in kept.before[0]["CertificateAuthorities"]]


def test_a_delayed_event_is_still_sent_at_its_time(kept: Kept) -> None:
    simulator = kept.scenario.simulator
    simulator.set("delivery", duplicate=0)
    assert simulator.shown("delivery")["held_back"] == 1
    simulator.set("clock", advance=3600)
    [event], _ = simulator.sent()
    assert (id_of(event), event["region"]) == ("ca-creation-success", REGION)


def crl_in(scenario: PcaScenario) -> x509.CertificateRevocationList:
    [crl] = [body for key, body in scenario.bucket.objects().items() if key.startswith("crl/")]
    return x509.load_der_x509_crl(crl)


def verified(scenario: PcaScenario, folder: Path) -> str:
    """What openssl says about the certificate, with the chain and the CRL as they are served."""
    answer = scenario.call("GetCertificate")
    (folder / "leaf.pem").write_text(answer["Certificate"])
    (folder / "ca.pem").write_text(answer["CertificateChain"])
    (folder / "crl.pem").write_bytes(crl_in(scenario).public_bytes(Encoding.PEM))
    words = ["openssl", "verify", "-crl_check", "-CAfile", "ca.pem", "-CRLfile", "crl.pem", "leaf.pem"]
    ran = subprocess.run(words, cwd=folder, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def test_revocation_goes_on_with_its_events(kept: Kept, tmp_path: Path) -> None:
    scenario = kept.scenario
    scenario.simulator.clear()
    assert verified(scenario, tmp_path) == "leaf.pem: OK\n"
    before = crl_in(scenario)
    with LiveEvents(scenario.session, "default") as live:
        scenario.call("RevokeCertificate")
        events: list[Event] = []
        for _ in range(4):
            events += live.receive(5) if len(events) < 2 else []
    assert sorted(map(id_of, events)) == ["certificate-revocation-success", "crl-generation-success"]
    assert {event["resources"][0] for event in events} == {scenario.authority}
    assert [violations(event) for event in events] == [[], []]
    after = crl_in(scenario)
    numbers = [crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for crl in (before, after)]
    assert numbers == sorted(set(numbers))
    assert "certificate revoked" in verified(scenario, tmp_path)


def test_a_second_emulator_cannot_use_the_folder(kept: Kept, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["localstack", "--port", "0", "--state", str(kept.folder)]) == 2
    said = f"pca-events: {kept.folder} is used by an emulator that is running; stop it, or name another folder\n"
    assert capsys.readouterr().err == said


def test_a_state_is_loaded_only_before_the_first_ca(kept: Kept) -> None:
    status, said = called(
        kept.scenario.session.backend.endpoint_url,
        "PUT",
        "/_localstack/acm-pca/state",
        (kept.folder / "state.json").read_bytes(),
    )
    assert (status, said["message"].partition(";")[0]) == (400, "there are CAs already")


def test_a_kill_loses_only_what_came_after_the_last_save(kept: Kept) -> None:
    before = (kept.folder / "state.json").read_bytes()
    ended = kept.command.end(signal.SIGKILL)
    assert (ended.alive, (kept.folder / "state.json").read_bytes()) == ([], before)
    with locked_state(kept.folder):
        pass


def test_a_damaged_state_stays_unchanged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    file = folder / "state.json"
    file.write_text('{"format": "pca-events state", "version": 1, "accounts": [{}]')
    assert main(["localstack", "--port", "0", "--state", str(folder)]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"pca-events: {file} cannot be loaded: it is not valid JSON")
    assert file.read_text().endswith("[{}]")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ({"format": "other"}, 'it is not a state of pca-events, whose "format" is "pca-events state"'),
        ([], "$ is not an object"),
        (
            {"format": "pca-events state", "version": 2},
            "it has version 2 of the format; this pca-events reads version 1",
        ),
    ],
)
def test_another_document_or_version_is_an_error(pca_backend: Backend, state: Any, said: str) -> None:
    body = json.dumps(state).encode()
    assert called(pca_backend.endpoint_url, "PUT", "/_localstack/acm-pca/state", body) == (400, {"message": said})


def test_a_folder_with_other_files_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder, said in (
        (tmp_path / "file", "is a file"),
        (tmp_path, "contains other files, and no state of pca-events"),
        (tmp_path / "missing" / "state", "cannot be used for a state (No such file or directory)"),
    ):
        with pytest.raises(BadInput, match=re.escape(f"{folder} {said}")), locked_state(folder):
            pass
    assert [each.name for each in tmp_path.iterdir()] == ["file"]
