"""The fixtures for tests of handlers, each in a pytest of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pca_events.backends import Backend

PLUGIN = ("-p", "pca_events.pytest_plugin")
HANDLER = """
import os

def handler(event, context):
    with open(os.environ["SEEN"], "a") as file:
        file.write(event["id"] + "\\n")
    return context.function_name

def careful(event, context):
    path = os.path.join(os.environ["SEEN"], event["id"])
    open(path, "w").close()

def seen():
    return sorted(os.listdir(os.environ["SEEN"]))
"""
MARKED = """
import pytest

@pytest.mark.pca_events("crl-generation-failure-*", account="444455556666", region="cn-north-1")
def test_each(pca_events):
    assert (pca_events["account"], pca_events["region"]) == ("444455556666", "cn-north-1")
    assert pca_events["detail"]["reason"]
    assert pca_events["resources"][0].startswith("arn:aws-cn:acm-pca:cn-north-1:444455556666:")
    pca_events.clear()

@pytest.mark.pca_events("ca-creation-*", "certificate-revocation-success")
class TestOfAClass:
    def test_several(self, pca_events):
        assert set(pca_events) >= {"id", "detail"}
"""
UNMARKED = """
import pytest

def test_without_a_mark(pca_events): ...

@pytest.mark.pca_events
def test_without_a_glob(pca_events): ...

@pytest.mark.pca_events("crl-generation-falure-internal")
def test_with_a_wrong_id(pca_events): ...


@pytest.mark.pca_events(["ca-creation-success"])
def test_with_a_list(pca_events): ...

@pytest.mark.pca_events("ca-creation-success", regoin="eu-west-1")
def test_with_a_wrong_option(pca_events): ...

@pytest.mark.pca_events("ca-creation-success", region="Ireland")
def test_with_a_wrong_region(pca_events): ...

@pytest.mark.pca_events("ca-creation-success")
def test_without_the_argument(request):
    request.getfixturevalue("pca_events")

def test_another(pca_event):
    assert pca_event("ca-creation-success")["detail"] == {"result": "success"}
"""
LIGHT = """
import sys
import pytest

HEAVY = {"boto3", "botocore", "localstack", "localstack_client", "pytest_bdd", "awslambdaric", "hypothesis", "moto"}

@pytest.mark.pca_events("ca-creation-success")
def test_a_delivery(pca_events, pca_deliver):
    (outcome,) = pca_deliver(lambda event, context: event["detail"]["result"], pca_events)
    assert (outcome.status, outcome.value) == ("returned", "success")

def test_nothing_heavy_is_imported():
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert loaded & HEAVY == set()
    assert not any(name.startswith("pca_events.steps") for name in sys.modules)
"""
TRIED = """
import pytest
from app import careful

@pytest.fixture
def seen(tmp_path):
    (tmp_path / "seen").mkdir()
    return tmp_path / "seen"

def names(folder):
    return sorted(each.name for each in folder.iterdir())

@pytest.mark.parametrize("handler", ["app:careful", careful])
@pytest.mark.parametrize("probe", [names, "app:seen"])
def test_a_healthy_handler(pca_test_handler, seen, handler, probe):
    given = probe if probe == "app:seen" else lambda: names(seen)
    report = pca_test_handler(handler, "ca-creation-success", probe=given, variables={"SEEN": str(seen)}, seed="7")
    assert report.seed == "7"
    assert report.accepts == ("ca-creation-success",)
    assert {finding.code for finding in report.findings} == {"acts-on-other-event", "failure-as-success"}

def test_a_command(pca_test_handler, seen):
    report = pca_test_handler(["false"], ["ca-creation-success", "ca-creation-failure"], probe=lambda: names(seen))
    assert [finding.code for finding in report.findings] == ["fails", "fails"]
    report.check()

def test_a_function_in_a_function(pca_test_handler):
    pca_test_handler(lambda event, context: None, "ca-creation-success")
"""
BUS = """
import pca_events

def test_a_rule(pca_bus, pca_event):
    pca_bus.put_rule_under_test("failures", {"detail": {"result": ["failure"]}})
    failed, _ = pca_bus.publish(pca_event("ca-creation-failure"), pca_event("ca-creation-success"))
    assert [delivery.event_id for delivery in pca_bus.deliveries()] == [failed]

def test_a_private_ca(pca_private_ca):
    certificate = pca_private_ca.issue(pca_private_ca.create_root(crl=True))
    pca_private_ca.revoke(certificate)
    events = pca_private_ca.sent()
    kinds = {event["detail-type"].removeprefix("ACM Private CA ") for event in events}
    assert kinds == {"Creation", "Certificate Issuance", "Certificate Revocation", "CRL Generation"}
    assert all(map(pca_events.is_valid, events))
    assert {event["account"] for event in events} == {pca_private_ca.account}
    assert pca_private_ca.s3.list_objects_v2(Bucket=pca_private_ca.bucket)["KeyCount"] == 2
    pca_private_ca.fail_next("IssueCertificate")
    pca_private_ca.issue(certificate.partition("/certificate/")[0])
    assert [event["detail"]["result"] for event in pca_private_ca.sent()] == ["failure"]

def test_the_next_test_has_no_ca(pca_private_ca):
    listed = pca_private_ca.client("acm-pca").list_certificate_authorities()["CertificateAuthorities"]
    assert {each["Status"] for each in listed} <= {"DELETED"}

def test_calls_are_recorded(pca_test_handler):
    report = pca_test_handler("sends:handler", "ca-creation-success", records=True)
    (found,) = [str(finding) for finding in report.findings if finding.code == "not-idempotent"]
    assert '2 in "sqs SendMessage" instead of 1' in found
"""


def run(folder: Path, words: tuple[str, ...], **files: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest on files, on a machine that is not a CI runner, without other plugins."""
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    line = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", *words]
    settings = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        line, cwd=folder, capture_output=True, text=True, env={**settings, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    )


def test_a_marked_test_runs_once_for_each_event(tmp_path: Path) -> None:
    ran = run(tmp_path, (*PLUGIN, "-vv", "--strict-markers"), test_marked=MARKED)
    assert ran.returncode == 0, ran.stdout
    assert "test_each[crl-generation-failure-internal] PASSED" in ran.stdout
    assert "test_several[certificate-revocation-success] PASSED" in ran.stdout
    assert "6 passed" in ran.stdout


def test_a_mark_that_is_missing_or_wrong_is_an_error_of_that_test(tmp_path: Path) -> None:
    ran = run(tmp_path, PLUGIN, test_unmarked=UNMARKED)
    use = 'mark it with the events that it wants, such as @pytest.mark.pca_events("crl-generation-failure-*")'
    for test, problem in (
        ("without_a_mark", use),
        ("without_a_glob", use),
        ("with_a_wrong_id", 'there is no documented event "crl-generation-falure-internal"; did you mean "crl-genera'),
        ("with_a_list", "['ca-creation-success'] is not text; mark it"),
        ("with_a_wrong_option", "the mark has no regoin; it has account, region, partition, seed"),
        ("with_a_wrong_region[ca-creation-success]", '"Ireland" is not a Region code; write it as us-east-1'),
        ("without_the_argument", "make it an argument of the test"),
    ):
        assert f"\ntest_{test} uses the fixture pca_events: {problem}" in ran.stdout, ran.stdout
    assert "1 failed, 1 passed, 6 errors" in ran.stdout


def test_a_configuration_that_another_plugin_refuses_is_one_line(tmp_path: Path) -> None:
    refusing = "import pytest\n\ndef pytest_configure(config):\n    raise pytest.UsageError('no such settings')\n"
    (tmp_path / "conftest.py").write_text(refusing)
    ran = run(tmp_path, PLUGIN, test_nothing="def test_nothing(): ...\n")
    assert (ran.returncode, ran.stderr.strip()) == (4, "ERROR: no such settings")


@pytest.mark.parametrize("place", ["addopts", "conftest"])
def test_the_plugin_is_light_until_a_test_wants_an_emulator(place: str, tmp_path: Path) -> None:
    if place == "addopts":
        (tmp_path / "tests").mkdir()
        (tmp_path / "tests" / "conftest.py").write_text("import pytest\n")
        (tmp_path / "tests" / "test_light.py").write_text(LIGHT)
        (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p pca_events.pytest_plugin\n")
        ran = run(tmp_path, ())
    else:
        ran = run(tmp_path, (), conftest='pytest_plugins = ["pca_events.pytest_plugin"]', test_light=LIGHT)
    assert ran.returncode == 0, ran.stdout
    assert "2 passed" in ran.stdout


def test_an_installed_plugin_that_is_not_loaded_does_nothing(tmp_path: Path) -> None:
    ran = run(tmp_path, (), test_bare="def test_bare(request):\n    request.getfixturevalue('pca_event')\n")
    assert "fixture 'pca_event' not found" in ran.stdout


def test_every_fixture_and_option_has_the_prefix(tmp_path: Path) -> None:
    ran = run(tmp_path, ("-p", "pytest_bdd.plugin", "-p", "pca_events.pytest_plugin.suite", "--fixtures"), test_none="")
    ours = [line for line in ran.stdout.splitlines() if "pytest_plugin/" in line and " -- " in line]
    assert len(ours) > 10
    assert [line for line in ours if not line.startswith("pca_")] == []
    ran = run(tmp_path, ("-p", "pytest_bdd.plugin", "-p", "pca_events.pytest_plugin.suite", "--help"))
    options = ran.stdout.split("events of AWS Private CA:")[1].split("\n\n")[0]
    found = [line.split()[0] for line in options.splitlines() if line.startswith("  --")]
    assert len(found) > 10
    assert [option for option in found if not option.startswith("--pca-")] == []


@pytest.mark.slow
def test_a_handler_is_tested_as_an_entry_a_function_and_a_command(tmp_path: Path) -> None:
    ran = run(tmp_path, PLUGIN, app=HANDLER, test_tried=TRIED)
    assert "2 failed, 4 passed" in ran.stdout, ran.stdout
    assert "/false: 2 errors in 21 invocations" in ran.stdout
    assert "error: the handler exited: exit status 1 (fails)" in ran.stdout
    assert "handle this event, or accept fewer events" in ran.stdout
    assert "<locals>.<lambda> cannot be imported by another process" in ran.stdout


SENDS = """
import boto3

SQS = boto3.client("sqs")
URL = SQS.create_queue(QueueName="pca-events-recorded")["QueueUrl"]

def handler(event, context):
    SQS.send_message(QueueUrl=URL, MessageBody=event["id"])
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["one process", "workers"])
def test_the_fixtures_of_an_emulator(tmp_path: Path, pca_backend: Backend, workers: tuple[str, ...]) -> None:
    words = (*PLUGIN, "--pca-endpoint-url", pca_backend.endpoint_url, *workers)
    ran = run(tmp_path, words, test_bus=BUS, sends=SENDS)
    assert ran.returncode == 0, ran.stdout
    assert "4 passed" in ran.stdout


@pytest.mark.parametrize("words", [(), ("--collect-only",)])
def test_an_endpoint_that_does_not_answer_is_an_error(tmp_path: Path, words: tuple[str, ...]) -> None:
    ran = run(tmp_path, (*PLUGIN, "--pca-endpoint-url", "http://127.0.0.1:1", *words), test_light=LIGHT)
    assert ran.returncode == 2
    said = "http://127.0.0.1:1 does not answer (Connection refused); start one"
    assert said in ran.stdout + ran.stderr
    assert "or correct --pca-endpoint-url" in ran.stdout + ran.stderr
