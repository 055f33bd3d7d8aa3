"""The events that a step receives are attached to it."""

import json
from pathlib import Path

import pytest
from given import Run as Command
from message_suite import run_pytest
from scenario_count import scenario_count

from pca_events import catalog
from pca_events.backends import Backend
from pca_events.messages import Run, ScenarioRun, read_messages

pytestmark = pytest.mark.slow

FEATURE = """
Feature: Attachment

  Scenario: One event
    Given a rule for the event "ca-creation-failure"
    When the event "ca-creation-failure" is published
    Then the target receives the event
    And the received event meets its contract

  Scenario: More events than are shown
    Given a rule for events where
      | field  | condition        |
      | source | is "aws.acm-pca" |
    When each documented event is published
    Then the target receives all published events

  Scenario: An operation
    Given a CA with status ACTIVE
    When IssueCertificate is called
    Then AWS Private CA sends exactly "certificate-issuance-success"

  Scenario: Nothing
    Given a CA with status ACTIVE
    When TagCertificateAuthority is called
    Then AWS Private CA sends no event
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, pca_backend: Backend) -> Run:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "evidence.feature").write_text(FEATURE)
    (folder / "conftest.py").write_text('pytest_plugins = ["pca_events.pytest_plugin.suite"]')
    (folder / "test_evidence.py").write_text("from pytest_bdd import scenarios\n\nscenarios('evidence.feature')\n")
    ran = run_pytest(folder, "--pca-endpoint-url", pca_backend.endpoint_url, "--pca-cucumber-messages", "run.ndjson")
    assert ran.returncode == 0, ran.stdout
    return read_messages(folder / "run.ndjson")


def scenario(run: Run, name: str) -> ScenarioRun:
    return next(scenario for scenario in run.features[0].scenarios if scenario.name == name)


def test_the_backend_is_named(run: Run, pca_backend: Backend) -> None:
    assert run.backend == f"corrected LocalStack 4.13.1, at {pca_backend.endpoint_url}"
    assert len(run.run_id) == 8


def test_the_received_event_is_attached_to_its_step(run: Run) -> None:
    one = scenario(run, "One event")
    assert [len(step.attachments) for step in one.steps] == [0, 0, 1, 0]
    (evidence,) = one.steps[2].attachments
    assert (evidence.media_type, evidence.file_name) == ("application/json", "received-event.json")
    received = json.loads(evidence.body)
    assert received["detail"] == catalog.documented("ca-creation-failure").event["detail"]
    assert evidence.body == json.dumps(received, indent=2)
    assert one.steps[2].definition.startswith("steps/deliveries.py:")


def test_ten_events_are_shown_and_the_others_counted(run: Run) -> None:
    attached = scenario(run, "More events than are shown").steps[2].attachments
    assert [evidence.file_name for evidence in attached] == ["received-event.json"] * 10 + [""]
    assert (attached[10].media_type, attached[10].body) == ("text/plain", "and 1 more event")


def test_received_events_are_attached_without_control_events(run: Run) -> None:
    attached = [
        [json.loads(e.body)["detail-type"] for e in step.attachments] for step in scenario(run, "An operation").steps
    ]
    assert attached[1:] == [[], ["ACM Private CA Certificate Issuance"]]
    assert not any(step.attachments for step in scenario(run, "Nothing").steps[1:])


def test_verify_writes_them(command: Command, pca_backend: Backend, tmp_path: Path) -> None:
    file = tmp_path / "new" / "run.ndjson"
    words = ["--endpoint-url", pca_backend.endpoint_url, "-k", "a_ca_creation_event_meets", "--messages", str(file)]
    ran = command("verify", *words, "--mode", "alias")
    assert (ran.returncode, ran.stderr) == (0, "")
    run = read_messages(file)
    assert (run.mode, run.success, run.backend) == (
        "alias",
        True,
        f"corrected LocalStack 4.13.1, at {pca_backend.endpoint_url}",
    )
    assert {feature.uri for feature in run.features} >= {
        "features/envelope.feature",
        "features/events/ca_creation.feature",
    }
    (feature,) = [feature for feature in run.features if feature.uri == "features/events/ca_creation.feature"]
    assert [s.status for s in feature.scenarios if s.template.startswith("A CA creation event meets")] == ["passed"] * 2
    assert [path.name for path in file.parent.iterdir()] == ["run.ndjson"]


def test_verify_checks_first_whether_the_messages_can_be_written(command: Command, tmp_path: Path) -> None:
    ran = command("verify", "--messages", str(tmp_path))
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"pca-events: {tmp_path} is a folder, but the messages are one file; name the file, ")
    assert ran.stderr.count("\n") == 1


def test_verify_shows_the_results_even_if_the_messages_cannot_be_written(
    command: Command, pca_backend: Backend, tmp_path: Path
) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import errno\n"
        "from pca_events.messages import message_file\n"
        "def full(*_): raise OSError(errno.ENOSPC, 'No space left on device')\n"
        "message_file.replace_file = full\n"
    )
    words = ["--endpoint-url", pca_backend.endpoint_url, "-k", "a_ca_creation_event_meets"]
    ran = command("verify", *words, "--messages", str(tmp_path / "run.ndjson"), path=str(tmp_path))
    assert ran.returncode == 2
    assert f"2 of {scenario_count()} scenarios, mode service: 2 passed" in ran.stdout
    assert ran.stderr == (
        f"pca-events: {tmp_path}/run.ndjson cannot be written (No space left on device); name a writable path\n"
    )
